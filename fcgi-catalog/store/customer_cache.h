/* SPDX-License-Identifier: MIT */
/*
 * Customers that were looked up lately, and ids that turned out to be nobody's. True for one revision of the store:
 * whoever owns the cache clears it when the revision moves. Of fixed size; a newcomer takes the place of whoever was
 * there.
 */
#ifndef CATALOG_STORE_CUSTOMER_CACHE_H
#define CATALOG_STORE_CUSTOMER_CACHE_H

#include <stdbool.h>

#include "fcgi-catalog/catalog/product.h"

struct customer_cache;

struct customer_cache *customer_cache_new(void);
void customer_cache_free(struct customer_cache *cache); /* NULL is allowed */

void customer_cache_clear(struct customer_cache *cache);

/* True: the id was looked up before; *customer is NULL when it is nobody's, else lives until the cache is changed. */
bool customer_cache_find(const struct customer_cache *cache, int32_t id, const struct customer **customer);

/* Remembers what was found: a copy of `customer`, or with NULL that the id is nobody's. */
void customer_cache_put(struct customer_cache *cache, int32_t id, const struct customer *customer);

#endif
