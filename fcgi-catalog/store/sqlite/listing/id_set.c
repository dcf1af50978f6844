/* SPDX-License-Identifier: MIT */
/* Sets of ids: leaves of 65,536 ids each, those with few as a sorted list, the others as bits. */
#include "fcgi-catalog/store/sqlite/listing/id_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define LEAF_BITS 16
#define LEAF_IDS (1 << LEAF_BITS)
#define LEAF_WORDS (LEAF_IDS / 64)
#define LEAF_FEW (LEAF_IDS / 16) /* as many as take as much memory as the bits */
#define LEAVES_MAX (1 << (31 - LEAF_BITS))

struct leaf {
    uint16_t *list; /* ascending; NULL: none, or bits */
    uint64_t *bits;
    uint32_t count;
    uint32_t room; /* of the list */
};

struct id_set {
    struct leaf *leaves;
    uint32_t leaf_count;
    size_t count;
};

struct id_set *id_set_new(void)
{
    return memory_get_zeroed(1, sizeof(struct id_set));
}

void id_set_free(struct id_set *set)
{
    if (set == NULL)
        return;
    for (uint32_t i = 0; i < set->leaf_count; i++) {
        free(set->leaves[i].list);
        free(set->leaves[i].bits);
    }
    free(set->leaves);
    free(set);
}

size_t id_set_count(const struct id_set *set)
{
    return set->count;
}

size_t id_set_size(const struct id_set *set)
{
    size_t size = sizeof *set + set->leaf_count * sizeof *set->leaves;

    for (uint32_t i = 0; i < set->leaf_count; i++) {
        const struct leaf *leaf = &set->leaves[i];
        size += leaf->bits != NULL ? LEAF_WORDS * sizeof *leaf->bits : leaf->room * sizeof *leaf->list;
    }
    return size;
}

/* ---- Putting in ---- */

