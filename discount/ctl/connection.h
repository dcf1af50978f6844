/* SPDX-License-Identifier: MIT */
/*
 * The connection to the DiscountAdmin service: one call after the other, as the administrator.
 *
 * While it is open gRPC core's threads run. What reads or changes the process's time zone (discount/window/window.h)
 * is done before it is opened or after it is closed: commands read files and times first, then ask, then print.
 */
#ifndef DISCOUNT_CTL_CONNECTION_H
#define DISCOUNT_CTL_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/rpc/client.h"
#include "discount/ctl/options.h"
#include "proto/discount_admin.pb-c.h"

#define CONNECTION_MESSAGE_MAX ((size_t)4 * 1024 * 1024) /* what the service takes, and what is taken from it */

struct ctl_connection {
    const struct ctl_options *options;
    struct ctl_settings settings;
    struct rpc_client *client;
    struct rpc_stub stub;
    int64_t timeout_s; /* of one call */
    bool was_answered; /* the service has answered some call */
    /* How the last call ended. */
    bool is_done;
    bool is_change; /* it was to change the rules */
    int64_t latest; /* … the latest revision before it; 0: not known */
    int64_t ended_ns;
    enum rpc_code code;
    char message[1024];
    struct arena *arena; /* for the answer */
    void *answer;
};

/* Reads the settings and makes ready to call. COMMAND_OK, or an exit code, what is wrong having been told. The options
 * must outlive the connection. */
MUST_CHECK int connection_open(struct ctl_connection *connection, const struct ctl_options *options);

void connection_close(struct ctl_connection *connection); /* all zero is allowed */

/* Tells how the last call failed, which was about `what` ("" or "rule x"), and returns the exit code for it. */
int connection_fail(const struct ctl_connection *connection, const char *what);

/*
 * The calls: each returns its answer, in the arena, or NULL: connection->code says how it failed, and connection_fail()
 * tells people.
 */
MUST_CHECK void *connection_call(struct ctl_connection *connection, const char *method, const ProtobufCMessage *request,
                                 struct arena *arena);

#define CONNECTION_CALL(name, Method)                                                                                  \
    MUST_CHECK static inline const Ecommerce__##Method##Response *call_##name(                                         \
        struct ctl_connection *connection, const Ecommerce__##Method##Request *request, struct arena *arena)           \
    {                                                                                                                  \
        return connection_call(connection, #Method, &request->base, arena);                                            \
    }

CONNECTION_CALL(stage_changes, StageChanges)
CONNECTION_CALL(list_rules, ListRules)
CONNECTION_CALL(list_products, ListProducts)
CONNECTION_CALL(list_revisions, ListRevisions)
CONNECTION_CALL(explain, Explain)
CONNECTION_CALL(preview, Preview)
CONNECTION_CALL(lint, Lint)
CONNECTION_CALL(get_status, GetStatus)

/* The calls that change rules: where no answer comes, the service is asked what became of the change. */
MUST_CHECK const Ecommerce__ApplyChangesResponse *call_apply_changes(struct ctl_connection *connection,
                                                                     const Ecommerce__ApplyChangesRequest *request,
                                                                     struct arena *arena);
MUST_CHECK const Ecommerce__ApplyChangesResponse *call_rollback(struct ctl_connection *connection,
                                                                const Ecommerce__RollbackRequest *request,
                                                                struct arena *arena);

#endif
