/* SPDX-License-Identifier: MIT */
/* A limit on log lines that somebody else causes. */
#include "common/rpc/log_limit.h"

#include "common/clock.h"

#define GAP_MIN_NS (60 * CLOCK_NS_PER_S)
#define GAP_MAX_NS (60 * GAP_MIN_NS)

/* FNV-1a. */
static uint64_t add_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

/* Hexadecimal digits are skipped, so that lines of one kind may differ in ports, descriptors, addresses or
 * milliseconds. */
static uint64_t hash_words(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        bool is_hex_digit = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'f');
        if (!is_hex_digit)
            hash = add_byte(hash, (unsigned char)*text);
    }
    return add_byte(hash, '\0');
}

/* The kind of that hash, or a free one, or the one for all others. */
static struct log_limit_kind *find_kind(struct log_limit *limit, uint64_t hash, int64_t now_ns)
{
    struct log_limit_kind *free_kind = &limit->others;

    for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
        struct log_limit_kind *kind = &limit->kinds[i];
        if (kind->gap_ns != 0 && kind->hash == hash)
            return kind;
        if (free_kind == &limit->others && now_ns >= kind->next_ns + (kind->left_out > 0 ? kind->gap_ns : 0))
            free_kind = kind;
    }
    if (free_kind != &limit->others) {
        limit->others.left_out += free_kind->left_out; /* of a kind that came no more */
        *free_kind = (struct log_limit_kind){.hash = hash};
    }
    return free_kind;
}

bool log_limit_pass(struct log_limit *limit, const char *file, int line, const char *message, int64_t now_ns,
                    uint64_t *left_out)
{
    uint64_t hash = hash_words(hash_words(UINT64_C(0xcbf29ce484222325) ^ (uint64_t)line, file), message);

    pthread_mutex_lock(&limit->lock);
    struct log_limit_kind *kind = find_kind(limit, hash, now_ns);
    bool passes = kind->gap_ns == 0 || now_ns >= kind->next_ns;
    if (passes) {
        bool goes_on = kind->left_out > 0 && now_ns < kind->next_ns + kind->gap_ns;
        int64_t gap_ns = goes_on ? 2 * kind->gap_ns : GAP_MIN_NS;
        kind->gap_ns = gap_ns < GAP_MAX_NS ? gap_ns : GAP_MAX_NS;
        kind->next_ns = now_ns + kind->gap_ns;
        *left_out = kind->left_out;
        kind->left_out = 0;
    } else {
        kind->left_out++;
    }
    pthread_mutex_unlock(&limit->lock);
    return passes;
}
