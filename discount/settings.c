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

static const char *const off_or_on[] = {"off", "on", NULL};

#define FIELD(name) offsetof(struct discount_settings, name)

#define PATH_SETTING(name_, offset_, fallback_, help_, check_)                                                         \
    {                                                                                                                  \
        .name = name_, .type = SETTING_PATH, .offset = offset_, .fallback = fallback_, .help = help_, .check = check_  \
    }
#define NUMBER_SETTING(name_, offset_, fallback_, help_, min_, max_, unit_)                                            \
    {                                                                                                                  \
        .name = name_, .type = SETTING_NUMBER, .offset = offset_, .fallback = fallback_, .help = help_, .min = min_,   \
        .max = max_, .unit = unit_                                                                                     \
    }

static const struct setting rows[] = {
    {.name = "DISCOUNT_LISTEN",
     .type = SETTING_TEXT,
     .offset = FIELD(listen),
     .fallback = "",
     .help = "addresses to listen on, host:port or [host]:port, separated by commas; empty: this machine only"},
    PATH_SETTING("DISCOUNT_DATABASE", FIELD(database), "discount.db", "the database of rules, made by discountctl init",
                 check_not_empty),
    NUMBER_SETTING("DISCOUNT_WORKERS", FIELD(workers), "0", "worker processes; 0: one for each core", 0, 256, NULL),
    {.name = "DISCOUNT_ROUNDING",
     .type = SETTING_CHOICE,
     .offset = FIELD(rounding),
     .fallback = "down",
     .help = "how a price with a fraction of the minor unit becomes a whole one",
     .choices = price_rounding_names},
    {.name = "DISCOUNT_LEASE",
     .type = SETTING_CHOICE,
     .offset = FIELD(is_lending),
     .fallback = "on",
     .help = "whether a Catalog may price by what it was answered for 250 ms, for which a change of the rules waits",
     .choices = off_or_on},
    NUMBER_SETTING("DISCOUNT_DRAIN_MS", FIELD(drain_ms), "5000",
                   "how long a worker that was told to stop may take to finish its calls", 0, 600000, "ms"),
    NUMBER_SETTING("DISCOUNT_MEMORY_GROWTH_MB", FIELD(memory_growth_mb), "128",
                   "by how much a worker's memory may grow before another takes its place; 0: as much as it likes", 0,
                   1048576, "MiB"),
    {.name = "DISCOUNT_TRUST_DOMAIN",
     .type = SETTING_TEXT,
     .offset = FIELD(trust_domain),
     .fallback = "ecommerce",
     .help = "callers are spiffe://DOMAIN/catalog and spiffe://DOMAIN/admin",
     .check = check_trust_domain},
    PATH_SETTING("DISCOUNT_TLS_CA", FIELD(ca), "keys/ca.crt", "who signs the callers' certificates, PEM",
                 check_not_empty),
    PATH_SETTING("DISCOUNT_TLS_CERTIFICATE", FIELD(certificate), "keys/discount.crt", "this server's certificate, PEM",
                 check_not_empty),
    PATH_SETTING("DISCOUNT_TLS_KEY", FIELD(key), "keys/discount.key", "its private key, PEM", check_not_empty),
    PATH_SETTING("DISCOUNT_TLS_REVOKED", FIELD(revoked), "keys/ca.crl",
                 "the certificate revocation list, PEM; empty: nobody is revoked", NULL),
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
