/* SPDX-License-Identifier: MIT */
/* Our own CSV: what its columns mean, and how what is wrong is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "import_harness.h"

static void all_columns_are_understood(void **state)
{
    (void)state;
    assert_rows(
        "id,sku,slug,name,description,price_in_cents,currency,categories,category_names,tags,images,stock,"
        "created_at,updated_at,compare_at_price_in_cents\r\n"
        "7,K-1,shoe,Shoe,\"Red, \"\"soft\"\"\nand warm\",4999,EUR,wear/shoes|sale,Wear/Shoes & more|Sale,"
        "new|red,/a.svg A red shoe|https://x/b.png,in-stock,1970-01-01T00:00:05Z,1970-01-01T00:00:06+00:00,5999\r\n",
        "2 id=7;sku=K-1;slug=shoe;name=Shoe;description=Red, \"soft\"\nand warm;price=4999;currency=EUR;"
        "categories=shoes|sale;(wear:Wear<?)(shoes:Shoes & more<wear)(sale:Sale<?)tags=new|red;"
        "image=/a.svg[A red shoe];image=https://x/b.png[];stock=in-stock;created=5;updated=6;compare=5999;\n");
}

static void a_compare_at_price_is_cents_or_a_decimal_or_none(void **state)
{
    (void)state;
    assert_rows("slug,compare_at_price_in_cents\na,500\nb,\n", "2 slug=a;compare=500;\n3 slug=b;compare=0;\n");
    assert_rows("slug,price,compare_at_price\na,1,2.50\nb,1,\n",
                "2 slug=a;price=100;compare=250;\n3 slug=b;price=100;compare=0;\n");
    assert_fault("slug,compare_at_price\na,2.5055\n", "",
                 "2:2 the compare-at price is \"2.5055\"; 2 decimals are allowed in this currency\n");
    assert_fault("slug,compare_at_price_in_cents,compare_at_price\na,1,1\n", "",
                 "1:0 the header has both compare_at_price and compare_at_price_in_cents; one of them is allowed\n");
}

static void columns_come_in_any_order_and_number(void **state)
{
    (void)state;
    assert_rows("price_in_cents,slug\n5,a\n6,b\n", "2 slug=a;price=5;\n3 slug=b;price=6;\n");
}

static void what_is_not_there_is_not_given_and_what_is_empty_is(void **state)
{
    (void)state;
    assert_rows("slug,id,name,tags,categories,images,stock,created_at\na,,,,,,,\n",
                "2 slug=a;name=;categories=;tags=;image=;stock=;created=0;\n");
    assert_rows("sku\nK\n", "2 sku=K;\n");
}

static void blanks_at_the_ends_are_part_of_texts_and_of_nothing_else(void **state)
{
    (void)state;
    assert_rows("id,sku,slug,name,description,price_in_cents,currency,categories,tags,images,stock\n"
                " 7 , K-1 ,\tshoe , Shoe\t, Red ,4999 , EUR, wear ,a , /a.svg A ,\tlow\n",
                "2 id=7;sku= K-1 ;slug=shoe;name= Shoe\t;description= Red ;price=4999;currency=EUR;categories=wear;"
                "tags=a;image=/a.svg[A ];stock=low;\n");
    assert_rows("slug,price,name\na, 12.5 ,\" x \"\n", "2 slug=a;name= x ;price=1250;\n");
    assert_fault("slug,name\na, \"x\"\nb,y\n", "3 slug=b;name=y;\n",
                 "2:2 this is no CSV; a \" stands around a whole field only, and twice inside of one\n");
}

static void headings_are_in_any_case_and_may_have_blanks(void **state)
{
    (void)state;
    assert_rows("Slug, NAME ,Price_In_Cents\na,x,5\n", "2 slug=a;name=x;price=5;\n");
    assert_fault("slug,SLUG\na,b\n", "", "1:2 the column \"SLUG\" is there twice; once is allowed\n");
}

static void apostrophes_go_from_a_file_for_a_spreadsheet_alone(void **state)
{
    (void)state;
    assert_rows("slug,name,spreadsheet\na,'=1+1,\nb,''=1,\nc,'tis,\nd,=1,\n",
                "2 slug=a;name==1+1;\n3 slug=b;name='=1;\n4 slug=c;name='tis;\n5 slug=d;name==1;\n");
    assert_rows("slug,name\na,'=1+1\n", "2 slug=a;name='=1+1;\n");
}

static void decimal_prices_are_of_the_currency(void **state)
{
    (void)state;
    assert_rows("slug,price\na,12.5\n", "2 slug=a;price=1250;\n");
    assert_rows("slug,price,currency\na,1250,JPY\nb,1.250,KWD\nc,1.25,\n",
                "2 slug=a;price=1250;currency=JPY;\n3 slug=b;price=1250;currency=KWD;\n"
                "4 slug=c;price=125;currency=;\n");
    assert_fault("slug,price,currency\na,12.5,JPY\n", "",
                 "2:2 the price is \"12.5\"; 0 decimals are allowed in this currency\n");
}

static void prices_are_read_as_people_write_them(void **state)
{
    (void)state;
    assert_rows("slug;price\na;12,50\nb;1.299,00 \xe2\x82\xac\nc;\"1,299.00\"\n",
                "2 slug=a;price=1250;\n3 slug=b;price=129900;currency=EUR;\n4 slug=c;price=129900;\n");
    assert_rows("slug,price\na,\"1,299.00\"\nb,$5\n", "2 slug=a;price=129900;\n3 slug=b;price=500;\n");
    assert_fault("slug,price,currency\na,\"1,299\",\nb,1.299,\nc,5 USD,EUR\n", "",
                 "2:2 the price is \"1,299\", which may be 1299 or 1.299; a price with two decimals, as 1299.00, is "
                 "clear\n"
                 "3:2 the price is \"1.299\", which may be 1299 or 1.299; a price with two decimals, as 1299.00, is "
                 "clear\n"
                 "4:2 the price is in USD; only EUR, the currency of the row, is allowed\n");
}

static void addresses_of_images_are_mended(void **state)
{
    (void)state;
    assert_rows("slug,images\na,//cdn.x/a.png\nb,//cdn.x/a\\ b.png Alt|/c.svg\n",
                "2 slug=a;image=https://cdn.x/a.png[];\n3 slug=b;image=https://cdn.x/a%20b.png[Alt];image=/c.svg[];\n");
}

static void what_spreadsheets_leave_empty_is_passed_over(void **state)
{
    (void)state;
    assert_rows("Slug,NAME,,\na,x,,\n,,,\nb,y,,,,\nc,z\n", "2 slug=a;name=x;\n4 slug=b;name=y;\n5 slug=c;name=z;\n");
    assert_rows("slug,,name\na,,x\n", "2 slug=a;name=x;\n");
    assert_fault("slug,,name\na,?,x\n", "", "2:2 the column has no heading; it may only be empty\n");
    assert_fault("slug,name,,\na,x,,y\n", "", "2:0 the row has 4 fields; 2 are allowed, as many as the header has\n");
}

static void marks_and_line_ends_of_other_systems_are_understood(void **state)
{
    (void)state;
    assert_rows("\xef\xbb\xbfslug,name\r\na,x\r\n\r\n  \r\nb,y", "2 slug=a;name=x;\n5 slug=b;name=y;\n");
    assert_rows("sep=;\n\xef\xbb\xbfslug;name\na;x\n", "3 slug=a;name=x;\n");
    assert_rows("\xef\xbb\xbfsep=;\r\nslug;name\r\na;x\r\n", "3 slug=a;name=x;\n");
    assert_rows("slug,name\ra,x\rb,y\r", "2 slug=a;name=x;\n3 slug=b;name=y;\n");
    assert_rows("slug,name\ra,\"x\n\ny\"\r", "2 slug=a;name=x\n\ny;\n");
}

static void lines_are_counted_whatever_they_end_in(void **state)
{
    (void)state;
    assert_fault("slug,stock\ra,x\r\rb,\"low\"\rc,y", "4 slug=b;stock=low;\n",
                 "2:2 the stock is \"x\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n"
                 "5:2 the stock is \"y\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n");
    assert_fault("slug,name,stock\r\na,\"1\r\n2\r3\n4\",x\rb,\"z\"z\rc,,y\n\r\nd,,low\r\n",
                 "9 slug=d;name=;stock=low;\n",
                 "5:3 the stock is \"x\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n"
                 "6:2 this is no CSV; a \" stands around a whole field only, and twice inside of one\n"
                 "7:3 the stock is \"y\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n");
}

static void fields_may_have_semicolons_or_tabs_between_them(void **state)
{
    (void)state;
    assert_rows("slug;name\r\na;\"x;y,z\"\r\nb;x,y\tz\r\n", "2 slug=a;name=x;y,z;\n3 slug=b;name=x,y\tz;\n");
    assert_rows("\"slug\"\tname\tsku\na\t\tx;y\n", "2 sku=x;y;slug=a;name=;\n");
    assert_rows("sku\tname\tslug\n\t\ta\nK\t\tb\n", "2 sku=;slug=a;name=;\n3 sku=K;slug=b;name=;\n");
    assert_rows("slug\na\n", "2 slug=a;\n");
    assert_fault("\"a;b\n;\",slug\n", "",
                 "1:1 \"a;b?;\" is no column; allowed are id, sku, slug, name, description, price_in_cents or price, "
                 "currency, categories, category_names, tags, images, stock, created_at, updated_at, "
                 "compare_at_price_in_cents or compare_at_price, variants, spreadsheet\n");
}

static void separator_stays_behind_what_is_no_csv(void **state)
{
    (void)state;
    assert_fault("slug;name\na;\"x\"y\nb;z,z\n", "3 slug=b;name=z,z;\n",
                 "2:2 this is no CSV; a \" stands around a whole field only, and twice inside of one\n");
}

static void line_that_says_the_separator_is_passed_over(void **state)
{
    (void)state;
    assert_rows("\xef\xbb\xbfsep=;\r\nslug;name\r\na;x\r\n", "3 slug=a;name=x;\n");
    assert_rows("sep=,\nslug,name\na,x\n", "3 slug=a;name=x;\n");
    assert_rows("sep=\t\nslug\tname\na\tx\n", "3 slug=a;name=x;\n");
    assert_fault("slug,name\nsep=,\n", "",
                 "2:1 the slug is \"sep=\"; 1 to 200 of a-z, 0-9 and single hyphens between them, not digits alone are "
                 "allowed\n");
    struct taken taken = take_text("sep=;\nHandle;Title;Variant Price\na;A;1\n");
    assert_int_equal(taken.format, IMPORT_SHOPIFY);
    assert_string_equal(taken.rows, "3 slug=a;name=A;price=100;\n");
    taken_release(&taken);
}

#define NO_UTF_8 "only UTF-8 is allowed, which spreadsheets save as \"CSV UTF-8\"\n"

static void files_that_are_no_utf_8_text_are_named(void **state)
{
    (void)state;
    assert_bytes_fault("\xff\xfes\0k\0u\0\n\0", 10, "", "1:0 the file is UTF-16; " NO_UTF_8);
    assert_bytes_fault("\xfe\xff\0s\0k\0u\0\n", 10, "", "1:0 the file is UTF-16; " NO_UTF_8);
    assert_bytes_fault("\xff\xfe", 2, "", "1:0 the file is UTF-16; " NO_UTF_8);
    assert_bytes_fault("s\0k\0u\0\n\0", 8, "", "1:0 the file looks like UTF-16; " NO_UTF_8);
    assert_bytes_fault("\0{\0}", 4, "", "1:0 the file looks like UTF-16; " NO_UTF_8);
    assert_bytes_fault("PK\x03\x04xl/workbook.xml", 19, "",
                       "1:0 the file is a spreadsheet's own, or another archive; only text is allowed, as saved by "
                       "\"CSV UTF-8\"\n");
}

static void short_files_are_read_to_their_end(void **state)
{
    (void)state;
    assert_rows("sku", "");
    assert_fault("\xef\xbb\xbf", "", "1:0 the file is empty; a header row or an object of JSON is needed\n");
    assert_fault("\n", "", "1:0 the file is empty; a header row or an object of JSON is needed\n");
    assert_fault("\xef\xbb", "", "1:1 the field is not UTF-8; only text in UTF-8 is allowed\n");
}

static void rows_of_categories_have_no_product(void **state)
{
    (void)state;
    assert_rows("slug,price,currency,categories,category_names\n,,EUR,a/b|c,A/B|C\n,,,d,\nx,1,,e,\n",
                "2 no product;currency=EUR;categories=;(a:A<?)(b:B<a)(c:C<?)\n"
                "3 no product;currency=;categories=;(d:?<?)\n4 slug=x;price=100;currency=;categories=e;\n");
    struct taken taken = take_text("sku,categories\n,a\nK,b\n,c\n");
    assert_int_equal(taken.counts.rows, 1);
    assert_int_equal(taken.counts.category_rows, 2);
    taken_release(&taken);
}

static void rows_with_categories_and_more_are_of_products(void **state)
{
    (void)state;
    static const char why[] = "2:0 the row has neither a slug nor an sku; one of them is needed, or categories alone\n";
    assert_fault("sku,name,categories\n,x,a\n", "", why);
    assert_fault("sku,id,categories\n,7,a\n", "", why);
    assert_fault("sku,categories,category_names\n,,A\n", "", why);
    assert_fault("sku,categories\n,A\n", "",
                 "2:2 a category is \"A\"; 1 to 64 of a-z, 0-9 and single hyphens between them are allowed\n");
    assert_fault("sku,categories\n,a/b|c/b\n", "",
                 "2:2 the category \"b\" has two places or two names in this row; one is allowed\n");
}

static void lists_have_backslashes_before_their_signs(void **state)
{
    (void)state;
    assert_rows("slug,tags,images,categories,category_names\n"
                "a,x\\|y|\\\\|z\\z,/a\\|b c\\|d e|/y\\\\x,p/q,A\\/B/C\\|D\n",
                "2 slug=a;categories=q;(p:A/B<?)(q:C|D<p)tags=x|y|\\|z\\z;image=/a|b[c|d e];image=/y\\x[];\n");
}

static void repeated_tags_and_categories_count_once(void **state)
{
    (void)state;
    assert_rows("slug,tags,categories\na,x| x |y||x,p|q/p|p\n", "2 slug=a;categories=p;(p:?<q)tags=x|y;\n");
}

static void faults_have_line_column_and_what_is_allowed(void **state)
{
    (void)state;
    assert_fault("slug,price_in_cents,stock\nA,5,low\nb,-1,sold\nc,5,low\n", "4 slug=c;price=5;stock=low;\n",
                 "2:1 the slug is \"A\"; 1 to 200 of a-z, 0-9 and single hyphens between them, not digits alone are "
                 "allowed\n"
                 "3:2 the price is \"-1\"; a whole number of minor units from 0 to 2147483647 is allowed\n"
                 "3:3 the stock is \"sold\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n");
}

static void fault_behind_a_field_of_many_lines_has_its_own_line(void **state)
{
    (void)state;
    assert_fault("slug,description,stock\na,\"1\n2\n3\",x\nb,,y\n", "",
                 "4:3 the stock is \"x\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n"
                 "5:3 the stock is \"y\"; in-stock, low, out-of-stock, preorder and discontinued are allowed\n");
}

static void every_wrong_value_is_told(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {
        {"id", "0", "the id is"},
        {"id", "2147483648", "the id is"},
        {"currency", "eur", "the currency is"},
        {"price_in_cents", "", "the price is"},
        {"price_in_cents", "12.50", "the price is"},
        {"price", "1,000", "the price is"},
        {"created_at", "yesterday", "created_at is"},
        {"updated_at", "2026-02-30T00:00:00Z", "updated_at is"},
        {"images", "javascript:alert(1)", "an image's address is"},
        {"images", "/a||/b", "an image's address is"},
        {"categories", "A", "a category is"},
        {"categories", "a//b", "a category is"},
        {"categories", "a/b|c/b", "the category \"b\" has two places"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        char text[200], begin[100];
        snprintf(text, sizeof text, "slug,%s\na,\"%s\"\n", wrong[i][0], wrong[i][1]);
        snprintf(begin, sizeof begin, "2:2 %s", wrong[i][2]);
        struct taken taken = take_text(text);
        assert_string_equal(taken.rows, "");
        assert_memory_equal(taken.faults, begin, strlen(begin));
        assert_int_equal(taken.counts.faulty, 1);
        taken_release(&taken);
    }
}

static void wrong_headers_stop_the_reading(void **state)
{
    (void)state;
    assert_fault("slug,prize\na,1\n", "",
                 "1:2 \"prize\" is no column; allowed are id, sku, slug, name, description, price_in_cents or price, "
                 "currency, categories, category_names, tags, images, stock, created_at, updated_at, "
                 "compare_at_price_in_cents or compare_at_price, variants, spreadsheet\n");
    assert_fault("slug,slug\na,b\n", "", "1:2 the column \"slug\" is there twice; once is allowed\n");
    assert_fault("name\na\n", "", "1:0 the header has neither slug nor sku; one of them is needed\n");
    assert_fault("slug,price,price_in_cents\na,1,1\n", "",
                 "1:0 the header has both price and price_in_cents; one of them is allowed\n");
    assert_fault("", "", "1:0 the file is empty; a header row or an object of JSON is needed\n");
}

static void file_of_another_kind_gets_one_line(void **state)
{
    (void)state;
    static const char can[] =
        "; --look shows its columns, and --map \"Heading=field\" says what they are; read without are JSON Lines, the "
        "exports of Shopify, WooCommerce, PrestaShop, Magento, Wix, Etsy, Square and BigCommerce, feeds for Google, "
        "and CSV with slug or sku, name, price …\n";
    char fault[500];
    snprintf(fault, sizeof fault, "1:0 this looks like eBay's listings%s", can);
    assert_fault("Item number,Title,Custom label (SKU),Start price\n1,b,c,1\n", "", fault);
    snprintf(fault, sizeof fault, "1:0 the columns are of no known kind%s", can);
    assert_fault("Artikel;Bezeichnung;Preis\n1;x;2\n", "", fault);
}

static void header_that_cannot_be_read_stops_the_reading(void **state)
{
    (void)state;
    static const char quote[] = "1:2 this is no CSV; a \" stands around a whole field only, and twice inside of one\n";
    assert_fault("slug,na\"me\na,b\nc,\"d\"e\n", "", quote);
    assert_fault("sep=,\nslug,\xff\na,b\nc,d\n", "", "2:2 the field is not UTF-8; only text in UTF-8 is allowed\n");
}

static void rows_of_another_length_are_told(void **state)
{
    (void)state;
    assert_fault("slug,name\na\nb,c,d\ne,f\n", "4 slug=e;name=f;\n",
                 "2:0 the row has 1 field; 2 are allowed, as many as the header has\n"
                 "3:0 the row has 3 fields; 2 are allowed, as many as the header has\n");
}

static void row_that_names_nothing_is_told(void **state)
{
    (void)state;
    assert_fault("sku,name\n,x\n", "",
                 "2:0 the row has neither a slug nor an sku; one of them is needed, or "
                 "categories alone\n");
}

static void wrong_quotes_are_told_and_reading_goes_on(void **state)
{
    (void)state;
    assert_fault("slug,name\na,x\"y\nb,\"x\"y\nc,z\n", "4 slug=c;name=z;\n",
                 "2:2 this is no CSV; a \" stands around a whole field only, and twice inside of one\n"
                 "3:2 this is no CSV; a \" stands around a whole field only, and twice inside of one\n");
    assert_fault("slug,name\na,x\nb,\"y\nz\n", "2 slug=a;name=x;\n",
                 "3:2 the field begins with a \" that has no other one at its end\n");
}

static void bytes_that_are_no_text_are_told(void **state)
{
    (void)state;
    static const char nul[] = "slug,name\na,x\0y\nb,z\n";
    assert_bytes_fault(nul, sizeof nul - 1, "3 slug=b;name=z;\n",
                       "2:2 the field has a NUL byte; only text is allowed\n");
    assert_fault("slug,name\na,\xc3\nb,\xed\xa0\x80\nc,\xc3\xa9\n", "4 slug=c;name=\xc3\xa9;\n",
                 "2:2 the field is not UTF-8; only text in UTF-8 is allowed\n"
                 "3:2 the field is not UTF-8; only text in UTF-8 is allowed\n");
}

static void long_fields_are_told(void **state)
{
    (void)state;
    char *text = calloc(1, 70000);
    strcpy(text, "slug,name,description\na,");
    memset(text + strlen(text), 'n', 501);
    strcat(text, ",x\nb,y,");
    memset(text + strlen(text), 'd', 65536);
    strcat(text, "\n");
    struct taken taken = take_text(text);
    assert_string_equal(taken.faults, "2:2 the name has 501 bytes; at most 500 are allowed\n"
                                      "3:3 the description has 65536 bytes; at most 65535 are allowed\n");
    taken_release(&taken);
    free(text);
}

static void endless_field_stops_the_reading(void **state)
{
    (void)state;
    size_t length = 3000000;
    char *text = malloc(length);
    memset(text, 'x', length);
    memcpy(text, "slug,name\na,\"", 13);
    struct taken taken = take_bytes(IMPORT_ANY, 2, text, length, 65536);
    assert_string_equal(taken.faults,
                        "2:2 the field that begins here is longer than 1 MiB; perhaps its second \" is missing\n");
    assert_false(taken.is_sound);
    taken_release(&taken);
    free(text);
}

/* A header, a row of `count` fields of `size` bytes each, and one more row. The caller frees it. */
static char *make_long_row(size_t count, size_t size)
{
    char *text = malloc(count * (size + 1) + 100), *at = text;
    at += sprintf(at, "slug,name\n");
    for (size_t i = 0; i < count; i++) {
        memset(at, 'x', size);
        at[size] = i + 1 < count ? ',' : '\n';
        at += size + 1;
    }
    strcpy(at, "b,y\n");
    return text;
}

