/* SPDX-License-Identifier: MIT */
/* What a status means, in words. */
#ifndef CATALOG_HTTP_STATUS_H
#define CATALOG_HTTP_STATUS_H

/* "Not Found" for 404, and so on for every status that this program sends (RFC 9110, 15; RFC 6585). */
const char *http_status_title(int status);

#endif
