/* SPDX-License-Identifier: MIT */
/* Query strings: whatever comes is understood or refused by name; what is understood has one text, which means the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The words of text that is tidy. */
static int count_words(const char *text)
{
    int count = 1;

    for (; *text != '\0'; text++)
        count += *text == ' ';
    return count;
}

static void check_query(const struct product_query *query)
{
    insist(query->limit >= 1 && query->limit <= QUERY_LIMIT_MAX);
    insist(query->category == NULL || field_is_category(query->category));
    insist(query->tag == NULL || (query->tag[0] != '\0' && strlen(query->tag) <= FIELD_TAG_MAX));
    insist(query->text == NULL || (query->text[0] != '\0' && strlen(query->text) <= QUERY_TEXT_MAX));
    insist(query->text == NULL || count_words(query->text) <= QUERY_WORDS_MAX);
    insist(query->text == NULL || text_is_utf8(query->text, strlen(query->text)));
    insist(query->min_price < 0 || query->max_price < 0 || query->min_price <= query->max_price);
    insist((query->fields & ~(unsigned)FIELD_ALL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cursor_secret secret;
    const struct query_frame frame = {.parameters = QUERY_OF_LIST, .secret = &secret};
    struct arena arena = {0};
    struct product_query query, again;
    struct query_fault fault = {0};
    const char *text = arena_copy(&arena, (const char *)data, size);

    if (query_parse(text, &frame, &arena, &query, &fault)) {
        check_query(&query);
        const char *link = query_print_link(&query, &query.position, &secret, &arena);
        insist(query_parse(link, &frame, &arena, &again, &fault));
        insist(is_same_text(query_print_key(&query, &arena), query_print_key(&again, &arena)));
        insist(is_same_text(query.text, again.text) && is_same_text(query.tag, again.tag));
    } else {
        insist(fault.parameter != NULL && fault.detail != NULL && fault.allowed != NULL);
        insist(text_is_utf8(fault.detail, strlen(fault.detail)) && strlen(fault.detail) < 1000);
        insist(!field_has_control(fault.detail, strlen(fault.detail)));
        insist(!field_has_control(fault.parameter, strlen(fault.parameter)));
        if (fault.is_of_filter)
            (void)query_print_link(&query, &query.position, &secret, &arena);
        if (fault.without_clicks != NULL)
            insist(query_parse(fault.without_clicks, &frame, &arena, &query, &fault));
    }
    arena_release(&arena);
    return 0;
}
