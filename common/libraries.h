/* SPDX-License-Identifier: MIT */
/* Third-party libraries: their set-up, and their versions. */
#ifndef COMMON_LIBRARIES_H
#define COMMON_LIBRARIES_H

#include <stddef.h>

/*
 * To be called first. Turns off OpenSSL's clean-up in exit() (OPENSSL_init_crypto(3)): gRPC core's threads use OpenSSL
 * until the process is gone.
 */
void libraries_start(void);

/* A library, for --version, with the version that it reports itself: a statically linked program lacks a security
 * update until it is built again. A list ends with a row without a name. */
struct library {
    const char *name;
    const char *(*version)(void);
};

/* The libraries of a program that has a database and speaks gRPC over TLS. */
extern const struct library libraries_all[3 + 1];

/* Writes "PROGRAM VERSION (NAME VERSION, …)" into text, cut off where it has no room. */
void libraries_print_version(char *text, size_t room, const char *program, const struct library *libraries);

#endif
