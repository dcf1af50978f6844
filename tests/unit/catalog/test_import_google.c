/* SPDX-License-Identifier: MIT */
/* A feed for Google Merchant Center: what becomes of every cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import_harness.h"

static void every_cell_of_a_feed_has_its_place(void **state)
{
    (void)state;
    struct taken taken = take_text(
        "id\ttitle\tdescription\tlink\timage_link\tadditional_image_link\tavailability\tprice\tsale_price\t"
        "sale_price_effective_date\tproduct_type\tbrand\titem_group_id\tcolor\tsize\n"
        "A1\tTee\t<b>Soft</b>\thttps://x/p\thttps://x/1.jpg\thttps://x/2.jpg, //x/3.jpg\tin stock\t19.90 EUR\t15 EUR\t"
        "2025-12-01T00:00+0100/2026-02-01T00:00:00Z\tA > B\tAcme\tG\tRed\tL\n"
        "A2\tTee blue\t\t\t\t\tout_of_stock\t20 EUR\t15 "
        "EUR\t2025-12-01T00:00+0100/2025-12-31T23:59+0100\t\t\tG\tBlue\t\n"
        "A3\tTee\t\t\t\t\tpreorder\t21 EUR\t\t\t\t\t\tRed\t\n"
        "A4\tNone\t\t\t\t\tbackorder\t\t\t\t\t\t\t\t\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(
        taken.rows,
        "2 sku=A1;slug=tee-red-l;name=Tee - Red / L;description=Soft;price=1500;currency=EUR;categories=a-b;(a:A<?)"
        "(a-b:B<a)tags=Acme;image=https://x/1.jpg[];image=https://x/2.jpg[];image=https://x/3.jpg[];stock=in-stock;"
        "compare=1990;\n"
        "3 sku=A2;slug=tee-blue;name=Tee blue;description=;price=2000;currency=EUR;categories=;tags=;image=;"
        "stock=out-of-stock;compare=0;\n"
        "4 sku=A3;slug=tee-a3;name=Tee;description=;price=2100;currency=EUR;categories=;tags=;image=;stock=preorder;"
        "compare=0;\n");
    assert_string_equal(taken.passed_over, "link");
    assert_int_equal(taken.format, IMPORT_GOOGLE);
    assert_int_equal(taken.counts.unpriced, 1);
    taken_release(&taken);
}

static void what_cannot_be_read_has_its_cell(void **state)
{
    (void)state;
    assert_fault("id,title,availability,price,image_link,sale_price,sale_price_effective_date\n"
                 "a,A,gone,5 EUR,,4 EUR,\nb,B,in_stock,5 EUR,,4 EUR,soon\n",
                 "",
                 "2:3 availability is \"gone\"; in_stock, out_of_stock, preorder and backorder are allowed, in small "
                 "letters or capitals\n"
                 "3:7 the dates of the sale are \"soon\"; two times with a slash, as "
                 "2026-01-01T00:00+0100/2026-01-31T23:59+0100, are allowed\n");
}

static void a_sale_price_that_is_not_lower_is_no_sale(void **state)
{
    (void)state;
    assert_rows("id,title,availability,price,image_link,sale_price\na,A,,20 EUR,,25 EUR\nb,B,,20 EUR,,19.99 EUR\n",
                "2 sku=a;slug=a;name=A;price=2000;currency=EUR;image=;compare=0;\n"
                "3 sku=b;slug=b;name=B;price=1999;currency=EUR;image=;compare=2000;\n");
}

static void an_option_is_named_by_whole_words_of_the_title(void **state)
{
    (void)state;
    assert_rows("id,title,availability,price,image_link,item_group_id,color,size\n"
                "a,Tailored Shirt,,5 EUR,,g,Red,S\nb,\"Shirt, red (s)\",,5 EUR,,g,Red,S\n",
                "2 sku=a;slug=tailored-shirt-red-s;name=Tailored Shirt - Red / S;price=500;currency=EUR;image=;\n"
                "3 sku=b;slug=shirt-red-s;name=Shirt, red (s);price=500;currency=EUR;image=;\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_a_feed_has_its_place),
        cmocka_unit_test(what_cannot_be_read_has_its_cell),
        cmocka_unit_test(a_sale_price_that_is_not_lower_is_no_sale),
        cmocka_unit_test(an_option_is_named_by_whole_words_of_the_title),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
