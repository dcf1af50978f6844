/* SPDX-License-Identifier: MIT */
/* Text on the wire, and the memory that a message may take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "common/memory.h"
#include "common/rpc/internal.h"
#include "common/text.h"
#include "proto/ecommerce.pb-c.h"

/* ---- text_is_utf8 ---- */

/* Looks at a copy that ends where readable memory ends. */
static bool is_utf8(const char *bytes, size_t length)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    char *copy = memcpy(pages + page - length, bytes, length);
    bool is = text_is_utf8(copy, length);
    munmap(pages, 2 * page);
    return is;
}

#define IS_UTF8(literal) is_utf8(literal, sizeof(literal) - 1)

static void well_formed_text_is_utf8(void **state)
{
    (void)state;
    assert_true(IS_UTF8(""));
    assert_true(IS_UTF8("plain"));
    assert_true(IS_UTF8("\x01\x7f"));
    assert_true(IS_UTF8("\xc2\x80"));         /* U+0080 */
    assert_true(IS_UTF8("\xdf\xbf"));         /* U+07FF */
    assert_true(IS_UTF8("\xe0\xa0\x80"));     /* U+0800 */
    assert_true(IS_UTF8("\xed\x9f\xbf"));     /* U+D7FF */
    assert_true(IS_UTF8("\xee\x80\x80"));     /* U+E000 */
    assert_true(IS_UTF8("\xef\xbf\xbf"));     /* U+FFFF */
    assert_true(IS_UTF8("\xf0\x90\x80\x80")); /* U+10000 */
    assert_true(IS_UTF8("\xf4\x8f\xbf\xbf")); /* U+10FFFF */
}

static void text_with_nul_is_not(void **state)
{
    (void)state;
    assert_false(IS_UTF8("\0"));
    assert_false(IS_UTF8("a\0b"));
}

static void longer_forms_than_needed_are_not(void **state)
{
    (void)state;
    assert_false(IS_UTF8("\xc0\x80")); /* NUL in disguise */
    assert_false(IS_UTF8("\xc1\xbf"));
    assert_false(IS_UTF8("\xe0\x9f\xbf"));
    assert_false(IS_UTF8("\xf0\x8f\xbf\xbf"));
}

static void surrogates_and_numbers_past_the_last_are_not(void **state)
{
    (void)state;
    assert_false(IS_UTF8("\xed\xa0\x80")); /* U+D800 */
    assert_false(IS_UTF8("\xed\xbf\xbf")); /* U+DFFF */
    assert_false(IS_UTF8("\xf4\x90\x80\x80"));
    assert_false(IS_UTF8("\xf8\x88\x80\x80\x80"));
    assert_false(IS_UTF8("\xff"));
}

static void pieces_are_not(void **state)
{
    (void)state;
    assert_false(IS_UTF8("\x80"));
    assert_false(IS_UTF8("a\xc3"));
    assert_false(IS_UTF8("a\xe2\x82"));
    assert_false(IS_UTF8("a\xf0\x9f\x98"));
    assert_false(IS_UTF8("\xe2\x82z"));
    assert_false(IS_UTF8("\xc3\xc3\xa9"));
}

/* ---- rpc_wire_text_is_clean ---- */

/* As a DiscountRequest, at the end of readable memory. */
static bool is_clean(const char *bytes, size_t length)
{
    uint8_t *copy = memory_get(length); /* the sanitizers and valgrind see its end */

    memcpy(copy, bytes, length);
    bool is = rpc_wire_text_is_clean(&ecommerce__discount_request__descriptor, copy, length);
    free(copy);
    return is;
}

#define IS_CLEAN(literal) is_clean(literal, sizeof(literal) - 1)

static void clean_text_passes_wherever_it_is(void **state)
{
    (void)state;
    assert_true(IS_CLEAN(""));
    assert_true(IS_CLEAN("\x0a\x05\x12\x03"
                         "abc"));                      /* customer.first_name */
    assert_true(IS_CLEAN("\x12\x04\x12\x02\xc3\xa9")); /* product.slug */
}

static void text_in_any_occurrence_of_a_field_counts(void **state)
{
    (void)state;
    /* protobuf keeps the last of two, and merges messages. */
    assert_false(IS_CLEAN("\x0a\x06\x12\x01\xff\x12\x01z"));
    assert_false(IS_CLEAN("\x0a\x06\x12\x01z\x12\x01\xff"));
    assert_false(IS_CLEAN("\x0a\x03\x12\x01z\x0a\x03\x12\x01\xff"));
}

static void a_nul_in_text_does_not_pass(void **state)
{
    (void)state;
    assert_false(IS_CLEAN("\x0a\x05\x12\x03"
                          "a\0b"));
}

static void fields_that_nobody_knows_are_not_looked_at(void **state)
{
    (void)state;
    assert_true(IS_CLEAN("\xfa\x01\x02\xff\xff"));                     /* field 31, bytes */
    assert_true(IS_CLEAN("\xf8\x01\x05"));                             /* varint */
    assert_true(IS_CLEAN("\xf9\x01\xff\xff\xff\xff\xff\xff\xff\xff")); /* 64 bits */
    assert_true(IS_CLEAN("\xfd\x01\xff\xff\xff\xff"));                 /* 32 bits */
    assert_false(IS_CLEAN("\xfd\x01\xff\xff\xff\xff\x0a\x03\x12\x01\xff"));
}

