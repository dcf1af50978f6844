/* SPDX-License-Identifier: MIT */
/* How a program begins with other people's libraries. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/rand.h>

#include "common/libraries.h"

static pthread_barrier_t barrier;

/* As gRPC core's threads do: before exit() cleans up and behind it. */
static void *use_openssl(void *data)
{
    unsigned char bytes[8];
    int result = RAND_bytes(bytes, sizeof bytes);

    (void)data;
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    if (result != 1 || RAND_bytes(bytes, sizeof bytes) != 1)
        _exit(EXIT_FAILURE);
    return NULL;
}

static pthread_t thread;

/* What was registered before OpenSSL is called behind it. */
static void let_go_on(void)
{
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}

static void run_program(void)
{
    atexit(let_go_on);
    libraries_start();
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, use_openssl, NULL);
    pthread_barrier_wait(&barrier);
    exit(EXIT_SUCCESS);
}

static void a_thread_uses_openssl_while_the_program_ends(void **state)
{
    int status;

    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        run_program();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static const char *two(void)
{
    return "2.0";
}

static void a_version_names_its_libraries_as_far_as_there_is_room(void **state)
{
    static const struct library libraries[] = {{"one", two}, {"other", two}, {0}};
    char text[64];

    (void)state;
    libraries_print_version(text, sizeof text, "program", libraries);
    assert_non_null(strstr(text, " (one 2.0, other 2.0)"));
    libraries_print_version(text, 12, "program", libraries);
    assert_int_equal(strlen(text), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_uses_openssl_while_the_program_ends),
        cmocka_unit_test(a_version_names_its_libraries_as_far_as_there_is_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
