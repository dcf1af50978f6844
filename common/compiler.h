/* SPDX-License-Identifier: MIT */
/* What the compiler is asked to check beyond the language. */
#ifndef COMMON_COMPILER_H
#define COMMON_COMPILER_H

/* The caller must use the result. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* The function takes a printf format as argument number f, its values from argument number v on. */
#define PRINTF_LIKE(f, v) __attribute__((format(printf, f, v)))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
