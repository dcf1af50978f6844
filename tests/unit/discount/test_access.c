/* SPDX-License-Identifier: MIT */
/* Who may call what: the table, and everybody who is not in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "discount/service/access.h"

static const char apply_discount[] = "/ecommerce.Discount/ApplyDiscount";
static const char apply_discounts[] = "/ecommerce.Discount/ApplyDiscounts";

static enum rpc_code admit_in(const char *trust_domain, const char *identity, const char *method)
{
    struct access access = {.trust_domain = trust_domain};
    /* A name that would open every door, if anybody looked at it. */
    const struct rpc_peer peer = {.identity = identity, .common_name = "catalog"};
    const char *message = NULL;

    enum rpc_code code = access_admit(&access, &peer, method, &message);
    if (code != RPC_OK)
        assert_non_null(message);
    return code;
}

static enum rpc_code admit(const char *identity, const char *method)
{
    return admit_in("ecommerce", identity, method);
}

static void the_catalog_and_the_administrator_may_ask_for_prices(void **state)
{
    (void)state;
    assert_int_equal(admit("spiffe://ecommerce/catalog", apply_discount), RPC_OK);
    assert_int_equal(admit("spiffe://ecommerce/catalog", apply_discounts), RPC_OK);
    assert_int_equal(admit("spiffe://ecommerce/admin", apply_discount), RPC_OK);
    assert_int_equal(admit("spiffe://ecommerce/admin", apply_discounts), RPC_OK);
}

static void only_the_catalog_tells_what_the_shop_has(void **state)
{
    (void)state;
    assert_int_equal(admit("spiffe://ecommerce/catalog", "/ecommerce.DiscountShop/TellProducts"), RPC_OK);
    assert_int_equal(admit("spiffe://ecommerce/admin", "/ecommerce.DiscountShop/TellProducts"), RPC_PERMISSION_DENIED);
    assert_int_equal(admit("spiffe://ecommerce/discount", "/ecommerce.DiscountShop/TellProducts"),
                     RPC_PERMISSION_DENIED);
}

static void every_other_identity_is_denied(void **state)
{
    static const char *const others[] = {
        "",
        "spiffe://ecommerce/discount",
        "spiffe://ecommerce/mallory",
        "spiffe://ecommerce",
        "spiffe://ecommerce/",
        "spiffe://ecommerce/catalog/",
        "spiffe://ecommerce/catalog2",
        "spiffe://ecommerce/catalo",
        "spiffe://ecommerce/x/catalog",
        "spiffe://ecommerce//catalog",
        "spiffe://ecommerce/CATALOG",
        "spiffe://ecommerce/catalog?admin",
        "spiffe://ecommerce2/catalog",
        "spiffe://ecommerc/catalog",
        "spiffe://other/catalog",
        "spiffe://somewhere/catalog",
        "spiffe:///catalog",
        "spiffe://other/spiffe://ecommerce/catalog",
        "https://ecommerce/catalog",
        "ecommerce/catalog",
        "/catalog",
        "catalog",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        if (admit(others[i], apply_discount) != RPC_PERMISSION_DENIED)
            fail_msg("\"%s\" is let in", others[i]);
        assert_int_equal(admit(others[i], apply_discounts), RPC_PERMISSION_DENIED);
    }
}

static void another_trust_domain_has_its_own_identities(void **state)
{
    (void)state;
    assert_int_equal(admit_in("shop.example", "spiffe://shop.example/catalog", apply_discount), RPC_OK);
    assert_int_equal(admit_in("shop.example", "spiffe://ecommerce/catalog", apply_discount), RPC_PERMISSION_DENIED);
}

static void a_method_that_is_not_in_the_table_is_denied_to_all(void **state)
{
    static const char *const methods[] = {"", "/ecommerce.Discount/", "/ecommerce.Discount/ApplyDiscountX",
                                          "/ecommerce.Admin/ApplyDiscount", "/grpc.health.v1.Health/Check"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        assert_int_equal(admit("spiffe://ecommerce/catalog", methods[i]), RPC_PERMISSION_DENIED);
        assert_int_equal(admit("spiffe://ecommerce/admin", methods[i]), RPC_PERMISSION_DENIED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalog_and_the_administrator_may_ask_for_prices),
        cmocka_unit_test(only_the_catalog_tells_what_the_shop_has),
        cmocka_unit_test(every_other_identity_is_denied),
        cmocka_unit_test(another_trust_domain_has_its_own_identities),
        cmocka_unit_test(a_method_that_is_not_in_the_table_is_denied_to_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
