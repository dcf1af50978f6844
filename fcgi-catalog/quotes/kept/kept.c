/* SPDX-License-Identifier: MIT */
/*
 * Quotes that are kept under a lease: records in a ring, whose memory is taken as it fills, found by an index of
 * buckets. The oldest record is overwritten first; nothing is searched for, moved or freed.
 *
 *     positions grow for ever; a record lies at position % size, whole, and is there until `end` is a ring further
 *     index: bucket of a key's hash ─> up to WAYS positions, the oldest of which gives way
 */
#include "fcgi-catalog/quotes/kept/kept.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/hash.h"

#define WAYS 4
#define BYTES_PER_BUCKET 256 /* of the bound: an eighth of it is index */
#define ALIGNMENT ((size_t)8)

enum kind { KIND_CUSTOMER, KIND_QUOTES, KIND_QUOTES_WITH_RULES };

/* Bases are numbered: records of earlier bases are not found, and need not be removed. */
struct key {
    uint64_t basis;
    uint64_t who; /* a customer, or an audience */
    uint64_t page;
    uint64_t kind;
};

/* Behind it: of a customer the audience; of an audience the quotes, and with rules the number of rules of each product,
 * the rules, and their texts. */
struct record {
    struct key key;
    uint32_t size; /* with what is behind it */
    uint32_t rule_count;
};

struct kept_rule {
    int32_t before_cents, after_cents;
    uint32_t key, label, lane; /* where in the texts */
};

/* A way is a record's position above the upper bits of its key's hash; 0: empty. The smaller of two is the older. */
#define HASH_BITS 17

struct bucket {
    uint64_t ways[WAYS];
};

struct kept {
    char *ring;
    size_t size;
    uint64_t end;
    struct bucket *buckets;
    size_t bucket_mask;
    struct kept_basis basis;
    uint64_t basis_number;
    int64_t until_ns, renew_ns; /* of the lease */
    struct kept_counts counts;
};

struct kept *kept_new(size_t bytes_max)
{
    struct kept *kept = memory_get_zeroed(1, sizeof *kept);
    size_t buckets = 1;

    while (buckets * 2 * BYTES_PER_BUCKET <= bytes_max)
        buckets *= 2;
    kept->buckets = memory_get_zeroed(buckets, sizeof *kept->buckets);
    kept->bucket_mask = buckets - 1;
    kept->size = (bytes_max - buckets * sizeof *kept->buckets) / ALIGNMENT * ALIGNMENT;
    kept->ring = memory_get(kept->size);
    kept->end = kept->size; /* no position is 0 */
    return kept;
}

void kept_free(struct kept *kept)
{
    if (kept == NULL)
        return;
    free(kept->ring);
    free(kept->buckets);
    free(kept);
}

/* ---- The lease ---- */

static bool is_same(const struct kept_basis *a, const struct kept_basis *b)
{
    return a->epoch == b->epoch && a->revision == b->revision && a->next_change == b->next_change;
}

void kept_note(struct kept *kept, const struct kept_basis *basis, uint32_t lease_ms, int64_t sent_ns, int64_t now_ns)
{
    int64_t length_ns = (lease_ms < KEPT_LEASE_MAX_MS ? lease_ms : KEPT_LEASE_MAX_MS) * CLOCK_NS_PER_MS;
    int64_t until_ns = sent_ns + length_ns / 8 * 7;
    bool is_known = kept->basis_number != 0 && is_same(basis, &kept->basis);

    if (now_ns >= until_ns) {
        if (!is_known)
            kept->until_ns = 0; /* the rules have changed, and the answer lends nothing now */
        return;
    }
    kept->counts.leases++;
    if (is_known && until_ns <= kept->until_ns)
        return;
    if (!is_known)
        kept->basis_number++;
    kept->basis = *basis;
    kept->until_ns = until_ns;
    kept->renew_ns = sent_ns + length_ns / 2;
}

bool kept_is_renewal_due(struct kept *kept, int64_t now_ns)
{
    if (now_ns < kept->renew_ns || now_ns >= kept->until_ns)
        return false;
    kept->renew_ns = now_ns + (kept->until_ns - now_ns) / 2;
    return true;
}

/* ---- Records ---- */

static struct bucket *find_bucket(const struct kept *kept, const struct key *key, uint64_t *upper_bits)
{
    uint32_t hash;

