/* SPDX-License-Identifier: MIT */
/*
 * Words: texts taken apart and folded as the search index does it (its own tokenizer), what people typed made into an
 * expression of FTS5 that can mean nothing but words, and how well a product matches. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_SEARCH_H
#define CATALOG_STORE_SQLITE_SEARCH_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/compiler.h"

/* All zero: none. */
struct tokenizer {
    fts5_tokenizer methods;
    Fts5Tokenizer *tokenizer;
};

/*
 * Gets the tokenizer, and gives the handle the function product_rank(product_search): how well the row matches, 1 to
 * SEARCH_RANK_MAX, more is better. It depends on the row and the words only, so that a position in the order of ranks
 * stays valid while other products come and go.
 */
#define SEARCH_RANK_MAX 0x7fffffff
MUST_CHECK bool tokenizer_open(struct tokenizer *tokenizer, sqlite3 *db, char *reason, size_t reason_size);
void tokenizer_release(struct tokenizer *tokenizer);

/* The form of a name for sorting: its words, folded, one space between them, at most so many characters. */
#define SEARCH_SORT_NAME_MAX 63
#define SEARCH_SORT_NAME_SIZE (SEARCH_SORT_NAME_MAX * 4 + 1)
void tokenizer_fold(const struct tokenizer *tokenizer, const char *name, char folded[SEARCH_SORT_NAME_SIZE]);

/*
 * The words of a text that are folded otherwise than by the tokenizer, as catalog/words.h does it, one space between
 * them; "" for most texts. In `arena`, which the text need not be in.
 */
const char *tokenizer_more_words(const struct tokenizer *tokenizer, const char *text, struct arena *arena);

/*
 * Gives the handle the function more_words(text, …): tokenizer_more_words() of each, one space between them. Statements
 * of this room call it. The schema does not: programs that have no such function change rows, too. SQLITE_OK, or an
 * error.
 */
MUST_CHECK int search_add_functions(sqlite3 *db);

/* What was typed, as expressions for MATCH. */
struct search_words {
    const char *exact;      /* all words as they are */
    const char *beginning;  /* the last as the beginning of a word, too */
    bool is_one;            /* one word, which is one token, whichever way it is folded */
    bool may_never_meet;    /* several words: the more products have one, the longer it takes to find none with all */
    bool is_beginning_slow; /* the last word has one character: the index has beginnings of two and more */
};

/* *words is filled; its texts live in `arena`. False: there is no word in the text (nothing matches it). */
MUST_CHECK bool search_print(const struct tokenizer *tokenizer, const char *text, struct arena *arena,
                             struct search_words *words);

#endif
