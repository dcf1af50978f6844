/* SPDX-License-Identifier: MIT */
/*
 * A ruleset: the rules, groups, members and floors of one revision, frozen and made ready to look up. Pure: no I/O, no
 * clock. Once made it never changes; any thread may read it.
 *
 *   builder ──add, remove──> ruleset = base snapshot [+ overlay snapshot]
 *
 * A snapshot has its rules, sorted by key, and an index from (audience, target) to the rules that may apply there, the
 * strongest first. The index only proposes rules, each is checked before it is used: an entry too many costs time, not
 * a wrong price. A builder that begins from a ruleset makes an overlay on that ruleset's base: what the overlay adds or
 * removes hides what the base has. So the cost of a changed rule grows with the changes since the base, not with the
 * number of rules. Overlays do not stack: each builder is told everything that changed since ruleset_base_revision(),
 * and the caller makes a new base from time to time.
 */
#ifndef DISCOUNT_RULESET_RULESET_H
#define DISCOUNT_RULESET_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "discount/rule/price.h"
#include "discount/rule/rule.h"

struct ruleset;
struct ruleset_builder;

/* ---- Making one ---- */

/* Begins an empty ruleset (NULL), or an empty overlay on the base of `from`, which must be told everything that changed
 * since ruleset_base_revision(from). */
struct ruleset_builder *ruleset_builder_new(const struct ruleset *from);

/* Adds a rule, or replaces the rule of this key. The rule must have passed rule_check(), and its products need their
 * ids. All of it is copied. */
void ruleset_builder_set_rule(struct ruleset_builder *builder, const struct rule *rule);
/* Without such a rule nothing happens; likewise for the other functions that remove. */
void ruleset_builder_remove_rule(struct ruleset_builder *builder, const char *key);

/* Adds a group, or changes its label; its members stay. */
void ruleset_builder_set_group(struct ruleset_builder *builder, const char *key, const char *label);
/* Removes a group and its members. */
void ruleset_builder_remove_group(struct ruleset_builder *builder, const char *key);
/* The group must be there. A member who is one already stays one. */
void ruleset_builder_add_member(struct ruleset_builder *builder, const char *group, int32_t customer_id);
void ruleset_builder_remove_member(struct ruleset_builder *builder, const char *group, int32_t customer_id);

/* No rule takes the price of this product below `floor`; 0: no floor. */
void ruleset_builder_set_floor(struct ruleset_builder *builder, int32_t product_id, int32_t floor);

/* The product of this id has this slug; NULL: there is no such product any more. Slugs take no part in pricing: see
 * ruleset_contradicts(). */
void ruleset_builder_set_slug(struct ruleset_builder *builder, int32_t product_id, const char *slug);

/* Removes everything. */
void ruleset_builder_clear(struct ruleset_builder *builder);

/*
 * Freezes what was built and frees the builder. Rules whose window ended a day or more before `now` are not indexed:
 * they cannot win and are kept for explanations only. The caller releases the ruleset.
 */
struct ruleset *ruleset_builder_finish(struct ruleset_builder *builder, int64_t revision, enum price_rounding rounding,
                                       int64_t now);

/* Frees a builder that was not finished. NULL is allowed. */
void ruleset_builder_free(struct ruleset_builder *builder);

/* One more user. Any thread. Returns the ruleset. */
const struct ruleset *ruleset_hold(const struct ruleset *ruleset);
/* One user less; the last one frees it. NULL is allowed. Freeing takes time: not on the thread that quotes. */
void ruleset_release(const struct ruleset *ruleset);

/* ---- Looking at one ---- */

int64_t ruleset_revision(const struct ruleset *ruleset);
enum price_rounding ruleset_rounding(const struct ruleset *ruleset);

/* The revision of the base, from which builders begin: the ruleset's own where it has no overlay. */
int64_t ruleset_base_revision(const struct ruleset *ruleset);

size_t ruleset_rule_count(const struct ruleset *ruleset);
size_t ruleset_group_count(const struct ruleset *ruleset);

/* When a price may next change by itself, because an enabled rule's window begins or ends after `now`; 0: never. */
int64_t ruleset_next_change(const struct ruleset *ruleset, int64_t now);

/* The floor of a product; 0: none. */
int32_t ruleset_floor(const struct ruleset *ruleset, int32_t product_id);

/*
 * Whether a caller's id and slug of a product contradict the rules: the rules know the id by another slug (*known_id is
 * product_id), or the slug as that of another product (*known_id). A product that the rules know neither by id nor by
 * slug does not contradict them, nor does the slug "".
 */
bool ruleset_contradicts(const struct ruleset *ruleset, int32_t product_id, const char *slug, int32_t *known_id);

/* The next customer id above `after` in the lists of members, perhaps of a customer who is in no group any more; 0:
 * there are no more. */
int32_t ruleset_next_customer(const struct ruleset *ruleset, int32_t after);

/* Whether the group exists, and how many members it has. */
bool ruleset_has_group(const struct ruleset *ruleset, const char *group, size_t *member_count);

/*
 * Walks over all rules by key, disabled and past ones included: `*place` begins at 0. False: there are no more. What
 * *rule points to lives as long as the ruleset, but for its arrays of products and categories, which live until the
 * next call with the same `view`. Products have ids and no slugs.
 */
struct ruleset_view; /* room for one rule's arrays */
struct ruleset_view *ruleset_view_new(void);
void ruleset_view_free(struct ruleset_view *view); /* NULL is allowed */
bool ruleset_next_rule(const struct ruleset *ruleset, struct ruleset_view *view, uint64_t *place, struct rule *rule);
/* The rule of this key. False: there is none. */
bool ruleset_find_rule(const struct ruleset *ruleset, struct ruleset_view *view, const char *key, struct rule *rule);

#endif
