/* SPDX-License-Identifier: MIT */
/*
 * Library functions that gRPC core calls and that this room replaces: gRPC core 1.51 offers no other way to change what
 * they do. In a static program the linker redirects gRPC core's calls (--wrap, see the Makefile); with shared libraries
 * the program's own symbols come before those of any library.
 */
#ifndef COMMON_RPC_INTERPOSE_H
#define COMMON_RPC_INTERPOSE_H

#ifdef LINKER_WRAPS

/* The linker's names. */
#define INTERPOSED(name) __wrap_##name
#define DECLARE_INTERPOSED(result, name, ...)                                                                          \
    result __wrap_##name(__VA_ARGS__);                                                                                 \
    result __real_##name(__VA_ARGS__)
/* The library's own function of that name. */
#define NEXT(name) __real_##name

#else

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>

#define INTERPOSED(name) name
#define DECLARE_INTERPOSED(result, name, ...) static _Atomic uintptr_t next_##name
#define NEXT(name) ((__typeof__(&(name)))interpose_find(&next_##name, #name))

static inline uintptr_t interpose_find(_Atomic uintptr_t *next, const char *name)
{
    uintptr_t found = atomic_load_explicit(next, memory_order_relaxed);

    if (found == 0) {
        found = (uintptr_t)dlsym(RTLD_NEXT, name);
        atomic_store_explicit(next, found, memory_order_relaxed);
    }
    return found;
}

#endif

/* Empty functions that link their files into every program that uses gRPC core. */
void interpose_waits(void);  /* waits.c */
void interpose_guard(void);  /* guard_tls.c */
void interpose_listen(void); /* listen.c */

#endif
