/* SPDX-License-Identifier: MIT */
/* What connections hold, by the frames that pass. */
#include "common/rpc/guard.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define FRAME_HEAD 9
#define FRAME_TYPE 3 /* where the type stands in it */
#define PREFACE 24   /* what a client sends before its first frame (RFC 9113, 3.4) */

enum { FRAME_DATA = 0, FRAME_HEADERS = 1, FRAME_RST_STREAM = 3, FRAME_SETTINGS = 4, FRAME_GOAWAY = 7 };
enum { FRAME_NOBODYS = 0xfa }; /* no frame has this type */
enum { FLAG_END_STREAM = 1, FLAG_ACK = 1 };

/* The position of one direction in its sequence of frames. */
struct walk {
    uint8_t head[FRAME_HEAD];
    size_t head_size;
    size_t skip; /* what is left of a payload, or of the preface */
};

struct stream {
    uint32_t id;
    size_t held;
    bool is_answered; /* the server sent headers */
};

struct guard {
    struct walk in, out;
    struct stream streams[GUARD_STREAMS];
    size_t count;
    uint32_t last; /* the highest stream so far */
    size_t held;   /* by the streams, and what is not forgotten yet of those that were reset */
    size_t reset;  /* that part of it */
    int64_t reset_ns, now_ns;
    unsigned opened; /* before the server's settings were acknowledged */
    unsigned refusals;
    bool is_acknowledged;
    bool is_known;      /* a call was answered with a message */
    bool is_told;       /* a GOAWAY was sent */
    const char *reason; /* to cut it; NULL: none */
    struct guard *next, **link;
};

/* All guards, under the lock, which also protects their fields. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct guard *all;
static size_t all_held, all_streams;
static int64_t came_ns; /* when the last call or connection came */
static bool is_hiding;

struct guard *guard_new(void)
{
    struct guard *guard = memory_get_zeroed(1, sizeof *guard);

    guard->in.skip = PREFACE;
    pthread_mutex_lock(&lock);
    guard->next = all;
    if (all != NULL)
        all->link = &guard->next;
    all = guard;
    guard->link = &all;
    pthread_mutex_unlock(&lock);
    return guard;
}

void guard_free(struct guard *guard)
{
    if (guard == NULL)
        return;
    pthread_mutex_lock(&lock);
    *guard->link = guard->next;
    if (guard->next != NULL)
        guard->next->link = guard->link;
    all_held -= guard->held;
    all_streams -= guard->count;
    pthread_mutex_unlock(&lock);
    free(guard);
}

size_t guard_held(void)
{
    pthread_mutex_lock(&lock);
    size_t held = all_held;
    pthread_mutex_unlock(&lock);
    return held;
}

/* ---- What is held ---- */

static void hold(struct guard *guard, size_t size)
{
    guard->held += size;
    all_held += size;
}

static void let_go(struct guard *guard, size_t size)
{
    guard->held -= size;
    all_held -= size;
}

static struct stream *find(struct guard *guard, uint32_t id)
{
    for (size_t i = 0; i < guard->count; i++) {
        if (guard->streams[i].id == id)
            return &guard->streams[i];
    }
    return NULL;
}

static void open_stream(struct guard *guard, uint32_t id)
{
    guard->last = id;
    came_ns = guard->now_ns;
    if (!guard->is_acknowledged)
        guard->opened++;
    if (guard->count == GUARD_STREAMS || guard->opened > GUARD_STREAMS) {
        guard->reason = guard->is_acknowledged ? "too many streams at a time" : "it does not acknowledge the settings";
        return;
    }
    guard->streams[guard->count++] = (struct stream){.id = id, .held = GUARD_STREAM_BYTES};
    all_streams++;
    hold(guard, GUARD_STREAM_BYTES);
}

static void remove_stream(struct guard *guard, struct stream *stream)
{
    *stream = guard->streams[--guard->count];
    all_streams--;
}

static void end_stream(struct guard *guard, struct stream *stream)
{
    let_go(guard, stream->held);
    remove_stream(guard, stream);
}

static void forget_resets(struct guard *guard, int64_t now_ns)
{
    int64_t passed_ns = now_ns - guard->reset_ns;

    if (passed_ns > CLOCK_NS_PER_S)
        passed_ns = CLOCK_NS_PER_S * (GUARD_KNOWN_BYTES / GUARD_RESET_BYTES_PER_S + 1);
    size_t forgotten = (size_t)(passed_ns / CLOCK_NS_PER_MS) * (GUARD_RESET_BYTES_PER_S / 1000);
    if (forgotten == 0)
        return;
    if (forgotten > guard->reset)
        forgotten = guard->reset;
    guard->reset -= forgotten;
    guard->reset_ns = now_ns;
    let_go(guard, forgotten);
}

/* gRPC core frees a reset stream's memory only later, so it stays counted for a while. */
static void reset_stream(struct guard *guard, struct stream *stream)
{
    guard->reset += stream->held;
    remove_stream(guard, stream);
}

/* ---- Frames ---- */

struct frame {
    size_t size;
    uint8_t type, flags;
    uint32_t stream;
    uint8_t *type_at; /* the type's byte among the bytes that are taken; NULL: it came earlier */
};

static struct frame read_head(const uint8_t *head)
{
    return (struct frame){
        .size = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2],
        .type = head[3],
        .flags = head[4],
        .stream = ((uint32_t)head[5] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 | head[8]) & 0x7fffffff,
    };
}

