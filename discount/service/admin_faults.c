/* SPDX-License-Identifier: MIT */
/* The faults of an answer. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static char *copy_text(struct arena *arena, const char *text)
{
    return text == NULL ? (char *)protobuf_c_empty_string : arena_copy(arena, text, strlen(text));
}

static void keep_fault(struct admin_faults *faults, Ecommerce__Fault *fault)
{
    faults->list = arena_grow(faults->arena, faults->list, faults->count, sizeof(*faults->list));
    faults->list[faults->count++] = fault;
}

void admin_faults_add(struct admin_faults *faults, size_t change, const char *subject, const char *field,
                      const char *message)
{
    faults->total++;
    if (faults->count == ADMIN_FAULTS_MAX || faults->bytes > ADMIN_LIST_BYTES)
        return;
    Ecommerce__Fault *fault = arena_get(faults->arena, sizeof *fault);
    ecommerce__fault__init(fault);
    fault->change = change > INT32_MAX ? -1 : (int32_t)change;
    fault->subject = copy_text(faults->arena, subject);
    fault->field = copy_text(faults->arena, field);
    fault->message = copy_text(faults->arena, message);
    faults->bytes += ecommerce__fault__get_packed_size(fault) + 8;
    keep_fault(faults, fault);
}

/* What is told of one change stays in the order in which it was told. */
struct placed {
    Ecommerce__Fault *fault;
    size_t place;
};

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;

    if (a->fault->change != b->fault->change)
        return a->fault->change < b->fault->change ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* "changes[3].percent": where the fault is, as google.rpc.BadRequest names a place. */
static void add_violation(struct rpc_call *call, struct arena *arena, const Ecommerce__Fault *fault)
{
    const char *dot = fault->field[0] == '\0' ? "" : ".";
    char *place = fault->change < 0 ? arena_print(arena, "changes")
                                    : arena_print(arena, "changes[%" PRId32 "]%s%s", fault->change, dot, fault->field);

    rpc_call_add_violation(call, place, arena_print(arena, "%s: %s", fault->subject, fault->message));
}

void admin_faults_finish(struct admin_faults *faults, struct rpc_call *call)
{
    size_t count = faults->count, left_out = faults->total - faults->count;
    struct placed *placed = arena_get(faults->arena, (count + 1) * sizeof *placed);

    for (size_t i = 0; i < count; i++)
        placed[i] = (struct placed){faults->list[i], i};
    qsort(placed, count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < count; i++)
        add_violation(call, faults->arena, faults->list[i] = placed[i].fault);
    if (left_out == 0)
        return;
    Ecommerce__Fault *rest = arena_get(faults->arena, sizeof *rest);
    ecommerce__fault__init(rest);
    rest->change = -1;
    rest->message = arena_print(faults->arena, "and %zu more faults, which are not listed", left_out);
    keep_fault(faults, rest);
}
