/* SPDX-License-Identifier: MIT */
/* What changes the rules: staging, applying, going back. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/text.h"

#define MESSAGE_MAX 500 /* code points */
/* The answer must arrive before the caller's deadline, or the caller does not learn what became of the change. */
#define ANSWER_MARGIN_NS (200 * CLOCK_NS_PER_MS)

ADMIN_METHOD(stage_changes, StageChangesRequest, StageChangesResponse)
{
    Ecommerce__StageChangesResponse response = ECOMMERCE__STAGE_CHANGES_RESPONSE__INIT;
    const char *token = "";
    size_t count = 0;

    switch (staging_add(&admin_service_of(base)->staging, request, clock_now_ns(), &token, &count)) {
    case STAGING_OK:
        response.token = (char *)token;
        response.count = count > INT32_MAX ? INT32_MAX : (int32_t)count;
        closure(&response, closure_data);
        return;
    case STAGING_UNKNOWN:
        admin_refuse(closure_data, RPC_ABORTED, "no changes are staged as %s (any more): stage them again",
                     LOG_QUOTED(request->token));
        return;
    case STAGING_FULL:
        admin_refuse(closure_data, RPC_RESOURCE_EXHAUSTED,
                     "the staged changes take over %zu MiB: apply fewer at a time, or try again in %d s",
                     STAGING_BYTES_MAX / 1024 / 1024, STAGING_AGE_S);
        return;
    }
}

/* ---- A revision in the making ---- */

struct making {
    struct admin_service *service;
    struct rpc_call *call;
    int64_t deadline_ns; /* somewhat before the caller's */
    const char *message;
    const char *id; /* of the change set; "": none */
    Ecommerce__ApplyChangesResponse response;
};

static size_t count_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* C0 and C1 (which in UTF-8 begin with C2 and end below A0), and DEL. */
static bool has_controls(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7F || (*c == 0xC2 && c[1] < 0xA0))
            return true;
    }
    return false;
}

static bool check_message(struct rpc_call *call, const char *message)
{
    const char *fault = NULL;

    if (!text_is_utf8(message, strlen(message)))
        fault = "is not UTF-8";
    else if (has_controls(message))
        fault = "has control characters";
    else if (count_characters(message) > MESSAGE_MAX)
        fault = "is too long";
    if (fault == NULL)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "message %s: up to %d characters on one line are allowed", fault,
                 MESSAGE_MAX);
    return false;
}

static bool check_id(struct rpc_call *call, const char *id)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strlen(id);

    if (length <= STORE_ID_MAX && strspn(id, allowed) == length)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "change_set_id is %s: up to %d of A-Z, a-z, 0-9, '-' and '_' are allowed",
                 LOG_QUOTED(id), STORE_ID_MAX);
    return false;
}

static int64_t answer_deadline(const struct rpc_call *call)
{
    int64_t now_ns = clock_now_ns(), deadline_ns = rpc_call_deadline_ns(call);

    if (deadline_ns == CLOCK_NEVER)
        deadline_ns = now_ns + ADMIN_DEADLINE_S * CLOCK_NS_PER_S;
    int64_t margin_ns = (deadline_ns - now_ns) / 10;
    return deadline_ns - (margin_ns < ANSWER_MARGIN_NS ? margin_ns : ANSWER_MARGIN_NS);
}

static bool begin_making(struct making *making, struct admin_service *service, struct rpc_call *call,
                         const char *message, const char *id, int64_t expected_revision)
{
    *making = (struct making){.service = service,
                              .call = call,
                              .deadline_ns = answer_deadline(call),
                              .message = message,
                              .id = id,
                              .response = ECOMMERCE__APPLY_CHANGES_RESPONSE__INIT};
    making->response.revision = rollout_active(service->rollout);
    return check_message(call, message) && check_id(call, id) &&
           admin_check_range(call, "expected_revision", expected_revision, 0, INT64_MAX);
}

