/* SPDX-License-Identifier: MIT */
/* What can be set for discountd: the table is in settings.c. */
#ifndef DISCOUNT_SETTINGS_H
#define DISCOUNT_SETTINGS_H

#include <stdint.h>

#include "common/rpc/keyset.h"
#include "common/settings.h"

struct discount_settings {
    char *listen;
    char *database;
    int64_t workers;  /* 0: one for each core */
    int64_t rounding; /* enum price_rounding */
    int64_t is_lending;
    int64_t drain_ms;
    int64_t memory_growth_mb; /* 0: any */
    char *trust_domain;
    char *ca, *certificate, *key, *revoked;
    int64_t log_level; /* enum log_level */
};

extern const struct settings_table discount_settings_table;

/* The TLS files of the settings; they live as long as the settings. */
struct keyset_files discount_settings_keyset(const struct discount_settings *settings);

#endif
