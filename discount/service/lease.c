/* SPDX-License-Identifier: MIT */
/* The shared words by which lenders and announcers agree. */
#include "discount/service/lease.h"

static void raise_to(_Atomic int64_t *word, int64_t value)
{
    int64_t seen = atomic_load(word);

    while (seen < value && !atomic_compare_exchange_weak(word, &seen, value))
        continue;
}

void lease_init(struct lease *lease, int64_t now_ns)
{
    atomic_init(&lease->announced, 0);
    atomic_init(&lease->end_ns, now_ns + LEASE_NS);
    atomic_init(&lease->from_ns, 0);
}

bool lease_give(struct lease *lease, int64_t revision, int64_t now_ns, int64_t length_ns)
{
    if (now_ns < atomic_load(&lease->from_ns) || length_ns <= 0 || atomic_load(&lease->announced) > revision)
        return false; /* end_ns is as it was: no announcer waits */
    raise_to(&lease->end_ns, now_ns + (length_ns < LEASE_NS ? length_ns : LEASE_NS));
    return atomic_load(&lease->announced) <= revision;
}

void lease_announce(struct lease *lease, int64_t revision)
{
    raise_to(&lease->announced, revision);
}

void lease_pause(struct lease *lease, int64_t from_ns)
{
    raise_to(&lease->from_ns, from_ns);
}

int64_t lease_end_ns(const struct lease *lease)
{
    return atomic_load(&lease->end_ns);
}
