/* SPDX-License-Identifier: MIT */
/*
 * Products and categories as lines of JSON Lines that import reads back.
 *
 *     {"category":"phones","name":"Phones","parent":"electronics"}    null: it has no name, it is at the top
 *     {"former":7,"slug":"old-phone","sku":"S-7"}                     a product that has left; null: not known
 *     {"id":1,"slug":"iphone-x",…,"categories":["phones"],…}          as in the answers of /products
 *
 * A product's categories are those that it is put into. Fields that are empty stand at the end as null, because import
 * leaves alone what a line does not name.
 */
#ifndef CATALOG_CTL_JSON_LINE_H
#define CATALOG_CTL_JSON_LINE_H

#include <stdio.h>

#include "fcgi-catalog/catalog/product.h"

/* Every category, those above others before them, else in the order of slugs, which is that of the list. */
void json_line_write_categories(const struct category_list *categories, FILE *out);

void json_line_write_former(const struct former_product *former, FILE *out);

void json_line_write_product(const struct product *product, const char *currency, FILE *out);

#endif
