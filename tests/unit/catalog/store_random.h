/* SPDX-License-Identifier: MIT */
/* A catalog of random products in a small tree of categories, and random queries. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_STORE_RANDOM_H
#define CATALOG_TESTS_UNIT_CATALOG_STORE_RANDOM_H

#include "tests/unit/catalog/store_fixture.h"

#include "fcgi-catalog/store/import.h"

static const char *const words[] = {"amber", "birch", "cedar", "cedarwood", "dune", "ember"};

/* Puts in `count` products, with prices and times that many share, in a tree of six categories. */
static void add_products(unsigned first, unsigned count)
{
    struct import *import;
    enum import_outcome outcome;
    int32_t id;

    assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
    for (unsigned i = first; i < first + count; i++) {
        static const char *const categories[] = {"c0", "c1", "c2", "c3", "c4", "c5", NULL, NULL};
        static const char *const tags[] = {"t0", "t1", "t2"};
        char slug[32], name[64], description[64];
        const struct product product = {
            .id = (int32_t)i,
            .slug = slug,
            .name = name,
            .description = description,
            .price_cents = (int32_t)draw(20) * 10,
            .updated_at = draw(5) * 1000,
            .categories = &categories[draw(6)],
            .own_category_count = draw(5) > 0,
            .tags = &tags[draw(3)],
            .tag_count = draw(3) > 0,
        };
        snprintf(slug, sizeof slug, "p-%u", i);
        snprintf(name, sizeof name, "%s %u", words[draw(6)], draw(10));
        snprintf(description, sizeof description, "%s %s", words[draw(6)], words[draw(6)]);
        if (import->methods->put_product(import, &product, FIELD_ALL, &outcome, &id) != IMPORT_OK)
            fail_msg("%s", import->reason);
    }
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    import_close(import);
}

static inline void open_catalog(unsigned count)
{
    assert_true(store_create(path, false, "EUR", reason, sizeof reason));
    assert_int_equal(change("INSERT INTO category (slug, parent) VALUES ('c0', NULL), ('c1', 'c0'), ('c2', 'c1'), "
                            "('c3', 'c0'), ('c4', NULL), ('c5', 'c4')"),
                     SQLITE_OK);
    add_products(1, count);
    assert_true(store_open(path, &store, reason, sizeof reason));
}

static inline struct product_query draw_query(enum sort sort)
{
    static const char *const categories[] = {"c0", "c1", "c2", "c4", "c5"};
    static const char *const tags[] = {"t0", "t1", "t2"};
    static const char *const texts[] = {"amber", "ced", "birch dune", "cedar", "5", "ember AMB"};
    struct product_query query = {.sort = sort, .min_price = -1, .max_price = -1};

    query.limit = 1 + (int)draw(17);
    if (draw(3) == 0)
        query.category = categories[draw(5)];
    if (draw(3) == 0)
        query.tag = tags[draw(3)];
    if (draw(3) == 0)
        query.min_price = draw(200);
    if (draw(3) == 0)
        query.max_price = draw(200);
    if (sort == SORT_RANK || draw(3) == 0)
        query.text = texts[draw(6)];
    return query;
}

#endif
