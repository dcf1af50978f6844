/* SPDX-License-Identifier: MIT */
/* The faults of an answer. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <string.h>

#define FRAME 32 /* what a fault takes in a message beside its texts */

void admin_faults_add(struct admin_faults *faults, size_t change, const char *subject, const char *field,
                      const char *message)
{
    faults->total++;
    if (faults->kept.count == ADMIN_FAULTS_MAX || faults->bytes > ADMIN_LIST_BYTES)
        return;
    fault_list_add(&faults->kept, change, subject, field, message);
    faults->bytes += strlen(subject) + strlen(field) + strlen(message) + FRAME;
}

/* "changes[3].percent": where the fault is, as google.rpc.BadRequest names a place. */
static void add_violation(struct rpc_call *call, struct arena *arena, const Ecommerce__Fault *fault)
{
    const char *dot = fault->field[0] == '\0' ? "" : ".";
    char *place = fault->change < 0 ? arena_print(arena, "changes")
                                    : arena_print(arena, "changes[%" PRId32 "]%s%s", fault->change, dot, fault->field);

    rpc_call_add_violation(call, place, arena_print(arena, "%s: %s", fault->subject, fault->message));
}

static Ecommerce__Fault *write_fault(struct arena *arena, size_t change, const char *subject, const char *field,
                                     const char *message)
{
    Ecommerce__Fault *fault = arena_get(arena, sizeof *fault);

    ecommerce__fault__init(fault);
    fault->change = change > INT32_MAX ? -1 : (int32_t)change;
    fault->subject = (char *)subject;
    fault->field = (char *)field;
    fault->message = (char *)message;
    return fault;
}

void admin_faults_finish(struct admin_faults *faults, struct rpc_call *call)
{
    struct arena *arena = faults->kept.arena;
    size_t left_out = faults->total - faults->kept.count;

    fault_list_sort(&faults->kept);
    faults->list = arena_get(arena, (faults->kept.count + 1) * sizeof(*faults->list));
    for (size_t i = 0; i < faults->kept.count; i++) {
        const struct fault *fault = &faults->kept.items[i];
        faults->list[i] = write_fault(arena, fault->place, fault->subject, fault->field, fault->message);
        add_violation(call, arena, faults->list[i]);
    }
    faults->count = faults->kept.count;
    if (left_out > 0)
        faults->list[faults->count++] = write_fault(
            arena, SIZE_MAX, "", "", arena_print(arena, "and %zu more faults, which are not listed", left_out));
}
