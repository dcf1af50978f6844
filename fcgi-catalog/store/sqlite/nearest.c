/* SPDX-License-Identifier: MIT */
/* Words that no product has, and the nearest ones that some product has: one letter more, less or other, or two that
 * stand next to each other the other way round. */
#include <string.h>

#include <utf8proc.h>

#include "fcgi-catalog/catalog/words.h"
#include "fcgi-catalog/store/sqlite/handle.h"

/* Characters of a word that has nearest ones: to a shorter one half the vocabulary is near. */
#define LENGTH_MIN 4
#define LENGTH_MAX 32
/* Letters so far from one of the word's are of another alphabet. */
#define ALPHABET 0x30
/* Look-ups for one word, some 5 µs each. */
#define LOOKUPS_MAX 1000

/* The search for the nearest word. `place` is where it differs. */
struct hunt {
    sqlite3_stmt *count, *next;
    utf8proc_int32_t points[LENGTH_MAX];
    size_t length;
    int lookups;
    int result; /* SQLITE_DONE, or an error */
    char best[LENGTH_MAX * 4 + 5];
    int64_t best_count; /* 0: none yet */
};

/* Words of the index; of each word that a text has, as often as texts have it, up to a hundred times. */
#define MAKE_VOCABULARY                                                                                                \
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, product_search, instance)"
#define COUNT "SELECT count(*) FROM (SELECT 1 FROM temp.vocabulary WHERE term = ?1 LIMIT 100)"
#define NEXT "SELECT term FROM temp.vocabulary WHERE term >= ?1 LIMIT 1"

/* ---- Look-ups ---- */

static bool may_look(struct hunt *hunt)
{
    return hunt->result == SQLITE_DONE && hunt->lookups++ < LOOKUPS_MAX;
}

/* Steps to the statement's one row, whose text or number is there until the statement is reset. */
static bool look(struct hunt *hunt, sqlite3_stmt *row, const char *word)
{
    sqlite3_bind_text(row, 1, word, -1, SQLITE_STATIC);
    int result = sqlite3_step(row);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        hunt->result = result;
    return result == SQLITE_ROW;
}

/* The word that has the most places is the best, the first of equals. */
static void try_word(struct hunt *hunt, const char *word)
{
    int64_t count = 0;

    if (!may_look(hunt))
        return;
    if (look(hunt, hunt->count, word))
        count = sqlite3_column_int64(hunt->count, 0);
    sqlite3_reset(hunt->count);
    if (count > hunt->best_count) {
        hunt->best_count = count;
        strcpy(hunt->best, word);
    }
}

static char *put(char *end, const utf8proc_int32_t *points, size_t count)
{
    for (size_t i = 0; i < count; i++)
        end += utf8proc_encode_char(points[i], (utf8proc_uint8_t *)end);
    *end = '\0';
    return end;
}

/* Tries the word with `point` (0: nothing) in the place of `left_out` characters. */
static void try_change(struct hunt *hunt, size_t place, utf8proc_int32_t point, size_t left_out)
{
    char word[sizeof hunt->best];
    char *end = put(word, hunt->points, place);

    end = put(end, &point, point != 0);
    put(end, hunt->points + place + left_out, hunt->length - place - left_out);
    try_word(hunt, word);
}

/* The least letter from `from` on that any word has behind the word's first `place` characters; -1: none. */
static utf8proc_int32_t find_letter(struct hunt *hunt, size_t place, utf8proc_int32_t from)
{
    char bound[sizeof hunt->best];
    utf8proc_int32_t found = -1;
    char *end = put(bound, hunt->points, place);
    size_t length = (size_t)(end - bound);

    put(end, &from, 1);
    if (!may_look(hunt))
        return -1;
    if (look(hunt, hunt->next, bound)) {
        const char *term = (const char *)sqlite3_column_text(hunt->next, 0);
        if (term != NULL && strncmp(term, bound, length) == 0)
            utf8proc_iterate((const utf8proc_uint8_t *)term + length, -1, &found);
    }
    sqlite3_reset(hunt->next);
    return found;
}

static void try_other_letters(struct hunt *hunt, size_t place)
{
    utf8proc_int32_t around = hunt->points[place < hunt->length ? place : hunt->length - 1];
    utf8proc_int32_t letter = around > ALPHABET + '0' ? around - ALPHABET : '0';

    while ((letter = find_letter(hunt, place, letter)) > 0 && letter <= around + ALPHABET) {
        try_change(hunt, place, letter, 0);
        if (place < hunt->length)
            try_change(hunt, place, letter, 1);
        letter++;
    }
}

