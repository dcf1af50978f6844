/* SPDX-License-Identifier: MIT */
/* Binary search. */
#ifndef COMMON_SEARCH_H
#define COMMON_SEARCH_H

#include <stddef.h>

/*
 * Sets `place`, a size_t variable, to the first of `count` indexes for which `is_before`, an expression of `middle`, is
 * false, or to the count. `is_before` must be true of all indexes before that one and false from there on.
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
