/* SPDX-License-Identifier: MIT */
/* How a program begins with other people's libraries, and what --version says of them. */
#include "common/libraries.h"

#include <stdio.h>
#include <string.h>

#include <grpc/grpc.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include "common/program.h"

void libraries_start(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}

static const char *openssl_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

const struct library libraries_all[3 + 1] = {
    {"OpenSSL", openssl_version},
    {"gRPC core", grpc_version_string},
    {"SQLite", sqlite3_libversion},
    {0},
};

void libraries_print_version(char *text, size_t room, const char *program, const struct library *libraries)
{
    snprintf(text, room, "%s %s", program, PROGRAM_VERSION);
    for (const struct library *each = libraries; each->name != NULL; each++) {
        size_t used = strlen(text);
        snprintf(text + used, room - used, "%s%s %s%s", each == libraries ? " (" : ", ", each->name, each->version(),
                 each[1].name == NULL ? ")" : "");
    }
}
