/* SPDX-License-Identifier: MIT */
/* Change sets that come in several messages. */
#include "discount/service/staging.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/platform.h"
#include "discount/wire/wire.h"

#define TOKEN_BYTES 16  /* nobody guesses them */
#define BLOCK_SIZE 8192 /* of the arenas of messages: most are small */

struct staged {
    char token[WIRE_ID_SIZE];
    int64_t touched_ns;
    Ecommerce__StageChangesRequest **messages;
    struct arena *arenas; /* each message lies in one */
    size_t message_count;
    size_t change_count;
    size_t bytes;
};

/* ---- A set ---- */

static struct staged *staged_new(void)
{
    struct staged *set = memory_get_zeroed(1, sizeof *set);

    wire_make_id(set->token);
    return set;
}

static void staged_free(struct staged *set)
{
    for (size_t i = 0; i < set->message_count; i++)
        arena_release(&set->arenas[i]);
    free(set->arenas);
    free(set->messages);
    free(set);
}

/* A copy of a request's message. */
struct copy {
    Ecommerce__StageChangesRequest *message;
    struct arena arena; /* it lies here */
};

static void staged_add(struct staged *set, const struct copy *copy)
{
    set->messages = memory_grow(set->messages, set->message_count, 1, sizeof(*set->messages));
    set->arenas = memory_grow(set->arenas, set->message_count, 1, sizeof(*set->arenas));
    set->messages[set->message_count] = copy->message;
    set->arenas[set->message_count++] = copy->arena;
    set->change_count += copy->message->n_changes;
    set->bytes += arena_held(&copy->arena);
}

/* ---- All sets ---- */

static void forget_set(struct staging *staging, size_t place)
{
    if (staging->sets[place] == NULL)
        return;
    staging->bytes -= staging->sets[place]->bytes;
    staged_free(staging->sets[place]);
    staging->sets[place] = NULL;
    if (staging->bytes == 0)
        atomic_store(&staging->kept_until_ns, 0);
}

static void forget_old(struct staging *staging, int64_t now_ns)
{
    for (size_t i = 0; i < STAGING_SETS_MAX; i++) {
        const struct staged *set = staging->sets[i];
        if (set != NULL && now_ns - set->touched_ns > STAGING_AGE_S * CLOCK_NS_PER_S)
            forget_set(staging, i);
    }
}

/* The place of the set of this token; STAGING_SETS_MAX: there is none. */
static size_t find_place(const struct staging *staging, const char *token)
{
    size_t place = 0;

    while (place < STAGING_SETS_MAX &&
           (staging->sets[place] == NULL || strcmp(staging->sets[place]->token, token) != 0))
        place++;
    return place;
}

/* A place for a new set, that of the oldest one where none is free. */
static size_t make_place(struct staging *staging)
{
    size_t oldest = 0;

    for (size_t i = 0; i < STAGING_SETS_MAX; i++) {
        if (staging->sets[i] == NULL)
            return i;
        if (staging->sets[i]->touched_ns < staging->sets[oldest]->touched_ns)
            oldest = i;
    }
    forget_set(staging, oldest);
    return oldest;
}

enum staging_status staging_add(struct staging *staging, const Ecommerce__StageChangesRequest *request, int64_t now_ns,
                                const char **token, size_t *count)
{
    bool is_new = request->token == NULL || request->token[0] == '\0';
    struct copy copy = {.arena.block_size = BLOCK_SIZE};

    forget_old(staging, now_ns);
    size_t place = is_new ? STAGING_SETS_MAX : find_place(staging, request->token);
    if (!is_new && place == STAGING_SETS_MAX)
        return STAGING_UNKNOWN;
    copy.message = wire_copy(&request->base, &copy.arena);
    if (arena_held(&copy.arena) > STAGING_BYTES_MAX - staging->bytes) {
        arena_release(&copy.arena);
        return STAGING_FULL;
    }
    if (is_new) {
        place = make_place(staging);
        staging->sets[place] = staged_new();
    }
    struct staged *set = staging->sets[place];
    staged_add(set, &copy);
    staging->bytes += arena_held(&copy.arena);
    set->touched_ns = now_ns;
    atomic_store(&staging->kept_until_ns, now_ns + STAGING_AGE_S * CLOCK_NS_PER_S);
    *token = set->token;
    *count = set->change_count;
    return STAGING_OK;
}

enum staging_status staging_find(struct staging *staging, const char *token, int64_t now_ns,
                                 Ecommerce__StageChangesRequest *const **messages, size_t *count)
{
    *messages = NULL;
    *count = 0;
    if (token == NULL || token[0] == '\0')
        return STAGING_OK;
    forget_old(staging, now_ns);
    size_t place = find_place(staging, token);
    if (place == STAGING_SETS_MAX)
        return STAGING_UNKNOWN;
    *messages = staging->sets[place]->messages;
    *count = staging->sets[place]->message_count;
    return STAGING_OK;
}

bool staging_is_kept(const struct staging *staging, int64_t now_ns)
{
    return now_ns < atomic_load(&staging->kept_until_ns);
}

void staging_forget(struct staging *staging, const char *token)
{
    size_t place = token == NULL || token[0] == '\0' ? STAGING_SETS_MAX : find_place(staging, token);

    if (place >= STAGING_SETS_MAX)
        return;
    forget_set(staging, place);
    platform_trim_memory(); /* a large set leaves free memory of its size */
}

void staging_release(struct staging *staging)
{
    for (size_t i = 0; i < STAGING_SETS_MAX; i++)
        forget_set(staging, i);
}
