/* SPDX-License-Identifier: MIT */
/*
 * Starting and ending gRPC core in a process. Every server and client needs it started. Never fork after the start.
 */
#ifndef COMMON_RPC_RUNTIME_H
#define COMMON_RPC_RUNTIME_H

/*
 * Starts gRPC core once per process and sends its log lines to common/log.h, repeated ones less and less often
 * (common/rpc/log_limit.h). gRPC's threads inherit the caller's signal mask: block what they must not receive first.
 */
void rpc_runtime_start(void);

/* Ends gRPC core and waits for its threads. Every server and client must have been freed. A process that is about to
 * exit may leave it out. */
void rpc_runtime_stop(void);

#endif
