/* SPDX-License-Identifier: MIT */
/* Google's feed in XML: what becomes of every element, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import_harness.h"

#define GOOGLE "xmlns:g=\"http://base.google.com/ns/1.0\""
#define OPEN "<rss " GOOGLE "><channel>"

static const char rss[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!-- a feed -->\n"
    "<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\" xmlns:m=\"urn:media\">\n"
    "<channel><title>Shop</title><link>https://x/</link><description>All</description>\n"
    "<item>\n"
    "  <title>Plain</title><g:title>Tee &amp; more</g:title>\n"
    "  <description><![CDATA[<b>Soft</b> & warm]]></description>\n"
    "  <g:id>A1</g:id><link>https://x/p</link>\n"
    "  <g:price>19.90 EUR</g:price><g:sale_price>15.00 EUR</g:sale_price>\n"
    "  <g:image_link>https://x/1.jpg</g:image_link>\n"
    "  <g:additional_image_link>https://x/2,a.jpg</g:additional_image_link>\n"
    "  <g:additional_image_link>//x/3.jpg</g:additional_image_link>\n"
    "  <g:availability>in_stock</g:availability>\n"
    "  <g:product_type>A &gt; B</g:product_type><g:product_type>C</g:product_type>\n"
    "  <g:shipping><g:country>DE</g:country><g:price>5.00 EUR</g:price></g:shipping>\n"
    "  <m:content>x</m:content><g:gtin></g:gtin>\n"
    "</item>\n"
    "<item><g:id>A2</g:id><title>None</title><g:availability>out_of_stock</g:availability></item>\n"
    "<item><g:id>A3</g:id><title>Cup</title><g:price>5 EUR</g:price></item>\n"
    "</channel></rss>\n";

static void every_element_of_rss_has_its_place(void **state)
{
    (void)state;
    assert_rows(rss, "5 sku=A1;slug=tee-more;name=Tee & more;description=Soft & "
                     "warm;price=1500;currency=EUR;categories=a-b;(a:A<?)(a-b:B<a)image=https://x/1.jpg[];image=https:/"
                     "/x/2%2Ca.jpg[];image=https://x/3.jpg[];stock=in-stock;compare=1990;\n"
                     "19 sku=A3;slug=cup;name=Cup;description=;price=500;currency=EUR;categories=;image=;compare=0;\n");
    struct taken taken = take_text(rss);
    assert_string_equal(taken.passed_over, "link|product_type|shipping|content");
    assert_int_equal(taken.format, IMPORT_GOOGLE);
    assert_int_equal(taken.counts.unpriced, 1);
    taken_release(&taken);
}

static void atom_and_other_encodings_are_read(void **state)
{
    (void)state;
    assert_rows(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:b=\"http://base.google.com/ns/1.0\">\n"
        "<title>Shop</title><id>urn:x</id>\n"
        "<entry><b:id>7</b:id><id>tag:x</id><title>Mug</title><summary>One line</summary><link href=\"https://x/\"/>\n"
        "<b:price>5.00 USD</b:price><b:brand>Acme</b:brand></entry>\n"
        "</feed>\n",
        "3 sku=7;slug=mug;name=Mug;description=One line;price=500;currency=USD;tags=Acme;\n");
    assert_rows("\n<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" OPEN
                "<item><g:id>1</g:id><title>St\xfchle</title><g:price>5 EUR</g:price></item></channel></rss>",
                "2 sku=1;slug=stuhle;name=Stühle;price=500;currency=EUR;\n");
}

static void cells_that_cannot_be_read_have_their_lines(void **state)
{
    (void)state;
    assert_fault(
        "<rss xmlns:g=\"http://base.google.com/ns/1.0\">\n"
        "<channel>\n"
        "<item>\n"
        "<g:id>1</g:id>\n"
        "<title>A</title>\n"
        "<g:price>1,299 EUR</g:price>\n"
        "<g:availability>gone</g:availability></item>\n"
        "<item><g:id>2</g:id></item><item><g:id>3</g:id><g:price>5</g:price></item></channel></rss>",
        "",
        "7:0 availability is \"gone\"; in_stock, out_of_stock, preorder and backorder are allowed, in small letters or "
        "capitals\n"
        "6:0 the price is \"1,299 EUR\", which may be 1299 or 1.299; a price with two decimals, as 1299.00, is clear\n"
        "8:0 title is empty; a product's first row has one\n");
}

static void what_is_no_feed_is_refused(void **state)
{
    (void)state;
    assert_fault("<?xml version=\"1.0\"?>\n<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><rss>&b;</rss>",
                 "",
                 "2:0 the file has a document type declaration (<!DOCTYPE); feeds have none, and no entities of their "
                 "own\n");
    assert_fault("<!DOCTYPE rss SYSTEM \"file:///etc/passwd\"><rss/>", "",
                 "1:0 the file has a document type declaration (<!DOCTYPE); feeds have none, and no entities of their "
                 "own\n");
    assert_fault("\n\n<products><item/></products>", "",
                 "3:0 the file is XML of <products>; RSS 2.0 and Atom feeds for Google can be read\n");
    assert_fault("<rss><channel/></rss>", "", "1:0 the feed has no item\n");
    assert_fault("<rss><channel>\n<item><g:id>1</g:id></item></channel></rss>", "",
                 "2:0 this is no well-formed XML: unbound prefix\n");
    assert_fault(OPEN "<item><title>x", "", "1:0 this is no well-formed XML: the file ends inside of an element\n");
    assert_fault(OPEN "<item><title>&nbsp;</title></item>", "", "1:0 this is no well-formed XML: undefined entity\n");
}

/* `text` so many times, between the two others. The caller frees it. */
static char *repeat(const char *before, const char *text, size_t times, const char *behind)
{
    char *whole;
    size_t length;
    FILE *out = open_memstream(&whole, &length);

    fputs(before, out);
    for (size_t i = 0; i < times; i++)
        fputs(text, out);
    fputs(behind, out);
    fclose(out);
    return whole;
}

static void check_repeated(const char *before, const char *text, size_t times, const char *behind, const char *fault)
{
    char *file = repeat(before, text, times, behind);
    struct taken taken = take_text(file);

    assert_string_equal(taken.faults, fault);
    taken_release(&taken);
    free(file);
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    check_repeated("<rss>", "<a>", 40, "", "1:0 the element is more than 32 elements deep; fewer are allowed\n");
    check_repeated(OPEN "<item><description>", "0123456789abcdef", 65537, "</description></item></channel></rss>",
                   "1:0 the item is too long; a text may have 1 MiB, and an item 2 MiB\n");
    check_repeated("<rss>\n<a b=\"", "0123456789abcdef", 80000, "\"/></rss>",
                   "2:0 the tag or comment that begins here is longer than 1 MiB\n");
    check_repeated("<rss>\n<!--", "0123456789abcdef", 80000, "--></rss>",
                   "2:0 the tag or comment that begins here is longer than 1 MiB\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_element_of_rss_has_its_place),
        cmocka_unit_test(atom_and_other_encodings_are_read),
        cmocka_unit_test(cells_that_cannot_be_read_have_their_lines),
        cmocka_unit_test(what_is_no_feed_is_refused),
        cmocka_unit_test(depth_and_size_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
