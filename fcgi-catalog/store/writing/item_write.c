/* SPDX-License-Identifier: MIT */
/* Writing the catalog: the rows of one product. */
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/store/lists.h"
#include "fcgi-catalog/store/writing/item.h"

static int compare_branches(const void *a, const void *b)
{
    const struct branch *left = *(struct branch *const *)a, *right = *(struct branch *const *)b;

    return (left->number > right->number) - (left->number < right->number);
}

/* The names of the categories and of those above them, in the order of their numbers: as category_words_now has them.
 */
static const char *print_words(struct import *import, const char *const *slugs, size_t count)
{
    struct branch *branches[PRODUCT_CATEGORIES_MAX] = {NULL};
    size_t used = 0, length = 0;

    import->branches.marks++;
    for (size_t i = 0; i < count; i++) {
        struct branch *branch = branches_find(&import->branches, slugs[i]);
        for (; branch != NULL && branch->mark != import->branches.marks && used < PRODUCT_CATEGORIES_MAX;
             branch = branch->parent) {
            branch->mark = import->branches.marks;
            branch->is_used = true;
            branches[used++] = branch;
        }
    }
    qsort(branches, used, sizeof *branches, compare_branches);
    for (size_t i = 0; i < used; i++)
        length += strlen(branches[i]->name[0] != '\0' ? branches[i]->name : branches[i]->slug) + 1;
    char *words = arena_get(&import->arena, length + 1), *end = words;
    *end = '\0';
    for (size_t i = 0; i < used; i++) {
        if (i > 0)
            *end++ = ' ';
        end = stpcpy(end, branches[i]->name[0] != '\0' ? branches[i]->name : branches[i]->slug);
    }
    return words;
}

static bool make_categories(struct item *item)
{
    struct import *import = item->import;

    for (size_t i = 0; i < item->wanted.own_category_count; i++) {
        if (branches_find(&import->branches, item->wanted.categories[i]) == NULL &&
            writing_make_category(import, item->wanted.categories[i]) == NULL)
            return false;
    }
    return true;
}

static bool write_row(const struct item *item)
{
    struct import *import = item->import;
    const struct product *product = &item->wanted;
    sqlite3_stmt *statement = writing_get(import, item->is_new ? WRITING_INSERT : WRITING_UPDATE);
    const char *title = product->name[0] != '\0' ? product->name : product->slug;
    const char *words = print_words(import, product->categories, product->own_category_count);
    struct lists lists = lists_pack(product, &import->arena);
    char folded[SEARCH_SORT_NAME_SIZE];

    search_fold(&import->search, title, folded);
    sqlite3_bind_int(statement, 1, product->id);
    sqlite3_bind_text(statement, 2, product->slug, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, product->description, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 4, product->price_cents);
    sqlite3_bind_text(statement, 5, product->sku, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, product->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 7, product->stock, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 8, product->created_at);
    sqlite3_bind_int64(statement, 9, product->updated_at);
    sqlite3_bind_text(statement, 10, folded, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 11, words, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 12, lists.bytes, lists.size, SQLITE_STATIC);
    return writing_run(statement);
}

static bool write_list(const struct item *item, enum writing_statement delete, enum writing_statement insert,
                       const char *const *texts, size_t count)
{
    sqlite3_stmt *statement = writing_get(item->import, delete);

    sqlite3_bind_int(statement, 1, item->wanted.id);
    if (!item->is_new && !writing_run(statement))
        return false;
    for (size_t i = 0; i < count; i++) {
        statement = writing_get(item->import, insert);
        sqlite3_bind_int(statement, 1, item->wanted.id);
        sqlite3_bind_text(statement, 2, texts[i], -1, SQLITE_STATIC);
        if (!writing_run(statement))
            return false;
    }
    return true;
}

static bool write_images(const struct item *item)
{
    sqlite3_stmt *statement = writing_get(item->import, WRITING_DELETE_IMAGES);

    sqlite3_bind_int(statement, 1, item->wanted.id);
    if (!item->is_new && !writing_run(statement))
        return false;
    for (size_t i = 0; i < item->wanted.image_count; i++) {
        statement = writing_get(item->import, WRITING_INSERT_IMAGE);
        sqlite3_bind_int(statement, 1, item->wanted.id);
        sqlite3_bind_int64(statement, 2, (int64_t)i + 1);
        sqlite3_bind_text(statement, 3, item->wanted.images[i].url, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 4, text_of(item->wanted.images[i].alt), -1, SQLITE_STATIC);
        if (!writing_run(statement))
            return false;
    }
    return true;
}

static bool write_lists(const struct item *item)
{
    const struct product *product = &item->wanted;

    return (!item->categories_differ || write_list(item, WRITING_DELETE_MEMBERSHIPS, WRITING_INSERT_MEMBERSHIP,
                                                   product->categories, product->own_category_count)) &&
           (!item->tags_differ ||
            write_list(item, WRITING_DELETE_TAGS, WRITING_INSERT_TAG, product->tags, product->tag_count)) &&
           (!item->images_differ || write_images(item));
}

/* What the triggers do, when they are put aside. */
static bool write_old_slug(const struct item *item)
{
    struct import *import = item->import;

    if (!import->is_many || !(item->is_new || item->is_renamed))
        return true;
    sqlite3_stmt *statement = writing_get(import, WRITING_FORGET_SLUG);
    sqlite3_bind_text(statement, 1, item->wanted.slug, -1, SQLITE_STATIC);
    if (!writing_run(statement) || item->is_new)
        return item->is_new;
    statement = writing_get(import, WRITING_KEEP_SLUG);
    sqlite3_bind_text(statement, 1, item->known.slug, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, item->wanted.id);
    return writing_run(statement);
}

/* A trigger may have set the time meanwhile: here the row decides. */
static bool write_time(const struct item *item)
{
    sqlite3_stmt *statement = writing_get(item->import, WRITING_UPDATE_TIME);

    if (item->import->is_many || item->is_new)
        return true;
    sqlite3_bind_int(statement, 1, item->wanted.id);
    sqlite3_bind_int64(statement, 2, item->wanted.updated_at);
    return writing_run(statement);
}

static bool run_with_id(const struct item *item, enum writing_statement which, int32_t id)
{
    sqlite3_stmt *statement = writing_get(item->import, which);

    sqlite3_bind_int(statement, 1, id);
    return writing_run(statement);
}

/* With triggers the lists and the words would be made anew with each row of a list. */
static bool write_rows(const struct item *item)
{
    bool has_triggers = !item->import->is_many;

    return (!has_triggers || run_with_id(item, WRITING_BEGIN_PRODUCT, item->wanted.id)) && write_row(item) &&
           write_lists(item) && (!has_triggers || run_with_id(item, WRITING_END_PRODUCT, item->wanted.id));
}

static bool write_former(const struct item *item)
{
    return item->former_id == 0 || !item->import->is_many || run_with_id(item, WRITING_DELETE_FORMER, item->former_id);
}

bool item_write(struct item *item)
{
    return writing_note_change(item->import) && make_categories(item) && write_rows(item) && write_old_slug(item) &&
           write_former(item) && write_time(item);
}
