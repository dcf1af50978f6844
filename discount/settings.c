/* SPDX-License-Identifier: MIT */
/* What can be set for discountd. */
#include "discount/settings.h"

#include <string.h>

#include "common/log.h"

#include "discount/rule/price.h"

static const char *check_trust_domain(const char *value)
{
    static const char allowed[] = "lower-case letters, digits, '.', '-' and '_' (SPIFFE ID, 2.1)";

    return value[0] != '\0' && value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789.-_")] == '\0' ? NULL : allowed;
}

static const char *check_not_empty(const char *value)
{
    return value[0] != '\0' ? NULL : "a path";
}

#define FIELD(name) offsetof(struct discount_settings, name)

static const struct setting rows[] = {
    {.name = "DISCOUNT_LISTEN",
     .type = SETTING_TEXT,
     .offset = FIELD(listen),
     .fallback = "",
     .help = "addresses to listen on, host:port or [host]:port, separated by commas; empty: this machine only"},
    {.name = "DISCOUNT_DATABASE",
     .type = SETTING_PATH,
     .offset = FIELD(database),
     .fallback = "discount.db",
     .help = "the database of rules, made by discountctl init",
     .check = check_not_empty},
    {.name = "DISCOUNT_WORKERS",
     .type = SETTING_NUMBER,
     .offset = FIELD(workers),
     .fallback = "0",
     .help = "worker processes; 0: one for each core",
     .min = 0,
     .max = 256},
    {.name = "DISCOUNT_ROUNDING",
     .type = SETTING_CHOICE,
     .offset = FIELD(rounding),
     .fallback = "down",
     .help = "how a price with a fraction of the minor unit becomes a whole one",
     .choices = price_rounding_names},
    {.name = "DISCOUNT_DRAIN_MS",
     .type = SETTING_NUMBER,
     .offset = FIELD(drain_ms),
     .fallback = "5000",
     .help = "how long a worker that was told to stop may take to finish its calls",
     .min = 0,
     .max = 600000,
     .unit = "ms"},
    {.name = "DISCOUNT_MEMORY_GROWTH_MB",
     .type = SETTING_NUMBER,
     .offset = FIELD(memory_growth_mb),
     .fallback = "128",
     .help = "by how much a worker's memory may grow before another takes its place; 0: as much as it likes",
     .min = 0,
     .max = 1048576,
     .unit = "MiB"},
    {.name = "DISCOUNT_TRUST_DOMAIN",
     .type = SETTING_TEXT,
     .offset = FIELD(trust_domain),
     .fallback = "ecommerce",
     .help = "callers are spiffe://DOMAIN/catalog and spiffe://DOMAIN/admin",
     .check = check_trust_domain},
    {.name = "DISCOUNT_TLS_CA",
     .type = SETTING_PATH,
     .offset = FIELD(ca),
     .fallback = "keys/ca.crt",
     .help = "who signs the callers' certificates, PEM",
     .check = check_not_empty},
    {.name = "DISCOUNT_TLS_CERTIFICATE",
     .type = SETTING_PATH,
     .offset = FIELD(certificate),
     .fallback = "keys/discount.crt",
     .help = "this server's certificate, PEM",
     .check = check_not_empty},
    {.name = "DISCOUNT_TLS_KEY",
     .type = SETTING_PATH,
     .offset = FIELD(key),
     .fallback = "keys/discount.key",
     .help = "its private key, PEM",
     .check = check_not_empty},
    {.name = "DISCOUNT_TLS_REVOKED",
     .type = SETTING_PATH,
     .offset = FIELD(revoked),
     .fallback = "keys/ca.crl",
     .help = "the certificate revocation list, PEM; empty: nobody is revoked"},
    {.name = "DISCOUNT_LOG_LEVEL",
     .type = SETTING_CHOICE,
     .offset = FIELD(log_level),
     .fallback = "info",
     .help = "the least important lines to log",
     .choices = log_level_names},
};

const struct settings_table discount_settings_table = {
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .config_variable = "DISCOUNT_CONFIG",
    .config_name = "discount.conf",
};

struct keyset_files discount_settings_keyset(const struct discount_settings *settings)
{
    return (struct keyset_files){
        .ca = settings->ca, .certificate = settings->certificate, .key = settings->key, .revoked = settings->revoked};
}
