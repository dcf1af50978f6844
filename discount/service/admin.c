/* SPDX-License-Identifier: MIT */
/* The DiscountAdmin service: its set-up, and how it refuses. */
#include "discount/service/admin.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/log.h"
#include "discount/service/admin_internal.h"

bool admin_service_init(struct admin_service *service, const char *path, struct rulebook *rulebook,
                        struct rollout *rollout, char *reason, size_t reason_size)
{
    *service = (struct admin_service){
        .base = ECOMMERCE__DISCOUNT_ADMIN__INIT(admin_), .rulebook = rulebook, .rollout = rollout};
    return store_open(path, &service->store, reason, reason_size);
}

void admin_service_release(struct admin_service *service)
{
    staging_release(&service->staging);
    store_close(service->store);
    service->store = NULL;
}

/* ---- Refusing ---- */

void admin_refuse(struct rpc_call *call, enum rpc_code code, const char *format, ...)
{
    char message[1024];
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    if (code == RPC_INVALID_ARGUMENT) {
        char field[64];
        snprintf(field, sizeof field, "%.*s", (int)strcspn(message, " "), message);
        rpc_call_add_violation(call, field, message);
    }
    rpc_call_fail(call, code, message);
}

static enum rpc_code code_of(enum store_status status)
{
    switch (status) {
    case STORE_OK:
        break;
    case STORE_MOVED:
        return RPC_ABORTED;
    case STORE_NOT_FOUND:
        return RPC_NOT_FOUND;
    case STORE_BUSY: /* not UNAVAILABLE: the service is there */
    case STORE_TOO_MANY:
        return RPC_RESOURCE_EXHAUSTED;
    case STORE_REFUSED:
        return RPC_INVALID_ARGUMENT;
    case STORE_READ_ONLY:
        return RPC_FAILED_PRECONDITION;
    case STORE_FAILED:
        return RPC_INTERNAL;
    }
    return RPC_INTERNAL;
}

void admin_refuse_store(struct rpc_call *call, enum store_status status, const struct store *store)
{
    enum rpc_code code = code_of(status);

    if (code == RPC_INTERNAL)
        log_error("rules-store-failed", "reason=%s", LOG_QUOTED(store->reason));
    rpc_call_fail(call, code, store->reason);
}

bool admin_check_range(struct rpc_call *call, const char *field, int64_t value, int64_t min, int64_t max)
{
    if (value == 0 || (value >= min && value <= max))
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "%s is %" PRId64 "; %" PRId64 " to %" PRId64 " is allowed", field, value,
                 min, max);
    return false;
}

bool admin_check_instant(struct rpc_call *call, const char *field, int64_t value)
{
    return admin_check_range(call, field, value, 0, RULE_INSTANT_MAX);
}

bool admin_check_key(struct rpc_call *call, const char *field, const char *value, size_t max)
{
    if (value[0] == '\0' || rule_is_key(value, max))
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT,
                 "%s is %s; 1 to %zu characters of a-z, 0-9 and single hyphens between them are allowed", field,
                 LOG_QUOTED(value), max);
    return false;
}

int64_t admin_instant(int64_t at)
{
    return at != 0 ? at : (int64_t)time(NULL);
}
