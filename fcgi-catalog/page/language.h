/* SPDX-License-Identifier: MIT */
/*
 * The languages that pages are written in: what pages say (words/, a file each), and how people there write numbers and
 * count (cldr.def, from Unicode's CLDR). All of them are written from left to right. Pure.
 */
#ifndef CATALOG_PAGE_LANGUAGE_H
#define CATALOG_PAGE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"

/* Every message: words/en.def has the rows. */
enum word {
#define WORD(name, text) WORD_##name,
#define FORM(name, form, text)
#include "fcgi-catalog/page/words/en.def"
#undef WORD
#undef FORM
    WORD_COUNT
};

/* The forms that a count may ask for (UTS 35, part 3, "Language Plural Rules"). */
enum plural { PLURAL_OTHER, PLURAL_ONE, PLURAL_FEW, PLURAL_MANY, PLURAL_COUNT };

struct currency_sign {
    const char *currency, *sign; /* "EUR", "€" */
};

struct language {
    const char *tag;                          /* RFC 5646: "de" */
    const char *point, *separator;            /* between whole and decimals; between groups of three digits */
    int separated_from;                       /* so many digits before the first separator, at least */
    const char *pattern;                      /* of an amount: ¤ is the currency, 0 the number */
    const struct currency_sign *signs;        /* ended by NULL */
    enum plural (*plural)(int64_t i);         /* the form for i things, from 0 up */
    const char *const (*words)[PLURAL_COUNT]; /* by enum word; a form that is NULL is as PLURAL_OTHER */
};

/* English. */
extern const struct language *const language_default;

#define LANGUAGES_MAX 16

/* A choice of languages, the first of which is for who asks for none. */
struct language_list {
    const struct language *items[LANGUAGES_MAX];
    size_t count;
};

/* Reads "de", "de, en" or "auto": all, English first. False: a language is not there, or is there twice, or there is
 * none. */
MUST_CHECK bool language_list_read(const char *text, struct language_list *list);

/* The message, as it is written in words/. Static. */
const char *language_word(const struct language *language, enum word word);

/* The message, in the form for a count, with the count in the place of {count}. In `arena`. */
const char *language_count(const struct language *language, enum word word, int64_t count, struct arena *arena);

/* The sign of a currency; its code where there is none. Static, or the code itself. */
const char *language_sign(const struct language *language, const char *currency);

/* A plain decimal ("1299.00") as people write it. In `arena`. */
const char *language_number(const struct language *language, const char *plain, struct arena *arena);

/* A text with the value in the first place of this name ("{text}"); the text itself when it has no such place. In
 * `arena`. */
const char *words_fill(const char *text, const char *place, const char *value, struct arena *arena);

#endif
