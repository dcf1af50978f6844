/* SPDX-License-Identifier: MIT */
/* What is wrong with what somebody gave: collected, then told, all of it. */
#ifndef DISCOUNT_CTL_FAULTS_H
#define DISCOUNT_CTL_FAULTS_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "discount/ctl/options.h"
#include "discount/rule/faults.h"

/* A rulefile_fault_f (discount/rulefile/rulefile.h); `data` is a struct fault_list, whose places are lines; 0: none in
 * particular. */
void fault_notes_add_line(void *data, size_t line, const char *message);

/*
 * Tells all of them on standard error, "FILE:LINE: subject: field: message" a line; without a file, the command's name
 * stands there. With --json also as {"faults":[…]} on standard output. Returns COMMAND_REFUSED.
 */
int fault_notes_tell(const struct fault_list *faults, const struct ctl_options *options, const char *file);

#endif
