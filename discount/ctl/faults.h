/* SPDX-License-Identifier: MIT */
/* What is wrong with what somebody gave: collected, then told, all of it. */
#ifndef DISCOUNT_CTL_FAULTS_H
#define DISCOUNT_CTL_FAULTS_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "common/arena.h"
#include "discount/ctl/options.h"

struct fault_note {
    size_t line; /* 0: none in particular */
    const char *subject, *field, *message;
};

/* All zero but the arena: empty. */
struct fault_notes {
    struct arena *arena;
    struct fault_note *items;
    size_t count;
};

/* Adds one; texts are copied, NULL is "". */
void fault_notes_add(struct fault_notes *notes, size_t line, const char *subject, const char *field,
                     const char *message);

/* A rulefile_fault_f (discount/rulefile/rulefile.h); `data` are the notes. */
void fault_notes_add_line(void *data, size_t line, const char *message);

/*
 * Tells all of them on standard error, "FILE:LINE: subject: field: message" a line; without a file, the command's name
 * stands there. With --json also as {"faults":[…]} on standard output. Returns COMMAND_REFUSED.
 */
int fault_notes_tell(const struct fault_notes *notes, const struct ctl_options *options, const char *file);

#endif