    HASH_VALUE(key, sizeof *key, hash);
    *upper_bits = hash >> (32 - HASH_BITS);
    return &kept->buckets[hash & kept->bucket_mask];
}

static bool is_there(const struct kept *kept, uint64_t position)
{
    return position + kept->size >= kept->end;
}

static struct record *record_at(const struct kept *kept, uint64_t position)
{
    return (struct record *)(kept->ring + position % kept->size);
}

static const struct record *find(const struct kept *kept, const struct key *key)
{
    uint64_t upper_bits;
    const struct bucket *bucket = find_bucket(kept, key, &upper_bits);

    for (size_t i = 0; i < WAYS; i++) {
        uint64_t position = bucket->ways[i] >> HASH_BITS;
        if (bucket->ways[i] == (position << HASH_BITS | upper_bits) && is_there(kept, position) &&
            memcmp(&record_at(kept, position)->key, key, sizeof *key) == 0)
            return record_at(kept, position);
    }
    return NULL;
}

/* Makes a record with `bytes` behind it, which can be found from now on. NULL: it takes more than a quarter of the
 * ring. */
static struct record *add(struct kept *kept, const struct key *key, size_t bytes)
{
    size_t size = (sizeof(struct record) + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    uint64_t upper_bits;
    struct bucket *bucket = find_bucket(kept, key, &upper_bits);
    uint64_t *place = &bucket->ways[0];

    if (size > kept->size / 4)
        return NULL;
    if (kept->end % kept->size + size > kept->size)
        kept->end += kept->size - kept->end % kept->size;
    for (size_t i = 1; i < WAYS; i++) {
        if (bucket->ways[i] < *place)
            place = &bucket->ways[i];
    }
    struct record *record = record_at(kept, kept->end);
    *place = kept->end << HASH_BITS | upper_bits;
    kept->end += size;
    record->key = *key;
    record->size = (uint32_t)size;
    return record;
}

/* ---- Keeping ---- */

/* Whether the product before has this rule in the same place: most products of a page are priced by the same rules. */
static bool is_as_before(const struct applied_rules *applied, size_t product, size_t number)
{
    const struct applied_rule *rule = &applied[product].items[number];

    if (product == 0 || number >= applied[product - 1].count)
        return false;
    const struct applied_rule *before = &applied[product - 1].items[number];
    return strcmp(rule->key, before->key) == 0 && strcmp(rule->label, before->label) == 0 &&
           strcmp(rule->lane, before->lane) == 0;
}

/* Where the parts of a record of quotes begin. */
struct parts {
    struct quote *quotes;
    uint32_t *counts;
    struct kept_rule *rules;
    char *texts;
};

static struct parts parts_of(const struct record *record, size_t count)
{
    struct parts parts = {.quotes = (struct quote *)(record + 1)};

