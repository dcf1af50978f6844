/* SPDX-License-Identifier: MIT */
/* Findings: looked through one by one, for they are few and what they spare is long. */
#include "fcgi-catalog/store/listing/findings.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static void drop(struct findings *findings, struct finding *finding)
{
    findings->size -= finding->size;
    free(finding->key);
    free(finding->bytes);
    sieve_free(finding->sieve);
    *finding = (struct finding){.key = NULL};
}

/* The one that was asked for longest ago. NULL: nothing is kept. */
static struct finding *find_oldest(struct findings *findings)
{
    struct finding *oldest = NULL;

    for (size_t i = 0; i < FINDINGS_MAX; i++) {
        struct finding *finding = &findings->items[i];
        if (finding->key != NULL && (oldest == NULL || finding->used_at < oldest->used_at))
            oldest = finding;
    }
    return oldest;
}

static struct finding *find_free(struct findings *findings)
{
    for (size_t i = 0; i < FINDINGS_MAX; i++) {
        if (findings->items[i].key == NULL)
            return &findings->items[i];
    }
    return NULL;
}

void findings_begin(struct findings *findings, int64_t version)
{
    if (findings->version != version)
        findings_release(findings);
    findings->version = version;
    findings->query++;
}

void findings_end(struct findings *findings)
{
    while (findings->size > FINDINGS_SIZE_MAX)
        drop(findings, find_oldest(findings));
}

const struct finding *findings_find(struct findings *findings, const char *key)
{
    for (size_t i = 0; i < FINDINGS_MAX; i++) {
        struct finding *finding = &findings->items[i];
        if (finding->key != NULL && strcmp(finding->key, key) == 0) {
            finding->used_at = findings->query;
            return finding;
        }
    }
    return NULL;
}

/* A query keeps far fewer than there are places, so that what gives way is never its own. */
static struct finding *make_place(struct findings *findings, const char *key, size_t size)
{
    struct finding *finding = find_free(findings);

    if (finding == NULL)
        drop(findings, finding = find_oldest(findings));
    *finding = (struct finding){.key = memory_copy_text(key), .size = size + strlen(key), .used_at = findings->query};
    findings->size += finding->size;
    return finding;
}

const struct sieve *findings_keep(struct findings *findings, const char *key, struct sieve *sieve)
{
    struct finding *finding = make_place(findings, key, sieve != NULL ? sieve_size(sieve) : 0);

    finding->sieve = sieve;
    return sieve;
}

const void *findings_keep_bytes(struct findings *findings, const char *key, const void *bytes, size_t count)
{
    struct finding *finding = make_place(findings, key, count);

    finding->bytes = memory_get(count > 0 ? count : 1);
    finding->byte_count = count;
    if (count > 0)
        memcpy(finding->bytes, bytes, count);
    return finding->bytes;
}

void findings_release(struct findings *findings)
{
    for (size_t i = 0; i < FINDINGS_MAX; i++) {
        if (findings->items[i].key != NULL)
            drop(findings, &findings->items[i]);
    }
}
