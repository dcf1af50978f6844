/* SPDX-License-Identifier: MIT */
/* The life of a worker process. */
#include "discount/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/platform.h"
#include "common/prefork/prefork.h"
#include "common/rpc/runtime.h"
#include "common/rpc/server.h"
#include "common/settings.h"
#include "common/threads.h"
#include "discount/service/access.h"
#include "discount/service/admin.h"
#include "discount/service/rollout.h"
#include "discount/service/discount.h"
#include "discount/service/rulebook.h"
#include "discount/service/shop.h"

#define THREADS 11 /* of a worker beside its first: ours, and gRPC core's at most */

#define LARGE_NS CLOCK_NS_PER_S /* a worker is replaced when it was too large for so long */

/* What the thread that waits for signals needs. */
struct watcher {
    struct rpc_server *server;
    struct rulebook *rulebook;
    struct discount_service *discount;
    const struct staging *staging;
    int drain_ms;
    int64_t stop_ns;          /* the end of the callers' time to leave; CLOCK_NEVER: they were not told to */
    size_t memory_max;        /* 0: none */
    int64_t large_ns;         /* when the worker is replaced, if it holds more than that until then */
    bool is_deaf, is_retired; /* and that was logged */
};

/* The next of the signals, or -1 after ROLLOUT_BEAT_MS. Only here the thread may be cancelled: elsewhere it may be
 * inside gRPC core, which would not survive that. */
static int next_signal(const sigset_t *signals)
{
    const struct timespec beat = {.tv_nsec = ROLLOUT_BEAT_MS * CLOCK_NS_PER_MS};
    int ignored;

    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &ignored);
    int signal = sigtimedwait(signals, NULL, &beat);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
    return signal;
}

/* A listener that went deaf takes connections that nobody will serve: the worker leaves at once. */
static void look_at_listener(struct watcher *watcher)
{
    if (watcher->is_deaf || !rpc_server_is_deaf(watcher->server))
        return;
    watcher->is_deaf = true;
    log_error("listener-deaf", "reason=\"no descriptor was left for a connection\"");
    rpc_server_stop(watcher->server, watcher->drain_ms);
}

/* Memory that has grown may never be given back, so a successor replaces the worker. Not while changes are staged:
 * these would be lost, and may take as much memory by themselves. Nor for a message that is being read, which is gone
 * or staged in a moment. */
static void look_at_memory(struct watcher *watcher)
{
    int64_t now_ns = clock_now_ns();

    if (watcher->is_retired || watcher->memory_max == 0)
        return;
    size_t held = platform_memory_held();
    if (held <= watcher->memory_max || staging_is_kept(watcher->staging, now_ns))
        watcher->large_ns = now_ns + LARGE_NS;
    if (now_ns < watcher->large_ns)
        return;
    watcher->is_retired = true;
    log_warning("worker-large", "bytes=%zu max=%zu", held, watcher->memory_max);
    prefork_worker_retire();
}

/* Where a successor serves already, callers are first told to go to it, and are answered until they have gone, for half
 * of the drain time at the most. */
static void begin_to_stop(struct watcher *watcher)
{
    bool is_first = watcher->stop_ns == CLOCK_NEVER;

    discount_service_leave(watcher->discount);
    rpc_server_leave(watcher->server);
    watcher->stop_ns = clock_now_ns();
    if (is_first && prefork_worker_is_replaced()) {
        watcher->drain_ms /= 2;
        watcher->stop_ns += watcher->drain_ms * CLOCK_NS_PER_MS;
    }
}

static void look_at_callers(const struct watcher *watcher)
{
    if (watcher->stop_ns != CLOCK_NEVER && (clock_now_ns() >= watcher->stop_ns || rpc_server_is_quiet(watcher->server)))
        rpc_server_stop(watcher->server, watcher->drain_ms);
}

/* Waits for the master's signals, tells the rollout that the worker runs, and looks whether it should be replaced. */
static void *watch(void *data)
{
    struct watcher *watcher = data;
    sigset_t signals;
    int ignored;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    for (;;) {
        rulebook_beat(watcher->rulebook, false);
        int signal = next_signal(&signals);
        if (signal == SIGTERM)
            begin_to_stop(watcher);
        else if (signal == SIGINT)
            rpc_server_stop(watcher->server, 0);
        look_at_callers(watcher);
        look_at_listener(watcher);
        look_at_memory(watcher);
    }
    return NULL;
}