static void long_rows_are_told_once_and_reading_goes_on(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{501, 1, 501}, {3, 1000000, 3}, {100000, 100, 501}};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        char *text = make_long_row(sizes[i][0], sizes[i][1]), fault[100];
        struct taken taken = take_bytes(IMPORT_ANY, 2, text, strlen(text), 65536);
        snprintf(fault, sizeof fault, "2:%zu the row is too long; 500 fields and 2 MiB are allowed\n", sizes[i][2]);
        assert_string_equal(taken.faults, fault);
        assert_string_equal(taken.rows, "3 slug=b;name=y;\n");
        taken_release(&taken);
        free(text);
    }
}

static void too_many_faults_are_counted_not_told(void **state)
{
    (void)state;
    struct taken taken = {0};
    taken.fault_file = open_memstream(&taken.faults, &taken.faults_length);
    struct import_faults faults = {.tell = write_fault, .data = &taken, .most = 2};
    for (size_t i = 1; i <= 5; i++)
        import_faults_add(&faults, i, 0, "%s", "x");
    fclose(taken.fault_file);
    assert_string_equal(taken.faults, "1:0 x\n2:0 x\n");
    assert_int_equal(faults.count, 5);
    taken_release(&taken);
}

static void formulas_are_text(void **state)
{
    (void)state;
    assert_rows("slug,name\na,\"=HYPERLINK(\"\"x\"\")\"\nb,+1\nc,@x\nd,-1\n",
                "2 slug=a;name==HYPERLINK(\"x\");\n3 slug=b;name=+1;\n4 slug=c;name=@x;\n5 slug=d;name=-1;\n");
}

