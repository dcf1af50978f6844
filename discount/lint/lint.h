/* SPDX-License-Identifier: MIT */
/*
 * Rules that make no sense. Pure: a ruleset, an instant and, where the caller has them, products go in; findings for
 * people come out. 100,000 rules take about a second, with 2,000 products that all have floors two, and a microsecond
 * for each price that is tried.
 *
 * A rule has at most one finding of each warning. Disabled rules are drafts: they are looked at for nothing but being
 * the duplicate of another rule. Rules whose window is over are told so, and otherwise only that they are duplicates.
 */
#ifndef DISCOUNT_LINT_LINT_H
#define DISCOUNT_LINT_LINT_H

#include "common/arena.h"
#include "discount/rule/change.h"
#include "discount/pricing/evaluate.h"

enum lint_warning {
    /*
     * Without the rule no price would change, because another one of its lane comes to the same price or a lower one
     * wherever it applies. The other rule is of the same kind, takes off at least as much (its cap, too), and applies
     * at least as widely: for everybody or the same customer or group; for every product, or for all that this rule
     * includes by the same names, and excludes nothing else; for no later a start (or since before `now`) and no
     * earlier an end; from no higher a minimum. Of two rules that shadow each other, the one that loses ties is told.
     * In the contract lane, as long as it has exclusive rules and others, the other rule must also win ties.
     *
     * Of very many rules for the same audience and target only the LINT_RIVALS strongest are compared with. What
     * several rules do together, what rules of different kinds do to each other, and what follows from memberships or
     * from the categories that a product is in, is WARNING_NEVER_WINS.
     */
    WARNING_SHADOWED,
    WARNING_EMPTY_AUDIENCE, /* its group has no members */
    /* All products and categories that it includes are excluded by the same names; with products given: none of them is
     * its target. */
    WARNING_EMPTY_TARGET,
    WARNING_WINDOW_PAST,
    /*
     * The rule alone would take a product below its floor: a price rule, one of the products that it names (unless it
     * excludes categories); with products given, any rule, one of these at its list price. The first such product is
     * named.
     */
    WARNING_UNDER_FLOOR,
    /* The same as another rule but for key, label, the zone that its window is shown in, and being disabled. Of several
     * such rules the enabled come first, then the lower key; all but the first are duplicates of that. */
    WARNING_DUPLICATE,
    WARNING_NOTHING_OFF, /* its percentage or amount is 0 */
    /* The rest is looked for with products given only, and means these. */
    WARNING_MINIMUM,          /* every product that it is for costs less than its minimum */
    WARNING_DEAR,             /* a price list asks no less than the list price for some of the products */
    WARNING_UNKNOWN_CATEGORY, /* it includes or excludes one that none of the products is in */
    /*
     * It wins for none of the products, none of the customers whom rules and groups name and none other, neither now
     * nor later, as long as the rules stay as they are. Told where no finding above says why. All are tried, unless
     * that takes more than max_quotes prices: `undecided` counts the rules that were not tried to the end.
     */
    WARNING_NEVER_WINS,
    WARNINGS,
};

#define LINT_RIVALS 64

/* Whether the warning is looked for where no products are given. */
static inline bool warning_needs_products(enum lint_warning warning)
{
    return warning > WARNING_NOTHING_OFF;
}

struct lint_question {
    int64_t now;                    /* no earlier than what the ruleset was made for */
    const struct product *products; /* none: what only prices can tell is not looked for */
    size_t product_count;
    const struct known_product *names; /* to name products in sentences; "#17" where a slug is not among them */
    size_t name_count;
    size_t max_findings;
    size_t max_quotes; /* prices that may be tried */
};

struct lint_finding {
    const char *rule; /* its key */
    enum lint_warning warning;
    const char *other_rule; /* NULL: none */
    const char *product;    /* its slug; NULL: none */
    const char *message;    /* a sentence */
};

struct lint {
    struct lint_finding *findings; /* by the rule's key, then in the order of the warnings; at most max_findings */
    size_t finding_count;
    size_t total;
    size_t quotes;    /* prices that were tried */
    size_t undecided; /* rules of which it is not known whether they ever win */
};

/* What it finds lives in the arena. */
void lint_ruleset(const struct ruleset *ruleset, const struct lint_question *question, struct arena *arena,
                  struct lint *lint);

#endif
