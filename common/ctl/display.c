/* SPDX-License-Identifier: MIT */
/* Text, made fit for a terminal. */
#include "common/ctl/display.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "common/memory.h"

#define REPLACEMENT 0xFFFD

/* Characters that do not show but do something. */
static bool is_commanding(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP)
        return true;
    return c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* The next code point of text that ends with NUL; *text moves behind it. */
static utf8proc_int32_t next_code_point(const char **text)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)*text, -1, &c);

    if (length <= 0) {
        (*text)++;
        return REPLACEMENT;
    }
    *text += length;
    return c;
}

static void show_code_point(FILE *out, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4] = {0};
    utf8proc_ssize_t length = utf8proc_encode_char(c, bytes);

    fwrite(bytes, 1, (size_t)length, out);
}

void display_put(FILE *out, const char *text, const char *allowed)
{
    while (*text != '\0') {
        utf8proc_int32_t c = next_code_point(&text);
        if (is_commanding(c) && (c > 0x7F || strchr(allowed, (int)c) == NULL))
            fprintf(out, "\\u%04x", (unsigned)c);
        else
            show_code_point(out, c);
    }
}

FILE *display_open_text(char **text, size_t *length)
{
    FILE *out = open_memstream(text, length);

    if (out == NULL) {
        fputs("out of memory\n", stderr);
        exit(MEMORY_EXIT_CODE);
    }
    return out;
}

const char *display_keep_text(struct arena *arena, FILE *out, char **text)
{
    fclose(out);
    const char *start = *text + strspn(*text, "\n");
    const char *copy = arena_copy(arena, start, strlen(start));
    free(*text);
    return copy;
}

static bool is_plain(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

const char *display_text(struct arena *arena, const char *text)
{
    char *shown;
    size_t length;

    if (text == NULL)
        return "";
    if (is_plain(text))
        return arena_copy(arena, text, strlen(text));
    FILE *out = display_open_text(&shown, &length);
    display_put(out, text, "");
    fclose(out);
    const char *copy = arena_copy(arena, shown, length);
    free(shown);
    return copy;
}

void display_lines(FILE *out, const char *text)
{
    display_put(out, text, "\n\t");
}

size_t display_width(const char *text)
{
    size_t width = 0;

    while (*text != '\0')
        width += (size_t)utf8proc_charwidth(next_code_point(&text));
    return width;
}
