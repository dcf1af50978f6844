/* SPDX-License-Identifier: MIT */
/* What runs, and by which revision. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>

#include "common/program.h"

#define WORKERS_MAX 1024

static bool read_store(struct admin_service *service, struct rpc_call *call, Ecommerce__GetStatusResponse *response)
{
    struct store_counts counts;
    struct shop_state shop;
    enum store_status status = service->store->methods->revision(service->store, &response->latest);

    if (status == STORE_OK)
        status = service->store->methods->count(service->store, &counts);
    if (status == STORE_OK)
        status = service->store->methods->shop(service->store, &shop);
    if (status != STORE_OK) {
        admin_refuse_store(call, status, service->store);
        return false;
    }
    response->rules = counts.rules;
    response->groups = counts.groups;
    response->products = counts.products;
    response->told_at = shop.told_at;
    response->told_products = shop.products;
    return true;
}

static void write_workers(const struct rollout_worker *workers, size_t count, struct arena *arena,
                          Ecommerce__GetStatusResponse *response)
{
    Ecommerce__WorkerStatus *messages = arena_get(arena, (count + 1) * sizeof *messages);

    response->workers = arena_get(arena, (count + 1) * sizeof *response->workers);
    response->n_workers = count;
    for (size_t i = 0; i < count; i++) {
        ecommerce__worker_status__init(&messages[i]);
        messages[i].pid = (int32_t)workers[i].pid;
        messages[i].revision = workers[i].revision;
        messages[i].prepared = workers[i].prepared;
        messages[i].started_at = workers[i].started_at;
        response->workers[i] = &messages[i];
    }
}

ADMIN_METHOD(get_status, GetStatusRequest, GetStatusResponse)
{
    struct admin_service *service = admin_service_of(base);
    struct arena *arena = rpc_call_arena(closure_data);
    struct rollout_worker *workers = arena_get(arena, WORKERS_MAX * sizeof *workers);
    Ecommerce__GetStatusResponse response = ECOMMERCE__GET_STATUS_RESPONSE__INIT;
    struct rollout_status status;

    (void)request;
    if (!read_store(service, closure_data, &response))
        return;
    write_workers(workers, rollout_status(service->rollout, &status, workers, WORKERS_MAX), arena, &response);
    const struct ruleset *rules = rulebook_hold(service->rulebook);
    response.version = (char *)PROGRAM_VERSION;
    response.revision = status.active;
    response.lease_ms = status.lease_ms;
    response.waits_for_leases = status.waits_for_leases;
    response.rounding = (char *)price_rounding_names[ruleset_rounding(rules)];
    if (status.refused != 0)
        response.refused = arena_print(arena, "revision %" PRId64 ": %s", status.refused, status.reason);
    response.contradictions = admin_add_seen(service, rules, NULL, arena, NULL, &response.n_contradictions);
    closure(&response, closure_data);
    ruleset_release(rules);
}
