/* SPDX-License-Identifier: MIT */
/* Who the customer is: X-USER-ID, where it may be believed. */
#include "fcgi-catalog/http/identity.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "common/number.h"

#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN

/* An address; one of IPv4 that is mapped into IPv6 is held as what it is. */
struct address {
    unsigned char bytes[16];
    size_t length; /* 4 or 16 */
};

struct network {
    struct address address;
    unsigned bits; /* how many leading bits count */
};

struct identity_proxies {
    size_t count;
    struct network networks[];
};

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_mapped(const struct address *address)
{
    return address->length == 16 && memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

static void unmap(struct address *address)
{
    memmove(address->bytes, address->bytes + sizeof mapped_prefix, 4);
    address->length = 4;
}

/* Reads an address as it stands, mapped or not. */
static bool read_address(const char *text, struct address *address)
{
    address->length = strchr(text, ':') != NULL ? 16 : 4;
    return inet_pton(address->length == 16 ? AF_INET6 : AF_INET, text, address->bytes) == 1;
}

/* "10.0.0.1" or "10.0.0.0/8". */
static bool read_network(const char *text, size_t length, struct network *network)
{
    char copy[ADDRESS_TEXT_MAX + 5]; /* "/128" */
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';

    char *slash = strchr(copy, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!read_address(copy, &network->address))
        return false;
    int64_t bits = (int64_t)network->address.length * 8;
    if (slash != NULL && (slash[1] == '-' || number_parse(slash + 1, 0, bits, &bits) != NUMBER_OK))
        return false;
    if (is_mapped(&network->address) && bits >= 96) {
        unmap(&network->address);
        bits -= 96;
    }
    network->bits = (unsigned)bits;
    return true;
}

struct identity_proxies *identity_proxies_new(const char *text, const char **wrong)
{
    static const char separators[] = ", \t";
    /* Each network takes two bytes of text at least. */
    struct identity_proxies *proxies =
        memory_get_zeroed(1, sizeof *proxies + (strlen(text) / 2 + 1) * sizeof proxies->networks[0]);

    for (const char *at = text + strspn(text, separators); *at != '\0'; at += strspn(at, separators)) {
        size_t length = strcspn(at, separators);
        if (!read_network(at, length, &proxies->networks[proxies->count])) {
            *wrong = at;
            identity_proxies_free(proxies);
            return NULL;
        }
        proxies->count++;
        at += length;
    }
    return proxies;
}

void identity_proxies_free(struct identity_proxies *proxies)
{
    free(proxies);
}

static bool is_inside(const struct address *address, const struct network *network)
{
    if (address->length != network->address.length)
        return false;
    size_t whole = network->bits / 8;
    if (memcmp(address->bytes, network->address.bytes, whole) != 0)
        return false;
    unsigned rest = network->bits % 8;
    return rest == 0 || ((address->bytes[whole] ^ network->address.bytes[whole]) >> (8 - rest)) == 0;
}

static bool is_listed(const struct address *address, const struct identity_proxies *proxies)
{
    for (size_t i = 0; proxies != NULL && i < proxies->count; i++) {
        if (is_inside(address, &proxies->networks[i]))
            return true;
    }
    return false;
}

static bool is_loopback(const struct address *address)
{
    static const unsigned char loopback6[16] = {[15] = 1};

    if (address->length == 4)
        return address->bytes[0] == 127;
    return memcmp(address->bytes, loopback6, sizeof loopback6) == 0;
}

/* Headers that a proxy adds, as CGI variables without HTTP_, or what they begin with. */
static const char *const forwarding_names[] = {
    "FORWARDED",      "X_FORWARDED", "X_ORIGINAL_", "X_REAL_",  "VIA=",   "CLIENT_IP=", "X_CLIENT_IP=",
    "X_CLUSTER_",     "X_PROXY",     "X_ENVOY_",    "X_AZURE_", "X_ARR_", "X_AMZN_",    "X_AMZ_CF_",
    "TRUE_CLIENT_IP", "CF_",         "CDN_LOOP=",   "FASTLY_",  "FLY_",   "AKAMAI_",    "X_CLOUD_TRACE_CONTEXT=",
    "X_APPENGINE_",   "X_ENDUSER_",  "X_TRUE_",     "WL_PROXY", "PROXY_", "X_REMOTE_",  "X_SUCURI_",
};

/* For speed: a customer's request compares some hundreds of pairs, and nearly all differ in the first byte. */
static bool begins_with(const char *text, const char *beginning)
{
    for (; *beginning != '\0'; text++, beginning++) {
        if (*text != *beginning)
            return false;
    }
    return true;
}

static bool is_forwarding(const char *header)
{
    for (size_t i = 0; i < ARRAY_LENGTH(forwarding_names); i++) {
        if (begins_with(header, forwarding_names[i]))
            return header[strcspn(header, "=") + 1] != '\0';
    }
    return false;
}

/* Whether any of these headers is not empty, however often it came. */
static bool is_forwarded(const struct http_request *request)
{
    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        if (begins_with(*variable, "HTTP_") && is_forwarding(*variable + strlen("HTTP_")))
            return true;
    }
    return false;
}

