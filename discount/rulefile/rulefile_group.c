/* SPDX-License-Identifier: MIT */
/* The words of groups: who their members are. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"

#include "discount/rulefile/internal.h"

/* Tells that a word is no member. */
static void refuse_member(struct parser *parser, const char *text)
{
    struct shown shown;
    parser_tell(parser, FIELD_MEMBERS, "%s is no customer; 1 to %d or a range of these, such as 77-80, is allowed",
                show_text(text, &shown), INT32_MAX);
}

/* Reads "77" or "77-80". */
static bool read_range(const char *text, struct member_range *range)
{
    char first[16];
    const char *hyphen = strchr(text, '-');
    size_t length = hyphen != NULL ? (size_t)(hyphen - text) : strlen(text);
    int64_t low, high;

    if (length >= sizeof first)
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    if (number_parse(first, 1, INT32_MAX, &low) != NUMBER_OK)
        return false;
    high = low;
    if (hyphen != NULL &&
        (strlen(hyphen + 1) >= sizeof first || number_parse(hyphen + 1, low, INT32_MAX, &high) != NUMBER_OK))
        return false;
    *range = (struct member_range){.first = (int32_t)low, .last = (int32_t)high};
    return true;
}

static void read_members(struct parser *parser, const struct block_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        struct member_range range;
        if (!read_range(line->words[i].text, &range)) {
            refuse_member(parser, line->words[i].text);
            continue;
        }
        if (parser->ranges.count == RULEFILE_MEMBERS_MAX) {
            parser_tell(parser, FIELD_MEMBERS, "the group names more than %d members; fewer are allowed",
                        RULEFILE_MEMBERS_MAX);
            parser->is_stopped = true;
            return;
        }
        *(struct member_range *)list_add(&parser->ranges, sizeof range) = range;
    }
}

static int compare_ranges(const void *left, const void *right)
{
    const struct member_range *a = left, *b = right;

    return (a->first > b->first) - (a->first < b->first);
}

/* Sorts the ranges and joins those that touch. Returns how many customers they hold. */
static size_t join_ranges(struct item_list *list)
{
    struct member_range *ranges = list->items;
    size_t joined = 0, customers = 0;

    qsort(ranges, list->count, sizeof *ranges, compare_ranges);
    for (size_t i = 0; i < list->count; i++) {
        if (joined > 0 && (int64_t)ranges[i].first <= (int64_t)ranges[joined - 1].last + 1) {
            if (ranges[i].last > ranges[joined - 1].last)
                ranges[joined - 1].last = ranges[i].last;
        } else {
            ranges[joined++] = ranges[i];
        }
    }
    list->count = joined;
    for (size_t i = 0; i < joined; i++)
        customers += (size_t)ranges[i].last - (size_t)ranges[i].first + 1;
    return customers;
}

static int32_t *list_customers(const struct item_list *list, size_t customers, struct arena *arena)
{
    const struct member_range *ranges = list->items;
    int32_t *ids = arena_get(arena, customers * sizeof *ids);
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++) {
        for (int64_t id = ranges[i].first; id <= ranges[i].last; id++)
            ids[count++] = (int32_t)id;
    }
    return ids;
}

/* In as many changes as it takes. */
static void keep_members(struct parser *parser, const char *group, const int32_t *ids, size_t count)
{
    for (size_t from = 0; from < count; from += CHANGE_MEMBERS_MAX) {
        size_t left = count - from;
        parser_keep(parser, &(struct change){.kind = CHANGE_ADD_MEMBERS,
                                             .key = group,
                                             .customer_ids = ids + from,
                                             .customer_count = left < CHANGE_MEMBERS_MAX ? left : CHANGE_MEMBERS_MAX});
    }
}

void group_finish(struct parser *parser)
{
    const char *group = parser->block.change.key;

    parser_keep(parser, &parser->block.change);
    if (parser->ranges.count == 0)
        return;
    size_t customers = join_ranges(&parser->ranges);
    parser->member_count += customers;
    if (parser->member_count > RULEFILE_MEMBERS_MAX) {
        line_faults_add(&parser->faults, parser->block.place.lines[FIELD_MEMBERS],
                        "with this group the file has %zu members; up to %d are allowed", parser->member_count,
                        RULEFILE_MEMBERS_MAX);
        parser->is_stopped = true;
        return;
    }
    if (parser->faults.count > 0)
        return;
    parser_keep(parser, &(struct change){.kind = CHANGE_CLEAR_GROUP, .key = group});
    keep_members(parser, group, list_customers(&parser->ranges, customers, parser->arena), customers);
}

const struct block_word group_words[] = {
    {.name = "members",
     .kind = BLOCK_GROUP,
     .field = FIELD_MEMBERS,
     .least = 1,
     .most = SIZE_MAX,
     .is_repeatable = true,
     .form = "members 1 2 77-80",
     .read = read_members},
};
const size_t group_word_count = ARRAY_LENGTH(group_words);
