/* SPDX-License-Identifier: MIT */
/* Faults told in sentences, with the wrong value in a form that fits on one line. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

#include "common/memory.h"

#include "discount/rule/faults.h"

#define MESSAGE_MAX 512
#define SHOWN_MAX 80 /* bytes of a value */

static const char *copy_text(struct arena *arena, const char *text)
{
    return text != NULL ? arena_copy(arena, text, strlen(text)) : "";
}

void fault_list_add(struct fault_list *list, size_t place, const char *subject, const char *field, const char *message)
{
    list->items = arena_grow(list->arena, list->items, list->count, sizeof *list->items);
    list->items[list->count++] = (struct fault){.place = place,
                                                .subject = copy_text(list->arena, subject),
                                                .field = copy_text(list->arena, field),
                                                .message = copy_text(list->arena, message)};
}

struct sorted_fault {
    struct fault fault;
    size_t order;
};

static int compare_faults(const void *left, const void *right)
{
    const struct sorted_fault *a = left, *b = right;

    if (a->fault.place != b->fault.place)
        return a->fault.place < b->fault.place ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

void fault_list_sort(struct fault_list *list)
{
    struct sorted_fault *sorted = memory_get((list->count + 1) * sizeof *sorted);

    for (size_t i = 0; i < list->count; i++)
        sorted[i] = (struct sorted_fault){list->items[i], i};
    qsort(sorted, list->count, sizeof *sorted, compare_faults);
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = sorted[i].fault;
    free(sorted);
}

void faults_tell(struct faults *faults, const char *field, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list values;

    faults->count++;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    faults->tell(faults->data, field, message);
}

/* How many bytes of the character at `text` can be shown; 0: it cannot. */
static size_t printable_size(const char *text, size_t length)
{
    utf8proc_int32_t point;
    utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &point);

    if (size <= 0)
        return 0;
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: /* they can turn the direction of a whole line */
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return 0;
    default:
        return (size_t)size;
    }
}

const char *show_text(const char *text, struct shown *shown)
{
    size_t length = text != NULL ? strnlen(text, SHOWN_MAX + 4) : 0, from = 0, to = 0;

    shown->text[to++] = '"';
    while (from < length && to <= SHOWN_MAX) {
        size_t size = printable_size(text + from, length - from);
        if (size == 0) {
            shown->text[to++] = '?';
            from++;
            continue;
        }
        memcpy(shown->text + to, text + from, size);
        to += size;
        from += size;
    }
    strcpy(shown->text + to, from < length ? "\"..." : "\"");
    return shown->text;
}

const char *show_product(const struct rule_product *product, struct shown *shown)
{
    if (product->slug != NULL)
        return show_text(product->slug, shown);
    snprintf(shown->text, sizeof shown->text, "%" PRId32, product->id);
    return shown->text;
}

const char *show_instant(int64_t instant, struct shown *shown)
{
    struct tm tm;
    time_t time = (time_t)instant;

    if (gmtime_r(&time, &tm) == NULL || strftime(shown->text, sizeof shown->text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        snprintf(shown->text, sizeof shown->text, "%" PRId64, instant);
    return shown->text;
}
