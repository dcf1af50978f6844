/* SPDX-License-Identifier: MIT */
/*
 * catalog.fcgi: the Catalog. Started by a web server as a FastCGI responder (descriptor 0 is a listening socket) or for
 * one CGI request (the environment has the request); it finds out by itself.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/libraries.h"
#include "common/log.h"
#include "common/platform.h"
#include "common/prefork/prefork.h"
#include "common/program.h"
#include "common/rpc/keyset.h"
#include "fcgi-catalog/http/fastcgi.h"
#include "fcgi-catalog/process.h"
#include "fcgi-catalog/settings.h"

#define DRAIN_MS 5000
#define READY_MS 60000
#define DAY_MS ((int64_t)24 * 3600 * 1000)

static const struct program program = {
    .name = "catalog.fcgi",
    .purpose = "catalog.fcgi -- answers HTTP with products and what this customer pays.\v"
               "A web server starts it, as a FastCGI responder with its listening socket on descriptor 0, or as a CGI "
               "program.",
    .settings = &catalog_settings_table,
};

static int work(void *data, int index)
{
    (void)index;
    return process_serve_fastcgi(data);
}

static void look_at_certificates(void *data)
{
    const struct keyset_files files = catalog_settings_keyset(data);

    keyset_warn(&files);
}

/* A web server that starts again must not find the old socket and take it for another program's. */
static void remove_socket(void *data)
{
    (void)data;
    fastcgi_remove_socket(0);
}

static void block_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/*
 * One process has a master, too: it holds the listening socket while the process is replaced, so that clients that
 * connect meanwhile wait some milliseconds and are answered. A killed master has an heir for the same reason, and
 * because lighttpd, the master's parent, would take the socket that the process still holds for another program's, and
 * start no new one. mod_fcgid replaces processes itself.
 */
static int serve(struct catalog_settings *settings)
{
    struct prefork prefork = {.workers = (int)settings->processes,
                              .drain_ms = DRAIN_MS,
                              .ready_ms = READY_MS,
                              .has_heir = true,
                              .abandoned = remove_socket,
                              .work = work,
                              .look = look_at_certificates,
                              .look_ms = DAY_MS,
                              .data = settings};

    if (!fastcgi_is_under_mod_fcgid(0))
        return prefork_run(&prefork);
    block_signals();
    return process_serve_fastcgi(settings);
}

static int run(const struct program_options *options)
{
    struct catalog_settings settings;
    char reason[512];

    if (!settings_load(&catalog_settings_table, options->config, &settings, reason, sizeof reason)) {
        log_error("cannot-start", "reason=%s", LOG_QUOTED(reason));
        return SETTINGS_EXIT_CODE;
    }
    log_set_level((enum log_level)settings.log_level);
    int exit_code = EXIT_SUCCESS;
    if (!process_check(&settings, options->is_test, reason, sizeof reason)) {
        log_error("cannot-start", "reason=%s", LOG_QUOTED(reason));
        exit_code = SETTINGS_EXIT_CODE;
    } else if (options->is_test) {
        puts("OK");
    } else if (fastcgi_is_listening(0)) {
        exit_code = serve(&settings);
    } else {
        fputs("catalog.fcgi: descriptor 0 is no listening socket and there is no CGI request; a web server starts this "
              "program "
              "(see --help)\n",
              stderr);
        exit_code = EXIT_FAILURE;
    }
    settings_release(&catalog_settings_table, &settings);
    return exit_code;
}

/* Under CGI the words of a query string may come as arguments (RFC 3875, 4.4): they are never read. */
static _Noreturn void run_cgi(void)
{
    struct catalog_settings settings;
    char reason[512];

    if (!settings_load(&catalog_settings_table, NULL, &settings, reason, sizeof reason)) {
        log_error("cannot-serve", "reason=%s", LOG_QUOTED(reason));
        process_refuse_cgi(500, "The catalog is not set up.");
        exit(EXIT_SUCCESS);
    }
    log_set_level((enum log_level)settings.log_level);
    process_serve_cgi(&settings);
}

int main(int argc, char **argv)
{
    struct program_options options;

    libraries_start();
    platform_share_heap();
    log_open("catalog.fcgi");
    if (!fastcgi_is_listening(0) && getenv("REQUEST_METHOD") != NULL)
        run_cgi();
    program_read_options(&program, argc, argv, &options);
    return run(&options);
}
