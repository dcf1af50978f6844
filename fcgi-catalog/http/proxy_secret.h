/* SPDX-License-Identifier: MIT */
/*
 * What a trusted proxy proves itself with: a line of a file that only it and the Catalog can read, which it sends as
 * X-Catalog-Secret. A file with two lines lets a new secret in while the old one still counts.
 */
#ifndef CATALOG_HTTP_PROXY_SECRET_H
#define CATALOG_HTTP_PROXY_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

#define PROXY_SECRET_FILE_MAX 4096 /* bytes */
#define PROXY_SECRET_LENGTH_MIN 16 /* of one secret, bytes */

struct proxy_secret;

/*
 * Reads CATALOG_PROXY_SECRET_FILE: a secret on each line, 16 visible ASCII characters or more, in a file that others
 * than its owner and group cannot read. NULL: `reason` holds one line, which names the file and repeats nothing of it.
 */
MUST_CHECK struct proxy_secret *proxy_secret_read(const char *path, char *reason, size_t reason_size);
void proxy_secret_free(struct proxy_secret *secret);

/* Whether `text` is one of them, in a time that depends on the length of `text` alone. */
bool proxy_secret_is(const struct proxy_secret *secret, const char *text);

#endif
