/* SPDX-License-Identifier: MIT */
/* Calls of the DiscountAdmin service, and what their failures mean. */
#include "discount/ctl/connection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/ctl/command.h"
#include "common/log.h"
#include "common/rpc/runtime.h"
#include "discount/ctl/display.h"
#include "discount/wire/wire.h"

#define LOOK_AFTER_S 5 /* how long the service may take to say what became of a change */

int connection_open(struct ctl_connection *connection, const struct ctl_options *options)
{
    char reason[1024];

    *connection = (struct ctl_connection){.options = options, .timeout_s = options->timeout_s};
    if (!settings_load(&ctl_settings_table, options->config, &connection->settings, reason, sizeof reason)) {
        display_error(options->name, "%s", reason);
        return COMMAND_CONFIG;
    }
    static const char *const once[] = {"ecommerce.DiscountAdmin/StageChanges", NULL}; /* a repeat would stage twice */
    const struct rpc_client_options rpc = {
        .target = options->host != NULL ? options->host : connection->settings.host,
        .keyset = {.ca = connection->settings.ca,
                   .certificate = connection->settings.certificate,
                   .key = connection->settings.key},
        .once = once,
    };
    log_set_level(LOG_LEVEL_ERROR); /* what gRPC core warns of is told as the call's failure */
    rpc_runtime_start();
    connection->client = rpc_client_new(&rpc, reason, sizeof reason);
    if (connection->client == NULL) {
        display_error(options->name, "%s", reason);
        connection_close(connection);
        return COMMAND_UNREACHABLE;
    }
    rpc_stub_init(&connection->stub, connection->client, &ecommerce__discount_admin__descriptor);
    connection->stub.fail_fast = true;
    return COMMAND_OK;
}

void connection_close(struct ctl_connection *connection)
{
    if (connection->options == NULL)
        return;
    rpc_client_free(connection->client);
    rpc_runtime_stop();
    settings_release(&ctl_settings_table, &connection->settings);
    *connection = (struct ctl_connection){0};
}

/* ---- Failures ---- */

static int exit_code(const struct ctl_connection *connection)
{
    switch (connection->code) {
    case RPC_NOT_FOUND:
        return COMMAND_NOT_FOUND;
    case RPC_ABORTED:
        return COMMAND_MOVED;
    case RPC_INVALID_ARGUMENT:
        return COMMAND_REFUSED;
    case RPC_UNAVAILABLE:
    case RPC_UNAUTHENTICATED:
    case RPC_PERMISSION_DENIED:
    case RPC_UNIMPLEMENTED:
        return COMMAND_UNREACHABLE;
    case RPC_DEADLINE_EXCEEDED:
        return connection->was_answered ? COMMAND_FAILED : COMMAND_UNREACHABLE;
    default:
        return COMMAND_FAILED;
    }
}

/* Whether the last call was a change that may have been made all the same. */
static bool is_unsettled(const struct ctl_connection *connection)
{
    return connection->is_change && (connection->code == RPC_DEADLINE_EXCEEDED || connection->code == RPC_UNAVAILABLE);
}

/* … and the service itself says so, and names the revision: its answer came in time. */
static bool is_told(const struct ctl_connection *connection)
{
    return connection->code == RPC_DEADLINE_EXCEEDED && connection->ended_ns < connection->stub.deadline_ns;
}

static void tell_unsettled(const struct ctl_connection *connection, const char *what, const char *gap, const char *host)
{
    const struct ctl_options *options = connection->options;
    bool is_late = connection->code == RPC_DEADLINE_EXCEEDED;
    char after[64] = "";

    if (is_told(connection)) {
        display_error(options->name, "%s%s%s", what, gap, connection->message);
        return;
    }
    if (connection->latest > 0)
        snprintf(after, sizeof after, ", as a revision after %" PRId64, connection->latest);
    display_error(options->name,
                  "%s%s%s %s: %s; the change may have been made, or may still be%s: see discountctl history before "
                  "you try again",
                  what, gap, host, is_late ? "did not answer within the --timeout" : "broke off", connection->message,
                  after);
}

int connection_fail(const struct ctl_connection *connection, const char *what)
{
    const struct ctl_options *options = connection->options;
    const char *host = options->host != NULL ? options->host : connection->settings.host;
    const char *gap = what[0] != '\0' ? ": " : "", *message = connection->message;

    if (is_unsettled(connection)) {
        tell_unsettled(connection, what, gap, host);
        return COMMAND_UNSETTLED;
    }
    switch (connection->code) {
    case RPC_UNAVAILABLE:
        display_error(options->name, "%s%s%s cannot be reached: %s", what, gap, host, message);
        break;
    case RPC_PERMISSION_DENIED:
    case RPC_UNAUTHENTICATED:
        display_error(options->name, "%s%s%s does not let the identity of %s in: %s", what, gap, host,
                      connection->settings.certificate, message);
        break;
    case RPC_UNIMPLEMENTED:
        display_error(options->name, "%s%s%s has no such call; is its discountd older than this program? %s", what, gap,
                      host, message);
        break;
    case RPC_DEADLINE_EXCEEDED:
        display_error(options->name, "%s%sno answer from %s within %" PRId64 " s (--timeout): %s", what, gap, host,
                      options->timeout_s, message);
        break;
    default:
        display_error(options->name, "%s%s%s", what, gap,
                      message[0] != '\0' ? message : rpc_code_name(connection->code));
    }
    return exit_code(connection);
}

