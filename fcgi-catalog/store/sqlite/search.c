/* SPDX-License-Identifier: MIT */
/* Words: taken apart, looked for, ranked. */
#include "fcgi-catalog/store/sqlite/search.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/words.h"

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

/* The weight of a word by its column: the title, the SKU, the names of the categories, the description; what more there
 * is of title and SKU, and of the others; variants. */
static const int weights[] = {10, 10, 3, 1, 10, 1, 3};

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

static bool make_tokenizer(fts5_api *api, struct tokenizer *tokenizer)
{
    static const char *arguments[] = {"remove_diacritics", "2"}; /* as in the schema */
    void *data;

    return api != NULL && api->xFindTokenizer(api, "unicode61", &data, &tokenizer->methods) == SQLITE_OK &&
           tokenizer->methods.xCreate(data, arguments, 2, &tokenizer->tokenizer) == SQLITE_OK;
}

bool tokenizer_open(struct tokenizer *tokenizer, sqlite3 *db, char *reason, size_t reason_size)
{
    fts5_api *api = find_api(db);

    if (!make_tokenizer(api, tokenizer) ||
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

/* ---- Tokens ---- */

/* What the tokenizer sees in a text. */
struct sight {
    int count;            /* of tokens */
    int last_length;      /* characters of the last one */
    struct buffer tokens; /* each with a space behind it */
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
    buffer_append(&sight->tokens, token, (size_t)length);
    buffer_append_byte(&sight->tokens, ' ');
    return SQLITE_OK;
}

static struct sight see(const struct tokenizer *tokenizer, const char *text, size_t length, struct arena *arena)
{
    struct sight sight = {.tokens = {.arena = arena}};
    int counted = length < INT_MAX ? (int)length : INT_MAX;

    tokenizer->methods.xTokenize(tokenizer->tokenizer, &sight, FTS5_TOKENIZE_DOCUMENT, text, counted, see_token);
    return sight;
}

static bool is_same(const struct sight *one, const struct sight *other)
{
    return one->tokens.length == other->tokens.length &&
           (one->tokens.length == 0 || memcmp(one->tokens.bytes, other->tokens.bytes, one->tokens.length) == 0);
}

/* ---- More words ---- */

/* ASCII between which everything else may depend on what is beside it. */
static bool is_inside(unsigned char byte)
{
    return isalnum(byte) != 0 || byte >= 0x80 || byte == '\'';
}

static void add_words(struct buffer *words, const char *more)
{
    if (words->length > 0)
        buffer_append_byte(words, ' ');
    buffer_append(words, more, strlen(more));
}

/* Whether the tokenizer makes the same of a text as of what it is folded to. Not of runs, which have pairs. */
static bool is_seen_alike(const struct tokenizer *tokenizer, const char *text, size_t length, const char *folded,
                          struct arena *arena)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0xe3 && (unsigned char)text[i] <= 0xed) /* U+3000 to U+DFFF */
            return false;
    }
    struct sight raw = see(tokenizer, text, length, arena), sight = see(tokenizer, folded, strlen(folded), arena);
    return is_same(&raw, &sight);
}

const char *tokenizer_more_words(const struct tokenizer *tokenizer, const char *text, struct arena *arena)
{
    struct buffer words = {.arena = arena};
    bool is_beginning;

    while (*text != '\0') {
        size_t length = 0;
        bool is_ascii = true;
        for (; is_inside((unsigned char)text[length]); length++)
            is_ascii &= isalnum((unsigned char)text[length]) != 0;
        if (!is_ascii && !words_are_plain(text, length)) {
            const char *folded = words_list(words_fold(text, length, arena), false, &is_beginning, arena);
            if (!is_seen_alike(tokenizer, text, length, folded, arena))
                add_words(&words, folded);
        }
        text += length > 0 ? length : 1;
    }
    return words.length > 0 ? buffer_text(&words) : "";
}

/* What the function of SQL has. */
struct function {
    struct tokenizer tokenizer;
    struct arena arena;
};

static void free_function(void *data)
{
    struct function *function = data;

    tokenizer_release(&function->tokenizer);
    arena_release(&function->arena);
    free(function);
}

