/* SPDX-License-Identifier: MIT */
/* The places of names in the text of a JSON object, which cJSON does not say. Pure. Used in this room only. */
#ifndef CATALOG_IMPORT_MEMBERS_H
#define CATALOG_IMPORT_MEMBERS_H

#include <stddef.h>

/* The places (bytes, from 1) of the first `max` names in well-formed JSON of one object, and how many there are of
 * them. */
size_t members_find(const char *json, size_t *places, size_t max);

/* How many values a text can have at most, if it is JSON. */
size_t members_count(const char *json);

/* The place of the first \u0000 in well-formed JSON; 0: there is none. */
size_t members_find_nul(const char *json);

#endif