static void ids_of_products_that_have_left_are_rows_of_their_own(void **state)
{
    (void)state;
    assert_rows("id,sku,slug,name,price_in_cents,stock\n7,S-7,Old Slug,,,\n8,,,,,\n9,,new,,5,\n",
                "2 has left;id=7;sku=S-7;slug=Old Slug;\n3 has left;id=8;sku=;slug=;\n"
                "4 id=9;sku=;slug=new;name=;price=5;stock=;\n");
    /* Without a column for prices it is a row of a product, of which nothing is said. */
    assert_rows("id,slug\n7,a\n", "2 id=7;slug=a;\n");
    assert_fault("id,slug,price\nx,a,\n", "", "2:1 the id is \"x\"; a whole number from 1 to 2147483647 is allowed\n");
}

/* Of a file in which every line ends in CR, or of one with LF. */
static double read_empty_lines(char end)
{
    static char bytes[4 << 20];

    memset(bytes, end, sizeof bytes);
    memcpy(bytes, "slug\na\n", 7);
    clock_t begun = clock();
    struct taken taken = take_bytes(IMPORT_ANY, 2, bytes, sizeof bytes, 65536);
    assert_string_equal(taken.rows, "2 slug=a;\n");
    taken_release(&taken);
    return (double)(clock() - begun) / CLOCKS_PER_SEC;
}

