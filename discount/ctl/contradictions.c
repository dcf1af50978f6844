/* SPDX-License-Identifier: MIT */
/* Products that contradict the rules. */
#include "discount/ctl/contradictions.h"

#include <inttypes.h>
#include <stdio.h>

#include "discount/ctl/display.h"
#include "discount/ctl/when.h"

static void print_one(const Ecommerce__Contradiction *contradiction, struct arena *arena)
{
    const char *slug = display_text(arena, contradiction->slug),
               *known = display_text(arena, contradiction->known_slug);

    printf("product %" PRId32 " %s", contradiction->id, slug);
    if (contradiction->seen_at != 0)
        printf(", which was asked for since %s,", when_utc(arena, contradiction->seen_at));
    fputs(" contradicts the rules: ", stdout);
    if (contradiction->known_id != contradiction->id)
        printf("to them %s is product %" PRId32 "\n", slug, contradiction->known_id);
    else if (known[0] != '\0')
        printf("to them product %" PRId32 " is %s\n", contradiction->id, known);
    else
        printf("to them product %" PRId32 " has another slug\n", contradiction->id);
}

void contradictions_print(const Ecommerce__Contradiction *const *contradictions, size_t count,
                          const struct ctl_options *options, struct arena *arena)
{
    bool has_colour = display_has_colour(stdout, options);

    if (count == 0)
        return;
    fputs(has_colour ? COLOUR_RED : "", stdout);
    for (size_t i = 0; i < count && i < CONTRADICTIONS_SHOWN; i++)
        print_one(contradictions[i], arena);
    if (count > CONTRADICTIONS_SHOWN)
        printf("and %zu more (--json)\n", count - CONTRADICTIONS_SHOWN);
    printf("prices and rules go by ids: discountctl product set ID SLUG mends the rules' list, and then\n"
           "discountctl rule list --product SLUG shows the rules that a product has%s\n\n",
           has_colour ? COLOUR_OFF : "");
}
