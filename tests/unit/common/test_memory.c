/* SPDX-License-Identifier: MIT */
/* What is said when there is no memory; and blocks that are cut off one piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/memory.h"

/* A process of its own asks for more than there is. What it logs goes into `text`; returns its exit code. */
static int ask_for_too_much(size_t count, size_t size, char *text, size_t room)
{
    int ends[2], status = 0;
    ssize_t length;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        memory_get_zeroed(count, size);
        _exit(0);
    }
    close(ends[1]);
    length = read(ends[0], text, room - 1);
    text[length > 0 ? length : 0] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void want_of_memory_is_told_in_bytes(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its malloc ends the program itself */
#endif
    const size_t counts[] = {SIZE_MAX / 4, SIZE_MAX / 2}, bytes[] = {SIZE_MAX / 4 * 4, SIZE_MAX};
    for (size_t i = 0; i < 2; i++) {
        char text[512], line[64];
        assert_int_equal(ask_for_too_much(counts[i], 4, text, sizeof text), MEMORY_EXIT_CODE);
        snprintf(line, sizeof line, "out-of-memory bytes=%zu\n", bytes[i]);
        assert_non_null(strstr(text, line));
    }
}

#define BLOCKS 300

/* As a library does that gets many blocks, lets some grow, and frees them in another order. Returns the first. */
static uintptr_t get_and_free_many(void)
{
    unsigned char *blocks[BLOCKS];

    memory_scratch_open();
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(i * 7 % 1000);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int)i, i * 7 % 1000);
    }
    uintptr_t first = (uintptr_t)blocks[0];
    for (size_t i = 0; i < BLOCKS; i += 3)
        blocks[i] = realloc(blocks[i], 2000); /* by far more than the piece has */
    memory_scratch_close();
    for (size_t i = BLOCKS; i-- > 0;) {
        for (size_t at = 0; at < i * 7 % 1000; at++)
            assert_int_equal(blocks[i][at], (unsigned char)i);
        free(blocks[i]);
    }
    return first;
}

static void blocks_of_a_scratch_are_whole_and_come_again(void **state)
{
    (void)state;
    uintptr_t first = get_and_free_many();
    void *other = malloc(1);
    assert_int_not_equal((uintptr_t)other, first); /* it is closed */
    free(other);
    for (int i = 0; i < 100; i++) {
        uintptr_t again = get_and_free_many();
#if defined LINKER_WRAPS && !defined __SANITIZE_ADDRESS__
        assert_int_equal(again, first);
#else
        (void)again;
#endif
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(want_of_memory_is_told_in_bytes),
        cmocka_unit_test(blocks_of_a_scratch_are_whole_and_come_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
