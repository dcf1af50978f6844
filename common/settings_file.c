/* SPDX-License-Identifier: MIT */
/* The text of a settings file, read by inih one checked line at a time. */
#include "common/settings_file.h"

#include <assert.h>
#include <ini.h>
#include <string.h>

/*
 * inih asks for a line (next_line), then calls the handler (take_setting) when it found NAME=value in it. So a line is
 * checked before inih sees it, and `line` is the handler's line number, which inih does not pass on.
 */
struct reading {
    const char *rest, *end;
    int line;
    settings_file_receiver *receive;
    void *data;
    bool stopped; /* by the receiver or by a fault */
    struct settings_file_fault *fault;
};

static bool find_fault(struct reading *reading, const char *text)
{
    reading->stopped = true;
    *reading->fault = (struct settings_file_fault){.line = reading->line, .text = text};
    return false;
}

static bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether the line is NAME, spaces, '='. Refuses sections and NAME: value, which inih knows. */
static bool has_name(const char *line, size_t length)
{
    size_t i = 0;
    while (i < length && is_name_character(line[i]))
        i++;
    if (i == 0 || (line[0] >= '0' && line[0] <= '9'))
        return false;
    while (i < length && (line[i] == ' ' || line[i] == '\t'))
        i++;
    return i < length && line[i] == '=';
}

static bool has_control_character(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
            return true;
    }
    return false;
}

static bool is_blank_or_comment(const char *line, size_t length)
{
    return length == 0 || line[0] == '#' || line[0] == ';';
}

static bool check_line(struct reading *reading, const char *line, size_t length)
{
    if (reading->line == 1 && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        return find_fault(reading, "the file begins with a byte order mark; save it as UTF-8 without one");
    if (length > SETTINGS_LINE_MAX)
        return find_fault(reading, "the line is longer than 4000 bytes");
    if (has_control_character(line, length))
        return find_fault(reading, "the line has a control character");
    if (is_blank_or_comment(line, length))
        return true;
    if (line[0] == '[')
        return find_fault(reading, "there are no [sections] here, only NAME=value");
    if (!has_name(line, length))
        return find_fault(reading, "the line is not NAME=value");
    return true;
}

/* inih's fgets: copies the next line, without its indent and its end, into `room` bytes. NULL: no more. */
static char *next_line(char *line, int room, void *stream)
{
    struct reading *reading = stream;

    if (reading->stopped || reading->rest == reading->end)
        return NULL;
    const char *start = reading->rest;
    const char *newline = memchr(start, '\n', (size_t)(reading->end - start));
    const char *stop = newline != NULL ? newline : reading->end;
    reading->rest = newline != NULL ? newline + 1 : reading->end;
    reading->line++;
    size_t length = (size_t)(stop - start);
    if (newline != NULL && length > 0 && start[length - 1] == '\r')
        length--;
    for (; length > 0 && (start[0] == ' ' || start[0] == '\t'); length--)
        start++;
    if (!check_line(reading, start, length))
        return NULL;
    assert(length < (size_t)room); /* check_line() and prepare_inih() saw to that */
    memcpy(line, start, length);
    line[length] = '\0';
    return line;
}

static bool unquote(struct reading *reading, char *value)
{
    size_t length = strlen(value);
    char quote = value[0];

    if (quote != '\'' && strchr(value, '\\') != NULL)
        return find_fault(reading, "a backslash stands for itself only in a value in single quotes");
    if (quote != '\'' && quote != '"')
        return true;
    char *close = strchr(value + 1, quote);
    if (close == NULL)
        return find_fault(reading, "the quote is not closed on this line");
    if (close != value + length - 1)
        return find_fault(reading, "there is text behind the closing quote");
    *close = '\0';
    memmove(value, value + 1, length - 1);
    return true;
}

static int take_setting(void *user, const char *section, const char *name, const char *text)
{
    struct reading *reading = user;
    char value[SETTINGS_LINE_MAX + 1];

    (void)section;
    strcpy(value, text); /* no longer than the line it came from */
    if (!unquote(reading, value))
        return 0;
    reading->stopped = !reading->receive(reading->data, reading->line, name, value);
    return !reading->stopped;
}

/* Debian's inih is configured at run time; its defaults cut lines at 200 bytes and values at " ;". */
static void prepare_inih(void)
{
    ini_max_line = SETTINGS_LINE_MAX + 3;
    ini_use_stack = true;
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_allow_bom = false;
    ini_allow_no_value = false;
    ini_stop_on_first_error = true;
}

bool settings_file_parse(const char *bytes, size_t length, settings_file_receiver *receive, void *data,
                         struct settings_file_fault *fault)
{
    struct reading reading = {
        .rest = bytes,
        .end = bytes + length,
        .receive = receive,
        .data = data,
        .fault = fault,
    };

    *fault = (struct settings_file_fault){0};
    prepare_inih();
    int wrong_line = ini_parse_stream(next_line, &reading, take_setting, &reading);
    if (wrong_line != 0 && !reading.stopped)
        return find_fault(&reading, "the line is not NAME=value");
    return !reading.stopped;
}
