/* SPDX-License-Identifier: MIT */
/* One product on its way into the catalog. Used by the import's files only. */
#ifndef CATALOG_STORE_SQLITE_WRITING_ITEM_H
#define CATALOG_STORE_SQLITE_WRITING_ITEM_H

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/store/sqlite/writing/writing.h"

struct item {
    struct writing *import;
    const struct product *row; /* what came in, */
    unsigned fields;           /* and which of it counts */
    enum field_bit key;        /* by which it is known */
    bool is_new, is_renamed;
    bool has_known_sku, is_ambiguous; /* a product has the row's SKU; several have */
    bool is_mistaken;                 /* what is known went to another row by its SKU: see write_mistaken() */
    unsigned mistaken_fields;         /* which that row has given; 0: it is not known */
    bool drops_compare_at;            /* the row's compare-at price is not above the price */
    int32_t former_id;                /* of a new product that was there before; 0: it was not, or it is not known */
    struct product known;             /* what there was, */
    struct product wanted;            /* and what it becomes: categories and tags sorted, each once */
    unsigned differing;               /* the fields that differ between the two */
};

static inline const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

/* Whether what the row says is in the bounds of field.h: slug and SKU, for looking up; and all the rest, once the
 * lists are sorted. */
MUST_CHECK enum import_status item_check_keys(const struct item *item);
MUST_CHECK enum import_status item_check(const struct item *item);

/* Gives each variant of the wanted product its id: that of the row; else that of the known variant with the same
 * options, or the same SKU; else that of one that left with these options; else a new one. Refuses an id that a variant
 * of another product has or had, and a price that is not the cheapest variant's. */
MUST_CHECK enum import_status item_settle_variants(struct item *item);

/* Writes the wanted product. */
MUST_CHECK bool item_write(struct item *item);

#endif
