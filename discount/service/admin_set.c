/* SPDX-License-Identifier: MIT */
/* The change set of a call: collected, begun, applied with all its faults. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/clock.h"
#include "common/zone.h"
#include "discount/window/window.h"
#include "discount/wire/wire.h"

bool admin_set_collect(struct admin_service *service, struct rpc_call *call, const char *token,
                       Ecommerce__Change *const *changes, size_t count, struct admin_set *set)
{
    Ecommerce__StageChangesRequest *const *messages;
    size_t message_count;

    if (staging_find(&service->staging, token, clock_now_ns(), &messages, &message_count) != STAGING_OK) {
        admin_refuse(call, RPC_ABORTED, "no changes are staged as %s (any more): stage them again", LOG_QUOTED(token));
        return false;
    }
    *set = (struct admin_set){.part_count = message_count + 1};
    set->parts = arena_get(rpc_call_arena(call), set->part_count * sizeof *set->parts);
    for (size_t i = 0; i < message_count; i++)
        set->parts[i] = (struct admin_set_part){messages[i]->changes, messages[i]->n_changes};
    set->parts[message_count] = (struct admin_set_part){changes, count};
    for (size_t i = 0; i < set->part_count; i++)
        set->change_count += set->parts[i].count;
    return true;
}

bool admin_set_begin(struct admin_service *service, struct rpc_call *call, int64_t expected_revision, const char *id)
{
    int64_t latest = 0;
    enum store_status status = service->store->methods->begin(service->store, expected_revision, id);

    if (status == STORE_OK)
        return true;
    if (status == STORE_MOVED && service->store->methods->revision(service->store, &latest) == STORE_OK)
        admin_refuse(call, RPC_ABORTED,
                     "the rules are at revision %" PRId64 ", and the changes were made for revision %" PRId64, latest,
                     expected_revision);
    else
        admin_refuse_store(call, status, service->store);
    return false;
}

/* ---- Applying ---- */

struct applying {
    struct store *store;
    struct admin_faults *faults;
    size_t index;
    char subject[RULE_SLUG_MAX + 64];
    char known_zone[ZONE_NAME_MAX + 1]; /* the last one that was looked up and found */
    enum store_status status;
};

/* The subject is that of the change whose faults are told. */
static void note_fault(void *data, const char *field, const char *message)
{
    struct applying *applying = data;

    admin_faults_add(applying->faults, applying->index, applying->subject, field, message);
}

/* Checks that the time zone exists; rule_check() checks that its name is well-formed. */
static void check_zone(struct applying *applying, const char *zone)
{
    char message[ZONE_NAME_MAX + 128];

    if (zone == NULL || zone[0] == '\0' || !zone_is_name(zone) || strcmp(zone, applying->known_zone) == 0)
        return;
    if (zone_is_known(zone)) {
        snprintf(applying->known_zone, sizeof applying->known_zone, "%s", zone);
        return;
    }
    snprintf(message, sizeof message,
             "there is no time zone \"%s\" here: one of the IANA time zone database is allowed", zone);
    note_fault(applying, "zone", message);
}

/* Faults found while a message is read are told after that, when the change's subject is known. */
static void note_early_fault(void *data, const char *field, const char *message)
{
    fault_list_add(data, 0, "", field, message);
}

/* A change with faults is applied, too: later changes that build on it then have their own faults only. The store
 * checks each change by itself and keeps its faults. */
static bool apply_change(void *data, size_t index, const Ecommerce__Change *message, struct arena *scratch)
{
    struct applying *applying = data;
    struct fault_list early = {.arena = scratch};
    struct change change;

    applying->index = index;
    (void)wire_read_change(message, scratch, &change, note_early_fault, &early);
    change_subject(&change, applying->subject, sizeof applying->subject);
    for (size_t i = 0; i < early.count; i++)
        note_fault(applying, early.items[i].field, early.items[i].message);
    if (change.kind == CHANGE_SET_RULE)
        check_zone(applying, change.rule.zone);
    if (change.kind != CHANGE_KINDS)
        applying->status = applying->store->methods->apply(applying->store, index, &change);
    return applying->status == STORE_OK;
}

/* Calls `see` for every change, with a scratch arena that is reset after each; ends with false when `see` does. */
typedef bool see_change_f(void *data, size_t index, const Ecommerce__Change *message, struct arena *scratch);
static bool see_changes(const struct admin_set *set, see_change_f *see, void *data)
{
    struct arena scratch = {0};
    size_t index = 0;
    bool goes_on = true;

    for (size_t i = 0; goes_on && i < set->part_count; i++) {
        for (size_t k = 0; goes_on && k < set->parts[i].count; k++) {
            goes_on = see(data, index++, set->parts[i].changes[k], &scratch);
            arena_reset(&scratch);
        }
    }
    arena_release(&scratch);
    return goes_on;
}

static void add_store_faults(struct applying *applying)
{
    const struct fault *faults = NULL;
    size_t count = 0;

    applying->status = applying->store->methods->faults(applying->store, &faults, &count);
    for (size_t i = 0; applying->status == STORE_OK && i < count; i++)
        admin_faults_add(applying->faults, faults[i].place, faults[i].subject, faults[i].field, faults[i].message);
}

bool admin_set_apply(struct admin_service *service, struct rpc_call *call, const struct admin_set *set,
                     struct admin_faults *faults)
{
    struct applying applying = {.store = service->store, .faults = faults, .status = STORE_OK};

    *faults = (struct admin_faults){.kept.arena = rpc_call_arena(call)};
    if (see_changes(set, apply_change, &applying))
        add_store_faults(&applying);
    if (applying.status != STORE_OK) {
        service->store->methods->rollback(service->store);
        admin_refuse_store(call, applying.status, service->store);
        return false;
    }
    admin_faults_finish(faults, call);
    return true;
}
