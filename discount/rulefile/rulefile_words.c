/* SPDX-License-Identifier: MIT */
/* A line becomes words. */
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"

#include "discount/rulefile/internal.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024)

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void add_word(struct words *words, const char *text, bool is_quoted)
{
    words->list = memory_grow(words->list, words->count, 1, sizeof *words->list);
    words->list[words->count++] = (struct word){.text = text, .is_quoted = is_quoted};
}

/* Finds a control character (Unicode's Cc) other than a tab in UTF-8 without NUL. */
static bool find_control(const char *line, size_t length, int *point)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)line[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            *point = byte;
            return true;
        }
        if (byte == 0xc2 && i + 1 < length && (unsigned char)line[i + 1] < 0xa0) {
            *point = (unsigned char)line[i + 1];
            return true;
        }
    }
    return false;
}

static bool check_bytes(const char *line, size_t length, char reason[REASON_SIZE])
{
    int point;

    if (length > LINE_MAX_BYTES)
        snprintf(reason, REASON_SIZE, "the line has %zu bytes; up to %zu are allowed", length, LINE_MAX_BYTES);
    else if (memchr(line, '\0', length) != NULL)
        snprintf(reason, REASON_SIZE, "the line has a NUL byte; only text is allowed");
    else if (!text_is_utf8(line, length))
        snprintf(reason, REASON_SIZE, "the line is not UTF-8; only text in UTF-8 is allowed");
    else if (find_control(line, length, &point))
        snprintf(reason, REASON_SIZE, "the line has the control character U+%04X; of these only tabs are allowed",
                 (unsigned)point);
    else
        return true;
    return false;
}

/* Reads a string, in place, from behind its opening quote. Returns the place behind its closing quote; NULL: the string
 * is malformed. */
static char *split_string(struct words *words, char *from, const char *end, char reason[REASON_SIZE])
{
    char *to = from, *text = from;

    for (; from < end; from++) {
        if (*from == '"') {
            if (from + 1 < end && !is_space(from[1])) {
                snprintf(reason, REASON_SIZE, "something follows a closing \" at once; a space is needed between");
                return NULL;
            }
            *to = '\0';
            add_word(words, text, true);
            return from + 1;
        }
        if (*from == '\\') {
            from++;
            if (from == end || (*from != '"' && *from != '\\')) {
                snprintf(reason, REASON_SIZE, "a \\ in a string stands alone; \\\" and \\\\ are allowed");
                return NULL;
            }
        }
        *to++ = *from;
    }
    snprintf(reason, REASON_SIZE, "the string has no closing \" on its line");
    return NULL;
}

/* The same for a word without quotes. */
static char *split_bare(struct words *words, char *from, char *end, char reason[REASON_SIZE])
{
    char *text = from;

    while (from < end && !is_space(*from)) {
        if (*from == '"') {
            snprintf(reason, REASON_SIZE, "a word has a \" in it; a space is needed before a string");
            return NULL;
        }
        from++;
    }
    bool is_last = from == end;
    *from = '\0';
    add_word(words, text, false);
    return is_last ? end : from + 1;
}

/* Keeps of a line that could not be split only the first word, if that is a plain one. */
static void keep_first(struct words *words, char *line, char *end)
{
    char *from = line;

    words->count = 0;
    while (from < end && is_space(*from))
        from++;
    char *to = from;
    while (to < end && ((*to >= 'a' && *to <= 'z') || *to == '-'))
        to++;
    if (to == from || (to < end && !is_space(*to) && *to != '\0'))
        return;
    *to = '\0';
    add_word(words, from, false);
}

bool words_split(struct words *words, char *line, size_t length, char reason[REASON_SIZE])
{
    char *from = line, *end = line + length;

    words->count = 0;
    if (!check_bytes(line, length, reason)) {
        keep_first(words, line, end);
        return false;
    }
    while (from < end) {
        if (is_space(*from)) {
            from++;
            continue;
        }
        if (*from == '#')
            break;
        from = *from == '"' ? split_string(words, from + 1, end, reason) : split_bare(words, from, end, reason);
        if (from == NULL) {
            keep_first(words, line, end);
            return false;
        }
    }
    return true;
}
