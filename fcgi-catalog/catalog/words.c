/* SPDX-License-Identifier: MIT */
/* Words, folded and taken apart. */
#include "fcgi-catalog/catalog/words.h"

#include <string.h>

#include <utf8proc.h>

#include "common/compiler.h"

struct points {
    utf8proc_int32_t *items;
    size_t count;
};

/* ---- Tables ---- */

/* Letters that Unicode does not decompose, after case folding. */
static const struct letter {
    utf8proc_int32_t from, to, second; /* second 0: none; to 0: left out */
} letters[] = {
    {0x00e6, 'a', 'e'},  /* æ */
    {0x00f0, 'd', 0},    /* ð */
    {0x00f8, 'o', 0},    /* ø */
    {0x00fe, 't', 'h'},  /* þ */
    {0x0111, 'd', 0},    /* đ */
    {0x0127, 'h', 0},    /* ħ */
    {0x0131, 'i', 0},    /* ı */
    {0x0138, 'k', 0},    /* ĸ */
    {0x0142, 'l', 0},    /* ł */
    {0x014b, 'n', 0},    /* ŋ */
    {0x0153, 'o', 'e'},  /* œ */
    {0x0167, 't', 0},    /* ŧ */
    {0x0180, 'b', 0},    /* ƀ */
    {0x0268, 'i', 0},    /* ɨ */
    {0x0629, 0x0647, 0}, /* teh marbuta: heh */
    {0x0640, 0, 0},      /* tatweel */
    {0x0649, 0x064a, 0}, /* alef maksura: yeh */
    {0x0671, 0x0627, 0}, /* alef wasla: alef */
    {0x06a9, 0x0643, 0}, /* keheh: kaf */
    {0x06cc, 0x064a, 0}, /* Farsi yeh: yeh */
};

struct range {
    utf8proc_int32_t first, last;
};

/* Combining marks that are stripped. */
static const struct range marks[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf}, {0x05c1, 0x05c2}, {0x05c4, 0x05c5},
    {0x05c7, 0x05c7}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc}, {0x06df, 0x06e4},
    {0x06e7, 0x06e8}, {0x06ea, 0x06ed}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe20, 0xfe2f},
};

/* Scripts that write words without spaces between them: Thai; Hangul; kana, Han, and the signs that stand for them. */
static const struct range running[] = {
    {0x0e00, 0x0e7f}, {0x1100, 0x11ff}, {0x3005, 0x3007}, {0x3031, 0x3035}, {0x3041, 0x3096},   {0x3099, 0x309a},
    {0x309d, 0x309f}, {0x30a1, 0x30fa}, {0x30fc, 0x30ff}, {0x3131, 0x318e}, {0x31f0, 0x31ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff}, {0xa960, 0xa97f}, {0xac00, 0xd7ff}, {0xf900, 0xfaff}, {0x1b000, 0x1b16f}, {0x20000, 0x3ffff},
};

static bool is_in(utf8proc_int32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count && point >= ranges[i].first; i++) {
        if (point <= ranges[i].last)
            return true;
    }
    return false;
}

static bool is_apostrophe(utf8proc_int32_t point)
{
    return point == '\'' || point == 0x2018 || point == 0x2019 || point == 0x02bc || point == 0x02bb || point == 0x05f3;
}

/* Characters of words_are_plain() but ASCII. */
static const struct range plain[] = {
    {0x00a0, 0x00a9}, {0x00ab, 0x00ac}, {0x00ae, 0x00ae}, {0x00b0, 0x00b1}, {0x00b6, 0x00b7}, {0x00bb, 0x00bb},
    {0x00bf, 0x00c5}, {0x00c7, 0x00cf}, {0x00d1, 0x00d7}, {0x00d9, 0x00dd}, {0x00e0, 0x00e5}, {0x00e7, 0x00ef},
    {0x00f1, 0x00f7}, {0x00f9, 0x00fd}, {0x00ff, 0x010f}, {0x0112, 0x0125}, {0x0128, 0x0130}, {0x0134, 0x0137},
    {0x0139, 0x013e}, {0x0143, 0x0148}, {0x014c, 0x0151}, {0x0154, 0x0165}, {0x0168, 0x017e}, {0x0391, 0x03a1},
    {0x03a3, 0x03a9}, {0x03b1, 0x03c9}, {0x0410, 0x044f}, {0x2013, 0x2014}, {0x201c, 0x201e}, {0x2022, 0x2022},
    {0x20ac, 0x20ac},
};

enum sort_of_point { OTHER, WORD, RUNNING };

static enum sort_of_point sort_of(utf8proc_int32_t point)
{
    if (point < 0x80)
        return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z')
                   ? WORD
                   : OTHER;
    utf8proc_category_t category = utf8proc_category(point);
    if (category < UTF8PROC_CATEGORY_LU || (category > UTF8PROC_CATEGORY_NO && category != UTF8PROC_CATEGORY_CO))
        return OTHER;
    bool is_digit = category == UTF8PROC_CATEGORY_ND;
    return !is_digit && is_in(point, running, ARRAY_LENGTH(running)) ? RUNNING : WORD;
}

/* ---- Folding ---- */

/* Code points of UTF-8 decomposed, or none when it is not UTF-8. */
static struct points decompose(const char *text, size_t length, struct arena *arena)
{
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    size_t room = length * 2 + 4;

    for (;;) {
        utf8proc_int32_t *items = arena_get(arena, (room + 1) * sizeof *items); /* one more for the NUL of a reencode */
        utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, items,
                                                    (utf8proc_ssize_t)room, options);
        if (count < 0)
            return (struct points){0};
        if ((size_t)count <= room)
            return (struct points){.items = items, .count = (size_t)count};
        room = (size_t)count;
    }
}

