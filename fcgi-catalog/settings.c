/* SPDX-License-Identifier: MIT */
/* What can be set for catalog.fcgi. */
#include "fcgi-catalog/settings.h"

#include <string.h>

#include "common/log.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/http/cors.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/page/page.h"

static const char *check_not_empty(const char *value)
{
    return value[0] != '\0' ? NULL : "a path";
}

static const char *check_host(const char *value)
{
    return value[0] != '\0' && strchr(value, ' ') == NULL ? NULL : "host:port, for example localhost:11443";
}

static const char *check_base_path(const char *value)
{
    if (value[0] == '\0' || (value[0] == '/' && value[1] != '\0' && value[strlen(value) - 1] != '/'))
        return NULL;
    return "empty, or a path that begins with a slash and does not end with one, for example /catalog";
}

static const char *check_origins(const char *value)
{
    return cors_is_origins(value) ? NULL
                                  : "*, or origins as browsers send them (https://shop.example, without a slash at the "
                                    "end), separated by commas or spaces";
}

static const char *check_shop_name(const char *value)
{
    size_t length = strlen(value);

    if (value[strspn(value, " ")] != '\0' && length <= PAGE_SHOP_NAME_MAX && text_is_utf8(value, length) &&
        !field_has_control(value, length))
        return NULL;
    return "1 to 100 bytes of UTF-8 without control characters, and not spaces alone";
}

static const char *check_proxies(const char *value)
{
    const char *wrong;
    struct identity_proxies *proxies = identity_proxies_new(value, &wrong);

    if (proxies == NULL)
        return "IP addresses and networks such as 10.0.0.0/8, separated by commas or spaces";
    identity_proxies_free(proxies);
    return NULL;
}

static const char *const off_or_on[] = {"off", "on", NULL};

#define FIELD(name) offsetof(struct catalog_settings, name)

static const struct setting rows[] = {
    {.name = "CATALOG_DATABASE",
     .type = SETTING_PATH,
     .offset = FIELD(database),
     .fallback = "catalog.db",
     .help = "the database of products and customers, made by catalogctl init",
     .check = check_not_empty},
    {.name = "DISCOUNT_SERVICE_HOST",
     .type = SETTING_TEXT,
     .offset = FIELD(service_host),
     .fallback = "localhost:11443",
     .help = "the Discount service, host:port; its certificate must be for this host",
     .check = check_host},
    {.name = "CATALOG_DEADLINE_MS",
     .type = SETTING_NUMBER,
     .offset = FIELD(deadline_ms),
     .fallback = "1000",
     .help = "how long an answer may wait for Discount, from the request's arrival; then list prices are shown",
     .min = 1,
     .max = 60000,
     .unit = "ms"},
    {.name = "CATALOG_ANSWER_MS",
     .type = SETTING_NUMBER,
     .offset = FIELD(answer_ms),
     .fallback = "30000",
     .help = "how long an answer may take to be read, and again for each MiB of a download; then it is cut off",
     .min = 1000,
     .max = 3600000,
     .unit = "ms"},
    {.name = "CATALOG_QUOTES_MB",
     .type = SETTING_NUMBER,
     .offset = FIELD(quotes_mb),
     .fallback = "8",
     .help = "memory of each process for prices that are kept while Discount lends them; 0: each request asks",
     .min = 0,
     .max = 1024,
     .unit = "MiB"},
    {.name = "CATALOG_PROCESSES",
     .type = SETTING_NUMBER,
     .offset = FIELD(processes),
     .fallback = "1",
     .help = "processes on the one listening socket, kept and replaced by a master",
     .min = 1,
     .max = 256},
    {.name = "CATALOG_TRUSTED_PROXIES",
     .type = SETTING_TEXT,
     .offset = FIELD(trusted_proxies),
     .fallback = "",
     .help = "addresses and networks whose X-USER-ID names the customer",
     .check = check_proxies},
    {.name = "CATALOG_PROXY_SECRET_FILE",
     .type = SETTING_PATH,
     .offset = FIELD(proxy_secret_file),
     .fallback = "",
     .help = "a file with a secret that those must send as X-Catalog-Secret beside X-USER-ID; empty: none"},
    {.name = "CATALOG_TRUST_LOCAL",
     .type = SETTING_CHOICE,
     .offset = FIELD(is_local_trusted),
     .fallback = "off",
     .help =
         "whether requests of this machine itself (loopback, not forwarded) may name the customer and use explain=1",
     .choices = off_or_on},
    {.name = "CATALOG_BASE_PATH",
     .type = SETTING_TEXT,
     .offset = FIELD(base_path),
     .fallback = "",
     .help =
         "the path below which clients find this program, such as /catalog; empty: the root, or where the script is",
     .check = check_base_path},
    {.name = "CATALOG_CORS_ORIGINS",
     .type = SETTING_TEXT,
     .offset = FIELD(cors_origins),
     .fallback = "",
     .help = "origins whose pages may ask from a browser, such as https://shop.example; *: any, what is everybody's",
     .check = check_origins},
    {.name = "CATALOG_SHOP_NAME",
     .type = SETTING_TEXT,
     .offset = FIELD(shop_name),
     .fallback = PAGE_SHOP_NAME,
     .help = "the shop's name, as pages for people show it",
     .check = check_shop_name},
    {.name = "CATALOG_TLS_CA",
     .type = SETTING_PATH,
     .offset = FIELD(ca),
     .fallback = "keys/ca.crt",
     .help = "who signs the Discount service's certificate, PEM",
     .check = check_not_empty},
    {.name = "CATALOG_TLS_CERTIFICATE",
     .type = SETTING_PATH,
     .offset = FIELD(certificate),
     .fallback = "keys/catalog.crt",
     .help = "the certificate this program shows, PEM; empty (with the key): none"},
    {.name = "CATALOG_TLS_KEY",
     .type = SETTING_PATH,
     .offset = FIELD(key),
     .fallback = "keys/catalog.key",
     .help = "its private key, PEM"},
    {.name = "CATALOG_LOG_LEVEL",
     .type = SETTING_CHOICE,
     .offset = FIELD(log_level),
     .fallback = "info",
     .help = "the least important lines to log",
     .choices = log_level_names},
};

const struct settings_table catalog_settings_table = {
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .config_variable = "CATALOG_CONFIG",
    .config_name = "catalog.conf",
};

struct keyset_files catalog_settings_keyset(const struct catalog_settings *settings)
{
    return (struct keyset_files){.ca = settings->ca, .certificate = settings->certificate, .key = settings->key};
}