static void more_words(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct function *function = sqlite3_user_data(context);
    struct buffer words = {.arena = &function->arena};

    for (int i = 0; i < count; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        const char *more = tokenizer_more_words(&function->tokenizer, text != NULL ? text : "", &function->arena);
        if (more[0] != '\0')
            add_words(&words, more);
    }
    sqlite3_result_text64(context, buffer_text(&words), words.length, SQLITE_TRANSIENT, SQLITE_UTF8);
    arena_reset(&function->arena);
}

int search_add_functions(sqlite3 *db)
{
    struct function *function = memory_get_zeroed(1, sizeof *function);

    if (!make_tokenizer(find_api(db), &function->tokenizer)) {
        free_function(function);
        return SQLITE_ERROR;
    }
    return sqlite3_create_function_v2(db, "more_words", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, function, more_words,
                                      NULL, NULL, free_function);
}

/* ---- Looking for words ---- */

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

/* One word that was typed. */
struct word {
    const char *exact, *beginning; /* expressions; NULL: there is no word in it */
    bool is_one;                   /* as in struct search_words */
    int last_length;               /* characters of the last token */
};

/* As the tokenizer has it, or as catalog/words.h has it, where that is something else. */
static struct word read_word(const struct tokenizer *tokenizer, const char *text, size_t length, struct arena *arena)
{
    bool is_beginning;
    const char *folded = words_list(words_fold(text, length, arena), true, &is_beginning, arena);
    struct sight raw = see(tokenizer, text, length, arena), sight = see(tokenizer, folded, strlen(folded), arena);
    const char *as_typed = quote(arena, text, length), *as_folded = quote(arena, folded, strlen(folded));
    const char *beginning_of_folded = arena_print(arena, "%s *", as_folded);
    const char *folded_exact = is_beginning ? beginning_of_folded : as_folded;
    const char *folded_beginning =
        is_beginning ? beginning_of_folded : arena_print(arena, "%s OR %s", as_folded, beginning_of_folded);
    struct word word = {.is_one = raw.count <= 1 && sight.count <= 1,
                        .last_length = raw.count > 0 ? raw.last_length : sight.last_length};

    if (raw.count > 0 && (is_same(&raw, &sight) || sight.count == 0) && !is_beginning) {
        word.exact = as_typed;
        word.beginning = arena_print(arena, "(%s OR %s *)", as_typed, as_typed);
    } else if (raw.count > 0) {
        word.exact = arena_print(arena, "(%s OR %s)", as_typed, folded_exact);
        word.beginning = arena_print(arena, "(%s OR %s * OR %s)", as_typed, as_typed, folded_beginning);
    } else if (sight.count > 0) {
        word.exact = folded_exact;
        word.beginning = arena_print(arena, "(%s)", folded_beginning);
    }
    return word;
}

/* Text between white space is one phrase, however many tokens it has. A phrase that came before, but for the last, is
 * not looked for again. */
bool search_print(const struct tokenizer *tokenizer, const char *text, struct arena *arena, struct search_words *words)
{
    static const char space[] = " \t\r\n\f\v";
    const char *before = ""; /* all but the last word */
    struct word last = {.exact = NULL};

    for (text += strspn(text, space); *text != '\0'; text += strspn(text, space)) {
        size_t length = strcspn(text, space);
        struct word word = read_word(tokenizer, text, length, arena);
        if (word.exact != NULL) {
            if (last.exact != NULL && strstr(before, arena_print(arena, "%s AND ", last.exact)) == NULL)
                before = arena_print(arena, "%s%s AND ", before, last.exact);
            last = word;
        }
        text += length;
    }
    if (last.exact == NULL)
        return false;
    *words = (struct search_words){.exact = arena_print(arena, "%s%s", before, last.exact),
                                   .beginning = arena_print(arena, "%s%s", before, last.beginning),
                                   .is_one = before[0] == '\0' && last.is_one,
                                   .is_beginning_slow = last.last_length == 1};
    words->may_never_meet = !words->is_one && !words->is_beginning_slow;
    return true;
}
