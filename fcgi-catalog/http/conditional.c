/* SPDX-License-Identifier: MIT */
/* Who may keep an answer, for how long, and who has it already. */
#include "fcgi-catalog/http/conditional.h"

#include <string.h>
#include <time.h>

#include "fcgi-catalog/http/etag.h"
#include "fcgi-catalog/http/problem.h"

#define SETTLED_S 2 /* so long after a change, no other one can have its second */

/* ---- Dates (RFC 9110, 5.6.7) ---- */

static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static const char *print_date(int64_t seconds, struct arena *arena)
{
    time_t moment = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&moment, &parts) == NULL || parts.tm_year < 0 || parts.tm_year > 8099)
        return NULL;
    return arena_print(arena, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday], parts.tm_mday,
                       months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/* IMF-fixdate and the two obsolete forms; any other date is ignored. The program keeps the C locale. */
static bool read_date(const char *text, int64_t *seconds)
{
    static const char *const forms[] = {
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        struct tm parts = {0};
        const char *end = strptime(text, forms[i], &parts);
        if (end != NULL && *end == '\0') {
            *seconds = (int64_t)timegm(&parts);
            return true;
        }
    }
    return false;
}

/* ---- Response headers ---- */

/*
 * How long a public answer may be kept. Caches count in whole seconds, so two are taken off: one for the part of this
 * second that has passed, one for caches that count the last second as fresh.
 */
static int64_t max_age(int64_t steady_until, int64_t now)
{
    int64_t left = steady_until - now - 2;

    if (steady_until == 0)
        return CONDITIONAL_MAX_AGE_S;
    return left < 0 ? 0 : left < CONDITIONAL_MAX_AGE_S ? left : CONDITIONAL_MAX_AGE_S;
}

static const char *cache_control(const struct http_exchange *exchange, const struct conditional *conditional,
                                 int64_t now, struct arena *arena)
{
    bool is_public = conditional->sharing == SHARING_PUBLIC && !exchange->request.is_personal;

    if (conditional->lifetime != NULL)
        return arena_print(arena, "%s, %s", is_public ? "public" : "private", conditional->lifetime);
    if (is_public)
        return arena_print(arena, "public, max-age=%d, must-revalidate", (int)max_age(conditional->steady_until, now));
    return conditional->sharing == SHARING_NONE ? "private, no-store" : "private, no-cache";
}

static bool is_settled(const struct conditional *conditional, int64_t now)
{
    return conditional->sharing == SHARING_PUBLIC && conditional->changed_at > 0 &&
           conditional->changed_at <= now - SETTLED_S;
}

/* In one line: some caches read only one Vary line (nginx before 1.23). */
static void add_vary(struct http_exchange *exchange, const char *vary)
{
    const char *also = exchange->also_varies;

    if (vary != NULL && also != NULL)
        vary = arena_print(&exchange->arena, "%s, %s", vary, also);
    if (vary != NULL || also != NULL)
        http_response_add_header(exchange, "Vary", vary != NULL ? vary : also);
}

void conditional_tell(struct http_exchange *exchange, const struct conditional *conditional)
{
    struct arena *arena = &exchange->arena;
    int64_t now = (int64_t)time(NULL);
    const char *date = is_settled(conditional, now) ? print_date(conditional->changed_at, arena) : NULL;

    http_response_add_header(exchange, "Cache-Control", cache_control(exchange, conditional, now, arena));
    add_vary(exchange, conditional->vary);
    if (conditional->etag != NULL)
        http_response_add_header(exchange, "ETag", conditional->etag);
    if (date != NULL)
        http_response_add_header(exchange, "Last-Modified", date);
}

/* ---- Conditions of the request ---- */

/* False also where the header is not there. */
static bool read_date_of(struct http_exchange *exchange, enum http_variable variable, int64_t *seconds)
{
    const char *date = http_request_variable(&exchange->request, variable);

    return date != NULL && read_date(date, seconds);
}

/* If-Match, or else If-Unmodified-Since, is not met: the client wants another version. */
static bool is_unwanted(struct http_exchange *exchange, const struct conditional *conditional)
{
    const char *tags = http_request_list(&exchange->request, CGI_HTTP_IF_MATCH, &exchange->arena);
    int64_t since;

    if (tags != NULL)
        return !etag_is_matched(tags, conditional->etag);
    return conditional->changed_at > 0 && read_date_of(exchange, CGI_HTTP_IF_UNMODIFIED_SINCE, &since) &&
           conditional->changed_at > since;
}

/* If-None-Match, or else If-Modified-Since, says that the client has this version. */
static bool is_known(struct http_exchange *exchange, const struct conditional *conditional)
{
    const char *tags = http_request_list(&exchange->request, CGI_HTTP_IF_NONE_MATCH, &exchange->arena);
    int64_t since;

    if (tags != NULL)
        return conditional->etag != NULL && etag_is_named(tags, conditional->etag);
    return is_settled(conditional, (int64_t)time(NULL)) && read_date_of(exchange, CGI_HTTP_IF_MODIFIED_SINCE, &since) &&
           conditional->changed_at <= since;
}

bool conditional_apply(struct http_exchange *exchange, const struct conditional *conditional)
{
    if (is_unwanted(exchange, conditional)) {
        problem_set(exchange, 412, "What is at this address is not, or no longer, what the condition names.");
        return true;
    }
    conditional_tell(exchange, conditional);
    if (!is_known(exchange, conditional))
        return false;
    exchange->response.status = 304;
    return true;
}

void conditional_apply_none(struct http_exchange *exchange)
{
    http_response_add_header(exchange, "Cache-Control", "private, no-store");
    add_vary(exchange, VARY_BY_CUSTOMER);
}
