/* SPDX-License-Identifier: MIT */
/*
 * discountd: the prefork Discount server. This file is the master's life: check everything, hold the ports, fork
 * workers and keep them. It never touches gRPC, so a worker is born from a clean process.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/libraries.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/platform.h"
#include "common/prefork/prefork.h"
#include "common/program.h"
#include "common/rpc/keyset.h"
#include "discount/master/ports.h"
#include "discount/service/rollout.h"
#include "discount/service/rulebook.h"
#include "discount/settings.h"
#include "discount/store/store.h"
#include "discount/worker.h"

#define DEFAULT_PORT "11443"
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define PORTS_PATIENCE_MS 2000
#define PORTS_STEP_MS 50
#define END_MS 2000     /* for a worker whose drain time is over to cancel its calls and end; then it is killed */
#define READY_MS 300000 /* reading all rules, on a machine that is busy as well */
#define JUST_NOW_S 1    /* a change is in use within a second, unless a worker is killed */
#define SLOTS_PER_WORKER                                                                                               \
    8 /* on the rollout: those that drain while SIGHUP after SIGHUP replaces them sit there, too                       \
       */

static const struct program program = {
    .name = "discountd",
    .purpose =
        "discountd -- tells over gRPC what each customer pays.\v"
        "PORT (default " DEFAULT_PORT ") is where it serves this machine; DISCOUNT_LISTEN names other addresses.",
    .argument_name = "[PORT]",
    .settings = &discount_settings_table,
};

/* What a reload does not change: it belongs to the master, and stays as it was at the start. */
struct fixed {
    char *listen;
    int64_t workers, drain_ms;
};

/* What lives as long as the master. Workers inherit a copy. */
struct discount_master {
    struct program_options options;
    struct discount_settings settings;
    struct ports ports;
    struct rollout *rollout;
    struct fixed fixed;
    int64_t changed_at; /* when the rules changed last before the start or reload */
    uint64_t epoch;     /* of the workers that are started from now on, */
    int attendance;     /* and their store_attend() */
};

/* Everything that a worker will read is read here first: what is wrong is told once, before anything is served. */
static bool check_settings(struct discount_master *master, const struct discount_settings *settings, char *reason,
                           size_t reason_size)
{
    const struct keyset_files files = discount_settings_keyset(settings);
    struct keyset keyset;

    if (!keyset_load(&files, &keyset, reason, reason_size))
        return false;
    keyset_release(&keyset);
    keyset_warn(&files);
    return rulebook_check(settings->database, &master->changed_at, reason, reason_size);
}

/* A database of an older version is brought to today's when the service starts, but not by a test of the settings. */
static bool upgrade_database(const struct discount_master *master, const struct discount_settings *settings,
                             char *reason, size_t reason_size)
{
    int before = STORE_SCHEMA_VERSION;

    if (master->options.is_test)
        return true;
    if (!store_upgrade(settings->database, &before, reason, reason_size))
        return false;
    if (before != STORE_SCHEMA_VERSION)
        log_info("database-upgraded", "file=%s from=%d to=%d", LOG_QUOTED(settings->database), before,
                 STORE_SCHEMA_VERSION);
    return true;
}

static bool read_settings(struct discount_master *master, struct discount_settings *settings, char *reason,
                          size_t reason_size)
{
    if (!settings_load(&discount_settings_table, master->options.config, settings, reason, reason_size))
        return false;
    if (upgrade_database(master, settings, reason, reason_size) &&
        check_settings(master, settings, reason, reason_size))
        return true;
    settings_release(&discount_settings_table, settings);
    return false;
}

/* Workers that start from now on lend in a new epoch, of these settings. Older workers keep their own descriptor. */
static void begin_epoch(struct discount_master *master)
{
    if (master->attendance >= 0)
        close(master->attendance);
    master->attendance = store_attend(master->settings.database);
    if (master->attendance < 0)
        log_warning("lease-off", "file=%s errno=%d", LOG_QUOTED(master->settings.database), errno);
    platform_fill_random(&master->epoch, sizeof master->epoch);
}

/* Logs the changed settings that a reload does not apply, so that nobody waits for them to count. */
static void tell_fixed(const struct fixed *fixed, const struct discount_settings *settings)
{
    const struct {
        const char *name;
        bool is_changed;
    } rows[] = {
        {"DISCOUNT_LISTEN", strcmp(fixed->listen, settings->listen) != 0},
        {"DISCOUNT_WORKERS", fixed->workers != settings->workers},
        {"DISCOUNT_DRAIN_MS", fixed->drain_ms != settings->drain_ms},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].is_changed)
            log_warning("reload-incomplete", "setting=%s in_use=old reason=\"it counts from the next start\"",
                        rows[i].name);
    }
}

