/* SPDX-License-Identifier: MIT */
/*
 * bare_client: the least that a C program must do for one ApplyDiscounts over mutual TLS: three products, one customer,
 * then _exit. A CGI request of catalog.fcgi is held against it. It uses gRPC core directly, without the project's own
 * layer, and the generated code for the messages.
 *
 * usage: bare_client TARGET CA CERTIFICATE KEY; it prints nothing and its exit code says whether there was a discount.
 */
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/ecommerce.pb-c.h"

#define PRODUCTS 3
#define DEADLINE_S 5

static char *read_file(const char *path)
{
    static const size_t room = 65536;
    char *text = malloc(room);
    FILE *file = fopen(path, "r");

    if (text == NULL || file == NULL) {
        perror(path);
        _exit(EXIT_FAILURE);
    }
    size_t length = fread(text, 1, room - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static grpc_channel *open_channel(char **argv)
{
    grpc_ssl_pem_key_cert_pair pair = {.cert_chain = read_file(argv[3]), .private_key = read_file(argv[4])};
    grpc_channel_credentials *credentials = grpc_ssl_credentials_create_ex(read_file(argv[2]), &pair, NULL, NULL);
    grpc_arg arg = {.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_HTTP_PROXY, .value = {.integer = 0}};

    return grpc_channel_create(argv[1], credentials, &(grpc_channel_args){.num_args = 1, .args = &arg});
}

static grpc_byte_buffer *make_request(void)
{
    Ecommerce__ApplyDiscountsRequest request = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    Ecommerce__DiscountAsk ask = ECOMMERCE__DISCOUNT_ASK__INIT, *asks[] = {&ask};
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__Product products[PRODUCTS], *list[PRODUCTS];
    uint8_t bytes[256]; /* three products of two numbers take some 30 */

    for (int i = 0; i < PRODUCTS; i++) {
        ecommerce__product__init(&products[i]);
        products[i].id = i + 1;
        products[i].price_in_cents = 99999;
        list[i] = &products[i];
    }
    customer.id = 1;
    ask.customer = &customer;
    ask.n_products = PRODUCTS;
    ask.products = list;
    request.n_asks = 1;
    request.asks = asks;
    size_t length = ecommerce__apply_discounts_request__pack(&request, bytes);
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)bytes, length);
    return grpc_raw_byte_buffer_create(&slice, 1);
}

static bool is_discounted(grpc_byte_buffer *bytes)
{
    grpc_byte_buffer_reader reader;

    if (bytes == NULL || !grpc_byte_buffer_reader_init(&reader, bytes))
        return false;
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    Ecommerce__ApplyDiscountsResponse *response =
        ecommerce__apply_discounts_response__unpack(NULL, GRPC_SLICE_LENGTH(slice), GRPC_SLICE_START_PTR(slice));
    return response != NULL && response->n_answers == 1 && response->answers[0]->n_quotes == PRODUCTS &&
           response->answers[0]->quotes[0]->pct > 0;
}

/* The answer's bytes; NULL: the call failed. */
static grpc_byte_buffer *call(grpc_channel *channel)
{
    gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(DEADLINE_S, GPR_TIMESPAN));
    grpc_completion_queue *queue = grpc_completion_queue_create_for_next(NULL);
    grpc_call *rpc = grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS, queue,
                                              grpc_slice_from_static_string("/ecommerce.Discount/ApplyDiscounts"), NULL,
                                              deadline, NULL);
    grpc_metadata_array initial, trailing;
    grpc_byte_buffer *answer = NULL;
    grpc_status_code status = GRPC_STATUS_UNKNOWN;
    grpc_slice details;

    grpc_metadata_array_init(&initial);
    grpc_metadata_array_init(&trailing);
    const grpc_op ops[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = make_request()},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &initial},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &answer},
        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
         .data.recv_status_on_client = {.trailing_metadata = &trailing, .status = &status, .status_details = &details}},
    };
    if (grpc_call_start_batch(rpc, ops, sizeof ops / sizeof ops[0], rpc, NULL) != GRPC_CALL_OK)
        return NULL;
    grpc_completion_queue_next(queue, deadline, NULL);
    return status == GRPC_STATUS_OK ? answer : NULL;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bare_client TARGET CA CERTIFICATE KEY\n");
        return EXIT_FAILURE;
    }
    signal(SIGPIPE, SIG_IGN);
    grpc_init();
    _exit(is_discounted(call(open_channel(argv))) ? EXIT_SUCCESS : EXIT_FAILURE);
}
