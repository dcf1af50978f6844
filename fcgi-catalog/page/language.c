/* SPDX-License-Identifier: MIT */
/* Languages: the table of them, and how their facts are used. */
#include "fcgi-catalog/page/language.h"

#include <inttypes.h>
#include <string.h>

/* ---- The table --------------------------------------------------------------------------------------------------- */

#define WORD(name, text) [WORD_##name][PLURAL_OTHER] = (text),
#define FORM(name, form, text) [WORD_##name][PLURAL_##form] = (text),
typedef const char *const words[WORD_COUNT][PLURAL_COUNT];

static words words_cs = {
#include "fcgi-catalog/page/words/cs.def"
};
static words words_da = {
#include "fcgi-catalog/page/words/da.def"
};
static words words_de = {
#include "fcgi-catalog/page/words/de.def"
};
static words words_en = {
#include "fcgi-catalog/page/words/en.def"
};
static words words_es = {
#include "fcgi-catalog/page/words/es.def"
};
static words words_fr = {
#include "fcgi-catalog/page/words/fr.def"
};
static words words_it = {
#include "fcgi-catalog/page/words/it.def"
};
static words words_nl = {
#include "fcgi-catalog/page/words/nl.def"
};
static words words_pl = {
#include "fcgi-catalog/page/words/pl.def"
};
static words words_pt = {
#include "fcgi-catalog/page/words/pt.def"
};
static words words_ru = {
#include "fcgi-catalog/page/words/ru.def"
};
static words words_sv = {
#include "fcgi-catalog/page/words/sv.def"
};
static words words_tr = {
#include "fcgi-catalog/page/words/tr.def"
};

#define PLURAL(language, form)                                                                                         \
    static enum plural plural_##language(int64_t i)                                                                    \
    {                                                                                                                  \
        return form;                                                                                                   \
    }
#define SIGN(currency, sign) {currency, sign},
#define SIGNS(language, ...) static const struct currency_sign signs_##language[] = {__VA_ARGS__{NULL, NULL}};
#define ALL_SIGNS(rows) SIGNS(everywhere, rows)
#define LANGUAGE(language, point, separator, from, pattern)
#include "fcgi-catalog/page/cldr.def"
#undef PLURAL
#undef SIGNS
#undef ALL_SIGNS
#undef LANGUAGE

static const struct language languages[] = {
#define PLURAL(language, form)
#define SIGNS(language, ...)
#define ALL_SIGNS(rows)
#define LANGUAGE(language, point, separator, from, pattern)                                                            \
    {#language, point, separator, from, pattern, signs_##language, plural_##language, words_##language},
#include "fcgi-catalog/page/cldr.def"
};

_Static_assert(ARRAY_LENGTH(languages) <= LANGUAGES_MAX, "a list holds every language");

enum {
#undef LANGUAGE
#define LANGUAGE(language, point, separator, from, pattern) PLACE_##language,
#include "fcgi-catalog/page/cldr.def"
};

const struct language *const language_default = &languages[PLACE_en];

/* ---- A choice of them -------------------------------------------------------------------------------------------- */

/* Appends the language; false: it is there already. */
static bool append(struct language_list *list, const struct language *language)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == language)
            return false;
    }
    list->items[list->count++] = language;
    return true;
}

static const struct language *find(const char *tag, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(languages); i++) {
        if (strlen(languages[i].tag) == length && strncmp(languages[i].tag, tag, length) == 0)
            return &languages[i];
    }
    return NULL;
}

static void append_all(struct language_list *list)
{
    (void)append(list, language_default);
    for (size_t i = 0; i < ARRAY_LENGTH(languages); i++)
        (void)append(list, &languages[i]);
}

bool language_list_read(const char *text, struct language_list *list)
{
    static const char separators[] = ", ";

    list->count = 0;
    if (strcmp(text, "auto") == 0) {
        append_all(list);
        return true;
    }
    for (text += strspn(text, separators); *text != '\0'; text += strspn(text, separators)) {
        size_t length = strcspn(text, separators);
        const struct language *language = find(text, length);
        if (language == NULL || !append(list, language))
            return false;
        text += length;
    }
    return list->count > 0;
}

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

const char *words_fill(const char *text, const char *place, const char *value, struct arena *arena)
{
    const char *at = strstr(text, place);

    if (at == NULL)
        return text;
    char *filled = arena_get(arena, strlen(text) + strlen(value) + 1);
    char *end = stpcpy(mempcpy(filled, text, (size_t)(at - text)), value);
    strcpy(end, at + strlen(place));
    return filled;
}

const char *language_word(const struct language *language, enum word word)
{
    return language->words[word][PLURAL_OTHER];
}

const char *language_count(const struct language *language, enum word word, int64_t count, struct arena *arena)
{
    const char *const *forms = language->words[word];
    const char *form = forms[language->plural(count)];
    const char *number = language_number(language, arena_print(arena, "%" PRId64, count), arena);

    return words_fill(form != NULL ? form : forms[PLURAL_OTHER], "{count}", number, arena);
}

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

static const char *find_sign(const struct currency_sign *signs, const char *currency)
{
    for (; signs->currency != NULL; signs++) {
        if (strcmp(signs->currency, currency) == 0)
            return signs->sign;
    }
    return NULL;
}

const char *language_sign(const struct language *language, const char *currency)
{
    const char *sign = find_sign(language->signs, currency);

    if (sign == NULL)
        sign = find_sign(signs_everywhere, currency);
    return sign != NULL ? sign : currency;
}

const char *language_number(const struct language *language, const char *plain, struct arena *arena)
{
    size_t whole = strspn(plain, "-0123456789"), digits = strspn(plain, "-");
    bool is_separated = whole - digits >= (size_t)(3 + language->separated_from);
    char *text = arena_get(arena, whole * (1 + strlen(language->separator)) + strlen(plain) + sizeof "…");
    char *end = text;

    for (size_t i = 0; i < whole; i++) {
        size_t left = whole - 1 - i;
        *end++ = plain[i];
        if (is_separated && left > 0 && left % 3 == 0 && i >= digits)
            end = stpcpy(end, language->separator);
    }
    if (plain[whole] == '.')
        end = stpcpy(stpcpy(end, language->point), plain + whole + 1);
    *end = '\0';
    return text;
}
