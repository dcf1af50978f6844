/* SPDX-License-Identifier: MIT */
/* Sentences on why a price is what it is. */
#include "discount/ctl/explain_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "discount/ctl/contradictions.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/when.h"

#define EXACT_SCALE 10000

struct teller {
    const Ecommerce__ExplainResponse *answer;
    const struct message_list *rules;
    struct arena *arena;
    const char *good, *dim, *bold, *off; /* colours, or "" */
};

static const char *say_name(const char *key, const char *label, struct arena *arena)
{
    key = display_text(arena, key);
    return label[0] != '\0' ? arena_print(arena, "%s \"%s\"", key, display_text(arena, label)) : key;
}

/* "899.1" of 8991000. */
static const char *say_exact(int64_t numerator, struct arena *arena)
{
    uint64_t size = numerator < 0 ? 0 - (uint64_t)numerator : (uint64_t)numerator;
    char *text = arena_print(arena, "%s%" PRIu64 ".%04" PRIu64, numerator < 0 ? "-" : "", size / EXACT_SCALE,
                             size % EXACT_SCALE);
    size_t length = strlen(text);

    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[length - 1] = '\0';
    return text;
}

static const char *say_rounding(const char *rounding)
{
    if (strcmp(rounding, "half-up") == 0)
        return "to the nearest, a half upwards";
    if (strcmp(rounding, "half-even") == 0)
        return "to the nearest, a half to the even one";
    return "down";
}

/* ---- The winner ---- */

static void tell_percent(const struct teller *teller, const Ecommerce__LaneExplanation *lane)
{
    const Ecommerce__Rule *rule = lane->winner;
    const char *percent = display_percent(teller->arena, rule->percent);

    printf("%s off %" PRId32 " is %s", percent, lane->price_before, say_exact(lane->exact_numerator, teller->arena));
    if (lane->was_capped)
        printf("; its cap takes %" PRId64 " off at most: %" PRId64, rule->cap, lane->rounded);
    else if (lane->exact_numerator % EXACT_SCALE != 0)
        printf(", rounded %s: %" PRId64, say_rounding(teller->answer->rounding), lane->rounded);
}

static void tell_winner(const struct teller *teller, const Ecommerce__LaneExplanation *lane)
{
    const Ecommerce__Rule *rule = lane->winner;

    printf("  %swon%s   %s: ", teller->good, teller->off, say_name(rule->key, rule->label, teller->arena));
    if (rule->kind == ECOMMERCE__KIND__KIND_PERCENT)
        tell_percent(teller, lane);
    else if (rule->kind == ECOMMERCE__KIND__KIND_AMOUNT)
        printf("%" PRId64 " off %" PRId32 " is %" PRId64, rule->amount, lane->price_before, lane->rounded);
    else
        printf("%s%" PRId64, rule->n_prices > 0 ? "its price list says " : "the price is ", lane->rounded);
    if (lane->was_held_at_floor)
        printf("; the product's floor of %" PRId32 " holds it at %" PRId32, lane->floor, lane->price_after);
    else if (lane->was_held_at_zero)
        printf("; no price goes below zero");
    puts(rule->exclusive ? "; it is exclusive: later lanes are not evaluated" : "");
}

/* ---- The losers ---- */

static const char *find_zone(const struct teller *teller, const char *key)
{
    for (size_t i = 0; i < teller->rules->count; i++) {
        const Ecommerce__Rule *rule = teller->rules->items[i];
        if (strcmp(rule->key, key) == 0)
            return rule->zone;
    }
    return "";
}

static const char *say_window(const struct teller *teller, const Ecommerce__Loser *loser, bool is_over)
{
    const char *zone = find_zone(teller, loser->key);
    const char *when = when_window(teller->arena, loser->limit, zone, false);

    return arena_print(teller->arena, is_over ? "its window was over at %s" : "its window begins at %s", when);
}

static const char *say_not_lower(const struct teller *teller, const Ecommerce__LaneExplanation *lane, int64_t price)
{
    if (lane->price_before <= 0)
        return "nothing is left to pay";
    if (lane->price_before <= lane->floor)
        return arena_print(teller->arena, "the price is at the product's floor of %" PRId32 ", or below it",
                           lane->floor);
    return arena_print(teller->arena, "it would not lower the price: would come to %" PRId64, price);
}

static const char *say_loss(const struct teller *teller, const Ecommerce__LaneExplanation *lane,
                            const Ecommerce__Loser *loser)
{
    struct arena *arena = teller->arena;

    switch (loser->loss) {
    case ECOMMERCE__LOSS__LOSS_DISABLED:
        return "it is disabled";
    case ECOMMERCE__LOSS__LOSS_AUDIENCE:
        return "it is for other customers";
    case ECOMMERCE__LOSS__LOSS_TARGET:
        return "it is for other products";
    case ECOMMERCE__LOSS__LOSS_EXCLUDED:
        return "it excludes this product";
    case ECOMMERCE__LOSS__LOSS_WINDOW_AHEAD:
        return say_window(teller, loser, false);
    case ECOMMERCE__LOSS__LOSS_WINDOW_OVER:
        return say_window(teller, loser, true);
    case ECOMMERCE__LOSS__LOSS_MINIMUM:
        return arena_print(arena, "it applies from a list price of %" PRId64 ", and this is %" PRId32, loser->limit,
                           teller->answer->list_price);
    case ECOMMERCE__LOSS__LOSS_EXCLUSIVE:
        return "an exclusive rule won an earlier lane";
    case ECOMMERCE__LOSS__LOSS_NOT_LOWER:
        return say_not_lower(teller, lane, loser->price);
    case ECOMMERCE__LOSS__LOSS_OUT_PRICED:
        return arena_print(arena, "out-priced: would come to %" PRId64 ", winner %" PRId32, loser->price,
                           lane->price_after);
    case ECOMMERCE__LOSS__LOSS_PRIORITY:
        return arena_print(arena, "comes to %" PRId64 " as well, and the winner's priority of %" PRId64 " is higher",
                           loser->price, loser->limit);
    case ECOMMERCE__LOSS__LOSS_KEY:
        return arena_print(arena, "comes to %" PRId64 " with the same priority as well, and the winner's key is lower",
                           loser->price);
    default:
        return "for a reason that this program does not know";
    }
}