static void bytes_that_end_too_early_do_not_pass(void **state)
{
    (void)state;
    assert_false(IS_CLEAN("\x0a"));
    assert_false(IS_CLEAN("\x0a\x80"));
    assert_false(IS_CLEAN("\x0a\x05\x12\x03"
                          "ab"));
    assert_false(IS_CLEAN("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_false(IS_CLEAN("\xf9\x01\xff\xff\xff"));
    assert_false(IS_CLEAN("\xfd\x01\xff\xff\xff"));
    assert_false(IS_CLEAN("\xf8\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
}

static void groups_do_not_pass(void **state)
{
    (void)state;
    assert_false(IS_CLEAN("\xfb\x01\xfc\x01"));
}

/* ---- rpc_unpack ---- */

static enum rpc_unpack_status unpack(const ProtobufCMessageDescriptor *type, const void *bytes, size_t length,
                                     size_t slices, struct arena *arena, ProtobufCMessage **message)
{
    grpc_slice parts[2] = {
        grpc_slice_from_copied_buffer(bytes, slices == 2 ? length / 2 : length),
        grpc_slice_from_copied_buffer((const char *)bytes + (slices == 2 ? length / 2 : 0), length - length / 2)};
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(parts, slices);

    grpc_slice_unref(parts[0]);
    grpc_slice_unref(parts[1]);
    enum rpc_unpack_status status = rpc_unpack(type, buffer, arena, message);
    grpc_byte_buffer_destroy(buffer);
    return status;
}

static void assert_unpacks(size_t slices)
{
    static const char bytes[] = "\x0a\x05\x12\x03"
                                "abc";
    struct arena arena = {0};
    ProtobufCMessage *message = NULL;

    assert_int_equal(
        unpack(&ecommerce__discount_request__descriptor, bytes, sizeof bytes - 1, slices, &arena, &message),
        RPC_UNPACK_OK);
    assert_string_equal(((Ecommerce__DiscountRequest *)message)->customer->first_name, "abc");
    arena_release(&arena);
}

static void a_message_is_unpacked_from_one_piece_or_several(void **state)
{
    (void)state;
    assert_unpacks(1);
    assert_unpacks(2);
}

static void no_bytes_are_an_empty_message_and_no_buffer_is_none(void **state)
{
    const ProtobufCMessageDescriptor *type = &ecommerce__discount_request__descriptor;
    struct arena arena = {0};
    ProtobufCMessage *message = NULL;

    (void)state;
    assert_int_equal(unpack(type, "", 0, 1, &arena, &message), RPC_UNPACK_OK);
    assert_null(((Ecommerce__DiscountRequest *)message)->customer);
    assert_int_equal(unpack(type, "", 0, 0, &arena, &message), RPC_UNPACK_OK);
    assert_int_equal(rpc_unpack(type, NULL, &arena, &message), RPC_UNPACK_MALFORMED);
    arena_release(&arena);
}

static void text_that_is_not_clean_makes_a_message_malformed(void **state)
{
    struct arena arena = {0};
    ProtobufCMessage *message = NULL;

    (void)state;
    assert_int_equal(unpack(&ecommerce__discount_request__descriptor, "\x0a\x03\x12\x01\xff", 5, 1, &arena, &message),
                     RPC_UNPACK_MALFORMED);
    assert_null(message);
    arena_release(&arena);
}

/* A request of `count` asks that say nothing: two bytes each. */
static enum rpc_unpack_status unpack_empty_asks(size_t count)
{
    struct arena arena = {0};
    ProtobufCMessage *message = NULL;
    char *bytes = memory_get(2 * count);

    for (size_t i = 0; i < count; i++)
        memcpy(bytes + 2 * i, "\x0a\0", 2);
    enum rpc_unpack_status status =
        unpack(&ecommerce__apply_discounts_request__descriptor, bytes, 2 * count, 1, &arena, &message);
    if (status == RPC_UNPACK_OK)
        assert_int_equal(((Ecommerce__ApplyDiscountsRequest *)message)->n_asks, count);
    free(bytes);
    arena_release(&arena);
    return status;
}

static void a_message_may_take_so_much_memory_and_no_more(void **state)
{
    const size_t least = sizeof(Ecommerce__DiscountAsk) + sizeof(void *);

    (void)state;
    assert_int_equal(unpack_empty_asks(RPC_UNPACKED_MAX / least / 4), RPC_UNPACK_OK);
    assert_int_equal(unpack_empty_asks(RPC_UNPACKED_MAX / least + 1), RPC_UNPACK_TOO_LARGE);
}

static int start_grpc(void **state)
{
    (void)state;
    grpc_init();
    return 0;
}

static int stop_grpc(void **state)
{
    (void)state;
    grpc_shutdown_blocking();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_utf8),
        cmocka_unit_test(text_with_nul_is_not),
        cmocka_unit_test(longer_forms_than_needed_are_not),
        cmocka_unit_test(surrogates_and_numbers_past_the_last_are_not),
        cmocka_unit_test(pieces_are_not),
        cmocka_unit_test(clean_text_passes_wherever_it_is),
        cmocka_unit_test(text_in_any_occurrence_of_a_field_counts),
        cmocka_unit_test(a_nul_in_text_does_not_pass),
        cmocka_unit_test(fields_that_nobody_knows_are_not_looked_at),
        cmocka_unit_test(bytes_that_end_too_early_do_not_pass),
        cmocka_unit_test(groups_do_not_pass),
        cmocka_unit_test(a_message_is_unpacked_from_one_piece_or_several),
        cmocka_unit_test(no_bytes_are_an_empty_message_and_no_buffer_is_none),
        cmocka_unit_test(text_that_is_not_clean_makes_a_message_malformed),
        cmocka_unit_test(a_message_may_take_so_much_memory_and_no_more),
    };

    return cmocka_run_group_tests(tests, start_grpc, stop_grpc);
}
