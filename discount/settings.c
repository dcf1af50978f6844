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

#define FIELD(name) offsetof(struct discount_settings, name)

static const struct setting rows[] = {
    TEXT_SETTING("DISCOUNT_LISTEN", FIELD(listen), "",
                 "addresses to listen on, host:port or [host]:port, separated by commas; empty: this machine only",
                 NULL),
    PATH_SETTING("DISCOUNT_DATABASE", FIELD(database), "discount.db", "the database of rules, made by discountctl init",
                 settings_check_path),
    NUMBER_SETTING("DISCOUNT_WORKERS", FIELD(workers), "0", "worker processes; 0: one for each core", 0, 256, NULL),
    CHOICE_SETTING("DISCOUNT_ROUNDING", FIELD(rounding), "down",
                   "how a price with a fraction of the minor unit becomes a whole one", price_rounding_names),
    CHOICE_SETTING(
        "DISCOUNT_LEASE", FIELD(is_lending), "on",
        "whether a Catalog may price by what it was answered for 250 ms, for which a change of the rules waits",
        settings_off_or_on),
    NUMBER_SETTING("DISCOUNT_DRAIN_MS", FIELD(drain_ms), "5000",
                   "how long a worker that was told to stop may take to finish its calls", 0, 600000, "ms"),
    NUMBER_SETTING("DISCOUNT_MEMORY_GROWTH_MB", FIELD(memory_growth_mb), "128",
                   "by how much a worker's memory may grow before another takes its place; 0: as much as it likes", 0,
                   1048576, "MiB"),
    TEXT_SETTING("DISCOUNT_TRUST_DOMAIN", FIELD(trust_domain), "ecommerce",
                 "callers are spiffe://DOMAIN/catalog and spiffe://DOMAIN/admin", check_trust_domain),
    PATH_SETTING("DISCOUNT_TLS_CA", FIELD(ca), "keys/ca.crt", "who signs the callers' certificates, PEM",
                 settings_check_path),
    PATH_SETTING("DISCOUNT_TLS_CERTIFICATE", FIELD(certificate), "keys/discount.crt", "this server's certificate, PEM",
                 settings_check_path),
    PATH_SETTING("DISCOUNT_TLS_KEY", FIELD(key), "keys/discount.key", "its private key, PEM", settings_check_path),
    PATH_SETTING("DISCOUNT_TLS_REVOKED", FIELD(revoked), "keys/ca.crl",
                 "the certificate revocation list, PEM; empty: nobody is revoked", NULL),
    CHOICE_SETTING("DISCOUNT_LOG_LEVEL", FIELD(log_level), "info", "the least important lines to log", log_level_names),
};

const struct settings_table discount_settings_table = {
    .rows = rows,
    .count = ARRAY_LENGTH(rows),
    .config_variable = "DISCOUNT_CONFIG",
    .config_name = "discount.conf",
};

struct keyset_files discount_settings_keyset(const struct discount_settings *settings)
{
    return (struct keyset_files){
        .ca = settings->ca, .certificate = settings->certificate, .key = settings->key, .revoked = settings->revoked};
}