/* ---- Calls ---- */

static void keep_answer(const ProtobufCMessage *answer, void *data)
{
    struct ctl_connection *connection = data;

    connection->is_done = true;
    connection->ended_ns = clock_now_ns();
    connection->code = rpc_client_status(connection->client);
    snprintf(connection->message, sizeof connection->message, "%s", rpc_client_message(connection->client));
    if (answer != NULL)
        connection->answer = wire_copy(answer, connection->arena); /* it lives until this returns */
    if (connection->code != RPC_UNAVAILABLE && connection->code != RPC_DEADLINE_EXCEEDED) {
        connection->was_answered = true;
        connection->stub.fail_fast = false; /* a service that comes back is waited for */
    }
}

/* The generated functions, whose closures have as many types as there are answers, do no more than this. */
void *connection_call(struct ctl_connection *connection, const char *method, const ProtobufCMessage *request,
                      struct arena *arena)
{
    const ProtobufCServiceDescriptor *service = connection->stub.base.descriptor;
    unsigned index = (unsigned)(protobuf_c_service_descriptor_get_method_by_name(service, method) - service->methods);

    connection->arena = arena;
    connection->answer = NULL;
    connection->is_done = false;
    connection->is_change = false;
    connection->stub.deadline_ns = clock_now_ns() + connection->timeout_s * CLOCK_NS_PER_S;
    connection->stub.base.invoke(&connection->stub.base, index, request, keep_answer, connection);
    while (!connection->is_done)
        rpc_client_poll(connection->client, CLOCK_NEVER);
    return connection->answer;
}

/* The latest revision, before a change is sent: what comes after it may be the change. False: the service is away, and
 * nothing was sent. */
static bool look_before(struct ctl_connection *connection, struct arena *arena)
{
    const Ecommerce__GetStatusRequest request = ECOMMERCE__GET_STATUS_REQUEST__INIT;
    const Ecommerce__GetStatusResponse *status = call_get_status(connection, &request, arena);

    connection->latest = status != NULL ? status->latest : 0;
    return status != NULL || connection->was_answered;
}

/* What became of a change that was not answered. NULL: it was not made, or the service did not say;
 * connection->code is that of the change. */
static void *look_after(struct ctl_connection *connection, const char *id, struct arena *arena)
{
    Ecommerce__ApplyChangesRequest request = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;
    const struct ctl_connection failure = *connection;

    request.change_set_id = (char *)id;
    request.validate_only = true;
    connection->timeout_s = connection->timeout_s < LOOK_AFTER_S ? connection->timeout_s : LOOK_AFTER_S;
    Ecommerce__ApplyChangesResponse *answer = connection_call(connection, "ApplyChanges", &request.base, arena);
    connection->timeout_s = failure.timeout_s;
    if (answer != NULL && answer->was_made_before)
        return answer;
    connection->code = failure.code;
    connection->ended_ns = failure.ended_ns;
    connection->stub.deadline_ns = failure.stub.deadline_ns;
    memcpy(connection->message, failure.message, sizeof connection->message);
    return NULL;
}

static void *call_change(struct ctl_connection *connection, const char *method, const ProtobufCMessage *request,
                         const char *id, struct arena *arena)
{
    if (!look_before(connection, arena))
        return NULL;
    void *answer = connection_call(connection, method, request, arena);
    connection->is_change = true;
    if (answer == NULL && is_unsettled(connection) && !is_told(connection)) {
        answer = look_after(connection, id, arena);
        connection->is_change = true;
    }
    return answer;
}

const Ecommerce__ApplyChangesResponse *call_apply_changes(struct ctl_connection *connection,
                                                          const Ecommerce__ApplyChangesRequest *request,
                                                          struct arena *arena)
{
    if (request->validate_only)
        return connection_call(connection, "ApplyChanges", &request->base, arena);
    return call_change(connection, "ApplyChanges", &request->base, request->change_set_id, arena);
}

const Ecommerce__ApplyChangesResponse *call_rollback(struct ctl_connection *connection,
                                                     const Ecommerce__RollbackRequest *request, struct arena *arena)
{
    return call_change(connection, "Rollback", &request->base, request->change_set_id, arena);
}
