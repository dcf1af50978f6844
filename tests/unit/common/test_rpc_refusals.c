/* SPDX-License-Identifier: MIT */
/* What the server refuses by itself, before a handler sees it. */
#include "tests/unit/common/rpc_echo.h"

#define APPLY_DISCOUNT 0
#define APPLY_DISCOUNTS 1

/* Sends a DiscountRequest whose field 1, the customer, is `bytes` with the length before them. */
static struct outcome send_customer_bytes(const void *bytes, size_t length)
{
    ProtobufCMessageUnknownField raw = {
        .tag = 1, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, .len = length, .data = (uint8_t *)bytes};
    Ecommerce__DiscountRequest request = ECOMMERCE__DISCOUNT_REQUEST__INIT;

    request.base.n_unknown_fields = 1;
    request.base.unknown_fields = &raw;
    return call_any(&stub, APPLY_DISCOUNT, &request.base);
}

#define SEND_CUSTOMER(literal) send_customer_bytes(literal, sizeof(literal) - 1)

static void bytes_made_by_hand_are_a_message(void **state)
{
    (void)state;
    assert_int_equal(SEND_CUSTOMER("\x05\x12\x03"
                                   "abc")
                         .code,
                     RPC_OK);
    assert_int_equal(atomic_load(&echo.handled), 1);
}

static void assert_malformed(struct outcome ended)
{
    assert_int_equal(ended.code, RPC_INVALID_ARGUMENT);
    assert_int_equal(atomic_load(&echo.handled), 0);
}

static void bytes_that_end_too_early_are_an_invalid_argument(void **state)
{
    (void)state;
    assert_malformed(SEND_CUSTOMER("\x05\x12\x03"
                                   "ab"));
}

static void bytes_that_are_no_message_are_an_invalid_argument(void **state)
{
    (void)state;
    assert_malformed(SEND_CUSTOMER("\x04\xff\xff\xff\xff"));
}

static void a_field_of_another_type_is_an_invalid_argument(void **state)
{
    (void)state;
    assert_malformed(SEND_CUSTOMER("\x02\x10\x01")); /* first_name as a number */
}

static void text_that_is_not_utf8_is_an_invalid_argument(void **state)
{
    (void)state;
    assert_malformed(SEND_CUSTOMER("\x03\x12\x01\xff"));
}

static void text_that_is_not_utf8_deep_inside_is_an_invalid_argument(void **state)
{
    Ecommerce__ApplyDiscountsRequest request = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    Ecommerce__DiscountAsk ask = ECOMMERCE__DISCOUNT_ASK__INIT, *asks[] = {&ask};
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT, *products[] = {&product};

    (void)state;
    request.n_asks = 1;
    request.asks = asks;
    ask.n_products = 1;
    ask.products = products;
    product.slug = (char *)"caf\xe9"; /* Latin-1 */
    assert_malformed(call_any(&stub, APPLY_DISCOUNTS, &request.base));
}

static void text_that_holds_nul_is_an_invalid_argument(void **state)
{
    (void)state;
    assert_malformed(SEND_CUSTOMER("\x05\x12\x03"
                                   "a\0b"));
}

/* ---- Sizes ---- */

static struct outcome send_description(size_t bytes)
{
    struct ask ask;
    char *text = memory_get(bytes + 1);

    memset(text, 'x', bytes);
    text[bytes] = '\0';
    ask_init(&ask, 1, "");
    ask.product.description = text;
    struct outcome ended = call_with(&ask).outcome;
    free(text);
    return ended;
}

static void a_message_of_just_4_mib_is_read(void **state)
{
    const size_t bytes = 4 * 1024 * 1024 - 100;

    (void)state;
    assert_int_equal(send_description(bytes).code, RPC_OK);
    assert_int_equal(echo.message_bytes, bytes);
}

static void a_message_over_4_mib_exhausts_the_resources(void **state)
{
    (void)state;
    assert_int_equal(send_description(4 * 1024 * 1024 + 1).code, RPC_RESOURCE_EXHAUSTED);
    assert_int_equal(atomic_load(&echo.handled), 0);
}

/* Two bytes for each ask on the wire, over fifty in memory. */
static struct outcome send_empty_asks(size_t count)
{
    Ecommerce__ApplyDiscountsRequest request = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    Ecommerce__DiscountAsk ask = ECOMMERCE__DISCOUNT_ASK__INIT;
    Ecommerce__DiscountAsk **asks = memory_get(count * sizeof *asks);

    for (size_t i = 0; i < count; i++)
        asks[i] = &ask;
    request.n_asks = count;
    request.asks = asks;
    struct outcome ended = call_any(&stub, APPLY_DISCOUNTS, &request.base);
    free(asks);
    return ended;
}

static void a_message_that_would_take_too_much_memory_exhausts_the_resources(void **state)
{
    (void)state;
    assert_int_equal(send_empty_asks(2 * 1000 * 1000).code, RPC_RESOURCE_EXHAUSTED);
    assert_int_equal(atomic_load(&echo.handled), 0);
    assert_int_equal(send_empty_asks(100 * 1000).code, RPC_OK);
}

static void an_answer_over_4_mib_exhausts_the_resources_of_the_client(void **state)
{
    struct ask ask;

    (void)state;
    ask_init(&ask, 1, "large");
    ask.product.price_in_cents = 5 * 1024 * 1024;
    assert_int_equal(call_with(&ask).outcome.code, RPC_RESOURCE_EXHAUSTED);
}

static void a_refusal_leaves_the_connection_as_it_was(void **state)
{
    unsigned peer = 0;

    (void)state;
    assert_int_equal(call_as(5, "").value, 5);
    assert_int_not_equal(find_connections(&server.port, &peer), 0);
    atomic_store(&echo.handled, 0);
    assert_int_equal(send_description(4 * 1024 * 1024 + 1).code, RPC_RESOURCE_EXHAUSTED);
    assert_malformed(SEND_CUSTOMER("\x03\x12\x01\xff"));
    assert_int_equal(call_as(5, "").value, 5);
    assert_true(is_connected_from(&server.port, peer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ECHO_TEST(bytes_made_by_hand_are_a_message),
        ECHO_TEST(bytes_that_end_too_early_are_an_invalid_argument),
        ECHO_TEST(bytes_that_are_no_message_are_an_invalid_argument),
        ECHO_TEST(a_field_of_another_type_is_an_invalid_argument),
        ECHO_TEST(text_that_is_not_utf8_is_an_invalid_argument),
        ECHO_TEST(text_that_is_not_utf8_deep_inside_is_an_invalid_argument),
        ECHO_TEST(text_that_holds_nul_is_an_invalid_argument),
        ECHO_TEST(a_message_of_just_4_mib_is_read),
        ECHO_TEST(a_message_over_4_mib_exhausts_the_resources),
        ECHO_TEST(a_message_that_would_take_too_much_memory_exhausts_the_resources),
        ECHO_TEST(an_answer_over_4_mib_exhausts_the_resources_of_the_client),
        ECHO_TEST(a_refusal_leaves_the_connection_as_it_was),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
