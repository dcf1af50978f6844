/* SPDX-License-Identifier: MIT */
/* A range of the shop's products as one call tells it. */
#ifndef CATALOG_TELL_RANGE_H
#define CATALOG_TELL_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/store/store.h"
#include "proto/ecommerce.pb-c.h"

#define RANGE_PRODUCTS 1000            /* of a range, at most */
#define RANGE_BYTES (1024 * 1024)      /* of its products as they are sent: a range ends soon behind so many */
#define RANGE_SLACK_BYTES (256 * 1024) /* so soon */

/*
 * Reads the range behind the id `after`, as the store is now: sets after, last, checksum and products of the request;
 * what it points to is in `arena`. last is INT32_MAX when no product follows. Products that rules cannot name, because
 * of slugs that somebody wrote by hand, are left out, and such categories. No walk is open afterwards. STORE_OK, or
 * what the store said.
 */
enum store_status range_read(struct store *store, int32_t after, struct arena *arena,
                             Ecommerce__TellProductsRequest *request);

/* Whether a category's slug is one that rules can name. */
bool range_is_category(const char *slug);

#endif