/* SIGHUP: new workers get the new settings, if these are good. Addresses and the number of workers stay. */
static bool reload(void *data)
{
    struct discount_master *master = data;
    struct discount_settings settings;
    char reason[512];

    if (!read_settings(master, &settings, reason, sizeof reason)) {
        log_error("reload-refused", "reason=%s in_use=old", LOG_QUOTED(reason));
        return false;
    }
    tell_fixed(&master->fixed, &settings);
    settings_release(&discount_settings_table, &master->settings);
    master->settings = settings;
    begin_epoch(master);
    log_set_level((enum log_level)settings.log_level);
    return true;
}

static int work(void *data, int index)
{
    struct discount_master *master = data;
    struct worker_options options = {.settings = &master->settings,
                                     .ports = &master->ports,
                                     .slot = (size_t)index,
                                     .rollout = master->rollout,
                                     .epoch = master->epoch,
                                     .attendance = master->attendance};

    return worker_run(&options);
}

static void say_started(void *data)
{
    const struct discount_master *master = data;

    for (size_t i = 0; i < master->ports.count; i++)
        log_info("serving", "address=%s", master->ports.addresses[i]);
}

static void leave_slot_empty(void *data, int index)
{
    const struct discount_master *master = data;

    ports_pause(&master->ports, (size_t)index);
}

static void look_at_certificates(void *data)
{
    const struct discount_master *master = data;
    const struct keyset_files files = discount_settings_keyset(&master->settings);

    keyset_warn(&files);
}

/* gRPC core's listener goes deaf when descriptors run out: begin with all that this process may have. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int worker_count(const struct discount_settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (settings->workers > 0)
        return (int)settings->workers;
    return cores > 0 ? (int)cores : 1;
}

static int serve(struct discount_master *master)
{
    struct prefork prefork = {.workers = worker_count(&master->settings),
                              .drain_ms = (int)master->settings.drain_ms + END_MS,
                              .ready_ms = READY_MS,
                              .work = work,
                              .reload = reload,
                              .started = say_started,
                              .vacated = leave_slot_empty,
                              .look = look_at_certificates,
                              .look_ms = DAY_MS,
                              .data = master};

    master->fixed = (struct fixed){.listen = memory_copy_text(master->settings.listen),
                                   .workers = master->settings.workers,
                                   .drain_ms = master->settings.drain_ms};
    raise_descriptor_limit();
    begin_epoch(master);
    /* A service that has just vanished may have committed these rules while it still lent the revision before them. */
    bool is_heir = time(NULL) - master->changed_at <= JUST_NOW_S;
    master->rollout = rollout_new((size_t)prefork.workers * SLOTS_PER_WORKER, is_heir);
    if (master->rollout == NULL) {
        log_error("cannot-start", "reason=\"no shared memory\" errno=%d", errno);
        return EXIT_FAILURE;
    }
    if (!ports_slot(&master->ports, (size_t)prefork.workers)) {
        log_error("cannot-start", "reason=\"no sockets for the workers\" errno=%d", errno);
        return EXIT_FAILURE;
    }
    int exit_code = prefork_run(&prefork);
    free(master->fixed.listen);
    rollout_free(master->rollout);
    return exit_code;
}

/* The workers of a master that has just vanished may need a moment to stop listening: a start waits for them, a test of
 * the settings does not. */
static enum ports_status reserve_ports(struct discount_master *master, char *reason, size_t reason_size)
{
    const char *port = master->options.argument != NULL ? master->options.argument : DEFAULT_PORT;
    const struct timespec step = {.tv_nsec = PORTS_STEP_MS * CLOCK_NS_PER_MS};
    int64_t end_ns = clock_now_ns() + PORTS_PATIENCE_MS * CLOCK_NS_PER_MS;

    for (;;) {
        enum ports_status status = ports_reserve(&master->ports, master->settings.listen, port, reason, reason_size);
        if (status != PORTS_TAKEN || master->options.is_test || clock_now_ns() >= end_ns)
            return status;
        nanosleep(&step, NULL);
    }
}

static bool prepare(struct discount_master *master, char *reason, size_t reason_size)
{
    if (!read_settings(master, &master->settings, reason, reason_size))
        return false;
    enum ports_status status = reserve_ports(master, reason, reason_size);
    /* A test of the settings may run beside a server that holds the ports. */
    if (status == PORTS_OK || (status == PORTS_TAKEN && master->options.is_test))
        return true;
    settings_release(&discount_settings_table, &master->settings);
    return false;
}

int main(int argc, char **argv)
{
    struct discount_master master = {.attendance = -1};
    char reason[512];

    libraries_start();
    platform_share_heap();
    log_open("discountd");
    program_read_options(&program, argc, argv, &master.options);
    if (!prepare(&master, reason, sizeof reason)) {
        log_error("cannot-start", "reason=%s", LOG_QUOTED(reason));
        return SETTINGS_EXIT_CODE;
    }
    log_set_level((enum log_level)master.settings.log_level);
    int exit_code = EXIT_SUCCESS;
    if (master.options.is_test)
        puts("OK");
    else
        exit_code = serve(&master);
    ports_release(&master.ports);
    settings_release(&discount_settings_table, &master.settings);
    return exit_code;
}
