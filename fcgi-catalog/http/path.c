/* SPDX-License-Identifier: MIT */
/* The path that a request means: put together, decoded, normalised, and cut off at the program's base. */
#include "fcgi-catalog/http/path.h"

#include <stddef.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/percent.h"

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

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* mod_proxy_fcgi's ProxyPass: SCRIPT_NAME is all of the path, and SCRIPT_FILENAME the address that it was passed to. */
static bool is_passed_address(const struct path_source *source)
{
    const char *authority = strstr(source->script_filename, "://");

    if (authority == NULL || strncmp(source->script_filename, "proxy:", 6) != 0)
        return false;
    const char *path = authority + 3 + strcspn(authority + 3, "/");
    return strcmp(path, source->script_name) == 0;
}

/* Whether the client asked for the script itself, or for a path that ends like one. */
static bool is_asked_for(const struct path_source *source, struct arena *arena)
{
    const char *uri = uri_path(source->request_uri, arena);
    const char *script = normalise(source->script_name, arena);

    return uri != NULL && script != NULL && strcmp(uri, script) == 0;
}

/* Whether SCRIPT_NAME is a script's, by its name, and not the path that a client asked for. */
static bool is_script(const struct path_source *source, struct arena *arena)
{
    const char *name = file_name(source->script_name);
    size_t length = strlen(name);

    if (!(length > 5 && strcmp(name + length - 5, ".fcgi") == 0) &&
        !(length > 4 && strcmp(name + length - 4, ".cgi") == 0))
        return false;
    if (source->path_info[0] != '\0')
        return true;
    if (is_passed_address(source))
        return false;
    const char *file = source->script_filename[0] != '\0' ? file_name(source->script_filename) : name;
    return strcmp(file, source->program) == 0 || !is_asked_for(source, arena);
}

/*
 * The base of `uri`, by the script (SCRIPT_NAME): the script, when `uri` is the script or goes on behind it; the
 * script's directory, when `uri` is below that, because no file has that name or it was rewritten. NULL: neither.
 */
static const char *base_of_script(const char *script, const char *uri, struct arena *arena)
{
    size_t directory_length = (size_t)(strrchr(script, '/') - script);

    if (below(uri, script, strlen(script)) != NULL)
        return script;
    return below(uri, script, directory_length) != NULL ? arena_copy(arena, script, directory_length) : NULL;
}

/* A script without PATH_INFO: called by itself, or for an address beside it that names no file. */
static const char *path_beside_script(const struct path_source *source, struct arena *arena)
{
    const char *path = uri_path(source->request_uri, arena);
    const char *script = normalise(source->script_name, arena);
    if (path == NULL || script == NULL)
        return NULL;

    const char *base = base_of_script(script, path, arena);
    return base != NULL ? below(path, base, strlen(base)) : path;
}

static const char *path_joined(const struct path_source *source, struct arena *arena)
{
    if (source->path_info[0] == '\0')
        return normalise(source->script_name, arena);
    if (source->script_name[0] == '\0')
        return normalise(source->path_info, arena);
    return normalise(arena_print(arena, "%s%s", source->script_name, source->path_info), arena);
}

bool path_is_from_uri(const struct path_source *source, struct arena *arena)
{
    return source->path_info[0] == '\0' && is_script(source, arena);
}

/* Without slashes at its end; NULL when it is malformed. */
static const char *trim_base(const char *base, struct arena *arena)
{
    const char *path = normalise(base, arena);
    size_t length = path != NULL ? strlen(path) : 0;

    /* Normalised, it ends in one slash at most. */
    return length > 0 && path[length - 1] == '/' ? arena_copy(arena, path, length - 1) : path;
}

const char *path_resolve(const struct path_source *source, struct arena *arena)
{
    const char *path;

    if (path_is_from_uri(source, arena))
        path = path_beside_script(source, arena);
    else if (is_script(source, arena))
        path = normalise(source->path_info, arena);
    else
        path = path_joined(source, arena);
    if (path == NULL || source->base[0] == '\0')
        return path;

    const char *base = trim_base(source->base, arena);
    if (base == NULL)
        return NULL;
    const char *rest = below(path, base, strlen(base));
    return rest == NULL ? path : rest;
}

/* ---- Where the program is ---- */

/* Along SCRIPT_NAME; NULL when it is malformed. */
static const char *find_base(const struct path_source *source, struct arena *arena)
{
    if (!is_script(source, arena))
        return "";
    const char *script = normalise(source->script_name, arena);
    const char *uri = source->request_uri[0] != '\0' ? uri_path(source->request_uri, arena) : script;
    if (script == NULL || uri == NULL)
        return NULL;
    const char *base = base_of_script(script, uri, arena);
    if (base != NULL)
        return base;
    /* A place that has nothing to do with the script: the root, or one that was rewritten. */
    const char *path = path_resolve(source, arena);
    return path != NULL && strcmp(path, uri) == 0 ? "" : script;
}

const char *path_base(const struct path_source *source, struct arena *arena)
{
    const char *base = source->base[0] != '\0' ? trim_base(source->base, arena) : find_base(source, arena);

    return base != NULL ? percent_print(base, PERCENT_PATH, arena) : "";
}

const char *path_read_base(const char *text, struct arena *arena)
{
    size_t length = strlen(text);

    /* Several proxies make a list of it, whose order is not agreed on. */
    if (text[0] != '/' || text[strcspn(text, ",?#")] != '\0')
        return NULL;
    const char *path = percent_decode(text, length, arena);
    const char *base = path != NULL ? trim_base(path, arena) : NULL;
    return base != NULL ? percent_print(base, PERCENT_PATH, arena) : NULL;
}
