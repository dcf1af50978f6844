/* SPDX-License-Identifier: MIT */
/* Writing the catalog: the rows of one product. */
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/lists.h"
#include "fcgi-catalog/store/sqlite/product_row.h"
#include "fcgi-catalog/store/sqlite/writing/item.h"

static int compare_nodes(const void *a, const void *b)
{
    const struct category *left = *(struct category *const *)a, *right = *(struct category *const *)b;

    return (left->number > right->number) - (left->number < right->number);
}

/* The names of the categories and of those above them, in the order of their numbers: as category_words_now has them.
 */
static const char *print_words(struct writing *import, const char *const *slugs, size_t count)
{
    struct category *nodes[PRODUCT_CATEGORIES_MAX] = {NULL};
    size_t used = 0, length = 0;

    import->categories.marks++;
    for (size_t i = 0; i < count; i++) {
        struct category *node = categories_find(&import->categories, slugs[i]);
        for (; node != NULL && node->mark != import->categories.marks && used < PRODUCT_CATEGORIES_MAX;
             node = node->parent) {
            node->mark = import->categories.marks;
            node->is_used = true;
            nodes[used++] = node;
        }
    }
    qsort(nodes, used, sizeof *nodes, compare_nodes);
    for (size_t i = 0; i < used; i++)
        length += strlen(nodes[i]->name[0] != '\0' ? nodes[i]->name : nodes[i]->slug) + 1;
    char *words = arena_get(&import->arena, length + 1), *end = words;
    *end = '\0';
    for (size_t i = 0; i < used; i++) {
        if (i > 0)
            *end++ = ' ';
        end = stpcpy(end, nodes[i]->name[0] != '\0' ? nodes[i]->name : nodes[i]->slug);
    }
    return words;
}

static bool make_categories(struct item *item)
{
    struct writing *import = item->import;

    for (size_t i = 0; i < item->wanted.own_category_count; i++) {
        if (categories_find(&import->categories, item->wanted.categories[i]) == NULL &&
            writing_make_category(import, item->wanted.categories[i]) == NULL)
            return false;
    }
    return true;
}

/* The options and SKUs of the variants: as variant_words_now has them. */
static const char *print_variant_words(struct writing *import, const struct product *product)
{
    struct buffer words = {.arena = &import->arena};

    for (size_t i = 0; i < product->variant_count; i++) {
        const char *const texts[] = {variant_print_options(&product->variants[i], &import->arena),
                                     product->variants[i].sku};
        for (size_t j = 0; j < ARRAY_LENGTH(texts); j++) {
            if (words.length > 0)
                buffer_append_byte(&words, ' ');
            buffer_append(&words, texts[j], strlen(texts[j]));
        }
    }
    return buffer_text(&words);
}

/* As the function more_words() of SQL, of texts up to NULL. */
static const char *print_more_words(struct writing *import, const char *const *texts)
{
    const char *words = "";

    for (; *texts != NULL; texts++) {
        const char *more = tokenizer_more_words(&import->tokenizer, *texts, &import->arena);
        if (more[0] != '\0')
            words = arena_print(&import->arena, "%s%s%s", words, words[0] != '\0' ? " " : "", more);
    }
    return words;
}

static bool write_row(const struct item *item)
{
    struct writing *import = item->import;
    const struct product *product = &item->wanted;
    sqlite3_stmt *statement = import->statements[item->is_new ? WRITING_INSERT : WRITING_UPDATE];
    const char *title = product->name[0] != '\0' ? product->name : product->slug;
    const char *names = print_words(import, product->categories, product->own_category_count);
    char folded[SEARCH_SORT_NAME_SIZE];

    tokenizer_fold(&import->tokenizer, title, folded);
    const char *variants = print_variant_words(import, product);
    const struct product_words words = {
        .sort_name = folded,
        .of_categories = names,
        .of_variants = variants,
        .of_title = print_more_words(import, (const char *[]){title, text_of(product->sku), NULL}),
        .of_others = print_more_words(import, (const char *[]){names, text_of(product->description), variants, NULL})};
    product_row_bind(statement, product, &words, &import->arena);
    return writing_step(statement);
}

static bool run(const struct item *item, enum writing_statement which, const char *text)
{
    return writing_run(item->import, which, (struct writing_values){.id = item->wanted.id, .text = text});
}

