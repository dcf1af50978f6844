/* SPDX-License-Identifier: MIT */
/* What pages load beside themselves. */
#include "fcgi-catalog/page/assets.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define PICTURES "/pictures/"
#define HASH_BYTES 8 /* of SHA-256 that are in the style's name */

/* A picture that is opened by itself, as a document, may do no more than one in a page. */
#define HEADERS_PICTURE "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n"

static const char style[] =
#include "fcgi-catalog/page/style.css.inc"
    ;

/* Made by the Makefile: a row for each file, by name. */
static const struct picture {
    const char *name, *bytes;
} pictures[] = {
#include "fcgi-catalog/page/pictures.inc"
};

static char style_path[sizeof "/style-.css" + (size_t)HASH_BYTES * 2];
static pthread_once_t style_once = PTHREAD_ONCE_INIT;

static void name_style(void)
{
    unsigned char hash[EVP_MAX_MD_SIZE] = {0};
    char *at = style_path + sprintf(style_path, "/style-");

    /* Without a hash the style would have the same name in every version, and be cached too long: no other harm. */
    (void)EVP_Digest(style, sizeof style - 1, hash, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < HASH_BYTES; i++)
        at += sprintf(at, "%02x", hash[i]);
    strcpy(at, ".css");
}

const char *asset_style_path(void)
{
    pthread_once(&style_once, name_style);
    return style_path;
}

static const struct picture *find_picture(const char *path)
{
    if (strncmp(path, PICTURES, sizeof PICTURES - 1) != 0)
        return NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(pictures); i++) {
        if (strcmp(pictures[i].name, path + sizeof PICTURES - 1) == 0)
            return &pictures[i];
    }
    return NULL;
}

bool asset_is_picture(const char *path)
{
    return find_picture(path) != NULL;
}

bool asset_find(const char *path, struct asset *asset)
{
    const struct picture *picture = find_picture(path);

    if (picture != NULL)
        *asset =
            (struct asset){"image/svg+xml", "max-age=86400", HEADERS_PICTURE, picture->bytes, strlen(picture->bytes)};
    else if (strcmp(path, asset_style_path()) == 0)
        *asset = (struct asset){"text/css; charset=utf-8", "max-age=31536000, immutable", "", style, sizeof style - 1};
    else
        return false;
    return true;
}