/* The first place in the list whose id is not below this one. */
static uint32_t find_place(const struct leaf *leaf, uint32_t id)
{
    uint32_t low = 0, high = leaf->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (leaf->list[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool add_bit(struct leaf *leaf, uint32_t id)
{
    uint64_t bit = UINT64_C(1) << id % 64, *word = &leaf->bits[id / 64];
    bool is_new = (*word & bit) == 0;

    *word |= bit;
    leaf->count += is_new;
    return is_new;
}

static void make_bits(struct leaf *leaf)
{
    leaf->bits = memory_get_zeroed(LEAF_WORDS, sizeof *leaf->bits);
    for (uint32_t i = 0; i < leaf->count; i++)
        leaf->bits[leaf->list[i] / 64] |= UINT64_C(1) << leaf->list[i] % 64;
    free(leaf->list);
    leaf->list = NULL;
    leaf->room = 0;
}

static bool add_to_list(struct leaf *leaf, uint32_t id)
{
    bool is_last = leaf->count == 0 || leaf->list[leaf->count - 1] < id;
    uint32_t place = is_last ? leaf->count : find_place(leaf, id);

    if (place < leaf->count && leaf->list[place] == id)
        return false;
    if (leaf->count == leaf->room) {
        leaf->room = leaf->room > 0 ? leaf->room * 2 : 8;
        leaf->list = memory_resize(leaf->list, leaf->room * sizeof *leaf->list);
    }
    memmove(leaf->list + place + 1, leaf->list + place, (leaf->count - place) * sizeof *leaf->list);
    leaf->list[place] = (uint16_t)id;
    leaf->count++;
    return true;
}

static bool add(struct leaf *leaf, uint32_t id)
{
    if (leaf->bits == NULL && leaf->count == LEAF_FEW)
        make_bits(leaf);
    return leaf->bits != NULL ? add_bit(leaf, id) : add_to_list(leaf, id);
}

static struct leaf *make_leaf(struct id_set *set, uint32_t place)
{
    if (place >= set->leaf_count) {
        uint32_t count = place + 1 > set->leaf_count * 2 ? place + 1 : set->leaf_count * 2;
        count = count < LEAVES_MAX ? count : LEAVES_MAX;
        set->leaves = memory_resize(set->leaves, count * sizeof *set->leaves);
        memset(set->leaves + set->leaf_count, 0, (count - set->leaf_count) * sizeof *set->leaves);
        set->leaf_count = count;
    }
    return &set->leaves[place];
}

void id_set_add(struct id_set *set, int64_t id)
{
    if (id >= 1 && id <= INT32_MAX)
        set->count += add(make_leaf(set, (uint32_t)id / LEAF_IDS), (uint32_t)id % LEAF_IDS);
}

/* ---- Looking up ---- */

static bool has(const struct leaf *leaf, uint32_t id)
{
    if (leaf->bits != NULL)
        return (leaf->bits[id / 64] >> id % 64 & 1) != 0;
    uint32_t place = find_place(leaf, id);
    return place < leaf->count && leaf->list[place] == id;
}

bool id_set_has(const struct id_set *set, int64_t id)
{
    return id >= 1 && id / LEAF_IDS < set->leaf_count && has(&set->leaves[id / LEAF_IDS], (uint32_t)(id % LEAF_IDS));
}

/* The first id of the leaf that is not below `from`; -1: none. */
static int64_t find_from(const struct leaf *leaf, uint32_t from)
{
    if (leaf->count == 0 || from >= LEAF_IDS)
        return -1;
    if (leaf->bits == NULL) {
        uint32_t place = find_place(leaf, from);
        return place < leaf->count ? leaf->list[place] : -1;
    }
    uint64_t word = leaf->bits[from / 64] >> from % 64 << from % 64;
    for (uint32_t i = from / 64; i < LEAF_WORDS; word = ++i < LEAF_WORDS ? leaf->bits[i] : 0) {
        if (word != 0)
            return i * 64 + (uint32_t)__builtin_ctzll(word);
    }
    return -1;
}

/* The last id of the leaf below this one; -1: none. */
static int64_t find_below(const struct leaf *leaf, uint32_t below)
{
    if (leaf->count == 0 || below == 0)
        return -1;
    if (leaf->bits == NULL) {
        uint32_t place = find_place(leaf, below);
        return place > 0 ? leaf->list[place - 1] : -1;
    }
    uint32_t last = below - 1;
    uint64_t word = leaf->bits[last / 64] << (63 - last % 64) >> (63 - last % 64);
    for (uint32_t i = last / 64;; word = leaf->bits[--i]) {
        if (word != 0)
            return i * 64 + 63 - (uint32_t)__builtin_clzll(word);
        if (i == 0)
            return -1;
    }
}

int32_t id_set_next(const struct id_set *set, int64_t id)
{
    uint64_t from = id < 0 ? 0 : (uint64_t)id + 1;

    for (uint64_t i = from / LEAF_IDS, low = from % LEAF_IDS; i < set->leaf_count; i++, low = 0) {
        int64_t found = find_from(&set->leaves[i], (uint32_t)low);
        if (found >= 0)
            return (int32_t)(i * LEAF_IDS + (uint64_t)found);
    }
    return 0;
}

int32_t id_set_previous(const struct id_set *set, int64_t id)
{
    uint64_t end = (uint64_t)set->leaf_count * LEAF_IDS, below = id < 0 ? 0 : (uint64_t)id < end ? (uint64_t)id : end;

    while (below > 0) {
        uint64_t leaf = (below - 1) / LEAF_IDS;
        int64_t found = find_below(&set->leaves[leaf], (uint32_t)(below - leaf * LEAF_IDS));
        if (found >= 0)
            return (int32_t)(leaf * LEAF_IDS + (uint64_t)found);
        below = leaf * LEAF_IDS;
    }
    return 0;
}

/* ---- Intersection ---- */

static void intersect_bits(const struct leaf *a, const struct leaf *b, struct leaf *common)
{
    common->bits = memory_get(LEAF_WORDS * sizeof *common->bits);
    for (uint32_t i = 0; i < LEAF_WORDS; i++) {
        common->bits[i] = a->bits[i] & b->bits[i];
        common->count += (uint32_t)__builtin_popcountll(common->bits[i]);
    }
}

static void intersect_list(const struct leaf *few, const struct leaf *other, struct leaf *common)
{
    for (uint32_t i = 0; i < few->count; i++) {
        if (has(other, few->list[i]))
            add_to_list(common, few->list[i]);
    }
}

struct id_set *id_set_intersect(const struct id_set *a, const struct id_set *b)
{
    struct id_set *common = id_set_new();

    common->leaf_count = a->leaf_count < b->leaf_count ? a->leaf_count : b->leaf_count;
    common->leaves = memory_get_zeroed(common->leaf_count, sizeof *common->leaves);
    for (uint32_t i = 0; i < common->leaf_count; i++) {
        const struct leaf *one = &a->leaves[i], *other = &b->leaves[i];
        if (one->count == 0 || other->count == 0)
            continue;
        if (one->bits != NULL && other->bits != NULL)
            intersect_bits(one, other, &common->leaves[i]);
        else
            intersect_list(one->bits == NULL ? one : other, one->bits == NULL ? other : one, &common->leaves[i]);
        common->count += common->leaves[i].count;
    }
    return common;
}

/* ---- In SQL ---- */

static const char kind[] = "id_set"; /* the type of these pointers, for SQLite */

static void answer_in_set(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct id_set *set = sqlite3_value_pointer(values[0], kind);

    (void)count;
    sqlite3_result_int(context, set != NULL && id_set_has(set, sqlite3_value_int64(values[1])));
}

bool id_set_open(sqlite3 *db, char *reason, size_t reason_size)
{
    int result = sqlite3_create_function_v2(db, "in_set", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, answer_in_set, NULL,
                                            NULL, NULL);

    if (result != SQLITE_OK)
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
    return result == SQLITE_OK;
}

void id_set_bind(const struct id_set *set, sqlite3_stmt *statement, int place)
{
    sqlite3_bind_pointer(statement, place, (void *)set, kind, NULL);
}
