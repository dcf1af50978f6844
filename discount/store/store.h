/* SPDX-License-Identifier: MIT */
/*
 * Where the rules are kept: discount.db, an SQLite database with a schema version (PRAGMA user_version).
 */
#ifndef DISCOUNT_STORE_STORE_H
#define DISCOUNT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"
#include "discount/pricing/ruleset.h"

#define STORE_SCHEMA_VERSION 1

struct store;

/*
 * Opens the database at `path` for reading. On false `reason` names the file and says why: it is missing, cannot be
 * read, is no database, is of a newer or unknown schema version, or not made by discountctl init.
 */
MUST_CHECK bool store_open(const char *path, struct store **store, char *reason, size_t reason_size);

void store_close(struct store *store);

/* Reads all enabled rules in one transaction and freezes them. NULL when the database cannot be read or a rule is
 * wrong: `reason` names it. The caller frees the ruleset. */
MUST_CHECK struct ruleset *store_load_rules(struct store *store, char *reason, size_t reason_size);

/* Whether somebody committed to the database since the last call (PRAGMA data_version; a few microseconds). True also
 * when it cannot be asked. */
bool store_has_changed(struct store *store);

/*
 * Makes a database at `path` (mode 0640) with the schema and, with `demo`, the demo's rule. Refuses to touch a file
 * that exists. All or nothing: it is made beside `path` and moved into place. On false `reason` says why.
 */
MUST_CHECK bool store_create(const char *path, bool demo, char *reason, size_t reason_size);

#endif
