/* SPDX-License-Identifier: MIT */
/* The options and settings that the commands share. */
#include "discount/ctl/options.h"

#include <string.h>

#include "common/compiler.h"

#define OPTION(field) offsetof(struct ctl_options, field)

const struct argument_row ctl_option_rows[] = {
    TEXT_OPTION("config", OPTION(config), "FILE", "read settings from FILE"),
    TEXT_OPTION("host", OPTION(host), "HOST:PORT", "the Discount service, instead of DISCOUNT_SERVICE_HOST"),
    NUMBER_OPTION("timeout", OPTION(timeout_s), "SECONDS", "how long one call may take (60)", 1, 86400),
    FLAG_OPTION("json", OPTION(is_json), "print one JSON document"),
    FLAG_OPTION("no-colour", OPTION(is_plain), "no colours on a terminal (nor with NO_COLOR in the environment)"),
    FLAG_OPTION("no-color", OPTION(is_plain), "the same"),
};
const size_t ctl_option_count = ARRAY_LENGTH(ctl_option_rows);

const struct argument_row change_option_rows[] = {CHANGE_OPTIONS(0)};
const size_t change_option_count = ARRAY_LENGTH(change_option_rows);

int options_run(const struct arguments *arguments, int argc, char **argv, void *target, options_run_f *run)
{
    struct arguments whole = *arguments;
    struct ctl_options *options = target;
    struct argument_words words;
    struct arena arena = {0};

    whole.shared = ctl_option_rows;
    whole.shared_count = ctl_option_count;
    options->name = argv[0];
    options->timeout_s = OPTIONS_TIMEOUT_S;
    arguments_read(&whole, argc, argv, &arena, target, &words);
    int code = run(target, &words, &arena);
    arena_release(&arena);
    return code;
}

/* ---- Settings ---- */

static const char *check_host(const char *value)
{
    return value[0] != '\0' && strchr(value, ' ') == NULL ? NULL : "host:port, for example localhost:11443";
}

static const char *check_not_empty(const char *value)
{
    return value[0] != '\0' ? NULL : "a path";
}

#define FIELD(name) offsetof(struct ctl_settings, name)

static const struct setting setting_rows[] = {
    {.name = "DISCOUNT_SERVICE_HOST",
     .type = SETTING_TEXT,
     .offset = FIELD(host),
     .fallback = "localhost:11443",
     .help = "the Discount service, host:port; its certificate must be for this host",
     .check = check_host},
    {.name = "DISCOUNTCTL_TLS_CA",
     .type = SETTING_PATH,
     .offset = FIELD(ca),
     .fallback = "keys/ca.crt",
     .help = "who signs the service's certificate, PEM",
     .check = check_not_empty},
    {.name = "DISCOUNTCTL_TLS_CERTIFICATE",
     .type = SETTING_PATH,
     .offset = FIELD(certificate),
     .fallback = "keys/admin.crt",
     .help = "the administrator's certificate, PEM",
     .check = check_not_empty},
    {.name = "DISCOUNTCTL_TLS_KEY",
     .type = SETTING_PATH,
     .offset = FIELD(key),
     .fallback = "keys/admin.key",
     .help = "its private key, PEM",
     .check = check_not_empty},
};

const struct settings_table ctl_settings_table = {
    .rows = setting_rows,
    .count = ARRAY_LENGTH(setting_rows),
    .config_variable = "DISCOUNTCTL_CONFIG",
    .config_name = "discountctl.conf",
};
