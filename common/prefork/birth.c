/* SPDX-License-Identifier: MIT */
/* How a worker comes into being, and how it says that it serves. */
#include "common/prefork/birth.h"

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

bool birth_place_init(struct birth_place *place, int seats)
{
    size_t size = 2 * (size_t)seats * sizeof *place->scoreboard;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return false;
    place->scoreboard = memory; /* zeros */
    place->retired = place->scoreboard + seats;
    place->seats = seats;
    place->master = getpid();
    return true;
}

void birth_place_release(struct birth_place *place)
{
    if (place->scoreboard != NULL)
        munmap(place->scoreboard, 2 * (size_t)place->seats * sizeof *place->scoreboard);
    place->scoreboard = NULL;
}

bool birth_is_ready(const struct birth_place *place, int seat, uint64_t serial)
{
    return atomic_load(&place->scoreboard[seat]) == serial;
}

bool birth_is_retired(const struct birth_place *place, int seat, uint64_t serial)
{
    return atomic_load(&place->retired[seat]) == serial;
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
static void set_worker_signals(const struct birth_place *place)
{
    static const int blocked[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t mask = place->caller_mask;

    for (size_t i = 0; i < ARRAY_LENGTH(blocked); i++)
        sigaddset(&mask, blocked[i]);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

_Noreturn static void live(const struct birth_place *place, const struct prefork *prefork, int seat, uint64_t serial)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != place->master) /* the master died before the kernel knew that we want to hear of it */
        raise(SIGTERM);
    self.cell = &place->scoreboard[seat];
    self.retired = &place->retired[seat];
    self.serial = serial;
    self.master = place->master;
    set_worker_signals(place);
    exit(prefork->work(prefork->data, seat));
}

pid_t birth_fork(const struct birth_place *place, const struct prefork *prefork, int seat, uint64_t serial)
{
    fflush(NULL); /* what is still buffered would be written twice */
    pid_t pid = fork();
    if (pid == 0)
        live(place, prefork, seat, serial);
    return pid;
}
