/* SPDX-License-Identifier: MIT */
/* Searching what is sorted. */
#ifndef COMMON_SEARCH_H
#define COMMON_SEARCH_H

#include <stddef.h>

/*
 * Sets `place`, a size_t variable, to the first of `count` places that is not before what is looked for, or to the
 * count: `is_before`, an expression of the place `middle`, is true of all places before it and of none behind.
 *
 *     size_t place;
 *     SEARCH_FIRST(place, count, ids[middle] < id);
 *     bool is_there = place < count && ids[place] == id;
 */
#define SEARCH_FIRST(place, count, is_before)                                                                          \
    do {                                                                                                               \
        size_t end_ = (count);                                                                                         \
        (place) = 0;                                                                                                   \
        while ((place) < end_) {                                                                                       \
            size_t middle = (place) + (end_ - (place)) / 2;                                                            \
            if (is_before)                                                                                             \
                (place) = middle + 1;                                                                                  \
            else                                                                                                       \
                end_ = middle;                                                                                         \
        }                                                                                                              \
    } while (0)

#endif
