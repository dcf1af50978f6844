/* SPDX-License-Identifier: MIT */
/*
 * A change set on its way to the service: in as many messages as it takes. What does not fit into one is staged, with
 * progress; when the worker that kept it has gone, it is staged again.
 */
#ifndef DISCOUNT_CTL_CHANGESET_H
#define DISCOUNT_CTL_CHANGESET_H

#include "discount/ctl/connection.h"
#include "discount/ctl/faults.h"
#include "discount/rule/change.h"
#include "discount/rulefile/rulefile.h"

#define CHANGESET_MESSAGE_MAX ((size_t)2 * 1024 * 1024) /* bytes of changes in one message */
#define CHANGESET_NOT_OF_FILE SIZE_MAX

/* All zero but the arena: empty. */
struct changeset {
    struct arena *arena;
    Ecommerce__Change **messages;
    size_t *sizes;   /* of the messages, packed */
    size_t *origins; /* which change of the rule file each is, for faults */
    size_t count;
    size_t bytes;
    /* Where the changes are from; NULL: the command line. */
    const char *file;
    const struct rulefile *rulefile;
};

/* Adds a change, number `origin` of the rule file or CHANGESET_NOT_OF_FILE. Many members become several changes. */
void changeset_add(struct changeset *set, const struct change *change, size_t origin);

/* Adds all that a rule file says, with `is_pruning` after the removal of everything. */
void changeset_add_file(struct changeset *set, const char *file, const struct rulefile *rulefile, bool is_pruning);

/* Checks that every change fits into a message. COMMAND_OK, or COMMAND_REFUSED and it was told. */
MUST_CHECK int changeset_check(const struct changeset *set, const struct ctl_options *options);

/* Stages all changes: *token names them, "" when there are none. False: connection_fail() tells. */
MUST_CHECK bool changeset_stage(const struct changeset *set, struct ctl_connection *connection, const char **token);

/* Whether the last call, which staged changes or named a token, failed because the worker that had them has gone. */
bool changeset_is_lost(const struct ctl_connection *connection);

/* Faults that the service told, as notes with the lines of the rule file. */
void changeset_note_faults(const struct changeset *set, Ecommerce__Fault *const *faults, size_t count,
                           struct fault_list *notes);

/* Applies the change set as a revision. NULL: connection_fail() tells. */
MUST_CHECK const Ecommerce__ApplyChangesResponse *changeset_apply(const struct changeset *set,
                                                                  struct ctl_connection *connection,
                                                                  const struct change_options *options);

/* All of it: connects, applies, closes, tells what came of it. The exit code. */
MUST_CHECK int changeset_run(const struct changeset *set, const struct change_options *options);

/* Tells what came of a change; the exit code. */
int changeset_tell(const struct changeset *set, const struct change_options *options,
                   const Ecommerce__ApplyChangesResponse *answer);

#endif