/* Waits while others change the rules, for half of the time that is left: the other half is for the change. */
static bool lock_rules(struct making *making)
{
    int64_t left_ms = (making->deadline_ns - clock_now_ns()) / CLOCK_NS_PER_MS / 2;
    int timeout_ms = left_ms < 0 ? 0 : left_ms > INT_MAX ? INT_MAX : (int)left_ms;

    if (rollout_lock_writer(making->service->rollout, timeout_ms))
        return true;
    admin_refuse(making->call, RPC_RESOURCE_EXHAUSTED,
                 "somebody else has been changing the rules for %d ms; nothing was changed", timeout_ms);
    return false;
}

static void set_changed(struct making *making, size_t changed)
{
    making->response.changed = changed > INT32_MAX ? INT32_MAX : (int32_t)changed;
}

static void log_revision(const struct making *making, const char *author)
{
    log_info("rules-changed", "revision=%" PRId64 " author=%s changed=%" PRId32 " message=%s",
             making->response.revision, LOG_QUOTED(author), making->response.changed, LOG_QUOTED(making->message));
}

static bool commit(struct making *making)
{
    const char *author = rpc_call_peer(making->call)->identity;
    size_t changed = 0;
    enum store_status status = making->service->store->methods->commit(
        making->service->store, author, making->message, (int64_t)time(NULL), &making->response.revision, &changed);

    if (status != STORE_OK) {
        admin_refuse_store(making->call, status, making->service->store);
        return false;
    }
    set_changed(making, changed);
    if (changed > 0)
        log_revision(making, author);
    return true;
}

static void refuse_unused(const struct making *making)
{
    struct rollout_status status;
    int64_t revision = making->response.revision;

    (void)rollout_status(making->service->rollout, &status, NULL, 0);
    if (status.refused >= revision)
        admin_refuse(making->call, RPC_DEADLINE_EXCEEDED, "revision %" PRId64 " was made, but cannot be used: %s",
                     revision, status.reason);
    else
        admin_refuse(making->call, RPC_DEADLINE_EXCEEDED,
                     "revision %" PRId64 " was made, but is not in use in every worker yet", revision);
}

/* A change set that changed nothing waits, too: the revision that it found in the database may not be in use yet. */
static bool put_to_use(struct making *making)
{
    struct rollout *rollout = making->service->rollout;
    int64_t revision = making->response.revision;

    rollout_announce(rollout, revision);
    int lease_ms = rollout_lease_ms(rollout);
    int64_t began_ns = clock_now_ns();
    if (!rollout_await(rollout, revision, making->deadline_ns)) {
        refuse_unused(making);
        return false;
    }
    int64_t waited_ms = (clock_now_ns() - began_ns) / CLOCK_NS_PER_MS;
    making->response.waited_ms = (int32_t)(waited_ms < lease_ms ? waited_ms : lease_ms);
    return true;
}

/* ---- ApplyChanges ---- */

/* Applies the set to a begun change set, which is rolled back if there are faults. False: the call is refused. */
static bool apply_set(struct making *making, const struct admin_set *set, struct admin_faults *faults)
{
    if (!admin_set_apply(making->service, making->call, set, faults))
        return false;
    if (faults->total > 0)
        making->service->store->methods->rollback(making->service->store);
    return true;
}

static void answer(struct making *making, const struct admin_faults *faults,
                   Ecommerce__ApplyChangesResponse_Closure closure)
{
    if (faults != NULL) {
        making->response.n_faults = faults->count;
        making->response.faults = faults->list;
    }
    closure(&making->response, making->call);
}

/* A change set that was made before gets the answer that it got then. True: the call is answered or refused. */
static bool was_made_before(struct making *making, Ecommerce__ApplyChangesResponse_Closure closure)
{
    const char *author = rpc_call_peer(making->call)->identity;
    size_t changed = 0;

    if (making->id[0] == '\0')
        return false;
    enum store_status status = making->service->store->methods->find_change_set(
        making->service->store, author, making->id, &making->response.revision, &changed);
    if (status == STORE_NOT_FOUND)
        return false;
    if (status != STORE_OK) {
        admin_refuse_store(making->call, status, making->service->store);
        return true;
    }
    making->response.was_made_before = true;
    set_changed(making, changed);
    if (put_to_use(making))
        answer(making, NULL, closure);
    return true;
}

