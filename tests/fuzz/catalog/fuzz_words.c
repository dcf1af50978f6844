/* SPDX-License-Identifier: MIT */
/* Words: whatever comes is folded to what stays as it is, and taken apart into words that a part of the text has too.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static size_t count_words(const char *words)
{
    size_t count = words[0] != '\0';

    for (; *words != '\0'; words++) {
        insist(*words != ' ' || (words[1] != ' ' && words[1] != '\0'));
        count += *words == ' ';
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *text = arena_copy(&arena, (const char *)data, size);
    bool is_beginning;

    const char *folded = words_fold(text, size, &arena);
    const char *indexed = words_list(folded, false, &is_beginning, &arena);
    insist(!is_beginning);
    const char *asked = words_list(folded, true, &is_beginning, &arena);
    insist(strncmp(indexed, asked, strlen(asked)) == 0);
    insist(count_words(indexed) - count_words(asked) <= 1);
    insist(!text_is_utf8(text, size) || text_is_utf8(folded, strlen(folded)));
    insist(strcmp(words_fold(folded, strlen(folded), &arena), folded) == 0);
    arena_release(&arena);
    return 0;
}
