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

#define URL_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/%[]"

static const char *check_public_url(const char *value)
{
    size_t length = strlen(value), scheme = strncmp(value, "https://", 8) == 0 ? 8 : 7;

    if (length == 0 || (strncmp(value, scheme == 8 ? "https://" : "http://", scheme) == 0 &&
                        length <= PAGE_PUBLIC_URL_MAX && value[scheme] != '\0' && strchr("/:", value[scheme]) == NULL &&
                        value[length - 1] != '/' && value[strspn(value, URL_CHARACTERS)] == '\0'))
        return NULL;
    return "empty, or an address of at most 200 bytes, encoded and without a slash at the end: https://shop.example "
           "or https://shop.example/catalog";
}

static const char *check_home_tag(const char *value)
{
    size_t length = strlen(value);

    return length <= FIELD_TAG_MAX && text_is_utf8(value, length) && !field_has_control(value, length)
               ? NULL
               : "at most 255 bytes of UTF-8 without control characters";
}

static const char *check_language(const char *value)
{
    struct language_list list;

    return language_list_read(value, &list)
               ? NULL
               : "auto, or languages, each once, separated by commas or spaces: cs da de en "
                 "es fr it nl pl pt ru sv tr";
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

#define FIELD(name) offsetof(struct catalog_settings, name)

static const struct setting rows[] = {
    PATH_SETTING("CATALOG_DATABASE", FIELD(database), "catalog.db",
                 "the database of products and customers, made by catalogctl init", settings_check_path),
    TEXT_SETTING("DISCOUNT_SERVICE_HOST", FIELD(service_host), "localhost:11443",
                 "the Discount service, host:port; its certificate must be for this host", settings_check_host),
    NUMBER_SETTING("CATALOG_DEADLINE_MS", FIELD(deadline_ms), "1000",
                   "how long an answer may wait for Discount, from the request's arrival; then list prices are shown",
                   1, 60000, "ms"),
    NUMBER_SETTING("CATALOG_ANSWER_MS", FIELD(answer_ms), "30000",
                   "how long an answer may take to be read, and again for each MiB of a download; then it is cut off",
                   1000, 3600000, "ms"),
    NUMBER_SETTING("CATALOG_QUOTES_MB", FIELD(quotes_mb), "8",
                   "memory of each process for prices that are kept while Discount lends them; 0: each request asks", 0,
                   1024, "MiB"),
    CHOICE_SETTING("CATALOG_TELL_SHOP", FIELD(tells_shop), "off",
                   "whether Discount is told which products and categories there are, so that rules can name them",
                   settings_off_or_on),
    NUMBER_SETTING("CATALOG_PROCESSES", FIELD(processes), "1",
                   "processes on the one listening socket, kept and replaced by a master", 1, 256, NULL),
    TEXT_SETTING("CATALOG_TRUSTED_PROXIES", FIELD(trusted_proxies), "",
                 "addresses and networks whose X-USER-ID names the customer", check_proxies),
    PATH_SETTING("CATALOG_PROXY_SECRET_FILE", FIELD(proxy_secret_file), "",
                 "a file with a secret that those must send as X-Catalog-Secret beside X-USER-ID; empty: none", NULL),
    CHOICE_SETTING(
        "CATALOG_TRUST_LOCAL", FIELD(is_local_trusted), "off",
        "whether requests of this machine itself (loopback, not forwarded) may name the customer and use explain=1",
        settings_off_or_on),
    TEXT_SETTING(
        "CATALOG_BASE_PATH", FIELD(base_path), "",
        "the path below which clients find this program, such as /catalog; empty: the root, or where the script is",
        check_base_path),
    TEXT_SETTING(
        "CATALOG_CORS_ORIGINS", FIELD(cors_origins), "",
        "origins whose pages may ask from a browser, such as https://shop.example; *: any, what is everybody's",
        check_origins),
    CHOICE_SETTING("CATALOG_NEAREST_WORDS", FIELD(finds_nearest), "on",
                   "whether a search that nothing matches is made again with the nearest words that products have",
                   settings_off_or_on),
    TEXT_SETTING("CATALOG_SHOP_NAME", FIELD(shop_name), PAGE_SHOP_NAME, "the shop's name, as pages for people show it",
                 check_shop_name),
    TEXT_SETTING(
        "CATALOG_PUBLIC_URL", FIELD(public_url), "",
        "where people find the shop, such as https://shop.example/catalog, for search engines; empty: not said",
        check_public_url),
    TEXT_SETTING("CATALOG_LANGUAGE", FIELD(language), "en",
                 "the language of pages for people, or several that their visitors choose from; auto: any",
                 check_language),
    TEXT_SETTING("CATALOG_HOME_TAG", FIELD(home_tag), "",
                 "a tag, such as sale, whose products the first page shows beside the newest; empty: none",
                 check_home_tag),
    PATH_SETTING("CATALOG_TLS_CA", FIELD(ca), "keys/ca.crt", "who signs the Discount service's certificate, PEM",
                 settings_check_path),
    PATH_SETTING("CATALOG_TLS_CERTIFICATE", FIELD(certificate), "keys/catalog.crt",
                 "the certificate this program shows, PEM; empty (with the key): none", NULL),
    PATH_SETTING("CATALOG_TLS_KEY", FIELD(key), "keys/catalog.key", "its private key, PEM", NULL),
    CHOICE_SETTING("CATALOG_LOG_LEVEL", FIELD(log_level), "info", "the least important lines to log", log_level_names),
};

const struct settings_table catalog_settings_table = {
    .rows = rows,
    .count = ARRAY_LENGTH(rows),
    .config_variable = "CATALOG_CONFIG",
    .config_name = "catalog.conf",
};

struct keyset_files catalog_settings_keyset(const struct catalog_settings *settings)
{
    return (struct keyset_files){.ca = settings->ca, .certificate = settings->certificate, .key = settings->key};
}
