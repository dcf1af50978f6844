/* SPDX-License-Identifier: MIT */
/*
 * Who the customer is, as far as this request may say. X-USER-ID counts only when it comes from this machine itself, or
 * through a proxy that the owner listed; from anybody else it is as if it were not there.
 */
#ifndef CATALOG_HTTP_IDENTITY_H
#define CATALOG_HTTP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/request.h"

/* The proxies that may name the customer: addresses and networks. */
struct identity_proxies;

/*
 * Reads CATALOG_TRUSTED_PROXIES: IPv4 and IPv6 addresses, or networks in CIDR form (10.0.0.0/8), separated by commas or
 * spaces; "" is an empty list. NULL: *wrong points at the entry that is neither.
 */
MUST_CHECK struct identity_proxies *identity_proxies_new(const char *text, const char **wrong);
void identity_proxies_free(struct identity_proxies *proxies);

enum identity_status {
    IDENTITY_ANONYMOUS,    /* nobody, or nobody that counts */
    IDENTITY_CUSTOMER,     /* *customer_id is set; whether there is such a customer is the store's business */
    IDENTITY_NOT_A_NUMBER, /* the header is not a decimal number: the caller gets 400 */
    IDENTITY_OUT_OF_RANGE, /* a number, but no possible id */
    IDENTITY_REPEATED,     /* the header came more than once */
};

/*
 * Reads HTTP_X_USER_ID. It counts when REMOTE_ADDR is a listed proxy, or when the client is this machine: REMOTE_ADDR
 * is a loopback address (127.0.0.0/8, ::1, also mapped into IPv6) and no header says that the request was forwarded for
 * somebody else (Forwarded, RFC 7239; X-Forwarded-For; X-Real-IP; Via). An empty header is as if it were not there.
 */
MUST_CHECK enum identity_status identity_read(const struct http_request *request,
                                              const struct identity_proxies *proxies, int32_t *customer_id);

/*
 * Whether the request comes from this machine itself: REMOTE_ADDR is a loopback address and no header says that it was
 * forwarded for somebody else. Whoever sits there is taken for an administrator.
 */
bool identity_is_local(const struct http_request *request);

#endif