static void note_taken(struct guard *guard, const struct frame *frame)
{
    struct stream *stream = find(guard, frame->stream);

    if (is_hiding && frame->stream > guard->last && frame->type_at != NULL) {
        *frame->type_at = FRAME_NOBODYS;
        return;
    }
    switch (frame->type) {
    case FRAME_HEADERS:
        if (frame->stream > guard->last)
            open_stream(guard, frame->stream);
        break;
    case FRAME_DATA:
        if (stream != NULL) {
            stream->held += frame->size;
            hold(guard, frame->size);
        }
        break;
    case FRAME_RST_STREAM:
        if (stream != NULL)
            reset_stream(guard, stream);
        break;
    case FRAME_SETTINGS:
        if ((frame->flags & FLAG_ACK) != 0)
            guard->is_acknowledged = true;
        break;
    default:
        break;
    }
}

static void note_sent(struct guard *guard, const struct frame *frame)
{
    struct stream *stream = find(guard, frame->stream);

    if (stream == NULL)
        return;
    bool is_end = frame->type == FRAME_RST_STREAM || ((frame->type == FRAME_HEADERS || frame->type == FRAME_DATA) &&
                                                      (frame->flags & FLAG_END_STREAM) != 0);
    if (frame->type == FRAME_DATA)
        guard->is_known = true;
    else if (is_end && !stream->is_answered)
        guard->refusals++;
    stream->is_answered = stream->is_answered || frame->type == FRAME_HEADERS;
    if (is_end)
        end_stream(guard, stream);
}

static void walk(struct guard *guard, struct walk *walk, uint8_t *bytes, size_t size,
                 void (*note)(struct guard *guard, const struct frame *frame))
{
    while (size > 0) {
        size_t want = walk->skip > 0 ? walk->skip : FRAME_HEAD - walk->head_size;
        size_t part = want < size ? want : size;
        uint8_t *type_at = walk->head_size <= FRAME_TYPE ? bytes + FRAME_TYPE - walk->head_size : NULL;
        if (walk->skip > 0) {
            walk->skip -= part;
        } else {
            memcpy(walk->head + walk->head_size, bytes, part);
            walk->head_size += part;
        }
        bytes += part;
        size -= part;
        if (walk->skip == 0 && walk->head_size == FRAME_HEAD) {
            struct frame frame = read_head(walk->head);
            frame.type_at = type_at;
            note(guard, &frame);
            walk->skip = frame.size;
            walk->head_size = 0;
        }
    }
}

/* ---- Limits ---- */

/* Marks the connection that holds most. It is cut when its next bytes pass: now, if it is the one at hand. */
static void mark_largest(void)
{
    struct guard *largest = NULL;

    for (struct guard *guard = all; guard != NULL; guard = guard->next) {
        if (guard->reason == NULL && (largest == NULL || guard->held > largest->held))
            largest = guard;
    }
    if (largest != NULL && largest->held > GUARD_SMALL_BYTES)
        largest->reason = "all callers together hold too much, and it holds most";
}

static void look_at_limits(struct guard *guard)
{
    if (guard->held > (guard->is_known ? GUARD_KNOWN_BYTES : GUARD_NEW_BYTES))
        guard->reason = "it holds too much";
    else if (!guard->is_known && guard->refusals > GUARD_REFUSALS)
        guard->reason = "its calls are refused";
    else if (all_held > GUARD_ALL_BYTES)
        mark_largest();
    if (guard->reason == NULL && all_held > GUARD_ALL_BYTES && guard->held > GUARD_SMALL_BYTES)
        guard->reason = "all callers together hold too much";
}

bool guard_take(struct guard *guard, uint8_t *bytes, size_t size, int64_t now_ns, const char **reason)
{
    pthread_mutex_lock(&lock);
    guard->now_ns = now_ns;
    forget_resets(guard, now_ns);
    walk(guard, &guard->in, bytes, size, note_taken);
    look_at_limits(guard);
    *reason = guard->reason;
    pthread_mutex_unlock(&lock);
    return *reason == NULL;
}

bool guard_send(struct guard *guard, const uint8_t *bytes, size_t size, const char **reason)
{
    pthread_mutex_lock(&lock);
    walk(guard, &guard->out, (uint8_t *)bytes, size, note_sent); /* note_sent() changes no bytes */
    *reason = guard->reason;
    pthread_mutex_unlock(&lock);
    return *reason == NULL;
}

/* ---- Leaving ---- */

static void note_nothing(struct guard *guard, const struct frame *frame)
{
    (void)guard, (void)frame;
}

void guard_hide(void)
{
    pthread_mutex_lock(&lock);
    is_hiding = true;
    pthread_mutex_unlock(&lock);
}

bool guard_goaway(struct guard *guard, const uint8_t *bytes, size_t size, uint8_t frame[GUARD_GOAWAY_SIZE])
{
    /* Length 8; stream 0; the highest last stream; NO_ERROR. */
    static const uint8_t goaway[GUARD_GOAWAY_SIZE] = {0, 0, 8, FRAME_GOAWAY, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff};
    struct walk out;

    pthread_mutex_lock(&lock);
    out = guard->out;
    walk(guard, &out, (uint8_t *)bytes, size, note_nothing);
    bool may = !guard->is_told && out.skip == 0 && out.head_size == 0;
    guard->is_told |= may;
    pthread_mutex_unlock(&lock);
    if (may)
        memcpy(frame, goaway, sizeof goaway);
    return may;
}

void guard_note_connection(int64_t now_ns)
{
    pthread_mutex_lock(&lock);
    came_ns = now_ns;
    pthread_mutex_unlock(&lock);
}

bool guard_is_quiet(int64_t now_ns, int64_t quiet_ns)
{
    pthread_mutex_lock(&lock);
    bool is_quiet = all_streams == 0 && now_ns - came_ns >= quiet_ns;
    pthread_mutex_unlock(&lock);
    return is_quiet;
}