/* False: there is no REMOTE_ADDR, or it is no address. */
static bool read_remote(const struct http_request *request, struct address *address)
{
    const char *remote = http_request_variable(request, CGI_REMOTE_ADDR);

    if (remote == NULL || !read_address(remote, address))
        return false;
    if (is_mapped(address))
        unmap(address);
    return true;
}

bool identity_is_proxy(const struct http_request *request, const struct identity_proxies *proxies)
{
    struct address address;

    return read_remote(request, &address) && is_listed(&address, proxies);
}

bool identity_is_local(const struct http_request *request, const struct identity_policy *policy)
{
    static bool is_told;
    struct address address;

    if (!policy->is_local_trusted || !read_remote(request, &address) || !is_loopback(&address) || is_forwarded(request))
        return false;
    if (!is_told)
        log_info("local-trusted", "address=%s setting=CATALOG_TRUST_LOCAL",
                 LOG_QUOTED(http_request_variable(request, CGI_REMOTE_ADDR)));
    is_told = true;
    return true;
}

/* A secret that came twice does not count: one may be the client's. */
static bool has_secret(const struct http_request *request, const struct proxy_secret *secret)
{
    return secret == NULL || (http_request_count(request, CGI_HTTP_X_CATALOG_SECRET) == 1 &&
                              proxy_secret_is(secret, http_request_variable(request, CGI_HTTP_X_CATALOG_SECRET)));
}

/* Whether whoever sent this request may say who the customer is. */
static bool is_trusted(const struct http_request *request, const struct identity_policy *policy)
{
    return (identity_is_proxy(request, policy->proxies) && has_secret(request, policy->secret)) ||
           identity_is_local(request, policy);
}

/* 1 and 01 would be two spellings of one customer. */
static bool has_leading_zero(const char *text)
{
    text += text[0] == '-';
    return text[0] == '0' && text[1] != '\0';
}

enum identity_status identity_read(const struct http_request *request, const struct identity_policy *policy,
                                   int32_t *customer_id)
{
    const char *text = http_request_variable(request, CGI_HTTP_X_USER_ID);
    int64_t id;

    if (text == NULL || !is_trusted(request, policy))
        return IDENTITY_ANONYMOUS;
    if (http_request_count(request, CGI_HTTP_X_USER_ID) > 1)
        return IDENTITY_REPEATED;
    if (text[0] == '\0')
        return IDENTITY_ANONYMOUS;
    if (has_leading_zero(text))
        return IDENTITY_NOT_A_NUMBER;
    switch (number_parse(text, INT32_MIN, INT32_MAX, &id)) {
    case NUMBER_OK:
        *customer_id = (int32_t)id;
        return IDENTITY_CUSTOMER;
    case NUMBER_OUT_OF_RANGE:
        return IDENTITY_OUT_OF_RANGE;
    case NUMBER_MALFORMED:
        break;
    }
    return IDENTITY_NOT_A_NUMBER;
}