/* The first letter is seldom the wrong one, and most words have another: it comes last. */
static void try_changes(struct hunt *hunt)
{
    for (size_t place = 0; place + 1 < hunt->length; place++) {
        utf8proc_int32_t first = hunt->points[place];
        hunt->points[place] = hunt->points[place + 1];
        hunt->points[place + 1] = first;
        try_change(hunt, 0, 0, 0);
        hunt->points[place + 1] = hunt->points[place];
        hunt->points[place] = first;
    }
    for (size_t place = 0; place < hunt->length; place++)
        try_change(hunt, place, 0, 1);
    for (size_t place = hunt->length + 1; place-- > 0;)
        try_other_letters(hunt, place);
}

/* ---- Words ---- */

/* Takes the word as code points. False: it is none of letters alone, or too short or too long. */
static bool read_letters(struct hunt *hunt, const char *word)
{
    hunt->length = 0;
    while (*word != '\0') {
        utf8proc_int32_t point;
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)word, -1, &point);
        utf8proc_category_t category = size > 0 ? utf8proc_category(point) : UTF8PROC_CATEGORY_CN;
        if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_LO || hunt->length == LENGTH_MAX)
            return false;
        hunt->points[hunt->length++] = point;
        word += size;
    }
    return hunt->length >= LENGTH_MIN;
}

static bool find_nearest(struct store_state *store, struct hunt *hunt, const char *word, struct arena *arena)
{
    bool is_beginning;
    const char *folded = words_list(words_fold(word, strlen(word), arena), true, &is_beginning, arena);

    if (!read_letters(hunt, folded))
        return false;
    if (sqlite3_exec(store->db, MAKE_VOCABULARY, NULL, NULL, NULL) != SQLITE_OK ||
        (hunt->count = statement_cache_get(store->statements, store->db, COUNT)) == NULL ||
        (hunt->next = statement_cache_get(store->statements, store->db, NEXT)) == NULL) {
        hunt->result = sqlite3_errcode(store->db);
        return false;
    }
    try_changes(hunt);
    return hunt->best_count > 0;
}

/* Whether some product has the word, the last one as a beginning, too. */
static bool is_known(struct store_state *store, struct hunt *hunt, const char *word, bool is_last, struct arena *arena)
{
    struct search_words words;
    sqlite3_stmt *row = statement_cache_get(store->statements, store->db,
                                            "SELECT 1 FROM product_search WHERE product_search MATCH ?1 LIMIT 1");

    if (row == NULL)
        hunt->result = sqlite3_errcode(store->db);
    if (row == NULL || !search_print(&store->tokenizer, word, arena, &words))
        return true;
    bool is_found = look(hunt, row, is_last ? words.beginning : words.exact);
    sqlite3_reset(row);
    return is_found;
}

/* `text` is tidy: one space between words. *nearest is NULL: there is none. */
static int read_text(struct store_state *store, const char *text, struct arena *arena, const char **nearest)
{
    const char *replaced = "";
    bool is_changed = false;

    *nearest = NULL;
    for (const char *space = text; space != NULL; text = space + 1) {
        struct hunt hunt = {.result = SQLITE_DONE};
        space = strchr(text, ' ');
        const char *word = arena_copy(arena, text, space != NULL ? (size_t)(space - text) : strlen(text));
        if (!is_known(store, &hunt, word, space == NULL, arena) && hunt.result == SQLITE_DONE) {
            if (!find_nearest(store, &hunt, word, arena))
                return hunt.result;
            word = arena_copy(arena, hunt.best, strlen(hunt.best));
            is_changed = true;
        }
        if (hunt.result != SQLITE_DONE)
            return hunt.result;
        replaced = arena_print(arena, "%s%s%s", replaced, replaced[0] != '\0' ? " " : "", word);
        if (space == NULL)
            break;
    }
    if (is_changed)
        *nearest = replaced;
    return SQLITE_DONE;
}

enum store_status sqlite_find_nearest(struct store *base, const char *text, struct arena *arena, const char **nearest)
{
    struct store_state *store = base->state;
    struct reader_fault fault = {0};
    const char *found;

    meter_begin(&store->meter, store->db, base->budget_ns);
    int result = read_text(store, text, arena, &found);
    meter_end(&store->meter, store->db);
    if (result == SQLITE_INTERRUPT && store->meter.is_over)
        return STORE_LIMITED;
    if (result != SQLITE_DONE)
        reader_fail(&store->reader, "words", result, &fault);
    enum store_status status = handle_judge_fault(store, SUBJECT_PRODUCTS, result, &fault);
    if (status == STORE_OK && found == NULL)
        return STORE_NOT_FOUND;
    if (status == STORE_OK)
        *nearest = found;
    return status;
}
