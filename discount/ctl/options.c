/* SPDX-License-Identifier: MIT */
/* The options and settings that the commands share. */
#include "discount/ctl/options.h"

#include <string.h>

#include "common/compiler.h"

#define OPTION(field) offsetof(struct ctl_options, field)

const struct argument_row ctl_option_rows[] = {
    {.name = "config",
     .type = ARGUMENT_TEXT,
     .offset = OPTION(config),
     .value = "FILE",
     .help = "read settings from FILE"},
    {.name = "host",
     .type = ARGUMENT_TEXT,
     .offset = OPTION(host),
     .value = "HOST:PORT",
     .help = "the Discount service, instead of DISCOUNT_SERVICE_HOST"},
    {.name = "timeout",
     .type = ARGUMENT_NUMBER,
     .offset = OPTION(timeout_s),
     .value = "SECONDS",
     .help = "how long one call may take (60)",
     .min = 1,
     .max = 86400},
    {.name = "json", .type = ARGUMENT_FLAG, .offset = OPTION(is_json), .help = "print one JSON document"},
    {.name = "no-colour",
     .type = ARGUMENT_FLAG,
     .offset = OPTION(is_plain),
     .help = "no colours on a terminal (nor with NO_COLOR in the environment)"},
    {.name = "no-color", .type = ARGUMENT_FLAG, .offset = OPTION(is_plain), .help = "the same"},
};
const size_t ctl_option_count = ARRAY_LENGTH(ctl_option_rows);

const struct argument_row change_option_rows[] = {
    {.name = "message",
     .type = ARGUMENT_TEXT,
     .offset = offsetof(struct change_options, message),
     .value = "WHY",
     .help = "for the history"},
    {.name = "expect",
     .type = ARGUMENT_NUMBER,
     .offset = offsetof(struct change_options, expect),
     .value = "REVISION",
     .help = "change nothing (exit code 4) when the rules have moved on from it",
     .min = 1,
     .max = INT64_MAX},
};
const size_t change_option_count = ARRAY_LENGTH(change_option_rows);

void options_read(const struct arguments *arguments, int argc, char **argv, struct arena *arena, void *target,
                  struct argument_words *words)
{
    struct arguments whole = *arguments;
    struct ctl_options *options = target;

    whole.shared = ctl_option_rows;
    whole.shared_count = ctl_option_count;
    options->name = argv[0];
    options->timeout_s = OPTIONS_TIMEOUT_S;
    arguments_read(&whole, argc, argv, arena, target, words);
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
