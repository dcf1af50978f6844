/* SPDX-License-Identifier: MIT */
/*
 * A rule as a shop describes it, and the checks that it must pass. Pure: no I/O, no clock.
 *
 * Money is in the currency's minor unit, percentages in hundredths of a percent (1000 is 10 %), instants are seconds
 * since 1970 in UTC (POSIX time). Strings are UTF-8, ended by NUL. Whoever fills in a rule owns what it points to.
 */
#ifndef DISCOUNT_RULE_RULE_H
#define DISCOUNT_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "discount/rule/rule_fields.h"

#define RULE_KEY_MAX 64    /* characters of a key of a rule, a group or a category; the least is 1 */
#define RULE_SLUG_MAX 200  /* characters of a product's slug */
#define RULE_LABEL_MAX 200 /* Unicode code points of a label */
#define RULE_MONEY_MAX INT32_MAX
#define RULE_PERCENT_MAX 10000
#define RULE_PRIORITY_MAX 1000000 /* the least is its negative */
#define RULE_TARGETS_MAX 200000   /* products, prices and categories of one rule */
/* Instants of windows: 1970-01-02 to 9999-12-31. 0 says that there is no limit. */
#define RULE_INSTANT_MIN INT64_C(86400)
#define RULE_INSTANT_MAX INT64_C(253402300799)

/* In the order in which they are evaluated. A third, "code", is reserved. */
enum rule_lane { RULE_LANE_CONTRACT, RULE_LANE_SALE, RULE_LANES };

/*
 * What a rule makes of a price: a row a kind, ROW(constant, name, least, most). The name is that of the field of the
 * message Rule, of the word of rule files and of what the database says; the value, in hundredths of a percent or in
 * minor units, is least … most. What a kind makes of a price is in price.h.
 */
#define RULE_KIND_ROWS(ROW)                                                                                            \
    ROW(PERCENT, percent, 0, RULE_PERCENT_MAX)                                                                         \
    ROW(AMOUNT, amount, 1, RULE_MONEY_MAX)                                                                             \
    ROW(PRICE, price, 0, RULE_MONEY_MAX)
#define RULE_KIND_CONSTANT(constant, ...) RULE_##constant,
enum rule_kind { RULE_KIND_ROWS(RULE_KIND_CONSTANT) RULE_KINDS };
enum rule_audience { RULE_EVERYBODY, RULE_CUSTOMER, RULE_GROUP };

/* The names of lanes and kinds: "contract", "sale"; "percent", "amount", "price". */
extern const char *const rule_lane_names[RULE_LANES];
extern const char *const rule_kind_names[RULE_KINDS];

/* A product that a rule names. */
struct rule_product {
    const char *slug; /* NULL where only the id is known */
    int32_t id;       /* 0 where only the slug is known */
    int64_t price;    /* in a price list: what it costs */
};

#define RULE_TYPE_TEXT const char *
#define RULE_TYPE_GROUP const char *
#define RULE_TYPE_VALUE int64_t
#define RULE_TYPE_CUSTOMER int32_t
#define RULE_TYPE_MONEY int64_t
#define RULE_TYPE_NUMBER int32_t
#define RULE_TYPE_LANE enum rule_lane
#define RULE_TYPE_KIND enum rule_kind
#define RULE_TYPE_FLAG bool
#define RULE_TYPE_SWITCH bool
#define RULE_TYPE_INSTANT int64_t
#define RULE_MEMBER(type, member, ...) RULE_TYPE_##type member;

struct rule {
    const char *key;
    RULE_FIELDS(RULE_MEMBER) /* see rule_fields.h */
    enum rule_audience audience;

    /* The products and categories that it is for; without any: every product. */
    struct rule_product *products;
    size_t product_count;
    bool is_price_list; /* RULE_PRICE, and each product has its price; there are no categories then */
    const char **categories;
    size_t category_count;
    /* Excluded even when included. */
    struct rule_product *excluded_products;
    size_t excluded_product_count;
    const char **excluded_categories;
    size_t excluded_category_count;
};

/* The table of rule_fields.h, to loop over. */
struct rule_field {
    enum rule_field_type type;
    const char *word;
    size_t offset; /* in struct rule */
    int64_t least, most;
};

#define RULE_FIELD_ONE(...) +1
enum { RULE_FIELD_COUNT = RULE_FIELDS(RULE_FIELD_ONE) };
extern const struct rule_field rule_fields[RULE_FIELD_COUNT];

/* The value of a field, 0 of a text or group. A value to set must be within the field's bounds; the fields that are no
 * MONEY, NUMBER, LANE, FLAG, SWITCH or INSTANT are left as they are. */
int64_t rule_field_get(const struct rule_field *field, const struct rule *rule);
void rule_field_set(const struct rule_field *field, struct rule *rule, int64_t value);

/* Whether the field takes part in making a price: all do but texts, the group, the customer and the switch. */
bool rule_field_prices(const struct rule_field *field);

/* Told of each thing that is wrong: the field as the rule file and the messages name it ("percent", "include",
 * "price"), and a sentence with the value and what is allowed. Both live only during the call. */
typedef void rule_fault_f(void *data, const char *field, const char *message);

/*
 * Tells `fault` of everything that is wrong with the rule by itself: its key, label, ranges, fields that do not go
 * together, a window that ends before it starts, a product or category named twice. True: nothing is wrong.
 * Whether the products, the group and the time zone exist is checked elsewhere.
 */
bool rule_check(const struct rule *rule, rule_fault_f *fault, void *data);

/* Whether text is a key: 1 to `max` characters of a-z, 0-9, and single hyphens between them. NULL is not. */
bool rule_is_key(const char *text, size_t max);

/* Whether text can be a label: UTF-8, 0 to RULE_LABEL_MAX code points, no control characters. */
bool rule_is_label(const char *text);

/*
 * Whether two rules say the same but for key, label, the zone that the window is shown in, and being disabled. Both
 * must have their products sorted by id and their categories by name.
 */
bool rule_says_the_same(const struct rule *a, const struct rule *b);

/* For qsort(3): products by id, names of categories and keys by their bytes. */
int rule_compare_products(const void *left, const void *right);
int rule_compare_names(const void *left, const void *right);

/* The product of this id among products sorted by id; NULL: none. */
const struct rule_product *rule_find_product(const struct rule_product *products, size_t count, int32_t id);
/* Whether sorted categories have it. */
bool rule_has_category(const char *const *categories, size_t count, const char *category);

/* Copies all that a rule points to into the arena. */
void rule_copy(struct rule *rule, struct arena *arena);

#endif
