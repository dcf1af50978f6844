/* SPDX-License-Identifier: MIT */
/*
 * The rulebook: the ruleset in use in this worker, which follows the database. A thread of its own reads what changed
 * and makes the next ruleset ready while the one in use answers; the rollout says when all workers go over to it.
 *
 * A call is priced by one ruleset, so that all its quotes are of one revision.
 */
#ifndef DISCOUNT_SERVICE_RULEBOOK_H
#define DISCOUNT_SERVICE_RULEBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"
#include "discount/ruleset/ruleset.h"
#include "discount/service/rollout.h"

struct rulebook;

struct rulebook_options {
    const char *path; /* of the database; lives as long as the rulebook */
    enum price_rounding rounding;
    struct rollout *rollout; /* shared with the other workers */
};

/* Whether the database can be opened and its rules read; *changed_at is when they were last changed, in seconds since
 * 1970. On false `reason` says what is wrong. */
MUST_CHECK bool rulebook_check(const char *path, int64_t *changed_at, char *reason, size_t reason_size);

/* Opens the database, takes a slot on the rollout, reads the rules and follows them from then on. NULL: `reason` says
 * what is wrong. */
MUST_CHECK struct rulebook *rulebook_new(const struct rulebook_options *options, char *reason, size_t reason_size);

void rulebook_free(struct rulebook *rulebook); /* NULL is allowed */

/* Tells the rollout that this worker runs (rollout_beat()). Any thread. */
void rulebook_beat(struct rulebook *rulebook, bool is_last);

/* The ruleset to price with now. It lives until the next call of this function. For the quoting thread only. */
const struct ruleset *rulebook_current(struct rulebook *rulebook);

/* The ruleset in use, for any other thread: ruleset_release() gives it back. */
const struct ruleset *rulebook_hold(struct rulebook *rulebook);

#endif
