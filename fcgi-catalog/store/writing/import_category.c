/* SPDX-License-Identifier: MIT */
/* Writing the catalog: the tree of categories. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/store/writing/writing.h"

/* ---- Categories by slug ---- */

static size_t find_place(const struct branches *branches, const char *slug)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a */

    for (const char *c = slug; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT32_C(16777619);
    size_t place = hash & (branches->room - 1);
    while (branches->items[place] != NULL && strcmp(branches->items[place]->slug, slug) != 0)
        place = (place + 1) & (branches->room - 1);
    return place;
}

struct branch *branches_find(const struct branches *branches, const char *slug)
{
    return branches->room > 0 ? branches->items[find_place(branches, slug)] : NULL;
}

/* At most half of the places are taken. */
static void grow(struct branches *branches)
{
    struct branches grown = *branches;

    grown.room = branches->room > 0 ? branches->room * 2 : 64;
    grown.items = memory_get_zeroed(grown.room, sizeof(struct branch *));
    for (size_t i = 0; i < branches->room; i++) {
        if (branches->items[i] != NULL)
            grown.items[find_place(&grown, branches->items[i]->slug)] = branches->items[i];
    }
    free(branches->items);
    *branches = grown;
}

struct branch *branches_add(struct branches *branches, const char *slug, const char *name, int64_t number)
{
    struct branch *branch = memory_get_zeroed(1, sizeof *branch);

    if (branches->count * 2 >= branches->room)
        grow(branches);
    *branch = (struct branch){.slug = memory_copy_text(slug), .name = memory_copy_text(name), .number = number};
    branches->items[find_place(branches, slug)] = branch;
    branches->count++;
    if (number > branches->last_number)
        branches->last_number = number;
    return branch;
}

void branches_release(struct branches *branches)
{
    for (size_t i = 0; i < branches->room; i++) {
        if (branches->items[i] != NULL) {
            free(branches->items[i]->slug);
            free(branches->items[i]->name);
            free(branches->items[i]);
        }
    }
    free(branches->items);
    *branches = (struct branches){0};
}

/* ---- Writing ---- */

static struct branch *insert_category(struct import *import, const char *slug, const char *name, struct branch *parent)
{
    sqlite3_stmt *statement = writing_get(import, WRITING_INSERT_CATEGORY);
    int64_t number = import->branches.last_number + 1;

    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_text(statement, 2, slug, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, parent != NULL ? parent->slug : NULL, -1, SQLITE_STATIC);
    if (!writing_note_change(import) || !writing_run(statement))
        return NULL;
    struct branch *branch = branches_add(&import->branches, slug, name, number);
    branch->parent = parent;
    return branch;
}

struct branch *writing_make_category(struct import *import, const char *slug)
{
    return insert_category(import, slug, "", NULL);
}

static bool is_above(const struct branch *above, const struct branch *branch)
{
    while (branch != NULL && branch != above)
        branch = branch->parent;
    return branch != NULL;
}

static enum import_status update_category(struct import *import, struct branch *branch, const char *name,
                                          struct branch *parent, enum import_outcome *outcome)
{
    sqlite3_stmt *statement = writing_get(import, WRITING_UPDATE_CATEGORY);

    *outcome = OUTCOME_UNCHANGED;
    if (parent == branch->parent && strcmp(name, branch->name) == 0)
        return IMPORT_OK;
    sqlite3_bind_int64(statement, 1, branch->number);
    sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, parent != NULL ? parent->slug : NULL, -1, SQLITE_STATIC);
    if (!writing_note_change(import) || !writing_run(statement))
        return writing_fail(import);
    /* Without triggers, products that have its name among their words have the wrong ones. */
    import->names_changed |= branch->is_used;
    char *copy = memory_copy_text(name);
    free(branch->name);
    branch->name = copy;
    branch->parent = parent;
    *outcome = OUTCOME_UPDATED;
    return IMPORT_OK;
}

static enum import_status check(struct import *import, const char *slug, const char *name, const char *parent)
{
    const struct branch *branch = branches_find(&import->branches, slug);

    if (branch == NULL && !field_is_category(slug))
        return writing_refuse(import, FIELD_CATEGORIES, "%s is no category's slug; " FIELD_CATEGORY_FORM " are allowed",
                              field_show(slug, strlen(slug), &import->arena));
    if (name != NULL && (strlen(name) > FIELD_NAME_MAX || !text_is_utf8(name, strlen(name))))
        return writing_refuse(import, FIELD_CATEGORIES,
                              "the name of the category \"%s\" is not UTF-8, or longer than %d bytes", slug,
                              FIELD_NAME_MAX);
    if (parent == NULL || parent[0] == '\0')
        return IMPORT_OK;
    const struct branch *above = branches_find(&import->branches, parent);
    if (above == NULL && !field_is_category(parent))
        return writing_refuse(import, FIELD_CATEGORIES, "%s is no category's slug; " FIELD_CATEGORY_FORM " are allowed",
                              field_show(parent, strlen(parent), &import->arena));
    bool stays = branch != NULL && branch->parent == above; /* the way up may be long */
    if (strcmp(parent, slug) == 0 || (branch != NULL && above != NULL && !stays && is_above(branch, above)))
        return writing_refuse(import, FIELD_CATEGORIES,
                              "the category \"%s\" would be above itself, with \"%s\" as its parent", slug, parent);
    return IMPORT_OK;
}

enum import_status import_put_category(struct import *import, const char *slug, const char *name, const char *parent,
                                       enum import_outcome *outcome)
{
    arena_reset(&import->arena);
    enum import_status status = check(import, slug, name, parent);
    if (status != IMPORT_OK)
        return status;

    struct branch *branch = branches_find(&import->branches, slug), *above = branch != NULL ? branch->parent : NULL;
    if (parent != NULL) {
        above = parent[0] != '\0' ? branches_find(&import->branches, parent) : NULL;
        if (parent[0] != '\0' && above == NULL && (above = writing_make_category(import, parent)) == NULL)
            return writing_fail(import);
    }
    if (branch != NULL) {
        status = update_category(import, branch, name != NULL ? name : branch->name, above, outcome);
    } else {
        branch = insert_category(import, slug, name != NULL ? name : "", above);
        if (branch == NULL)
            return writing_fail(import);
        *outcome = OUTCOME_INSERTED;
    }
    branch->was_put = true;
    return status;
}
