/* SPDX-License-Identifier: MIT */
/* Settings: finds each one's value, checks it, and puts it into the program's own structure. */
#include "common/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/number.h"
#include "common/settings_file.h"

/* The longest piece of a wrong value that a message repeats, in bytes. */
#define SHOWN_MAX 80

/* The settings file: where it is and what it says. All zero is no file. */
struct settings_source {
    char *path;      /* NULL: there is none */
    char *directory; /* where its relative paths start */
    struct {
        char *value; /* NULL: the file does not say */
        int line;
    } * found; /* one for each row of the table */
};

/* What a message needs to know about a value. */
struct setting_value {
    const char *text;
    const char *directory; /* where a relative path starts; NULL: the working directory */
    const char *origin;    /* "environment" or "default"; NULL: the file */
    int line;              /* of the file */
};

const char *const settings_off_or_on[] = {"off", "on", NULL};

const char *settings_check_path(const char *value)
{
    return value[0] != '\0' ? NULL : "a path";
}

const char *settings_check_host(const char *value)
{
    return value[0] != '\0' && strchr(value, ' ') == NULL ? NULL : "host:port, for example localhost:11443";
}

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

/* "debug, info or error" */
static void print_choices(char *text, size_t room, const char *const *choices)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; choices[i] != NULL && length < room; i++) {
        const char *joint = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
        length += (size_t)snprintf(text + length, room - length, "%s%s", joint, choices[i]);
    }
}

static void print_allowed(char *text, size_t room, const struct setting *row)
{
    switch (row->type) {
    case SETTING_NUMBER:
        snprintf(text, room, "a number from %lld to %lld%s%s%s", (long long)row->min, (long long)row->max,
                 row->unit != NULL ? " (" : "", row->unit != NULL ? row->unit : "", row->unit != NULL ? ")" : "");
        break;
    case SETTING_CHOICE:
        print_choices(text, room, row->choices);
        break;
    case SETTING_PATH:
        snprintf(text, room, "a path without control characters");
        break;
    case SETTING_TEXT:
        snprintf(text, room, "text without control characters");
        break;
    }
}

/* A wrong value as a message may show it: on one line, not endless. */
static void print_shown(char shown[SHOWN_MAX + 4], const char *value)
{
    size_t length = strlen(value);
    size_t kept = length > SHOWN_MAX ? SHOWN_MAX : length;

    for (size_t i = 0; i < kept; i++)
        shown[i] = ((unsigned char)value[i] < 0x20 || value[i] == 0x7f) ? '?' : value[i];
    strcpy(shown + kept, length > kept ? "..." : "");
}

static bool refuse_value(const struct settings_source *source, const struct setting *row,
                         const struct setting_value *value, const char *allowed, char *reason, size_t reason_size)
{
    char shown[SHOWN_MAX + 4], place[256] = "", kind[256];

    print_shown(shown, value->text);
    if (value->origin == NULL)
        snprintf(place, sizeof place, "%s:%d: ", source->path, value->line);
    if (allowed == NULL) {
        print_allowed(kind, sizeof kind, row);
        allowed = kind;
    }
    snprintf(reason, reason_size, "%s%s is \"%s\"%s%s%s; allowed is %s", place, row->name, shown,
             value->origin != NULL ? " (" : "", value->origin != NULL ? value->origin : "",
             value->origin != NULL ? ")" : "", allowed);
    return false;
}

/* ---- The settings file ------------------------------------------------------------------------------------------- */

struct gathering {
    const struct settings_table *table;
    struct settings_source *source;
    char *reason;
    size_t reason_size;
};

static void refuse_name(const struct gathering *gathering, int line, const char *name)
{
    char shown[SHOWN_MAX + 4];

    print_shown(shown, name);
    int length = snprintf(gathering->reason, gathering->reason_size, "%s:%d: %s is no setting of this program; it has",
                          gathering->source->path, line, shown);
    for (size_t i = 0; i < gathering->table->count && length >= 0 && (size_t)length < gathering->reason_size; i++)
        length += snprintf(gathering->reason + length, gathering->reason_size - (size_t)length, "%s %s",
                           i > 0 ? "," : "", gathering->table->rows[i].name);
}

/* The settings_file_receiver: notes the value for its row. */
static bool gather_line(void *data, int line, const char *name, const char *value)
{
    struct gathering *gathering = data;
    const struct settings_table *table = gathering->table;
    size_t i = 0;

    while (i < table->count && strcmp(table->rows[i].name, name) != 0)
        i++;
    if (i == table->count) {
        refuse_name(gathering, line, name);
        return false;
    }
    if (gathering->source->found[i].value != NULL) {
        snprintf(gathering->reason, gathering->reason_size, "%s:%d: %s stands here again; line %d has it already",
                 gathering->source->path, line, name, gathering->source->found[i].line);
        return false;
    }
    gathering->source->found[i].value = memory_copy_text(value);
    gathering->source->found[i].line = line;
    return true;
}

static bool gather_text(const struct settings_table *table, struct settings_source *source, const char *text,
                        size_t length, char *reason, size_t reason_size)
{
    struct gathering gathering = {table, source, reason, reason_size};
    struct settings_file_fault fault;

    if (settings_file_parse(text, length, gather_line, &gathering, &fault))
        return true;
    if (fault.line > 0)
        snprintf(reason, reason_size, "%s:%d: %s", source->path, fault.line, fault.text);
    return false;
}