static void lines_that_end_in_cr_take_no_longer_than_others(void **state)
{
    (void)state;
    double with_lf = read_empty_lines('\n'), with_cr = read_empty_lines('\r');
    if (with_cr > with_lf * 6)
        fail_msg("%.3f s with CR, %.3f s with LF", with_cr, with_lf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_columns_are_understood),
        cmocka_unit_test(a_compare_at_price_is_cents_or_a_decimal_or_none),
        cmocka_unit_test(columns_come_in_any_order_and_number),
        cmocka_unit_test(what_is_not_there_is_not_given_and_what_is_empty_is),
        cmocka_unit_test(blanks_at_the_ends_are_part_of_texts_and_of_nothing_else),
        cmocka_unit_test(headings_are_in_any_case_and_may_have_blanks),
        cmocka_unit_test(apostrophes_go_from_a_file_for_a_spreadsheet_alone),
        cmocka_unit_test(decimal_prices_are_of_the_currency),
        cmocka_unit_test(prices_are_read_as_people_write_them),
        cmocka_unit_test(addresses_of_images_are_mended),
        cmocka_unit_test(what_spreadsheets_leave_empty_is_passed_over),
        cmocka_unit_test(marks_and_line_ends_of_other_systems_are_understood),
        cmocka_unit_test(lines_are_counted_whatever_they_end_in),
        cmocka_unit_test(fields_may_have_semicolons_or_tabs_between_them),
        cmocka_unit_test(separator_stays_behind_what_is_no_csv),
        cmocka_unit_test(line_that_says_the_separator_is_passed_over),
        cmocka_unit_test(files_that_are_no_utf_8_text_are_named),
        cmocka_unit_test(short_files_are_read_to_their_end),
        cmocka_unit_test(rows_of_categories_have_no_product),
        cmocka_unit_test(rows_with_categories_and_more_are_of_products),
        cmocka_unit_test(lists_have_backslashes_before_their_signs),
        cmocka_unit_test(repeated_tags_and_categories_count_once),
        cmocka_unit_test(faults_have_line_column_and_what_is_allowed),
        cmocka_unit_test(fault_behind_a_field_of_many_lines_has_its_own_line),
        cmocka_unit_test(every_wrong_value_is_told),
        cmocka_unit_test(wrong_headers_stop_the_reading),
        cmocka_unit_test(file_of_another_kind_gets_one_line),
        cmocka_unit_test(header_that_cannot_be_read_stops_the_reading),
        cmocka_unit_test(rows_of_another_length_are_told),
        cmocka_unit_test(row_that_names_nothing_is_told),
        cmocka_unit_test(wrong_quotes_are_told_and_reading_goes_on),
        cmocka_unit_test(bytes_that_are_no_text_are_told),
        cmocka_unit_test(long_fields_are_told),
        cmocka_unit_test(endless_field_stops_the_reading),
        cmocka_unit_test(long_rows_are_told_once_and_reading_goes_on),
        cmocka_unit_test(too_many_faults_are_counted_not_told),
        cmocka_unit_test(formulas_are_text),
        cmocka_unit_test(ids_of_products_that_have_left_are_rows_of_their_own),
        cmocka_unit_test(lines_that_end_in_cr_take_no_longer_than_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
