/* SPDX-License-Identifier: MIT */
/* How a worker comes into being, and how it says that it serves. */
#include "common/prefork/spawn.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Who this process is, if it is a worker. */
static struct {
    _Atomic uint64_t *cell; /* NULL: no worker */
    _Atomic uint64_t *retired;
    uint64_t serial;
    pid_t master;
} self;

bool spawn_point_init(struct spawn_point *place, int slots)
{
    size_t size = 2 * (size_t)slots * sizeof *place->scoreboard;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return false;
    place->scoreboard = memory; /* zeros */
    place->retired = place->scoreboard + slots;
    place->slots = slots;
    place->master = getpid();
    return true;
}

void spawn_point_release(struct spawn_point *place)
{
    if (place->scoreboard != NULL)
        munmap(place->scoreboard, 2 * (size_t)place->slots * sizeof *place->scoreboard);
    place->scoreboard = NULL;
}

bool spawn_is_ready(const struct spawn_point *place, int slot, uint64_t serial)
{
    return atomic_load(&place->scoreboard[slot]) == serial;
}

bool spawn_is_retired(const struct spawn_point *place, int slot, uint64_t serial)
{
    return atomic_load(&place->retired[slot]) == serial;
}

void prefork_worker_retire(void)
{
    if (self.cell == NULL)
        return;
    atomic_store(self.retired, self.serial);
    if (getppid() == self.master)
        kill(self.master, SIGUSR2);
}

bool prefork_worker_is_replaced(void)
{
    return self.cell != NULL && atomic_load(self.cell) > self.serial;
}

void prefork_worker_ready(void)
{
    if (self.cell == NULL)
        return;
    /* A predecessor that becomes ready late must not hide its successor. */
    uint64_t seen = atomic_load(self.cell);
    while (seen < self.serial && !atomic_compare_exchange_weak(self.cell, &seen, self.serial))
        ;
    if (getppid() == self.master)
        kill(self.master, SIGUSR2);
}

/* The signals that the header promises blocked, and the caller's. */
static void set_worker_signals(const struct spawn_point *place)
{
    static const int blocked[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t mask = place->caller_mask;

    for (size_t i = 0; i < ARRAY_LENGTH(blocked); i++)
        sigaddset(&mask, blocked[i]);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

_Noreturn static void live(const struct spawn_point *place, const struct prefork *prefork, int slot, uint64_t serial)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != place->master) /* the master died before the kernel knew that we want to hear of it */
        raise(SIGTERM);
    self.cell = &place->scoreboard[slot];
    self.retired = &place->retired[slot];
    self.serial = serial;
    self.master = place->master;
    set_worker_signals(place);
    exit(prefork->work(prefork->data, slot));
}

pid_t spawn_fork(const struct spawn_point *place, const struct prefork *prefork, int slot, uint64_t serial)
{
    fflush(NULL); /* what is still buffered would be written twice */
    pid_t pid = fork();
    if (pid == 0)
        live(place, prefork, slot, serial);
    return pid;
}