static int serve(struct rpc_server *server, struct rulebook *rulebook, struct discount_service *discount,
                 const struct staging *staging, const struct discount_settings *settings)
{
    struct watcher watcher = {.server = server,
                              .rulebook = rulebook,
                              .discount = discount,
                              .staging = staging,
                              .drain_ms = (int)settings->drain_ms,
                              .stop_ns = CLOCK_NEVER,
                              .large_ns = clock_now_ns() + LARGE_NS};
    pthread_t thread;

    if (settings->memory_growth_mb > 0)
        watcher.memory_max = platform_memory_held() + (size_t)settings->memory_growth_mb * 1024 * 1024;
    int error = pthread_create(&thread, NULL, watch, &watcher);
    if (error != 0) {
        log_error("no-thread", "errno=%d", error);
        return EXIT_FAILURE;
    }
    prefork_worker_ready();
    rpc_server_run(server);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    discount_service_outlive(discount);
    rulebook_beat(rulebook, true);
    return EXIT_SUCCESS;
}

static void add_services(struct rpc_server *server, struct discount_service *discount, struct admin_service *admin,
                         struct shop_service *shop)
{
    rpc_server_add_service(server, &discount->base.base);
    rpc_server_add_background_service(server, &admin->base.base);
    rpc_server_add_background_service(server, &shop->base.base);
}

static int run_server(const struct worker_options *options, struct rulebook *rulebook, struct admin_service *admin)
{
    struct access access = {.trust_domain = options->settings->trust_domain};
    struct rpc_server_options server_options = {
        .addresses = (const char *const *)options->ports->addresses,
        .address_count = options->ports->count,
        .sockets = options->ports->slots + options->slot * options->ports->count,
        .keyset = discount_settings_keyset(options->settings),
        .admit = access_admit,
        .data = &access,
    };
    static struct discount_service service; /* large */
    struct shop_service shop;
    char reason[512];
    int exit_code = EXIT_FAILURE;

    discount_service_init(&service, rulebook, options->rollout,
                          &(struct lending){.is_on = options->settings->is_lending != 0,
                                            .epoch = options->epoch,
                                            .database = options->settings->database,
                                            .attendance = options->attendance});
    shop_service_init(&shop, admin);
    rpc_runtime_start();
    struct rpc_server *server = rpc_server_new(&server_options, reason, sizeof reason);
    if (server != NULL)
        add_services(server, &service, admin, &shop);
    bool has_started = server != NULL && rpc_server_start(server, reason, sizeof reason);
    ports_leave(options->ports);
    if (has_started)
        exit_code = serve(server, rulebook, &service, &admin->staging, options->settings);
    else
        log_error("worker-refused", "reason=%s", LOG_QUOTED(reason));
    if (exit_code != EXIT_SUCCESS)
        _exit(exit_code); /* gRPC core may lack threads, and would never end */
    rpc_server_free(server);
    rpc_runtime_stop();
    return exit_code;
}

static int run_services(const struct worker_options *options, struct rulebook *rulebook)
{
    struct admin_service admin;
    char reason[512];

    if (!admin_service_init(&admin, options->settings->database, rulebook, options->rollout, reason, sizeof reason)) {
        log_error("worker-refused", "reason=%s", LOG_QUOTED(reason));
        return EXIT_FAILURE;
    }
    int exit_code = run_server(options, rulebook, &admin);
    admin_service_release(&admin);
    return exit_code;
}

int worker_run(const struct worker_options *options)
{
    const struct rulebook_options rulebook_options = {.path = options->settings->database,
                                                      .rounding = (enum price_rounding)options->settings->rounding,
                                                      .rollout = options->rollout};
    char reason[512];

    if (!threads_try(THREADS))
        return EXIT_FAILURE;
    struct rulebook *rulebook = rulebook_new(&rulebook_options, reason, sizeof reason);

    if (rulebook == NULL) {
        log_error("worker-refused", "reason=%s", LOG_QUOTED(reason));
        return EXIT_FAILURE;
    }
    int exit_code = run_services(options, rulebook);
    rulebook_free(rulebook);
    return exit_code;
}
