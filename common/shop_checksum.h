/* SPDX-License-Identifier: MIT */
/* The checksum of a range of products by which the Catalog and Discount find out whether both know the same
 * (proto/ecommerce.proto, TellProductsRequest.checksum). */
#ifndef COMMON_SHOP_CHECKSUM_H
#define COMMON_SHOP_CHECKSUM_H

#include <stdint.h>

#define SHOP_CHECKSUM_SIZE 32 /* SHA-256 */

/* The categories of a product that count: their slugs, and the characters of one. */
#define SHOP_CATEGORIES_MAX 64

struct shop_checksum;

struct shop_checksum *shop_checksum_new(void);
/* The next product, in the order of ids. `categories`: slugs with commas between them. */
void shop_checksum_add(struct shop_checksum *checksum, int32_t id, const char *slug, int32_t price,
                       const char *categories);
/* Writes the checksum of all that was added, and frees it. */
void shop_checksum_finish(struct shop_checksum *checksum, uint8_t digest[SHOP_CHECKSUM_SIZE]);

#endif
