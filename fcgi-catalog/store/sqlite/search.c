/* SPDX-License-Identifier: MIT */
/* Words: taken apart, looked for, ranked. */
#include "fcgi-catalog/store/sqlite/search.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* ---- Opening ---- */

static fts5_api *find_api(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

/* The weight of a word by its column: the title, the SKU, the names of the categories, the description. */
static const int weights[] = {10, 10, 3, 1};

/* In thousandths, as integers: from the column's weight up to twice the weight, more the earlier the word stands. */
static int measure_place(int column, int offset)
{
    return weights[column] * (1000 + 1000 / (1 + (offset < 1000 ? offset : 1000)));
}

/* The best place of a phrase, and a little more for each of up to four further places. */
static int measure_phrase(const Fts5ExtensionApi *api, Fts5Context *context, int phrase)
{
    Fts5PhraseIter iter;
    int column, offset, best = 0, count = 0;

    if (api->xPhraseFirst(context, phrase, &iter, &column, &offset) != SQLITE_OK)
        return 0;
    for (; column >= 0 && count < 16; api->xPhraseNext(context, &iter, &column, &offset), count++) {
        int place = column < (int)(sizeof weights / sizeof weights[0]) ? measure_place(column, offset) : 0;
        best = place > best ? place : best;
    }
    return best + (count > 1 ? (count < 5 ? count - 1 : 4) * 50 : 0);
}

static void rank_row(const Fts5ExtensionApi *api, Fts5Context *context, sqlite3_context *result, int count,
                     sqlite3_value **values)
{
    int rank = 1, phrases = api->xPhraseCount(context);

    (void)count;
    (void)values;
    for (int i = 0; i < phrases && rank < SEARCH_RANK_MAX / 2; i++)
        rank += measure_phrase(api, context, i);
    sqlite3_result_int(result, rank);
}

bool tokenizer_open(struct tokenizer *tokenizer, sqlite3 *db, char *reason, size_t reason_size)
{
    static const char *arguments[] = {"remove_diacritics", "2"}; /* as in the schema */
    fts5_api *api = find_api(db);
    void *data;

    if (api == NULL || api->xFindTokenizer(api, "unicode61", &data, &tokenizer->methods) != SQLITE_OK ||
        tokenizer->methods.xCreate(data, arguments, 2, &tokenizer->tokenizer) != SQLITE_OK ||
        api->xCreateFunction(api, "product_rank", NULL, rank_row, NULL) != SQLITE_OK) {
        snprintf(reason, reason_size, "SQLite's full-text search, FTS5, is not there");
        return false;
    }
    return true;
}

void tokenizer_release(struct tokenizer *tokenizer)
{
    if (tokenizer->tokenizer != NULL)
        tokenizer->methods.xDelete(tokenizer->tokenizer);
    *tokenizer = (struct tokenizer){0};
}

/* ---- Folding ---- */

struct folding {
    char *folded;
    size_t length;     /* bytes, */
    size_t characters; /* and characters so far */
};

/* Appends bytes up to the limit, whole characters. False: it is reached. */
static bool append(struct folding *folding, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool begins = ((unsigned char)bytes[i] & 0xc0) != 0x80;
        if ((begins && folding->characters == SEARCH_SORT_NAME_MAX) || folding->length == SEARCH_SORT_NAME_SIZE - 1)
            return false;
        folding->characters += begins;
        folding->folded[folding->length++] = bytes[i];
    }
    return true;
}

static int fold_token(void *data, int flags, const char *token, int length, int start, int end)
{
    struct folding *folding = data;

    (void)flags;
    (void)start;
    (void)end;
    if ((folding->length > 0 && !append(folding, " ", 1)) || !append(folding, token, (size_t)length))
        return SQLITE_DONE; /* enough */
    return SQLITE_OK;
}

static int measure(const char *text)
{
    size_t length = strlen(text);

    return length < INT_MAX ? (int)length : INT_MAX;
}

void tokenizer_fold(const struct tokenizer *tokenizer, const char *name, char folded[SEARCH_SORT_NAME_SIZE])
{
    struct folding folding = {.folded = folded};

    tokenizer->methods.xTokenize(tokenizer->tokenizer, &folding, FTS5_TOKENIZE_DOCUMENT, name, measure(name),
                                 fold_token);
    folded[folding.length] = '\0';
}

/* ---- Looking for words ---- */

/* What the tokenizer sees in a word. */
struct sight {
    int count;       /* of tokens */
    int last_length; /* characters of the last one */
};

static int see_token(void *data, int flags, const char *token, int length, int start, int end)
{
    struct sight *sight = data;

    (void)flags;
    (void)start;
    (void)end;
    sight->count++;
    sight->last_length = 0;
    for (int i = 0; i < length; i++)
        sight->last_length += ((unsigned char)token[i] & 0xc0) != 0x80;
    return SQLITE_OK;
}

static struct sight see_word(const struct tokenizer *tokenizer, const char *text, size_t length)
{
    struct sight sight = {0};

    tokenizer->methods.xTokenize(tokenizer->tokenizer, &sight, FTS5_TOKENIZE_QUERY, text, (int)length, see_token);
    return sight;
}

/* A string of FTS5: in it only '"' means anything, and is doubled. */
static const char *quote(struct arena *arena, const char *text, size_t length)
{
    char *quoted = arena_get(arena, length * 2 + 3), *end = quoted;

    *end++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            *end++ = '"';
        *end++ = text[i];
    }
    *end++ = '"';
    *end = '\0';
    return quoted;
}

/* Text between white space is one phrase, however many tokens it has. A phrase that came before, but for the last, is
 * not looked for again. */
bool search_print(const struct tokenizer *tokenizer, const char *text, struct arena *arena, struct search_words *words)
{
    static const char space[] = " \t\r\n\f\v";
    const char *before = "", *last = NULL; /* all but the last word; the last */
    struct sight sight, last_sight = {0};

    for (text += strspn(text, space); *text != '\0'; text += strspn(text, space)) {
        size_t length = strcspn(text, space);
        sight = see_word(tokenizer, text, length);
        if (sight.count > 0) {
            if (last != NULL && strstr(before, arena_print(arena, "%s AND ", last)) == NULL)
                before = arena_print(arena, "%s%s AND ", before, last);
            last = quote(arena, text, length);
            last_sight = sight;
        }
        text += length;
    }
    if (last == NULL)
        return false;
    *words = (struct search_words){.exact = arena_print(arena, "%s%s", before, last),
                                   .beginning = arena_print(arena, "%s(%s OR %s *)", before, last, last),
                                   .is_one = before[0] == '\0' && last_sight.count == 1,
                                   .is_beginning_slow = last_sight.last_length == 1};
    words->may_never_meet = !words->is_one && !words->is_beginning_slow;
    return true;
}
