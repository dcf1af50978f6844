/* SPDX-License-Identifier: MIT */
/* Which media type or language a client would rather have. */
#include "fcgi-catalog/http/accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define QUALITY_MOST 1000 /* q=1; qualities are counted in thousandths */

/* A piece of the header, not ended by NUL. */
struct piece {
    const char *text;
    size_t length;
};

/* How well the header's ranges fit one media type: the most specific one decides. */
struct fit {
    int specificity; /* 0: nothing fits; 1: any; 2: type/any; 3: exactly */
    int quality;
};

static struct piece trim(struct piece piece)
{
    while (piece.length > 0 && (*piece.text == ' ' || *piece.text == '\t')) {
        piece.text++;
        piece.length--;
    }
    while (piece.length > 0 && (piece.text[piece.length - 1] == ' ' || piece.text[piece.length - 1] == '\t'))
        piece.length--;
    return piece;
}

/* Cuts off what stands before the next separator that is not inside a quoted string. */
static struct piece cut(struct piece *rest, char separator)
{
    bool is_quoted = false;
    size_t i = 0;

    for (; i < rest->length && (is_quoted || rest->text[i] != separator); i++) {
        if (rest->text[i] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && rest->text[i] == '\\' && i + 1 < rest->length)
            i++;
    }
    struct piece head = {rest->text, i};
    size_t taken = i < rest->length ? i + 1 : i;
    rest->text += taken;
    rest->length -= taken;
    return trim(head);
}

static bool is_text(struct piece piece, const char *text, size_t length)
{
    return piece.length == length && strncasecmp(piece.text, text, length) == 0;
}

/* A qvalue: 0 or 1, with up to three decimals; also ".5", which some clients send against the grammar. -1: not a
 * qvalue. */
static int read_quality(struct piece value)
{
    int quality = 0, weight = QUALITY_MOST;

    size_t point = value.length > 0 && value.text[0] == '.' ? 0 : 1;

    if (point == 0)
        weight /= 10;
    if (value.length == 0 || (value.length > point && value.text[point] != '.'))
        return -1;
    for (size_t i = 0; i < value.length; i++) {
        if (i == point)
            continue;
        if (value.text[i] < '0' || value.text[i] > '9' || weight == 0)
            return -1;
        quality += (value.text[i] - '0') * weight;
        weight /= 10;
    }
    return quality <= QUALITY_MOST ? quality : -1;
}

/* The range's quality. Other parameters are ignored: our types have none. */
static int parameters_quality(struct piece parameters)
{
    while (parameters.length > 0) {
        struct piece value = cut(&parameters, ';');
        struct piece name = cut(&value, '=');
        if (is_text(name, "q", 1))
            return read_quality(trim(value));
    }
    return QUALITY_MOST;
}

static int range_specificity(struct piece range, const char *media)
{
    size_t type_length = strcspn(media, "/") + 1; /* with the slash */

    if (is_text(range, media, strlen(media)))
        return 3;
    if (range.length == type_length + 1 && range.text[type_length] == '*' &&
        strncasecmp(range.text, media, type_length) == 0)
        return 2;
    return is_text(range, "*/*", 3) || is_text(range, "*", 1) ? 1 : 0; /* the second comes from old Java clients */
}

static void fit_header(struct fit *fit, const char *header, const char *media)
{
    struct piece rest = {header, strlen(header)};

    while (rest.length > 0) {
        struct piece parameters = cut(&rest, ',');
        struct piece range = cut(&parameters, ';');
        int specificity = range_specificity(range, media);
        if (specificity == 0 || specificity < fit->specificity)
            continue;
        int quality = parameters_quality(parameters);
        if (quality < 0)
            continue; /* a malformed range is ignored */
        if (specificity > fit->specificity || quality > fit->quality)
            *fit = (struct fit){specificity, quality};
    }
}

/* Text browsers (lynx) name both types alike; clients that take any type name neither. */
static bool is_page_for_text(const struct fit *fit, const char *media, const char *chosen)
{
    return fit->specificity > 1 && strcmp(media, "text/html") == 0 && strcmp(chosen, "text/plain") == 0;
}

static bool is_better(const struct fit *fit, const struct fit *best)
{
    return fit->quality > best->quality || (fit->quality == best->quality && fit->specificity > best->specificity);
}

int accept_choose(const char *accept, const char *const *types, size_t count)
{
    struct fit best = {0};
    int chosen = -1;

    if (accept == NULL || accept[0] == '\0')
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct fit fit = {0};
        fit_header(&fit, accept, types[i]);
        if (fit.quality > 0 &&
            (is_better(&fit, &best) || (!is_better(&best, &fit) && is_page_for_text(&fit, types[i], types[chosen])))) {
            best = fit;
            chosen = (int)i;
        }
    }
    return chosen;
}

/* The index of the first language that the range begins with; `count`: of none. */
static size_t find_language(struct piece range, const char *const *tags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(tags[i]);
        if (range.length >= length && strncasecmp(range.text, tags[i], length) == 0 &&
            (range.length == length || range.text[length] == '-'))
            return i;
    }
    return count;
}

static int find_first_of(const bool *is_refused, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_refused[i])
            return (int)i;
    }
    return -1;
}

int accept_choose_language(const char *accept_language, const char *const *tags, size_t count)
{
    struct piece rest = {accept_language, accept_language != NULL ? strlen(accept_language) : 0};
    bool is_refused[ACCEPT_LANGUAGES_MAX] = {false};
    bool takes_any = false;
    int best = 0, chosen = -1;

    for (int ranges = 0; rest.length > 0 && ranges < ACCEPT_RANGES_MAX; ranges++) {
        struct piece parameters = cut(&rest, ',');
        struct piece range = cut(&parameters, ';');
        int quality = parameters_quality(parameters);
        size_t language = find_language(range, tags, count);
        if (is_text(range, "*", 1)) {
            takes_any |= quality > 0;
        } else if (language < count && quality > best) {
            best = quality;
            chosen = (int)language;
        } else if (language < count && quality == 0) {
            is_refused[language] = true;
        }
    }
    return chosen < 0 && takes_any ? find_first_of(is_refused, count) : chosen;
}
