/* SPDX-License-Identifier: MIT */
/*
 * Who the customer is, as far as this request may say. X-USER-ID counts when it comes through a proxy that the owner
 * listed, with the secret that the owner gave it, or, where the owner said so, from this machine itself. From anybody
 * else it is as if it were not there.
 *
 * A web server hands headers over as CGI variables, and there X_USER_ID, X.USER.ID and X~USER~ID may have become
 * HTTP_X_USER_ID as well (lighttpd): a header that a proxy took away under one name can come in by another, and looks
 * the same here. Hence the secret: a proxy sends it only with requests in which it has set X-USER-ID itself.
 */
#ifndef CATALOG_HTTP_IDENTITY_H
#define CATALOG_HTTP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/proxy_secret.h"
#include "fcgi-catalog/http/request.h"

/* The proxies that may name the customer: addresses and networks. */
struct identity_proxies;

/*
 * Reads CATALOG_TRUSTED_PROXIES: IPv4 and IPv6 addresses, or networks in CIDR form (10.0.0.0/8), separated by commas or
 * spaces; "" is an empty list. NULL: *wrong points at the entry that is neither.
 */
MUST_CHECK struct identity_proxies *identity_proxies_new(const char *text, const char **wrong);
void identity_proxies_free(struct identity_proxies *proxies);

/* Whether REMOTE_ADDR is a listed proxy. */
bool identity_is_proxy(const struct http_request *request, const struct identity_proxies *proxies);

enum identity_status {
    IDENTITY_ANONYMOUS,    /* nobody, or nobody that counts */
    IDENTITY_CUSTOMER,     /* *customer_id is set; whether there is such a customer is the store's business */
    IDENTITY_NOT_A_NUMBER, /* the header is not a decimal number: the caller gets 400 */
    IDENTITY_OUT_OF_RANGE, /* a number, but no possible id */
    IDENTITY_REPEATED,     /* the header came more than once */
};

/* Whom an owner believes. All zero: nobody. */
struct identity_policy {
    const struct identity_proxies *proxies; /* NULL: none */
    const struct proxy_secret *secret;      /* that these proxies must also send; NULL: none is needed */
    bool is_local_trusted;                  /* CATALOG_TRUST_LOCAL */
};

/*
 * Reads HTTP_X_USER_ID. It counts when REMOTE_ADDR is a listed proxy that sends the secret where there is one, or when
 * the client is this machine (identity_is_local()). An empty header is as if it were not there.
 */
MUST_CHECK enum identity_status identity_read(const struct http_request *request, const struct identity_policy *policy,
                                              int32_t *customer_id);

/*
 * Whether the request comes from this machine itself and this machine is trusted: REMOTE_ADDR is a loopback address
 * (127.0.0.0/8, ::1, also mapped into IPv6) and no header says that somebody forwarded it (Forwarded, RFC 7239;
 * X-Forwarded-anything; Via; what well-known proxies and networks add). All users of this machine count as
 * administrators. Logged once for a process.
 */
bool identity_is_local(const struct http_request *request, const struct identity_policy *policy);

#endif
