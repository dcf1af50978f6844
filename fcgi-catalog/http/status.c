/* SPDX-License-Identifier: MIT */
/* What a status means, in words. */
#include "fcgi-catalog/http/status.h"

#include <stddef.h>

#include "common/compiler.h"

const char *http_status_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } rows[] = {
        {200, "OK"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {412, "Precondition Failed"},
        {414, "URI Too Long"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].status == status)
            return rows[i].title;
    }
    return "Unknown";
}
