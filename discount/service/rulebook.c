/* SPDX-License-Identifier: MIT */
/* The ruleset in use, which follows the database. */
#include "discount/service/rulebook.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "discount/store/store.h"

#define LOOK_EVERY_NS (250 * CLOCK_NS_PER_MS)

struct rulebook {
    struct store *store;
    struct ruleset *ruleset;
    int64_t looked_ns;
};

struct rulebook *rulebook_new(const char *path, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(path, &store, reason, reason_size))
        return NULL;
    (void)store_has_changed(store); /* what is read next is what later changes are compared with */
    struct ruleset *ruleset = store_load_rules(store, reason, reason_size);
    if (ruleset == NULL) {
        store_close(store);
        return NULL;
    }
    struct rulebook *rulebook = memory_get(sizeof *rulebook);
    *rulebook = (struct rulebook){.store = store, .ruleset = ruleset, .looked_ns = clock_now_ns()};
    return rulebook;
}

void rulebook_free(struct rulebook *rulebook)
{
    if (rulebook == NULL)
        return;
    ruleset_free(rulebook->ruleset);
    store_close(rulebook->store);
    free(rulebook);
}

static void reload(struct rulebook *rulebook)
{
    char reason[512];
    struct ruleset *ruleset = store_load_rules(rulebook->store, reason, sizeof reason);

    if (ruleset == NULL) {
        log_error("rules-refused", "reason=%s in_use=old", LOG_QUOTED(reason));
        return;
    }
    ruleset_free(rulebook->ruleset);
    rulebook->ruleset = ruleset;
    log_info("rules-replaced", "revision=%" PRId64, ruleset_revision(ruleset));
}

const struct ruleset *rulebook_current(struct rulebook *rulebook)
{
    int64_t now_ns = clock_now_ns();

    if (now_ns - rulebook->looked_ns >= LOOK_EVERY_NS) {
        rulebook->looked_ns = now_ns;
        if (store_has_changed(rulebook->store))
            reload(rulebook);
    }
    return rulebook->ruleset;
}
