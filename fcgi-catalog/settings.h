/* SPDX-License-Identifier: MIT */
/* What can be set for catalog.fcgi: the table is in settings.c. */
#ifndef CATALOG_SETTINGS_H
#define CATALOG_SETTINGS_H

#include <stdint.h>

#include "common/rpc/keyset.h"
#include "common/settings.h"

struct catalog_settings {
    char *database;
    char *service_host;
    int64_t deadline_ms;
    int64_t answer_ms;
    int64_t quotes_mb;
    int64_t tells_shop; /* 0 or 1 */
    int64_t processes;
    char *trusted_proxies;
    char *proxy_secret_file;
    int64_t is_local_trusted; /* 0 or 1 */
    char *cors_origins;
    char *base_path;
    int64_t finds_nearest; /* 0 or 1 */
    char *shop_name;
    char *public_url;
    char *language;
    char *home_tag;
    char *ca, *certificate, *key;
    int64_t log_level; /* enum log_level */
};

extern const struct settings_table catalog_settings_table;

/* The TLS files of the settings; they live as long as the settings. */
struct keyset_files catalog_settings_keyset(const struct catalog_settings *settings);

#endif