/* Whether a mark makes another letter of this one: й, ў, ї. */
static bool is_letter_with_mark(utf8proc_int32_t base, utf8proc_int32_t mark)
{
    return (mark == 0x0306 && (base == 0x0438 || base == 0x0443)) || (mark == 0x0308 && base == 0x0456);
}

static void add(struct points *points, utf8proc_int32_t point)
{
    if (point >= 0x0660 && point <= 0x0669)
        point += '0' - 0x0660;
    else if (point >= 0x06f0 && point <= 0x06f9)
        point += '0' - 0x06f0;
    for (size_t i = 0; i < ARRAY_LENGTH(letters) && point >= letters[i].from; i++) {
        if (point != letters[i].from)
            continue;
        if (letters[i].to != 0)
            points->items[points->count++] = letters[i].to;
        if (letters[i].second != 0)
            points->items[points->count++] = letters[i].second;
        return;
    }
    points->items[points->count++] = point;
}

/* What is stripped and replaced. A letter becomes two at most. */
static struct points replace(struct points from, struct arena *arena)
{
    struct points to = {.items = arena_get(arena, (from.count * 2 + 1) * sizeof *to.items)};

    for (size_t i = 0; i < from.count; i++) {
        utf8proc_int32_t point = from.items[i], before = i > 0 ? from.items[i - 1] : 0;
        if (is_in(point, marks, ARRAY_LENGTH(marks)) && !is_letter_with_mark(before, point))
            continue;
        if (is_apostrophe(point) && i + 1 < from.count && sort_of(before) == WORD && sort_of(from.items[i + 1]) == WORD)
            continue;
        add(&to, point);
    }
    return to;
}

/* *is_settled: nothing was stripped, replaced or cut off behind a NUL. */
static const char *fold_once(const char *text, size_t length, bool *is_settled, struct arena *arena)
{
    struct points decomposed = decompose(text, length, arena);

    *is_settled = memchr(text, '\0', length) == NULL;
    if (decomposed.items == NULL)
        return arena_copy(arena, text, length);
    struct points points = replace(decomposed, arena);
    *is_settled = *is_settled && points.count == decomposed.count &&
                  memcmp(points.items, decomposed.items, points.count * sizeof *points.items) == 0;
    utf8proc_ssize_t size =
        utf8proc_reencode(points.items, (utf8proc_ssize_t)points.count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return size < 0 ? arena_copy(arena, text, length) : (const char *)points.items;
}

/* What is stripped may bring together what composes or folds again: some texts take a second time. */
#define TIMES 4

const char *words_fold(const char *text, size_t length, struct arena *arena)
{
    bool is_settled;
    const char *folded = fold_once(text, length, &is_settled, arena);

    for (int i = 1; i < TIMES && !is_settled; i++)
        folded = fold_once(folded, strlen(folded), &is_settled, arena);
    return folded;
}

/* ---- Words ---- */

/* The character at text[*place], and moves the place behind it. A byte that is not UTF-8 is no character: -1. */
static utf8proc_int32_t next_point(const char *text, size_t length, size_t *place)
{
    utf8proc_int32_t point = -1;
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)text + *place, (utf8proc_ssize_t)(length - *place), &point);

    *place += size > 0 ? (size_t)size : 1;
    return size > 0 ? point : -1;
}

bool words_are_plain(const char *text, size_t length)
{
    for (size_t place = 0; place < length;) {
        unsigned char byte = (unsigned char)text[place];
        if (byte == '\'')
            return false;
        if (byte < 0x80)
            place++;
        else if (!is_in(next_point(text, length, &place), plain, ARRAY_LENGTH(plain)))
            return false;
    }
    return true;
}

struct list {
    char *end;
    enum sort_of_point before; /* of the character before */
    utf8proc_int32_t last;     /* of a run: its character before */
    size_t run;                /* characters of it so far */
};

static void put(struct list *list, utf8proc_int32_t point)
{
    bool is_mark_of_thai = point >= 0x0e00 && point <= 0x0e7f && utf8proc_category(point) == UTF8PROC_CATEGORY_MN;

    if (is_mark_of_thai)
        point += 0xe000 - 0x0e00;
    list->end += utf8proc_encode_char(point, (utf8proc_uint8_t *)list->end);
}

static void put_space(struct list *list, const char *begin)
{
    if (list->end > begin)
        *list->end++ = ' ';
}

/* The last character of a run, alone. */
static void end_run(struct list *list, const char *begin)
{
    if (list->run == 0)
        return;
    put_space(list, begin);
    put(list, list->last);
    list->run = 0;
}

const char *words_list(const char *folded, bool is_asked, bool *is_beginning, struct arena *arena)
{
    size_t length = strlen(folded);
    /* A character of a run, three or four bytes, gives a space and a pair, and the last one a space and itself. */
    char *begin = arena_get(arena, length * 4 + 8);
    struct list list = {.end = begin};

    *is_beginning = false;
    for (size_t place = 0; place < length;) {
        utf8proc_int32_t point = next_point(folded, length, &place);
        enum sort_of_point sort = point < 0 ? OTHER : sort_of(point);
        if (sort != RUNNING)
            end_run(&list, begin);
        if (sort == WORD && list.before != WORD)
            put_space(&list, begin);
        if (sort == WORD)
            put(&list, point);
        if (sort == RUNNING && list.run > 0) {
            put_space(&list, begin);
            put(&list, list.last);
            put(&list, point);
        }
        if (sort == RUNNING) {
            list.last = point;
            list.run++;
        }
        list.before = sort;
    }
    *is_beginning = is_asked && list.run == 1;
    if (!is_asked || list.run == 1)
        end_run(&list, begin);
    *list.end = '\0';
    return begin;
}