static size_t count_listed(const Ecommerce__LaneExplanation *lane, Ecommerce__Loss loss)
{
    size_t count = 0;

    for (size_t i = 0; i < lane->n_losers; i++)
        count += lane->losers[i]->loss == loss;
    return count;
}

static void tell_unlisted(const struct teller *teller, const Ecommerce__LaneExplanation *lane)
{
    const char *gap = "  and   ";

    for (size_t i = 0; i < lane->n_counts; i++) {
        const Ecommerce__LossCount *count = lane->counts[i];
        size_t listed = count_listed(lane, count->loss);
        if ((size_t)count->count <= listed)
            continue;
        printf("%s%s%zu more: %s", teller->dim, gap, (size_t)count->count - listed,
               json_enum_word(&ecommerce__loss__descriptor, (int)count->loss, teller->arena));
        gap = "; ";
    }
    if (gap[0] == ';')
        puts(teller->off);
}

static void tell_lane(const struct teller *teller, const Ecommerce__LaneExplanation *lane)
{
    const char *name = json_enum_word(&ecommerce__lane__descriptor, (int)lane->lane, teller->arena);

    printf("%s%s:%s ", teller->bold, name, teller->off);
    if (lane->was_skipped)
        puts("not evaluated, because an exclusive rule won before");
    else if (lane->winner == NULL)
        printf("no rule applies, the price stays %" PRId32 "\n", lane->price_before);
    else
        printf("%" PRId32 " becomes %" PRId32 "\n", lane->price_before, lane->price_after);
    if (lane->winner != NULL)
        tell_winner(teller, lane);
    for (size_t i = 0; i < lane->n_losers; i++) {
        const Ecommerce__Loser *loser = lane->losers[i];
        printf("  %slost%s  %s: %s\n", teller->dim, teller->off, say_name(loser->key, loser->label, teller->arena),
               say_loss(teller, lane, loser));
    }
    tell_unlisted(teller, lane);
    putchar('\n');
}

/* ---- The whole ---- */

static void tell_head(const struct teller *teller, const struct explain_asked *asked)
{
    const Ecommerce__ExplainResponse *answer = teller->answer;

    if (asked->customer_id > 0)
        printf("customer   %" PRId32, asked->customer_id);
    else
        printf("customer   nobody in particular; visitors whom the Catalog does not know see list prices, whatever the "
               "rules say");
    for (size_t i = 0; i < answer->n_groups; i++)
        printf("%s%s", i == 0 ? ", in " : ", ", display_text(teller->arena, answer->groups[i]));
    printf("\nproduct    %" PRId32 "%s%s, list price %" PRId32, asked->product_id, asked->slug != NULL ? " " : "",
           display_text(teller->arena, asked->slug), answer->list_price);
    if (asked->told_at != 0)
        printf(", as the Catalog told %s", when_utc(teller->arena, asked->told_at));
    putchar('\n');
    printf("at         %s%s%s, revision %" PRId64 "\n\n", when_utc(teller->arena, answer->at),
           asked->zone[0] != '\0' ? ", " : "",
           asked->zone[0] != '\0' ? when_window(teller->arena, answer->at, asked->zone, false) : "", answer->revision);
}

/* Only what is free is 100 % below. */
static void tell_share(double percent)
{
    bool is_almost_all = percent < 100 && percent > 99.99;

    printf(", %s%.4g %% below the list price\n", is_almost_all ? "over " : "", is_almost_all ? 99.99 : percent);
}

static void tell_price(const struct teller *teller)
{
    const Ecommerce__ExplainResponse *answer = teller->answer;

    printf("%sprice      %" PRId32 "%s", teller->bold, answer->price, teller->off);
    if (answer->price < answer->list_price && answer->value != NULL)
        tell_share((double)answer->value->pct * 100);
    else
        puts(", the list price");
}

void explain_text_print(const Ecommerce__ExplainResponse *answer, const struct explain_asked *asked,
                        const struct message_list *rules, const struct ctl_options *options, struct arena *arena)
{
    struct teller teller = {
        .answer = answer, .rules = rules, .arena = arena, .good = "", .dim = "", .bold = "", .off = ""};

    if (display_has_colour(stdout, options)) {
        teller.good = COLOUR_GREEN;
        teller.dim = COLOUR_DIM;
        teller.bold = COLOUR_BOLD;
        teller.off = COLOUR_OFF;
    }
    tell_head(&teller, asked);
    contradictions_print((const Ecommerce__Contradiction *const *)answer->contradictions, answer->n_contradictions,
                         options, arena);
    for (size_t i = 0; i < answer->n_lanes; i++)
        tell_lane(&teller, answer->lanes[i]);
    tell_price(&teller);
}
