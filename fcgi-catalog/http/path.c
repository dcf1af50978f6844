/* SPDX-License-Identifier: MIT */
/* The path that a request means: put together, decoded, normalised, and cut off at the program's base. */
#include "fcgi-catalog/http/path.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/http/percent.h"

static bool is_clean(const char *text)
{
    size_t length = 0;

    for (; text[length] != '\0'; length++) {
        if ((unsigned char)text[length] < 0x20 || text[length] == 0x7f)
            return false;
    }
    return text_is_utf8(text, length);
}

static bool is_segment(const char *segment, size_t length, const char *name)
{
    return length == strlen(name) && memcmp(segment, name, length) == 0;
}

/* One '/' before each segment, "." and ".." resolved, a '/' at the end kept. NULL: not clean, or above the root. */
static const char *normalise(const char *text, struct arena *arena)
{
    if (!is_clean(text))
        return NULL;
    char *path = arena_get(arena, strlen(text) + 2);
    size_t used = 0;
    bool ends_in_directory = true;

    for (const char *at = text; *at != '\0';) {
        at += strspn(at, "/");
        size_t length = strcspn(at, "/");
        ends_in_directory = length == 0 || is_segment(at, length, ".") || is_segment(at, length, "..");
        if (is_segment(at, length, "..")) {
            if (used == 0)
                return NULL;
            while (path[--used] != '/')
                ;
        } else if (!ends_in_directory) {
            path[used++] = '/';
            memcpy(path + used, at, length);
            used += length;
        }
        at += length;
    }
    if (used == 0 || ends_in_directory)
        path[used++] = '/';
    path[used] = '\0';
    return path;
}

/* What is left of `path` below `base` (normalised, no '/' at its end), or NULL when it is not below it. */
static const char *below(const char *path, const char *base, size_t base_length)
{
    if (strncmp(path, base, base_length) != 0)
        return NULL;
    if (path[base_length] == '\0')
        return "/";
    return path[base_length] == '/' ? path + base_length : NULL;
}

static bool is_script(const char *script_name)
{
    const char *slash = strrchr(script_name, '/');
    const char *name = slash == NULL ? script_name : slash + 1;
    size_t length = strlen(name);

    return (length > 5 && strcmp(name + length - 5, ".fcgi") == 0) ||
           (length > 4 && strcmp(name + length - 4, ".cgi") == 0);
}

/* NULL: a '%' without two digits, or one that hides a '/' or a NUL, which no path of ours can mean. */
static const char *percent_decode(const char *text, size_t length, struct arena *arena)
{
    char *decoded = arena_get(arena, length + 1);
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int byte = percent_read(text + i, length - i);
            if (byte < 0 || byte == '/' || byte == '\0')
                return NULL;
            c = (char)byte;
            i += 2;
        }
        decoded[used++] = c;
    }
    decoded[used] = '\0';
    return decoded;
}

/* REQUEST_URI's path: in origin-form or absolute-form (RFC 9112, 3.2), without the query. */
static const char *uri_path(const char *uri, struct arena *arena)
{
    if (uri[0] != '/') {
        const char *authority = strstr(uri, "://");
        uri = authority == NULL ? "/" : authority + 3 + strcspn(authority + 3, "/?#");
    }
    const char *decoded = percent_decode(uri, strcspn(uri, "?#"), arena);
    return decoded == NULL ? NULL : normalise(decoded, arena);
}

/* A script without PATH_INFO: called by itself, or for an address beside it that names no file. */
static const char *path_beside_script(const struct path_source *source, struct arena *arena)
{
    const char *path = uri_path(source->request_uri, arena);
    const char *script = normalise(source->script_name, arena);
    if (path == NULL || script == NULL)
        return NULL;

    const char *rest = below(path, script, strlen(script));
    if (rest == NULL)
        rest = below(path, script, (size_t)(strrchr(script, '/') - script));
    return rest == NULL ? path : rest;
}

static const char *path_joined(const struct path_source *source, struct arena *arena)
{
    if (source->path_info[0] == '\0')
        return normalise(source->script_name, arena);
    if (source->script_name[0] == '\0')
        return normalise(source->path_info, arena);
    return normalise(arena_print(arena, "%s%s", source->script_name, source->path_info), arena);
}

const char *path_resolve(const struct path_source *source, struct arena *arena)
{
    const char *path;

    if (!is_script(source->script_name))
        path = path_joined(source, arena);
    else if (source->path_info[0] != '\0')
        path = normalise(source->path_info, arena);
    else
        path = path_beside_script(source, arena);
    if (path == NULL || source->base[0] == '\0')
        return path;

    const char *base = normalise(source->base, arena);
    if (base == NULL)
        return NULL;
    size_t base_length = strlen(base);
    if (base[base_length - 1] == '/')
        base_length--;
    const char *rest = below(path, base, base_length);
    return rest == NULL ? path : rest;
}

/* ---- Where the program is ---- */

/* Without slashes at its end. */
static size_t trimmed_length(const char *path)
{
    size_t length = strlen(path);

    while (length > 0 && path[length - 1] == '/')
        length--;
    return length;
}

/* How much of `whole` stands before `path`; SIZE_MAX: it does not end in it. */
static size_t length_before(const char *whole, const char *path)
{
    size_t whole_length = strlen(whole), path_length = strlen(path);

    if (path_length <= whole_length && strcmp(whole + whole_length - path_length, path) == 0)
        return whole_length - path_length;
    return strcmp(path, "/") == 0 ? whole_length : SIZE_MAX; /* "/catalog" means "/catalog/" */
}

const char *path_base(const char *request_uri, const char *path, const char *mount, struct arena *arena)
{
    const char *asked = request_uri[0] != '\0' ? uri_path(request_uri, arena) : NULL;
    size_t length = asked != NULL ? length_before(asked, path) : SIZE_MAX;

    if (length == SIZE_MAX) {
        asked = normalise(mount, arena);
        length = asked != NULL ? trimmed_length(asked) : 0;
    }
    return percent_print(asked != NULL ? asked : "", length, arena);
}
