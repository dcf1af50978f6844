/* SPDX-License-Identifier: MIT */
/* The longest common subsequence of lines, after equal beginnings and ends were set apart. */
#include "discount/ctl/line_diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "discount/ctl/display.h"

#define CELLS_MAX ((size_t)4 * 1000 * 1000) /* of the table of lengths; larger texts differ wholly */

struct line {
    const char *text;
    size_t length;
};

struct lines {
    struct line *items;
    size_t count;
};

struct diff_line {
    char sign;
    struct line line;
};

struct diff {
    struct diff_line *items;
    size_t count;
};

static struct lines split(const char *text)
{
    struct lines lines = {0};
    size_t room = 1;

    for (const char *c = text; *c != '\0'; c++)
        room += *c == '\n';
    lines.items = memory_get(room * sizeof *lines.items);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        lines.items[lines.count++] = (struct line){.text = text, .length = length};
        text += length + (text[length] == '\n');
    }
    return lines;
}

static bool is_same(struct line a, struct line b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static void add(struct diff *diff, char sign, const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        diff->items[diff->count++] = (struct diff_line){.sign = sign, .line = lines[i]};
}

/* lengths[i][j]: of the longest common subsequence of a from i and b from j. */
static uint32_t *measure(const struct line *a, size_t n, const struct line *b, size_t m)
{
    uint32_t *lengths = memory_get_zeroed((n + 1) * (m + 1), sizeof *lengths);

    for (size_t i = n; i-- > 0;) {
        for (size_t j = m; j-- > 0;) {
            uint32_t *here = &lengths[i * (m + 1) + j];
            if (is_same(a[i], b[j]))
                *here = here[m + 2] + 1;
            else
                *here = here[m + 1] > here[1] ? here[m + 1] : here[1];
        }
    }
    return lengths;
}

static void compare_middle(struct diff *diff, const struct line *a, size_t n, const struct line *b, size_t m)
{
    size_t i = 0, j = 0;

    if (n > 0 && m > 0 && n <= CELLS_MAX / m) {
        uint32_t *lengths = measure(a, n, b, m);
        while (i < n && j < m) {
            const uint32_t *here = &lengths[i * (m + 1) + j];
            if (is_same(a[i], b[j])) {
                add(diff, ' ', &a[i++], 1);
                j++;
            } else if (here[m + 1] >= here[1]) {
                add(diff, '-', &a[i++], 1);
            } else {
                add(diff, '+', &b[j++], 1);
            }
        }
        free(lengths);
    }
    add(diff, '-', a + i, n - i);
    add(diff, '+', b + j, m - j);
}

static struct diff compare(const struct lines *a, const struct lines *b)
{
    size_t least = a->count < b->count ? a->count : b->count, head = 0, tail = 0;
    struct diff diff = {.items = memory_get((a->count + b->count + 1) * sizeof *diff.items)};

    while (head < least && is_same(a->items[head], b->items[head]))
        head++;
    while (tail < least - head && is_same(a->items[a->count - 1 - tail], b->items[b->count - 1 - tail]))
        tail++;
    add(&diff, ' ', a->items, head);
    compare_middle(&diff, a->items + head, a->count - head - tail, b->items + head, b->count - head - tail);
    add(&diff, ' ', a->items + a->count - tail, tail);
    return diff;
}

static void print_line(FILE *out, const struct diff_line *line, bool has_colour)
{
    const char *colour = line->sign == '-' ? COLOUR_RED : COLOUR_GREEN;
    bool is_coloured = has_colour && line->sign != ' ';
    char *text = memory_get(line->line.length + 1);

    memcpy(text, line->line.text, line->line.length);
    text[line->line.length] = '\0';
    fprintf(out, "%s%c", is_coloured ? colour : "", line->sign);
    display_lines(out, text);
    fprintf(out, "%s\n", is_coloured ? COLOUR_OFF : "");
    free(text);
}

static bool is_near_change(const struct diff *diff, size_t index)
{
    size_t first = index > LINE_DIFF_CONTEXT ? index - LINE_DIFF_CONTEXT : 0;

    for (size_t i = first; i <= index + LINE_DIFF_CONTEXT && i < diff->count; i++) {
        if (diff->items[i].sign != ' ')
            return true;
    }
    return false;
}

void line_diff_print(FILE *out, const char *before, const char *after, bool has_colour)
{
    struct lines a = split(before), b = split(after);
    struct diff diff = compare(&a, &b);
    bool is_left_out = false;

    for (size_t i = 0; i < diff.count; i++) {
        bool is_near = is_near_change(&diff, i);
        if (is_near && is_left_out)
            fputs(" ...\n", out);
        is_left_out = !is_near;
        if (is_near)
            print_line(out, &diff.items[i], has_colour);
    }
    free(diff.items);
    free(a.items);
    free(b.items);
}