/* The directory part of a path, in new memory; "" when it has none. */
static char *copy_directory(const char *path)
{
    char *directory = memory_copy_text(path);
    char *slash = strrchr(directory, '/');

    if (slash == NULL)
        directory[0] = '\0';
    else
        slash[slash == directory ? 1 : 0] = '\0';
    return directory;
}

/* Reads the file at source->path. The default file may be missing: then source->path is NULL. */
static bool read_source(const struct settings_table *table, struct settings_source *source, bool is_named, char *reason,
                        size_t reason_size)
{
    char *text;
    size_t length;

    if (!file_read(source->path, SETTINGS_FILE_MAX, &text, &length)) {
        if (!is_named && (errno == ENOENT || errno == ENOTDIR)) {
            free(source->path);
            source->path = NULL;
            return true;
        }
        const char *cause = errno == EFBIG ? "it is larger than 64 KiB" : strerror(errno);
        snprintf(reason, reason_size, "settings file %s: %s", source->path, cause);
        return false;
    }
    source->directory = copy_directory(source->path);
    bool done = gather_text(table, source, text, length, reason, reason_size);
    free(text);
    return done;
}

static bool open_source(const struct settings_table *table, const char *config_path, struct settings_source *source,
                        char *reason, size_t reason_size)
{
    const char *named = config_path != NULL ? config_path : getenv(table->config_variable);
    bool is_named = config_path != NULL || (named != NULL && named[0] != '\0');

    source->found = memory_get_zeroed(table->count, sizeof *source->found);
    if (is_named) {
        source->path = memory_copy_text(named);
    } else {
        char *directory = file_program_directory();
        source->path = file_join(directory, table->config_name);
        free(directory);
    }
    return read_source(table, source, is_named, reason, reason_size);
}

static void close_source(const struct settings_table *table, struct settings_source *source)
{
    for (size_t i = 0; i < table->count; i++)
        free(source->found[i].value);
    free(source->found);
    free(source->directory);
    free(source->path);
}

/* ---- Values ------------------------------------------------------------------------------------------------------ */

static struct setting_value find_value(const struct settings_source *source, size_t index, const struct setting *row)
{
    const char *text = getenv(row->name);

    if (text != NULL)
        return (struct setting_value){.text = text, .origin = "environment"};
    if (source->found[index].value != NULL)
        return (struct setting_value){
            .text = source->found[index].value, .directory = source->directory, .line = source->found[index].line};
    return (struct setting_value){.text = row->fallback, .directory = source->directory, .origin = "default"};
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

/* Puts the value into its field. False: it is not of the row's type, and the field is untouched. */
static bool set_field(const struct setting *row, const struct setting_value *value, void *field)
{
    switch (row->type) {
    case SETTING_TEXT:
    case SETTING_PATH:
        if (has_control_character(value->text))
            return false;
        *(char **)field = row->type == SETTING_PATH && value->text[0] != '\0' ? file_join(value->directory, value->text)
                                                                              : memory_copy_text(value->text);
        return true;
    case SETTING_NUMBER:
        return number_parse(value->text, row->min, row->max, field) == NUMBER_OK;
    case SETTING_CHOICE:
        for (int64_t i = 0; row->choices[i] != NULL; i++) {
            if (strcmp(row->choices[i], value->text) == 0) {
                *(int64_t *)field = i;
                return true;
            }
        }
        return false;
    }
    return false;
}

static bool holds_text(const struct setting *row)
{
    return row->type == SETTING_TEXT || row->type == SETTING_PATH;
}

static void release_rows(const struct settings_table *table, size_t count, void *target)
{
    for (size_t i = 0; i < count; i++) {
        char **text = (char **)((char *)target + table->rows[i].offset);
        if (holds_text(&table->rows[i])) {
            free(*text);
            *text = NULL;
        }
    }
}

static bool fill_target(const struct settings_table *table, const struct settings_source *source, void *target,
                        char *reason, size_t reason_size)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        struct setting_value value = find_value(source, i, row);
        const char *allowed = holds_text(row) && row->check != NULL ? row->check(value.text) : NULL;
        if (allowed != NULL || !set_field(row, &value, (char *)target + row->offset)) {
            release_rows(table, i, target);
            return refuse_value(source, row, &value, allowed, reason, reason_size);
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------------------ */

bool settings_load(const struct settings_table *table, const char *config_path, void *target, char *reason,
                   size_t reason_size)
{
    struct settings_source source = {0};

    bool done = open_source(table, config_path, &source, reason, reason_size) &&
                fill_target(table, &source, target, reason, reason_size);
    close_source(table, &source);
    return done;
}

void settings_release(const struct settings_table *table, void *target)
{
    release_rows(table, table->count, target);
}

void settings_describe(const struct settings_table *table, FILE *out)
{
    int width = 0;

    for (size_t i = 0; i < table->count; i++) {
        int wanted = (int)(strlen(table->rows[i].name) + strlen(table->rows[i].fallback)) + 1;
        width = wanted > width ? wanted : width;
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        char allowed[256];
        print_allowed(allowed, sizeof allowed, row);
        int padding = width - (int)(strlen(row->name) + strlen(row->fallback)) - 1;
        fprintf(out, "  %s=%s%*s  %s; %s\n", row->name, row->fallback, padding, "", row->help, allowed);
    }
}
