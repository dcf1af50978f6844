/* SPDX-License-Identifier: MIT */
/* Instants on the command line and in what is printed. Not while a connection is open: see connection.h. */
#ifndef DISCOUNT_CTL_WHEN_H
#define DISCOUNT_CTL_WHEN_H

#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/ctl/options.h"

/* Reads the WHEN of `option` (NULL: *instant is 0), a local date or date and time in `zone` (NULL: the shop's).
 * COMMAND_OK, or an exit code, what is wrong having been told. */
MUST_CHECK int when_read(const struct ctl_options *options, const char *option, const char *when, const char *zone,
                         int64_t *instant);

/* "2026-11-27 18:00:05 UTC". */
const char *when_utc(struct arena *arena, int64_t instant);

/* "2026-11-27T18:00 Europe/Berlin", as a rule file says the start of a window, or its end; 0: "". */
const char *when_window(struct arena *arena, int64_t instant, const char *zone, bool is_end);

#endif