    parts.counts = (uint32_t *)(parts.quotes + count);
    parts.rules = (struct kept_rule *)(parts.counts + count);
    parts.texts = (char *)(parts.rules + record->rule_count);
    return parts;
}

static size_t measure_rules(const struct quote_ask *ask, uint32_t *rule_count)
{
    size_t count = ask->products->count, bytes = count * sizeof(uint32_t);

    *rule_count = 0;
    for (size_t i = 0; i < count; i++) {
        *rule_count += (uint32_t)ask->applied[i].count;
        for (size_t j = 0; j < ask->applied[i].count; j++) {
            const struct applied_rule *rule = &ask->applied[i].items[j];
            bytes += sizeof(struct kept_rule);
            if (!is_as_before(ask->applied, i, j))
                bytes += strlen(rule->key) + strlen(rule->label) + strlen(rule->lane) + 3;
        }
    }
    return bytes;
}

static uint32_t put_text(const struct parts *parts, size_t *used, const char *text)
{
    size_t place = *used, size = strlen(text) + 1;

    memcpy(parts->texts + place, text, size);
    *used += size;
    return (uint32_t)place;
}

static void put_rules(const struct parts *parts, const struct quote_ask *ask)
{
    struct kept_rule *kept = parts->rules;
    size_t used = 0;

    for (size_t i = 0; i < ask->products->count; i++) {
        parts->counts[i] = (uint32_t)ask->applied[i].count;
        for (size_t j = 0; j < ask->applied[i].count; j++, kept++) {
            const struct applied_rule *rule = &ask->applied[i].items[j];
            if (is_as_before(ask->applied, i, j)) {
                *kept = kept[-(ptrdiff_t)ask->applied[i - 1].count];
            } else {
                kept->key = put_text(parts, &used, rule->key);
                kept->label = put_text(parts, &used, rule->label);
                kept->lane = put_text(parts, &used, rule->lane);
            }
            kept->before_cents = rule->before_cents;
            kept->after_cents = rule->after_cents;
        }
    }
}

static struct key customer_key(const struct kept *kept, const struct quote_ask *ask)
{
    return (struct key){.basis = kept->basis_number, .who = (uint32_t)ask->customer.id, .kind = KIND_CUSTOMER};
}

static struct key quotes_key(const struct kept *kept, uint64_t audience, const struct quote_ask *ask)
{
    return (struct key){.basis = kept->basis_number,
                        .who = audience,
                        .page = ask->page,
                        .kind = ask->applied != NULL ? KIND_QUOTES_WITH_RULES : KIND_QUOTES};
}

static const uint64_t *find_audience(const struct kept *kept, const struct quote_ask *ask)
{
    const struct key key = customer_key(kept, ask);
    const struct record *record = find(kept, &key);

    return record != NULL ? (const uint64_t *)(record + 1) : NULL;
}

static void put_quotes(struct kept *kept, const struct key *key, const struct quote_ask *ask)
{
    size_t count = ask->products->count, bytes = count * sizeof(struct quote);
    uint32_t rule_count = 0;

    if (ask->applied != NULL)
        bytes += measure_rules(ask, &rule_count);
    struct record *record = add(kept, key, bytes);
    if (record == NULL)
        return;
    record->rule_count = rule_count;
    const struct parts parts = parts_of(record, count);
    memcpy(parts.quotes, ask->quotes, count * sizeof *parts.quotes);
    if (ask->applied != NULL)
        put_rules(&parts, ask);
}

void kept_put(struct kept *kept, const struct kept_basis *basis, uint64_t audience, const struct quote_ask *ask)
{
    if (ask->page == 0 || kept->basis_number == 0 || !is_same(basis, &kept->basis))
        return;
    const struct key customer = customer_key(kept, ask), quotes = quotes_key(kept, audience, ask);
    const uint64_t *known = find_audience(kept, ask);
    if (known == NULL || *known != audience) {
        struct record *record = add(kept, &customer, sizeof audience);
        if (record != NULL)
            memcpy(record + 1, &audience, sizeof audience);
    }
    if (find(kept, &quotes) == NULL)
        put_quotes(kept, &quotes, ask);
}

/* ---- Finding ---- */

static void get_rules(const struct parts *parts, const struct record *record, struct quote_ask *ask)
{
    const char *texts =
        arena_copy(ask->arena, parts->texts, (size_t)((const char *)record + record->size - parts->texts));
    struct applied_rule *rule = arena_get(ask->arena, record->rule_count * sizeof *rule);
    const struct kept_rule *kept = parts->rules;

    for (size_t i = 0; i < ask->products->count; i++) {
        ask->applied[i] = (struct applied_rules){.items = rule, .count = parts->counts[i]};
        for (size_t j = 0; j < parts->counts[i]; j++, kept++)
            *rule++ = (struct applied_rule){.key = texts + kept->key,
                                            .label = texts + kept->label,
                                            .lane = texts + kept->lane,
                                            .before_cents = kept->before_cents,
                                            .after_cents = kept->after_cents};
    }
}

bool kept_find(struct kept *kept, struct quote_ask *ask, int64_t now_ns)
{
    const struct record *record = NULL;
    bool is_lent = ask->page != 0 && now_ns < kept->until_ns;
    const uint64_t *audience = is_lent ? find_audience(kept, ask) : NULL;

    if (audience != NULL) {
        const struct key key = quotes_key(kept, *audience, ask);
        record = find(kept, &key);
    }
    if (record == NULL) {
        kept->counts.misses++;
        return false;
    }
    const struct parts parts = parts_of(record, ask->products->count);
    memcpy(ask->quotes, parts.quotes, ask->products->count * sizeof *ask->quotes);
    if (ask->applied != NULL)
        get_rules(&parts, record, ask);
    ask->rules_revision = kept->basis.revision;
    kept->counts.hits++;
    return true;
}

struct kept_counts kept_counts(const struct kept *kept)
{
    return kept->counts;
}
