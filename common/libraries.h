/* SPDX-License-Identifier: MIT */
/* Other people's libraries: how a program begins with them, and which it runs with. */
#ifndef COMMON_LIBRARIES_H
#define COMMON_LIBRARIES_H

#include <stddef.h>

/*
 * To be called first. OpenSSL cleans up in exit() from then on no more (OPENSSL_init_crypto(3)): gRPC core's threads
 * use it until the process is gone.
 */
void libraries_start(void);

/* For --version, since a program that is linked statically lacks a security update until it is built again: a library
 * says itself which version it is. A list ends with a row without a name. */
struct library {
    const char *name;
    const char *(*version)(void);
};

/* Those of a program that has a database and speaks gRPC over TLS. */
extern const struct library libraries_all[];

/* Writes "PROGRAM VERSION (NAME VERSION, …)" into text, cut off where it has no room. */
void libraries_print_version(char *text, size_t room, const char *program, const struct library *libraries);

#endif
