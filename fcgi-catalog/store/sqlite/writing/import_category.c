/* SPDX-License-Identifier: MIT */
/* Writing the catalog: the tree of categories. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/store/sqlite/writing/writing.h"

struct category *writing_add_category(struct writing *import, const char *slug, const char *parent_slug,
                                      const char *name, int64_t number)
{
    struct category *node = categories_add(&import->categories, slug, parent_slug);

    node->name = memory_copy_text(name);
    node->number = number;
    if (number > import->last_category)
        import->last_category = number;
    return node;
}

static struct category *insert_category(struct writing *import, const char *slug, const char *name,
                                        struct category *parent)
{
    const struct writing_values values = {
        .id = import->last_category + 1, .text = slug, .name = name, .parent = parent != NULL ? parent->slug : NULL};

    if (!writing_note_change(import) || !writing_run(import, WRITING_INSERT_CATEGORY, values))
        return NULL;
    struct category *node = writing_add_category(import, slug, values.parent, name, values.id);
    node->parent = parent;
    return node;
}

struct category *writing_make_category(struct writing *import, const char *slug)
{
    return insert_category(import, slug, "", NULL);
}

static bool is_above(const struct category *above, const struct category *node)
{
    while (node != NULL && node != above)
        node = node->parent;
    return node != NULL;
}

static enum import_status update_category(struct writing *import, struct category *node, const char *name,
                                          struct category *parent, enum import_outcome *outcome)
{
    const struct writing_values values = {
        .id = node->number, .name = name, .parent = parent != NULL ? parent->slug : NULL};

    *outcome = OUTCOME_UNCHANGED;
    if (parent == node->parent && strcmp(name, node->name) == 0)
        return IMPORT_OK;
    if (!writing_note_change(import) || !writing_run(import, WRITING_UPDATE_CATEGORY, values))
        return writing_fail(import);
    /* Without triggers, the category_words of its products are wrong until they are made anew. */
    import->names_changed |= node->is_used;
    char *copy = memory_copy_text(name);
    free(node->name);
    node->name = copy;
    node->parent = parent;
    *outcome = OUTCOME_UPDATED;
    return IMPORT_OK;
}

static enum import_status check(struct writing *import, const char *slug, const char *name, const char *parent)
{
    const struct category *node = categories_find(&import->categories, slug);

    if (node == NULL && !field_is_category(slug))
        return writing_refuse(import, FIELD_CATEGORIES, "%s is no category's slug; " FIELD_CATEGORY_FORM " are allowed",
                              field_show(slug, strlen(slug), &import->arena));
    if (name != NULL && (strlen(name) > FIELD_NAME_MAX || !text_is_utf8(name, strlen(name))))
        return writing_refuse(import, FIELD_CATEGORIES,
                              "the name of the category \"%s\" is not UTF-8, or longer than %d bytes", slug,
                              FIELD_NAME_MAX);
    if (parent == NULL || parent[0] == '\0')
        return IMPORT_OK;
    const struct category *above = categories_find(&import->categories, parent);
    if (above == NULL && !field_is_category(parent))
        return writing_refuse(import, FIELD_CATEGORIES, "%s is no category's slug; " FIELD_CATEGORY_FORM " are allowed",
                              field_show(parent, strlen(parent), &import->arena));
    bool stays = node != NULL && node->parent == above; /* spares a walk up the tree */
    if (strcmp(parent, slug) == 0 || (node != NULL && above != NULL && !stays && is_above(node, above)))
        return writing_refuse(import, FIELD_CATEGORIES,
                              "the category \"%s\" would be above itself, with \"%s\" as its parent", slug, parent);
    return IMPORT_OK;
}

enum import_status writing_put_category(struct import *base, const char *slug, const char *name, const char *parent,
                                        enum import_outcome *outcome)
{
    struct writing *import = writing_of(base);
    arena_reset(&import->arena);
    enum import_status status = check(import, slug, name, parent);
    if (status != IMPORT_OK)
        return status;

    struct category *node = categories_find(&import->categories, slug), *above = node != NULL ? node->parent : NULL;
    if (parent != NULL) {
        above = parent[0] != '\0' ? categories_find(&import->categories, parent) : NULL;
        if (parent[0] != '\0' && above == NULL && (above = writing_make_category(import, parent)) == NULL)
            return writing_fail(import);
    }
    if (node != NULL) {
        status = update_category(import, node, name != NULL ? name : node->name, above, outcome);
    } else {
        node = insert_category(import, slug, name != NULL ? name : "", above);
        if (node == NULL)
            return writing_fail(import);
        *outcome = OUTCOME_INSERTED;
    }
    node->was_put = true;
    return status;
}

bool writing_knows_category(struct import *base, const char *slug, const char *name)
{
    const struct category *node = categories_find(&writing_of(base)->categories, slug);

    return node != NULL && strcmp(node->name, name) == 0;
}
