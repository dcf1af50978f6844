/* SPDX-License-Identifier: MIT */
/*
 * Feeds CGI variables to everything that reads them. The input is the variables, each ended by a NUL. Whatever they
 * are, a path must come out clean, and what was read must hold together.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/http/accept.h"
#include "fcgi-catalog/http/etag.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/http/request.h"

#define VARIABLES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Variables out of the input; each in memory of its own size, so that a read past its end is noticed. */
static size_t split(const uint8_t *data, size_t size, char **variables)
{
    size_t count = 0;

    while (size > 0 && count < VARIABLES_MAX) {
        size_t length = strnlen((const char *)data, size);
        variables[count] = malloc(length + 1);
        memcpy(variables[count], data, length);
        variables[count][length] = '\0';
        count++;
        size_t taken = length < size ? length + 1 : length;
        data += taken;
        size -= taken;
    }
    variables[count] = NULL;
    return count;
}

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static void check_path(const char *path)
{
    size_t length = strlen(path);

    insist(path[0] == '/' && text_is_utf8(path, length));
    insist(strstr(path, "//") == NULL && strstr(path, "/./") == NULL && strstr(path, "/../") == NULL);
    for (size_t i = 0; i < length; i++)
        insist((unsigned char)path[i] >= 0x20 && path[i] != 0x7f);
}

static void check_request(const struct http_request *request, struct arena *arena)
{
    static const char *const proxies_texts[] = {"", "10.0.0.0/8 ::1 2001:db8::/33"};

    for (size_t i = 0; i < ARRAY_LENGTH(proxies_texts); i++) {
        const char *wrong;
        int32_t id = 0;
        struct identity_proxies *proxies = identity_proxies_new(proxies_texts[i], &wrong);
        const struct identity_policy policy = {.proxies = proxies, .is_local_trusted = i == 0};
        enum identity_status status = identity_read(request, &policy, &id);
        insist(status != IDENTITY_CUSTOMER || http_request_count(request, CGI_HTTP_X_USER_ID) == 1);
        identity_proxies_free(proxies);
    }
    static const char *const types[] = {"application/json", "text/plain", "application/json"};
    int chosen = accept_choose(http_request_list(request, CGI_HTTP_ACCEPT, arena), types, ARRAY_LENGTH(types));
    insist(chosen >= -1 && chosen < 2); /* of two that are the same, the first */
    const char *languages = http_request_list(request, CGI_HTTP_ACCEPT_LANGUAGE, arena);
    int language = accept_choose_language(languages, (const char *const[]){"en", "de", "en"}, 3);
    insist(language >= -1 && language < 2);
    const char *named = http_request_variable(request, CGI_HTTP_IF_NONE_MATCH);
    insist(named == NULL || strchr(named, '*') != NULL || !etag_is_named(named, "\"a tag that nobody has\""));
}

static void check_base(const char *base)
{
    size_t length = strlen(base);

    insist(length == 0 || (base[0] == '/' && base[1] != '/' && base[length - 1] != '/'));
    insist(strspn(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%") == length);
}

/* The same text as a list of trusted proxies. */
static void check_proxies(const char *text)
{
    const char *wrong = NULL;
    struct identity_proxies *proxies = identity_proxies_new(text, &wrong);

    insist(proxies != NULL || (wrong >= text && wrong < text + strlen(text)));
    identity_proxies_free(proxies);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *variables[VARIABLES_MAX + 1];
    size_t count = split(data, size, variables);
    struct arena arena = {0};
    struct http_request request;
    /* With a base of the owner's, or along the script's name. */
    const struct http_mount mount = {.base = size % 2 == 0 ? "/catalog" : "", .program = "catalog.fcgi"};

    enum http_request_status status = http_request_read(&request, (const char *const *)variables, &mount, &arena);
    check_path(request.path);
    insist(request.content_length >= -1);
    insist(status == HTTP_REQUEST_OK || strcmp(request.path, "/") == 0);
    check_request(&request, &arena);
    check_base(request.base);
    for (size_t i = 0; i < count; i++) {
        check_proxies(variables[i]);
        free(variables[i]);
    }
    arena_release(&arena);
    return 0;
}
