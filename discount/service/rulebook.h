/* SPDX-License-Identifier: MIT */
/*
 * The rulebook: the ruleset in use, which follows the database. Whoever prices takes one ruleset for one call, so that
 * all of a call agrees with one revision. Used by one thread.
 */
#ifndef DISCOUNT_SERVICE_RULEBOOK_H
#define DISCOUNT_SERVICE_RULEBOOK_H

#include <stddef.h>

#include "common/compiler.h"
#include "discount/pricing/ruleset.h"

struct rulebook;

/* Opens the database and reads the rules. NULL: `reason` says what is wrong. `path` must outlive the rulebook. */
MUST_CHECK struct rulebook *rulebook_new(const char *path, char *reason, size_t reason_size);

void rulebook_free(struct rulebook *rulebook); /* NULL is allowed */

/*
 * The ruleset to price with now. It lives until the next call. The database is looked at a few times a second; a change
 * that cannot be read is named in the log and the old rules stay.
 */
const struct ruleset *rulebook_current(struct rulebook *rulebook);

#endif
