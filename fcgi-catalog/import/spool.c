/* SPDX-License-Identifier: MIT */
/* Records by key. */
#include "fcgi-catalog/import/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/memory.h"
#include "fcgi-catalog/import/slug.h"

#define RUN_MAX ((uint32_t)1024 * 1024) /* bytes of a run, to which no record is added then */

void spool_release(struct spool *spool)
{
    if (spool->file != NULL)
        fclose(spool->file);
    buffer_release(&spool->tail);
    free(spool->runs);
    *spool = (struct spool){.count = 0};
}

const char *spool_directory(void)
{
    const char *directory = getenv("TMPDIR");

    return directory != NULL && directory[0] != '\0' ? directory : "/tmp";
}

/* A file without a name; NULL: there is none, see errno. */
static FILE *open_file(void)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/catalog-import-XXXXXX", spool_directory()) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return NULL;
    unlink(path);
    FILE *file = fdopen(fd, "w+");
    if (file == NULL)
        close(fd);
    return file;
}

static void write_tail(struct spool *spool)
{
    if (spool->file == NULL && (spool->file = open_file()) == NULL) {
        spool->cause = errno;
    } else if (fwrite(spool->tail.bytes, 1, spool->tail.length, spool->file) != spool->tail.length ||
               fflush(spool->file) != 0) {
        spool->cause = errno;
    }
    spool->written += spool->tail.length;
    spool->tail.length = 0;
}

static void add_run(struct spool *spool, const struct spool_run *run)
{
    if (spool->count == spool->room) {
        spool->room = spool->room > 0 ? spool->room * 2 : 64;
        spool->runs = memory_resize(spool->runs, spool->room * sizeof *spool->runs);
    }
    spool->runs[spool->count++] = *run;
}

void spool_name(struct spool *spool, const char *key, const char *other)
{
    add_run(spool, &(struct spool_run){.key = slug_checksum(other), .offset = slug_checksum(key), .is_name = true});
}

void spool_add(struct spool *spool, const char *key, const char *other, size_t line, const char *bytes, size_t length)
{
    struct spool_run *last = spool->count > 0 ? &spool->runs[spool->count - 1] : NULL;
    struct spool_run run = {.key = slug_checksum(key),
                            .offset = spool->written + spool->tail.length,
                            .length = (uint32_t)length,
                            .line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX};

    if (spool->cause != 0)
        return;
    buffer_append(&spool->tail, bytes, length);
    if (spool->tail.length > SPOOL_MEMORY)
        write_tail(spool);
    if (other == NULL && last != NULL && !last->is_name && last->key == run.key && last->length < RUN_MAX &&
        last->offset + last->length == run.offset) {
        last->length += run.length;
        return;
    }
    if (other != NULL)
        spool_name(spool, key, other);
    add_run(spool, &run);
}

static int compare_numbers(uint64_t one, uint64_t other)
{
    return (one > other) - (one < other);
}

static int compare_keys(const void *one, const void *other)
{
    const struct spool_run *a = one, *b = other;
    int order = compare_numbers(a->key, b->key);

    order = order != 0 ? order : (int)b->is_name - (int)a->is_name;
    return order != 0 ? order : compare_numbers(a->offset, b->offset);
}

static int compare_places(const void *one, const void *other)
{
    const struct spool_run *a = one, *b = other;
    int order = compare_numbers(a->first, b->first);

    return order != 0 ? order : compare_keys(one, other);
}

/* Gives the runs of a second key the first one, and takes the names away. */
static void resolve_names(struct spool *spool)
{
    struct spool_run name = {.is_name = false};
    size_t kept = 0;

    qsort(spool->runs, spool->count, sizeof *spool->runs, compare_keys);
    for (size_t i = 0; i < spool->count; i++) {
        struct spool_run run = spool->runs[i];
        bool is_named = name.is_name && name.key == run.key;
        if (run.is_name) {
            name = is_named ? name : run;
            continue;
        }
        run.key = is_named ? name.offset : run.key;
        spool->runs[kept++] = run;
    }
    spool->count = kept;
}

void spool_sort(struct spool *spool)
{
    if (spool->count == 0)
        return;
    resolve_names(spool);
    qsort(spool->runs, spool->count, sizeof *spool->runs, compare_keys);
    for (size_t i = 0; i < spool->count; i++) {
        struct spool_run *run = &spool->runs[i];
        run->first = i > 0 && run[-1].key == run->key ? run[-1].first : run->line;
    }
    qsort(spool->runs, spool->count, sizeof *spool->runs, compare_places);
}

bool spool_read(struct spool *spool, const struct spool_run *run, struct buffer *buffer)
{
    char *to = buffer_reserve(buffer, run->length);
    size_t done = 0;

    if (spool->cause != 0)
        return false;
    if (run->offset >= spool->written) {
        memcpy(to, spool->tail.bytes + (run->offset - spool->written), run->length);
        done = run->length;
    }
    while (done < run->length && run->offset + done < spool->written) {
        ssize_t got = pread(fileno(spool->file), to + done, run->length - done, (off_t)(run->offset + done));
        if (got > 0)
            done += (size_t)got;
        else if (got == 0 || errno != EINTR)
            break;
    }
    if (done < run->length && run->offset + done >= spool->written) { /* it ends in memory */
        memcpy(to + done, spool->tail.bytes + (run->offset + done - spool->written), run->length - done);
        done = run->length;
    }
    if (done < run->length) {
        spool->cause = errno != 0 ? errno : EIO;
        return false;
    }
    buffer->length += run->length;
    return true;
}
