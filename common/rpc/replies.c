/* SPDX-License-Identifier: MIT */
/* The replies that wait to be read. */
#include "common/rpc/replies.h"

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>

#include "common/rpc/call.h"

void replies_init(struct replies *replies)
{
    *replies = (struct replies){0};
    pthread_mutex_init(&replies->lock, NULL);
    replies->end = &replies->first;
}

void replies_release(struct replies *replies)
{
    pthread_mutex_destroy(&replies->lock);
}

/* Under the lock. */
static void take_out(struct replies *replies, struct rpc_call *call)
{
    struct reply_place *place = &call->place;

    *place->link = place->next;
    if (place->next != NULL)
        place->next->place.link = place->link;
    else
        replies->end = place->link;
    replies->bytes -= place->bytes;
    *place = (struct reply_place){0};
}

void replies_add(struct replies *replies, struct rpc_call *call)
{
    size_t bytes = grpc_byte_buffer_length(call->reply);

    pthread_mutex_lock(&replies->lock);
    call->place = (struct reply_place){.link = replies->end, .bytes = bytes};
    *replies->end = call;
    replies->end = &call->place.next;
    replies->bytes += bytes;
    while (replies->bytes > REPLIES_BYTES && replies->first != call) {
        struct rpc_call *oldest = replies->first;
        take_out(replies, oldest);
        grpc_call_cancel(oldest->core, NULL);
    }
    pthread_mutex_unlock(&replies->lock);
}

void replies_remove(struct replies *replies, struct rpc_call *call)
{
    pthread_mutex_lock(&replies->lock);
    if (call->place.link != NULL)
        take_out(replies, call);
    pthread_mutex_unlock(&replies->lock);
}
