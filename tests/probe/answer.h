/* SPDX-License-Identifier: MIT */
/* The answers of price_probe, as JSON without a newline. */
#ifndef TESTS_PROBE_ANSWER_H
#define TESTS_PROBE_ANSWER_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "discount/pricing/evaluate.h"
#include "discount/pricing/explain.h"

static const char *const loss_names[LOSSES] = {
    [LOSS_NONE] = "none",         [LOSS_DISABLED] = "disabled",       [LOSS_AUDIENCE] = "audience",
    [LOSS_TARGET] = "target",     [LOSS_EXCLUDED] = "excluded",       [LOSS_WINDOW_AHEAD] = "window-ahead",
    [LOSS_MINIMUM] = "minimum",   [LOSS_WINDOW_OVER] = "window-over", [LOSS_EXCLUSIVE] = "exclusive",
    [LOSS_PRIORITY] = "priority", [LOSS_NOT_LOWER] = "not-lower",     [LOSS_OUT_PRICED] = "out-priced",
    [LOSS_KEY] = "key",
};

static inline void print_text(const char *text)
{
    if (text == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == '"' || c == '\\')
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static inline const char *print_bool(bool value)
{
    return value ? "true" : "false";
}

static inline void print_quote(const struct quote *quote)
{
    printf("{\"price\":%" PRId32 ",\"discounted\":%s,\"percent\":%" PRId32 ",\"held\":%s,\"steps\":[", quote->price,
           print_bool(quote->is_discounted), quote->is_discounted ? quote->percent : -1, print_bool(quote->is_held));
    for (size_t i = 0; i < RULE_LANES; i++) {
        const struct quote_step *step = &quote->steps[i];
        fputs(i > 0 ? ",[" : "[", stdout);
        print_text(step->key);
        printf(",%" PRId32 ",%" PRId32 ",%s]", step->price_before, step->price_after, print_bool(step->is_held));
    }
    fputs("]}", stdout);
}

static inline void print_lane(const struct lane_explanation *lane)
{
    printf("{\"skipped\":%s,\"before\":%" PRId32 ",\"after\":%" PRId32 ",\"floor\":%" PRId32 ",\"winner\":",
           print_bool(lane->is_skipped), lane->price_before, lane->price_after, lane->floor);
    print_text(lane->has_winner ? lane->winner : NULL);
    if (lane->has_winner)
        printf(",\"exact\":%" PRId64 ",\"rounded\":%" PRId64 ",\"capped\":%s,\"at_floor\":%s,\"at_zero\":%s",
               lane->exact_numerator, lane->rounded, print_bool(lane->is_capped), print_bool(lane->is_held_at_floor),
               print_bool(lane->is_held_at_zero));
    fputs(",\"losers\":[", stdout);
    for (size_t i = 0; i < lane->loser_count; i++) {
        const struct loser *loser = &lane->losers[i];
        fputs(i > 0 ? ",[" : "[", stdout);
        print_text(loser->key);
        printf(",\"%s\",%" PRId64 ",%" PRId64 "]", loss_names[loser->loss], loser->price, loser->limit);
    }
    fputs("],\"counts\":{", stdout);
    for (size_t loss = 0, count = 0; loss < LOSSES; loss++)
        if (lane->counts[loss] > 0)
            printf("%s\"%s\":%zu", count++ > 0 ? "," : "", loss_names[loss], lane->counts[loss]);
    fputs("}}", stdout);
}

static inline void print_explanation(const struct explanation *explanation)
{
    fputs("{\"quote\":", stdout);
    print_quote(&explanation->quote);
    for (size_t i = 0; i < RULE_LANES; i++) {
        fputs(i > 0 ? "," : ",\"lanes\":[", stdout);
        print_lane(&explanation->lanes[i]);
    }
    fputs("],\"groups\":[", stdout);
    for (size_t i = 0; i < explanation->group_count; i++) {
        fputs(i > 0 ? "," : "", stdout);
        print_text(explanation->groups[i]);
    }
    fputs("]}", stdout);
}

#endif
