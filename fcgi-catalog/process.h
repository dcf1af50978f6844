/* SPDX-License-Identifier: MIT */
/* The life of one serving process: what it opens, how it serves, how it ends. Runs after the last fork. */
#ifndef CATALOG_PROCESS_H
#define CATALOG_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"
#include "fcgi-catalog/settings.h"

/*
 * Checks what a serving process will open: database, keys, the secret of proxies. Warns where proxies are trusted
 * without a secret. A database of an older schema version is upgraded first, unless nothing may be changed (`is_test`):
 * then it is refused like anything else that is wrong, and `reason` says what is.
 */
MUST_CHECK bool process_check(const struct catalog_settings *settings, bool is_test, char *reason, size_t reason_size);

/*
 * Serves FastCGI on descriptor 0 until SIGTERM or SIGINT, which must be blocked. The calling thread receives requests,
 * a second one completes those that wait for Discount. Returns the exit code.
 */
int process_serve_fastcgi(const struct catalog_settings *settings);

/* Answers the one CGI request of the environment. Does not return. Whatever is wrong with keys or Discount, there is an
 * answer; without a database it is 503. */
_Noreturn void process_serve_cgi(const struct catalog_settings *settings);

/* Answers the CGI request with an error, when not even the settings can be read. */
void process_refuse_cgi(int status, const char *detail);

#endif
