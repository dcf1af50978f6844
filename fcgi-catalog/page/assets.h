/* SPDX-License-Identifier: MIT */
/*
 * What pages load, built into the program: the style, whose name changes with its content, and the pictures of
 * fcgi-catalog/page/pictures/. Any thread.
 */
#ifndef CATALOG_PAGE_ASSETS_H
#define CATALOG_PAGE_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

struct asset {
    const char *content_type;
    const char *lifetime; /* how long it may be kept, for Cache-Control */
    const char *headers;  /* header lines: what it may do */
    const char *bytes;    /* ended by a NUL that `length` does not count; never freed */
    size_t length;
};

/* The asset at this path ("/style-0123456789abcdef.css", "/pictures/tent.svg"). False: there is none. */
MUST_CHECK bool asset_find(const char *path, struct asset *asset);

/* Where the style is. */
const char *asset_style_path(void);

/* Whether the path is that of a picture of ours. */
bool asset_is_picture(const char *path);

#endif
