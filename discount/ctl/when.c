/* SPDX-License-Identifier: MIT */
/* Instants, by the rule file's rules for windows. */
#include "discount/ctl/when.h"

#include <time.h>

#include "common/ctl/command.h"
#include "common/zone.h"
#include "discount/ctl/display.h"
#include "discount/window/window.h"

int when_read(const struct ctl_options *options, const char *option, const char *when, const char *zone,
              int64_t *instant)
{
    char reason[512], shop[ZONE_NAME_MAX + 1];

    *instant = 0;
    if (zone != NULL && !zone_is_known(zone)) {
        display_error(options->name, "--zone %s: there is no such time zone; a name such as Europe/Berlin is allowed",
                      zone);
        return COMMAND_REFUSED;
    }
    if (when == NULL)
        return COMMAND_OK;
    int code = options_zone(options, shop);
    if (code != COMMAND_OK || window_parse(when, zone != NULL ? zone : shop, false, instant, reason, sizeof reason))
        return code;
    display_error(options->name, "--%s %s: %s", option, when, reason);
    return COMMAND_REFUSED;
}

const char *when_utc(struct arena *arena, int64_t instant)
{
    time_t seconds = (time_t)instant;
    struct tm parts;
    char text[64];

    if (gmtime_r(&seconds, &parts) == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        return "?";
    return arena_print(arena, "%s", text);
}

const char *when_window(struct arena *arena, int64_t instant, const char *zone, bool is_end)
{
    char text[WINDOW_TEXT_SIZE];

    if (instant == 0)
        return "";
    const char *shown = zone != NULL ? zone : "";
    return arena_print(arena, "%s %s", window_print(instant, shown, is_end, text), shown[0] != '\0' ? shown : "UTC");
}
