/* SPDX-License-Identifier: MIT */
/* Starting and ending gRPC core, and its log. */
#include "common/rpc/runtime.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <stdatomic.h>
#include <string.h>

#include "common/log.h"
#include "common/rpc/internal.h"

static atomic_bool accept_failed;

/*
 * gRPC core calls errors what a peer can cause at will, such as a failed handshake; for us they are warnings. Its
 * listener stops for good after one failed accept4(2), and this line is the only sign of it.
 */
static void pass_log_line(gpr_log_func_args *line)
{
    static const enum log_level levels[] = {LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING};

    if (strncmp(line->message, "Failed accept4", strlen("Failed accept4")) == 0)
        atomic_store(&accept_failed, true);
    const char *slash = strrchr(line->file, '/');
    log_event(levels[line->severity], "grpc", "source=%s:%d message=%s", slash != NULL ? slash + 1 : line->file,
              line->line, LOG_QUOTED(line->message));
}

void rpc_runtime_start(void)
{
    gpr_set_log_function(pass_log_line);
    grpc_init();
}

void rpc_runtime_stop(void)
{
    grpc_shutdown_blocking();
}

bool rpc_runtime_is_deaf(void)
{
    return atomic_load(&accept_failed);
}
