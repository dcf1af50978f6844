/* SPDX-License-Identifier: MIT */
/* What the catalog holds: products, their categories, and customers; and a product's address. Plain data: whoever fills
 * a struct says where its strings live. */
#ifndef CATALOG_CATALOG_PRODUCT_H
#define CATALOG_CATALOG_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

/* The Discount service looks at so many categories of a product, those above its own included. */
#define PRODUCT_CATEGORIES_MAX 64

struct product_image {
    const char *url;
    const char *alt; /* "" when nobody said what it shows */
};

/* What tells a variant from the others of its product: "Colour" is "Red". */
struct product_option {
    const char *name, *value; /* neither is empty */
};

/* Texts are UTF-8. The members of plain fields are those of variant.def and field.def. */
#define MEMBER_TEXT(member) const char *member;
#define MEMBER_NUMBER(member) int32_t member;
#define MEMBER_TIME(member) int64_t member;
#define MEMBER_CATEGORIES(member)
#define MEMBER_TAGS(member)
#define MEMBER_IMAGES(member)
#define MEMBER_CURRENCY(member) /* the shop's */
#define MEMBER_DISCOUNT(member) /* see struct quote */
#define MEMBER_VARIANTS(member)
#define FIELD(bit, kind, member, name, bound, check, form) MEMBER_##kind(member)
struct product_variant {
    int32_t id;                           /* no other variant ever had it, of whatever product; 0: none yet */
    const struct product_option *options; /* in the shop's order, one at least; each name once */
    size_t option_count;
#include "fcgi-catalog/catalog/variant.def"
};
#undef FIELD
#define FIELD(bit, kind, member, name, bound, place, check, form) MEMBER_##kind(member)
struct product {
    int32_t id;
#include "fcgi-catalog/catalog/field.def"
    const char *const *categories; /* slugs: those that it is put into, then those above them; each once */
    size_t category_count;
    size_t own_category_count; /* how many of them it is put into */
    const char *const *tags;   /* in the order of their bytes, each once */
    size_t tag_count;
    const struct product_image *images; /* in the shop's order */
    size_t image_count;
    const struct product_variant *variants; /* in the shop's order, no two of the same options; the price of a product
                                               that has any is that of the cheapest one */
    size_t variant_count;
};
#undef FIELD

struct product_list {
    const struct product *items;
    size_t count;
};

/* The product's address below the base of the program: by slug, "/products/moka-pot", or, when its slug is not allowed
 * (field_is_slug()), by id, "/products/7". Needs no encoding. In `arena`. */
const char *product_path(const struct product *product, struct arena *arena);

/* A product that has left: its id is kept for it, should it come back. */
struct former_product {
    int32_t id;
    const char *slug, *sku; /* when it left; "": it had none, or a product that left later had it, too */
};

struct former_list {
    const struct former_product *items;
    size_t count;
};

/* One category as people see it. */
struct category_entry {
    const char *slug;
    const char *name;      /* "" when it has no name */
    const char *parent;    /* the slug of the one above it; NULL: it is at the top */
    int64_t product_count; /* with those of the categories below it, each once */
    int64_t number;        /* that it keeps when its slug changes; from 1 up */
};

struct category_list {
    const struct category_entry *items;
    size_t count;
};

/* The category of this slug in a list that is ordered by slug; NULL: there is none, or the list or the slug is NULL. */
const struct category_entry *category_find(const struct category_list *categories, const char *slug);

struct customer {
    int32_t id;
    const char *first_name;
    const char *last_name;
    const char *login; /* "" when there is none */
    const char *email; /* likewise; NULL where nobody needs it: see find_customer() of the store */
};

struct customer_list {
    const struct customer *items;
    size_t count;
};

/* What one customer pays for one product, as Discount says. All zero: no discount applies. */
struct quote {
    float pct;           /* the share taken off: 0.1 is 10 % */
    int32_t value_cents; /* the price to pay */
};

/* A rule that had a part in a quote. */
struct applied_rule {
    const char *key, *label, *lane; /* UTF-8 */
    int32_t before_cents;           /* what the product cost before this rule, */
    int32_t after_cents;            /* and what it cost after it */
};

/* The rules that made one quote, in the order in which they were applied. All zero: none, or not known. */
struct applied_rules {
    const struct applied_rule *items;
    size_t count;
};

#endif
