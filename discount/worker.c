/* SPDX-License-Identifier: MIT */
/* The life of a worker process. */
#include "discount/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "common/log.h"
#include "common/prefork/prefork.h"
#include "common/rpc/runtime.h"
#include "common/rpc/server.h"
#include "common/settings.h"
#include "discount/service/access.h"
#include "discount/service/admin.h"
#include "discount/service/discount.h"
#include "discount/service/rulebook.h"

/* What the thread that waits for signals needs. */
struct watcher {
    struct rpc_server *server;
    int drain_ms;
};

/* The next of the signals, or -1 after a second. Only here the thread may be cancelled: elsewhere it may be inside gRPC
 * core, which would not survive that. */
static int next_signal(const sigset_t *signals)
{
    const struct timespec second = {.tv_sec = 1};
    int ignored;

    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &ignored);
    int signal = sigtimedwait(signals, NULL, &second);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
    return signal;
}

/* Waits for the master's word, and once a second for a listener that went deaf: such a worker ends and is replaced. */
static void *watch(void *data)
{
    const struct watcher *watcher = data;
    bool is_deaf = false;
    sigset_t signals;
    int ignored;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    for (;;) {
        int signal = next_signal(&signals);
        if (signal == SIGTERM)
            rpc_server_stop(watcher->server, watcher->drain_ms);
        else if (signal == SIGINT)
            rpc_server_stop(watcher->server, 0);
        if (!is_deaf && rpc_server_is_deaf(watcher->server)) {
            is_deaf = true;
            log_error("listener-deaf", "reason=\"no descriptor was left for a connection\"");
            rpc_server_stop(watcher->server, watcher->drain_ms);
        }
    }
    return NULL;
}

static int serve(struct rpc_server *server, int drain_ms)
{
    struct watcher watcher = {.server = server, .drain_ms = drain_ms};
    pthread_t thread;
    int error = pthread_create(&thread, NULL, watch, &watcher);

    if (error != 0) {
        log_error("no-thread", "errno=%d", error);
        return EXIT_FAILURE;
    }
    prefork_worker_ready();
    rpc_server_run(server);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    return EXIT_SUCCESS;
}

static void add_services(struct rpc_server *server, struct discount_service *discount, struct admin_service *admin)
{
    rpc_server_add_service(server, &discount->base.base);
    rpc_server_add_service_apart(server, &admin->base.base);
}

static int run_server(const struct worker_options *options, struct rulebook *rulebook, struct admin_service *admin)
{
    struct access access = {.trust_domain = options->settings->trust_domain};
    struct rpc_server_options server_options = {
        .addresses = options->addresses,
        .address_count = options->address_count,
        .keyset = discount_settings_keyset(options->settings),
        .admit = access_admit,
        .data = &access,
    };
    static struct discount_service service; /* large */
    char reason[512];
    int exit_code = EXIT_FAILURE;

    discount_service_init(&service, rulebook, options->board);
    rpc_runtime_start();
    struct rpc_server *server = rpc_server_new(&server_options, reason, sizeof reason);
    if (server != NULL)
        add_services(server, &service, admin);
    if (server != NULL && rpc_server_start(server, reason, sizeof reason))
        exit_code = serve(server, (int)options->settings->drain_ms);
    else
        log_error("worker-refused", "reason=%s", LOG_QUOTED(reason));
    rpc_server_free(server);
    rpc_runtime_stop();
    return exit_code;
}

static int run_services(const struct worker_options *options, struct rulebook *rulebook)
{
    struct admin_service admin;
    char reason[512];

    if (!admin_service_init(&admin, options->settings->database, rulebook, options->board, reason, sizeof reason)) {
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
                                                      .board = options->board};
    char reason[512];
    struct rulebook *rulebook = rulebook_new(&rulebook_options, reason, sizeof reason);

    if (rulebook == NULL) {
        log_error("worker-refused", "reason=%s", LOG_QUOTED(reason));
        return EXIT_FAILURE;
    }
    int exit_code = run_services(options, rulebook);
    rulebook_free(rulebook);
    return exit_code;
}
