/* SPDX-License-Identifier: MIT */
/*
 * Limits on what the callers of a server can make it hold. gRPC core 1.51 has no bound for unfinished requests, for
 * streams that were reset (CVE-2023-44487) and for the streams of a caller that never acknowledges the server's limits;
 * and none for the rate of handshakes. The guard stands between TLS and gRPC core (common/rpc/interpose.h): it reads
 * the frame headers of HTTP/2 (RFC 9113, 4.1) on their way in and out, and counts, for each connection,
 *
 *     streams     from HEADERS until the server ends them or the caller resets them, GUARD_STREAM_BYTES each
 *     DATA        that came on them
 *     resets      what was reset stays counted for a while: GUARD_RESET_BYTES_PER_S are forgotten
 *
 * A connection that passes a limit is cut: TLS fails, and gRPC core closes it and frees its memory. When all
 * connections together hold more than GUARD_ALL_BYTES, the largest is cut, and every one that sends more while it holds
 * over GUARD_SMALL_BYTES. A connection on which no call was answered with a message yet may hold less, and is cut when
 * more than GUARD_REFUSALS of its calls were refused. Connections above GUARD_ACCEPTS_PER_S are closed before their
 * handshake.
 */
#ifndef COMMON_RPC_GUARD_H
#define COMMON_RPC_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_STREAMS 100             /* open at a time, which RFC 9113, 6.5.2 recommends as the least */
#define GUARD_STREAM_BYTES 16384      /* what gRPC core needs for a stream, more or less */
#define GUARD_NEW_BYTES (6 << 20)     /* one connection without an answer yet: the largest message, and some streams */
#define GUARD_KNOWN_BYTES (12 << 20)  /* one connection that got an answer */
#define GUARD_ALL_BYTES (24 << 20)    /* all connections together */
#define GUARD_SMALL_BYTES (256 << 10) /* a connection that holds less is not cut for what others hold */
#define GUARD_REFUSALS 100            /* on a connection without an answer yet */
#define GUARD_RESET_BYTES_PER_S (2 << 20)
#define GUARD_CONNECTIONS 512 /* at a time */
#define GUARD_ACCEPTS_PER_S 100
#define GUARD_ACCEPTS_AT_ONCE 24

/* One connection of a server: guard_tls.c makes one for each of gRPC core's. */
struct guard;

struct guard *guard_new(void);
void guard_free(struct guard *guard); /* NULL is allowed */

/* Decrypted bytes from the caller, before the server sees them (guard_hide() changes them), and bytes that the server
 * sends, without TLS; in pieces of any size. False: the connection is to be cut; *reason, a constant, says why. Any
 * thread. */
bool guard_take(struct guard *guard, uint8_t *bytes, size_t size, int64_t now_ns, const char **reason);
bool guard_send(struct guard *guard, const uint8_t *bytes, size_t size, const char **reason);

/* What all connections hold, in bytes. */
size_t guard_held(void);

/* From now on connections are accepted no faster than GUARD_ACCEPTS_PER_S, in this process. */
void guard_accepts(void);

/*
 * Sends the callers to another server: from now on each connection gets a GOAWAY (RFC 9113, 6.8) behind the next frames
 * that are sent on it, and further calls on it are answered as before. Where another process accepts from the same
 * sockets (`is_handed_on`), this one accepts no more.
 */
void guard_leave(bool is_handed_on);

/*
 * From now on new calls are hidden from gRPC core, which is about to shut down and would cancel them: their frames get
 * an unknown type, to be ignored (RFC 9113, 4.1). So the last GOAWAY does not count these calls, and their callers know
 * that they were not looked at and may ask another server.
 */
void guard_hide(void);

/* Makes the GOAWAY frame to be sent right behind these bytes, which are about to be sent. False: none is due here. */
#define GUARD_GOAWAY_SIZE 17
bool guard_goaway(struct guard *guard, const uint8_t *bytes, size_t size, uint8_t frame[GUARD_GOAWAY_SIZE]);

/* Whether no call is under way, and for `quiet_ns` no call and no connection has come. */
bool guard_is_quiet(int64_t now_ns, int64_t quiet_ns);

/* A connection has come. */
void guard_note_connection(int64_t now_ns);

#endif
