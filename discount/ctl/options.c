/* SPDX-License-Identifier: MIT */
/* The options and settings that the commands share. */
#include "discount/ctl/options.h"

#include <stdio.h>
#include <string.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/zone.h"
#include "discount/ctl/display.h"
#include "discount/window/window.h"

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

#define FIELD(name) offsetof(struct ctl_settings, name)

static const char *check_zone(const char *value)
{
    return zone_is_known(value) ? NULL : "a name such as Europe/Berlin of the IANA time zones";
}

static const struct setting setting_rows[] = {
    TEXT_SETTING("DISCOUNT_SERVICE_HOST", FIELD(host), "localhost:11443",
                 "the Discount service, host:port; its certificate must be for this host", settings_check_host),
    TEXT_SETTING("DISCOUNTCTL_TIME_ZONE", FIELD(zone), "",
                 "the shop's time zone: that of windows and of WHEN where none is named; empty: UTC", check_zone),
    PATH_SETTING("DISCOUNTCTL_TLS_CA", FIELD(ca), "keys/ca.crt", "who signs the service's certificate, PEM",
                 settings_check_path),
    PATH_SETTING("DISCOUNTCTL_TLS_CERTIFICATE", FIELD(certificate), "keys/admin.crt",
                 "the administrator's certificate, PEM", settings_check_path),
    PATH_SETTING("DISCOUNTCTL_TLS_KEY", FIELD(key), "keys/admin.key", "its private key, PEM", settings_check_path),
};

const struct settings_table ctl_settings_table = {
    .rows = setting_rows,
    .count = ARRAY_LENGTH(setting_rows),
    .config_variable = "DISCOUNTCTL_CONFIG",
    .config_name = "discountctl.conf",
};

int options_zone(const struct ctl_options *options, char zone[ZONE_NAME_MAX + 1])
{
    struct ctl_settings settings;
    char reason[1024];

    if (!settings_load(&ctl_settings_table, options->config, &settings, reason, sizeof reason)) {
        display_error(options->name, "%s", reason);
        return COMMAND_CONFIG;
    }
    snprintf(zone, ZONE_NAME_MAX + 1, "%s", settings.zone);
    settings_release(&ctl_settings_table, &settings);
    return COMMAND_OK;
}
