/* SPDX-License-Identifier: MIT */
/* The waits that gRPC core makes by the wall clock, as this program answers them: by the kernel's own size of time. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/clock.h"
#include "common/rpc/interpose.h"

#define WAIT_MS 50

struct words {
    long s;
    long ns;
};

static struct words wall_in_ms(int64_t ms)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    int64_t ns = now.tv_nsec + ms * CLOCK_NS_PER_MS;
    return (struct words){(long)(now.tv_sec + ns / CLOCK_NS_PER_S), (long)(ns % CLOCK_NS_PER_S)};
}

/* The errno of a wait for a word that nobody changes. */
static int wait_until(struct words until, uint32_t seen)
{
    static uint32_t word = 1;

    interpose_waits();
    long result = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, seen, &until,
                          NULL, FUTEX_BITSET_MATCH_ANY);
    return result == 0 ? 0 : errno;
}

static void a_wait_lasts_until_its_time(void **state)
{
    (void)state;
    int64_t start_ns = clock_now_ns();
    assert_int_equal(wait_until(wall_in_ms(WAIT_MS), 1), ETIMEDOUT);
    assert_true(clock_now_ns() - start_ns >= (WAIT_MS - 1) * CLOCK_NS_PER_MS);
}

static void a_time_that_is_over_is_no_wait(void **state)
{
    (void)state;
    assert_int_equal(wait_until((struct words){1, 0}, 1), ETIMEDOUT);
    assert_int_equal(wait_until(wall_in_ms(-WAIT_MS * 1000), 1), ETIMEDOUT);
}

static void a_word_that_changed_is_no_wait(void **state)
{
    (void)state;
    assert_int_equal(wait_until((struct words){LONG_MAX, 0}, 0), EAGAIN); /* for ever, and the time is taken as one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_lasts_until_its_time),
        cmocka_unit_test(a_time_that_is_over_is_no_wait),
        cmocka_unit_test(a_word_that_changed_is_no_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
