/* SPDX-License-Identifier: MIT */
/* A rule in few words, for tables and sentences. Not while a connection is open: see connection.h. */
#ifndef DISCOUNT_CTL_RULE_TEXT_H
#define DISCOUNT_CTL_RULE_TEXT_H

#include "common/arena.h"
#include "discount/rule/rule.h"

const char *rule_text_value(const struct rule *rule, struct arena *arena);    /* "20 %, 5000 at most" */
const char *rule_text_audience(const struct rule *rule, struct arena *arena); /* "group vip" */
const char *rule_text_targets(const struct rule *rule, struct arena *arena);  /* "category phones, 2 more, less 1" */
const char *rule_text_window(const struct rule *rule, struct arena *arena);   /* "from 2026-11-27 through … UTC" */

/* The whole rule as a rule file says it. */
const char *rule_text_block(const struct rule *rule, struct arena *arena);

#endif