/* Replaces the rows of one list. */
static bool write_list(const struct item *item, enum writing_statement delete, enum writing_statement insert,
                       const char *const *texts, size_t count)
{
    bool is_good = item->is_new || run(item, delete, NULL);

    for (size_t i = 0; is_good && i < count; i++)
        is_good = run(item, insert, texts[i]);
    return is_good;
}

static bool write_images(const struct item *item)
{
    bool is_good = item->is_new || run(item, WRITING_DELETE_IMAGES, NULL);

    for (size_t i = 0; is_good && i < item->wanted.image_count; i++) {
        const struct product_image *image = &item->wanted.images[i];
        const struct writing_values values = {
            .id = item->wanted.id, .text = image->url, .name = text_of(image->alt), .number = (int64_t)i + 1};
        is_good = writing_run(item->import, WRITING_INSERT_IMAGE, values);
    }
    return is_good;
}

/* Deletes the variants that are gone, and writes all others. */
static bool write_variants(const struct item *item)
{
    struct writing *import = item->import;
    const struct product *known = &item->known, *wanted = &item->wanted;
    bool is_good = true;

    for (size_t i = 0; is_good && i < known->variant_count; i++) {
        if (variant_find(wanted, known->variants[i].id) == NULL)
            is_good = writing_run(import, WRITING_DELETE_VARIANT, (struct writing_values){.id = known->variants[i].id});
    }
    for (size_t i = 0; is_good && i < wanted->variant_count; i++) {
        bool is_known = variant_find(known, wanted->variants[i].id) != NULL;
        sqlite3_stmt *statement = import->statements[is_known ? WRITING_UPDATE_VARIANT : WRITING_INSERT_VARIANT];
        product_row_bind_variant(statement, wanted, i, &import->arena);
        is_good = writing_step(statement);
    }
    return is_good;
}

/* Whether a variant may be read of another text than its row has. */
static bool has_mended_options(const struct product *product)
{
    for (size_t i = 0; i < product->variant_count; i++) {
        if (strcmp(product->variants[i].options[0].name, LISTS_MENDED_OPTION) == 0)
            return true;
    }
    return false;
}

static bool write_lists(const struct item *item)
{
    const struct product *product = &item->wanted;

    return ((item->differing & FIELD_CATEGORIES) == 0 ||
            write_list(item, WRITING_DELETE_MEMBERSHIPS, WRITING_INSERT_MEMBERSHIP, product->categories,
                       product->own_category_count)) &&
           ((item->differing & FIELD_TAGS) == 0 ||
            write_list(item, WRITING_DELETE_TAGS, WRITING_INSERT_TAG, product->tags, product->tag_count)) &&
           ((item->differing & FIELD_IMAGES) == 0 || write_images(item)) &&
           (((item->differing & FIELD_VARIANTS) == 0 && !has_mended_options(&item->known)) || write_variants(item));
}

/* Writes what triggers do that are put aside: old slugs, and a product that has come back. */
static bool write_names(const struct item *item)
{
    bool is_good = true;

    if (item->is_new || item->is_renamed)
        is_good = run(item, WRITING_FORGET_SLUG, item->wanted.slug);
    if (item->is_renamed)
        is_good = is_good && run(item, WRITING_KEEP_SLUG, item->known.slug);
    if (item->former_id != 0)
        is_good =
            is_good && writing_run(item->import, WRITING_DELETE_FORMER, (struct writing_values){.id = item->former_id});
    return is_good;
}

/* While the product is in product_in_writing, triggers do not make its lists and words anew with each row of a list. A
 * trigger may also set the time, which the row decides: it is written last. */
static bool write_with_triggers(const struct item *item)
{
    const struct writing_values time = {.id = item->wanted.id, .number = item->wanted.updated_at};

    return run(item, WRITING_BEGIN_PRODUCT, NULL) && write_row(item) && write_lists(item) &&
           run(item, WRITING_END_PRODUCT, NULL) &&
           (item->is_new || writing_run(item->import, WRITING_UPDATE_TIME, time));
}

bool item_write(struct item *item)
{
    if (!writing_note_change(item->import) || !make_categories(item))
        return false;
    return item->import->is_many ? write_row(item) && write_lists(item) && write_names(item)
                                 : write_with_triggers(item);
}
