/* SPDX-License-Identifier: MIT */
/*
 * Writing the catalog: products and categories go in one by one, in one transaction, and are there for others at its
 * commit or not at all; whoever reads meanwhile reads what was. A million products, in memory that does not grow with
 * them. For catalogctl; the server never writes.
 *
 *     import_open -> begin -> put_category …, put_product …, prune -> commit or roll_back
 */
#ifndef CATALOG_STORE_IMPORT_H
#define CATALOG_STORE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/product.h"

enum import_status {
    IMPORT_OK,
    IMPORT_REFUSED, /* this row cannot go in, the reason says why; nothing of it did, and the next may follow */
    IMPORT_FAILED,  /* the database cannot be written, the reason says why; all that is left is to roll back */
};

enum import_outcome { OUTCOME_INSERTED, OUTCOME_UPDATED, OUTCOME_UNCHANGED };

/* Beside the bits of enum field_bit: the id has none among them. */
#define IMPORT_FIELD_ID ((unsigned)FIELD_ALL + 1)

struct import {
    const struct import_methods *methods;
    /* "now" for the rows to come, seconds since 1970 in UTC. With 0, times that no row gives are left as they are, 0
     * (not known) in a new product. */
    int64_t now;
    /* Of the last call that did not return IMPORT_OK. */
    char reason[512];      /* one line, without the database's name */
    unsigned reason_field; /* which field of the row an IMPORT_REFUSED is about: a bit of enum field_bit, or
                              IMPORT_FIELD_ID; 0: none of them */
};

/* What prune() took away. */
struct import_pruned {
    int64_t products, categories;
};

struct import_methods {
    void (*close)(struct import *import);

    /* From here on others may read, but not write. Waits up to ten seconds for somebody else who is writing. */
    enum import_status (*begin)(struct import *import);

    /*
     * Makes the product what the row says: of *product the fields count whose bits `fields` has (enum field_bit;
     * discount and currency have no meaning here); what a row does not say stays as it is, and is empty in a new
     * product. The product is the known one of its SKU, or else, when the row has no SKU or nobody has it, of its slug;
     * if there is none, a new one, which needs a slug and a price. A known SKU with another slug renames it. Its id: 0,
     * or that of a new product; another one for a known product is refused. A new one of id 0 that has left before (by
     * its SKU, or else by its slug) gets the id that it had, any other one an id that nobody had before; an id that
     * another product had is refused. Of its categories the first own_category_count count; one that is not there yet
     * is made, at the top, without a name. Without FIELD_CREATED a new product is created now, and updated without
     * FIELD_UPDATED; as 0 neither is known. A known product that was different is updated now, unless FIELD_UPDATED
     * gives another time than it has; 0 gives none (see `now`). Text that is not UTF-8 or out of the bounds of
     * catalog/field.h, the same product twice in one import, an id, SKU or slug that another product has:
     * IMPORT_REFUSED.
     */
    enum import_status (*put_product)(struct import *import, const struct product *product, unsigned fields,
                                      enum import_outcome *outcome, int32_t *id);

    /* Says that a product had this id, and these ("": not known), and has left: see above. One that is there, or known
     * to have left, stays as it is. The texts are UTF-8 and have no NUL. */
    enum import_status (*put_former)(struct import *import, int32_t id, const char *slug, const char *sku);

    /* Makes a category, or gives a known one this name and place. `name` NULL: leaves it as it is. `parent`: a slug,
     * which is made when it is not there; "": at the top; NULL: leaves it where it is. One above itself is refused. */
    enum import_status (*put_category)(struct import *import, const char *slug, const char *name, const char *parent,
                                       enum import_outcome *outcome);

    /* Makes `currency` that of the shop: a code of ISO 4217, or "". */
    enum import_status (*put_currency)(struct import *import, const char *currency);

    /* Counts how many products go: those that no put_product() since begin() named. Then categories go that no product
     * is in, nor in one below, and that no put_category() named. Nothing may be put behind it. */
    enum import_status (*prune)(struct import *import, struct import_pruned *pruned);

    /* Brings indexes and search up to date, which may take as long as all the rest, and commits. `progress` is called
     * now and then with what was done of it so far, 0 to 1; NULL: nobody wants to know. */
    enum import_status (*commit)(struct import *import, void (*progress)(void *data, double done), void *data);

    /* Takes everything back since begin(). That of --dry-run, too. */
    void (*roll_back)(struct import *import);
};

/* Opens the database at `location` for writing. On false `reason` names it and says why. */
MUST_CHECK bool import_open(const char *location, struct import **import, char *reason, size_t reason_size);

/* Takes back what was not committed. NULL is allowed. */
void import_close(struct import *import);

#endif