static void validate(struct making *making, const Ecommerce__ApplyChangesRequest *request,
                     Ecommerce__ApplyChangesResponse_Closure closure)
{
    struct admin_faults faults;
    struct admin_set set;
    size_t changed = 0;

    if (was_made_before(making, closure))
        return;
    if (making->id[0] != '\0' && request->token[0] == '\0' && request->n_changes == 0 &&
        request->expected_revision == 0) {
        answer(making, NULL, closure); /* only whether the set was made was asked */
        return;
    }
    if (!admin_set_collect(making->service, making->call, request->token, request->changes, request->n_changes, &set) ||
        !admin_set_begin(making->service, making->call, request->expected_revision, NULL) ||
        !apply_set(making, &set, &faults))
        return;
    enum store_status status = STORE_OK;
    if (faults.total == 0)
        status = making->service->store->methods->count_changed(making->service->store, &changed);
    making->service->store->methods->rollback(making->service->store);
    if (status != STORE_OK) {
        admin_refuse_store(making->call, status, making->service->store);
        return;
    }
    set_changed(making, changed);
    answer(making, &faults, closure);
}

/* Begins a change set in the store, by its name. False: the call is refused. */
static bool begin_set(struct making *making, int64_t expected_revision)
{
    return admin_set_begin(making->service, making->call, expected_revision, making->id[0] != '\0' ? making->id : NULL);
}

/* The caller holds the writers' lock. */
static void apply(struct making *making, const Ecommerce__ApplyChangesRequest *request,
                  Ecommerce__ApplyChangesResponse_Closure closure)
{
    struct admin_faults faults;
    struct admin_set set;

    if (was_made_before(making, closure) ||
        !admin_set_collect(making->service, making->call, request->token, request->changes, request->n_changes, &set) ||
        !begin_set(making, request->expected_revision) || !apply_set(making, &set, &faults))
        return;
    if (faults.total > 0) {
        answer(making, &faults, closure);
        return;
    }
    if (!commit(making))
        return;
    staging_forget(&making->service->staging, request->token);
    if (put_to_use(making))
        answer(making, NULL, closure);
}

ADMIN_METHOD(apply_changes, ApplyChangesRequest, ApplyChangesResponse)
{
    struct making making;

    if (!begin_making(&making, admin_service_of(base), closure_data, request->message, request->change_set_id,
                      request->expected_revision))
        return;
    if (request->validate_only) {
        validate(&making, request, closure);
        return;
    }
    if (!lock_rules(&making))
        return;
    apply(&making, request, closure);
    rollout_unlock_writer(making.service->rollout);
}

/* ---- Rollback ---- */

static bool rewind_rules(struct making *making, int64_t revision)
{
    enum store_status status = making->service->store->methods->rewind(making->service->store, revision);

    if (status == STORE_OK)
        return true;
    making->service->store->methods->rollback(making->service->store);
    if (status == STORE_NOT_FOUND)
        admin_refuse(making->call, RPC_NOT_FOUND, "there is no revision %" PRId64, revision);
    else
        admin_refuse_store(making->call, status, making->service->store);
    return false;
}

ADMIN_METHOD(rollback, RollbackRequest, ApplyChangesResponse)
{
    struct making making;

    if (request->revision < 1) {
        admin_refuse(closure_data, RPC_INVALID_ARGUMENT, "revision is %" PRId64 "; 1 and above are allowed",
                     request->revision);
        return;
    }
    if (!begin_making(&making, admin_service_of(base), closure_data, request->message, request->change_set_id,
                      request->expected_revision) ||
        !lock_rules(&making))
        return;
    if (!was_made_before(&making, closure) && begin_set(&making, request->expected_revision) &&
        rewind_rules(&making, request->revision) && commit(&making) && put_to_use(&making))
        answer(&making, NULL, closure);
    rollout_unlock_writer(making.service->rollout);
}
