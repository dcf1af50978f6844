/* SPDX-License-Identifier: MIT */
/* Starting and ending gRPC core, and its log. */
#include "common/rpc/runtime.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/rpc/internal.h"
#include "common/rpc/interpose.h"
#include "common/rpc/log_limit.h"

#define STOP_STEPS 1000 /* of a millisecond: after that gRPC core is left to itself */

static atomic_bool accept_failed;
static atomic_int users; /* starts without a stop */

/*
 * gRPC core logs as errors what a peer can cause at will, such as a failed handshake; here they become warnings. Its
 * listener stops for good after one failed accept4(2), of which the log line is the only sign. A peer can cause lines
 * as often as it likes, so all of them pass a limit.
 */
static void pass_log_line(gpr_log_func_args *line)
{
    static const enum log_level levels[] = {LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING};
    static struct log_limit log_limit = LOG_LIMIT_INIT;
    uint64_t left_out = 0;

    if (strncmp(line->message, "Failed accept4", strlen("Failed accept4")) == 0)
        atomic_store(&accept_failed, true);
    if (!log_limit_pass(&log_limit, line->file, line->line, line->message, clock_now_ns(), &left_out))
        return;
    const char *slash = strrchr(line->file, '/');
    const char *source = slash != NULL ? slash + 1 : line->file;
    if (left_out == 0)
        log_event(levels[line->severity], "grpc", "source=%s:%d message=%s", source, line->line,
                  LOG_QUOTED(line->message));
    else
        log_event(levels[line->severity], "grpc", "source=%s:%d message=%s left_out=%" PRIu64, source, line->line,
                  LOG_QUOTED(line->message), left_out);
}

/*
 * Debian builds Abseil with its lock order checks on, a twentieth of gRPC core's time per call. This is Abseil's own
 * switch for them, by its C++ name, where the library has it:
 * absl::SetMutexDeadlockDetectionMode(OnDeadlockCycle::kIgnore).
 */
__attribute__((weak)) void set_lock_order_checks(int mode) __asm__(
    "_ZN4absl7debian329SetMutexDeadlockDetectionModeENS0_15OnDeadlockCycleE");

static void skip_lock_order_checks(void)
{
    if (set_lock_order_checks != NULL)
        set_lock_order_checks(0);
}

void rpc_runtime_start(void)
{
    interpose_waits();
    interpose_guard();
    interpose_listen();
    skip_lock_order_checks();
    setenv("GRPC_DNS_RESOLVER", "native", 0); /* names as every other program resolves them; it is read once */
    gpr_set_log_function(pass_log_line);
    grpc_init();
    atomic_fetch_add(&users, 1);
}

/* gRPC core's own threads clean up cancelled connections and calls, and each of these keeps gRPC core alive until then:
 * grpc_shutdown_blocking() does not wait for them. */
void rpc_runtime_stop(void)
{
    const struct timespec step = {.tv_nsec = 1000000};

    grpc_shutdown_blocking();
    if (atomic_fetch_sub(&users, 1) > 1)
        return;
    for (int i = 0; i < STOP_STEPS && grpc_is_initialized(); i++)
        nanosleep(&step, NULL);
}

bool rpc_runtime_is_deaf(void)
{
    return atomic_load(&accept_failed);
}
