/* SPDX-License-Identifier: MIT */
/*
 * Words in the form in which they are compared, whatever was typed: what the search index has, and what is asked, go
 * through the same two functions. Pure.
 */
#ifndef CATALOG_CATALOG_WORDS_H
#define CATALOG_CATALOG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"

/*
 * Folds a text: compatibility forms (full-width, ligatures) and case as in NFKC_Casefold (Unicode, UAX #31), marks
 * stripped of Latin, Greek, Cyrillic (but of й, ў and ї, which are letters of their own), Hebrew and Arabic, and these:
 * ł đ ø ħ ŧ ı æ œ þ as l d o h t i ae oe th; the forms of alef, of yeh, of kaf, and heh and teh marbuta as one each,
 * without hamza above or below; no tatweel; Arabic and Persian digits as 0 to 9; no apostrophe between letters.
 * Idempotent. `length` bytes of UTF-8; those that are not come out as they are. In `arena`.
 */
const char *words_fold(const char *text, size_t length, struct arena *arena);

/*
 * Whether SQLite's tokenizer unicode61 with remove_diacritics 2 makes the same of the text as the functions here, for
 * sure: it has nothing but ASCII without an apostrophe, letters with marks of Latin that decompose, Greek and Cyrillic
 * without marks, and punctuation. Most texts of Europe do, and the answer is quick.
 */
bool words_are_plain(const char *text, size_t length);

/*
 * The words of a folded text, one space between them: letters, digits and marks that stand together. In place of a run
 * of Han, kana, Hangul or Thai stand all pairs of neighbours in it, and its last character alone, so that a part of the
 * run is a sequence of words; marks of Thai stand as characters for private use, as SQLite's tokenizer knows them.
 *
 * With `is_asked` the last character of a run at the end is left out behind its pair: the run may go on where it is
 * found. A run of one character there is the beginning of a pair: *is_beginning. In `arena`.
 */
const char *words_list(const char *folded, bool is_asked, bool *is_beginning, struct arena *arena);

#endif
