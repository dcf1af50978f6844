/* SPDX-License-Identifier: MIT */
/* Which database a command works on. */
#ifndef CATALOG_CTL_DATABASE_H
#define CATALOG_CTL_DATABASE_H

#include "common/ctl/arguments.h"

/* The word at `index`, or without one CATALOG_DATABASE of the environment. NULL: neither is there, which was told; the
 * command's exit code is EX_USAGE (64) then. */
const char *database_choose(const struct argument_words *words, size_t index, const char *command);

#endif
