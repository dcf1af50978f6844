/* SPDX-License-Identifier: MIT */
/* How much a query may cost. */
#include "fcgi-catalog/store/sqlite/listing/meter.h"

#include <time.h>

#include "common/clock.h"

/* Steps between two checks of the meter. FTS5 reads its index by statements of a few steps for each page of 4 KiB, so
 * that a check comes after some hundred kilobytes of it, which take about a millisecond. */
#define STEPS 200

static int64_t cpu_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

static int look(void *data)
{
    struct meter *meter = data;

    if (meter->steps_left > 0)
        meter->steps_left = meter->steps_left > STEPS ? meter->steps_left - STEPS : 0;
    meter->is_over = meter->is_over || (meter->end_ns > 0 && cpu_now_ns() > meter->end_ns);
    return meter->is_over || meter->steps_left == 0;
}

void meter_begin(struct meter *meter, sqlite3 *db, int64_t budget_ns)
{
    *meter = (struct meter){.end_ns = budget_ns > 0 ? cpu_now_ns() + budget_ns : 0, .steps_left = -1};
    sqlite3_progress_handler(db, STEPS, look, meter);
}

void meter_end(struct meter *meter, sqlite3 *db)
{
    sqlite3_progress_handler(db, 0, NULL, NULL);
    meter->steps_left = -1;
}

void meter_try(struct meter *meter, int thousands)
{
    meter->steps_left = thousands > 0 ? thousands * INT64_C(1000) : -1;
}
