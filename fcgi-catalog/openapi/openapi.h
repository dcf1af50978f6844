/* SPDX-License-Identifier: MIT */
/*
 * What the program's HTTP is, for programs: openapi.json (OpenAPI 3.1), built into the program. Whoever changes an
 * address, a parameter, a header or an answer changes it there, too; tests/system/test_openapi.py compares the two.
 */
#ifndef CATALOG_OPENAPI_OPENAPI_H
#define CATALOG_OPENAPI_OPENAPI_H

#include <stddef.h>

/*
 * The media types that the document can be had as. The first is about to be registered
 * (draft-ietf-httpapi-rest-api-mediatypes), the second is what the OpenAPI Initiative used before, the third is
 * true of every JSON document.
 */
#define OPENAPI_TYPE "application/openapi+json"
#define OPENAPI_TYPE_BEFORE "application/vnd.oai.openapi+json"
#define OPENAPI_TYPE_JSON "application/json"

struct openapi_document {
    const char *bytes; /* ended by a NUL that `length` does not count; never freed */
    size_t length;
    const char *hash; /* of the bytes, in hexadecimal: another document has another one */
};

/* The document. Any thread. */
struct openapi_document openapi_document(void);

#endif
