/* SPDX-License-Identifier: MIT */
/* Shopify's product CSV: what becomes of its products, variants, pictures and descriptions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/import/formats.h"
#include "fcgi-catalog/import/slug.h"
#include "import_harness.h"

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

#define HEADER                                                                                                         \
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"    \
    "Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,"                         \
    "Variant Inventory Policy,Variant Price,Image Src,Image Position,Image Alt Text,Variant Image,Status\n"

static void product_of_one_variant_is_one_product(void **state)
{
    (void)state;
    assert_rows(HEADER "shoe,Shoe,<p>Red &amp; soft</p>,Acme,Apparel > Shoes,Footwear,\"new, red\",TRUE,Title,Default "
                       "Title,,,K-1,100,shopify,3,deny,49.99,https://x/b.png,2,Back,,active\n"
                       "shoe,,,,,,,,,,,,,,,,,,https://x/a.png,1,Front,,\n",
                "2 sku=K-1;slug=shoe;name=Shoe;description=Red & soft;price=4999;"
                "categories=apparel-shoes|footwear;(apparel:Apparel<?)(apparel-shoes:Shoes<apparel)"
                "(footwear:Footwear<?)tags=new|red|Acme;image=https://x/a.png[Front];image=https://x/b.png[Back];"
                "stock=in-stock;\n");
}

static void every_variant_is_a_product(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Option1 Value,Option2 Value,Variant SKU,Variant Price,Image Src,Image Alt Text,Variant "
                "Image\n"
                "tee,Tee,Red,L,T-RL,10,https://x/1,One,https://x/2\n"
                "tee,,Blue,L,T-BL,12.5,https://x/2,Two,\n"
                "cap,Cap,Default Title,,C,5,,,\n",
                "2 sku=T-RL;slug=tee-red-l;name=Tee - Red / L;price=1000;image=https://x/2[Two];image=https://x/1[One];"
                "\n"
                "3 sku=T-BL;slug=tee-blue-l;name=Tee - Blue / L;price=1250;image=https://x/1[One];image=https://x/"
                "2[Two];\n"
                "4 sku=C;slug=cap;name=Cap;price=500;image=;\n");
}

static void rows_of_a_handle_may_stand_apart(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Option1 Value,Variant Price,Image Src\n"
                "tee,Tee,S,1,https://x/1\n"
                "cap,Cap,,2,\n"
                "tee,,M,3,https://x/2\n"
                "mug,Mug,,4,\n"
                "cap,,,,https://x/3\n",
                "2 slug=tee-s;name=Tee - S;price=100;image=https://x/1[];image=https://x/2[];\n"
                "4 slug=tee-m;name=Tee - M;price=300;image=https://x/1[];image=https://x/2[];\n"
                "3 slug=cap;name=Cap;price=200;image=https://x/3[];\n"
                "5 slug=mug;name=Mug;price=400;image=;\n");
}

static void slugs_are_made_of_handles(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Option1 Value\nCaf\xc3\xa9_Noir,C,\n\xc3\x84-tee,T,Red\n\xc3\x84-tee,,\xc3\x96l\n",
                "2 slug=cafe-noir;name=C;\n3 slug=a-tee-red;name=T - Red;\n4 slug=a-tee-ol;name=T - \xc3\x96l;\n");
}

static void variants_without_plain_letters_have_a_checksum(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Option1 Value,Variant Price\n"
                "tee,Tee,S,1\ntee,,S+,2\ntee,,\xe8\xb5\xa4,3\n",
                "2 slug=tee-s;name=Tee - S;price=100;\n3 slug=tee-s-2;name=Tee - S+;price=200;\n"
                "4 slug=tee-x8a5ec81ba5e0b046;old=tee-3;name=Tee - \xe8\xb5\xa4;price=300;\n");
}

static void products_that_are_not_on_sale_are_counted_and_noted(void **state)
{
    (void)state;
    struct taken taken =
        take_text("Handle,Title,Variant Price,Status,Published\na,A,1,draft,true\nb,B,1,archived,true\n"
                  "c,C,1,active,FALSE\nd,D,1,active,true\ne,E,oops,Unlisted,true\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, "2 not on sale;slug=a;\n3 not on sale;slug=b;\n4 not on sale;slug=c;\n"
                                    "5 slug=d;name=D;price=100;\n6 not on sale;slug=e;\n");
    assert_int_equal(taken.counts.hidden, 4);
    assert_int_equal(taken.counts.rows, 1);
    taken_release(&taken);
}

static void a_product_that_is_not_on_sale_may_have_had_no_variants(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Option1 Value,Variant Price,Status\ntee,Tee,Red,1,archived\ntee,,Blue,1,\n",
                "2 not on sale;slug=tee;\n2 not on sale;slug=tee-red;\n3 not on sale;slug=tee-blue;\n");
}

static void words_of_status_and_published_may_be_of_any_case_and_empty(void **state)
{
    (void)state;
    struct taken taken = take_text("Handle,Title,Status,Published\na,A,ACTIVE,True\nb,B,,\nc,C,Archived,\n"
                                   "d,D,UNLISTED,TRUE\ne,E,,False\nf,F,Draft,true\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, "2 slug=a;name=A;\n3 slug=b;name=B;\n4 not on sale;slug=c;\n"
                                    "5 not on sale;slug=d;\n6 not on sale;slug=e;\n7 not on sale;slug=f;\n");
    assert_int_equal(taken.counts.hidden, 4);
    taken_release(&taken);
}

/* A row builder's, too. */
static void unknown_words_of_status_and_published_are_faults(void **state)
{
    (void)state;
    struct taken taken = take_text("Handle,Title,Option1 Value,Status,Published\na,A,x,weird,maybe\na,,y,,\n"
                                   "b,B,,draft,1\nc,C,,\"ac tive\",true\nd,D,,active,true\n");
    assert_string_equal(
        taken.faults, "2:4 Status is \"weird\"; active, draft, archived and unlisted are allowed, in small letters or "
                      "capitals\n"
                      "2:5 Published is \"maybe\"; true and false are allowed, in small letters or capitals\n"
                      "4:5 Published is \"1\"; true and false are allowed, in small letters or capitals\n"
                      "5:4 Status is \"ac tive\"; active, draft, archived and unlisted are allowed, in small letters "
                      "or capitals\n");
    assert_string_equal(taken.rows, "6 slug=d;name=D;\n");
    assert_int_equal(taken.counts.hidden, 0);
    assert_int_equal(taken.counts.faulty, 4);
    taken_release(&taken);
}

/* It would be an id. */
static void handle_of_digits_alone_gets_a_word_before_it(void **state)
{
    (void)state;
    struct taken taken =
        take_text("Handle,Title,Option1 Value\n1984,A,\n\xef\xbc\x97,B,\n19-84,C,\n451,D,x\n451,,y\nno-7,E,\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, "2 slug=product-1984;name=A;\n3 slug=product-7;name=B;\n4 slug=19-84;name=C;\n"
                                    "5 slug=451-x;name=D - x;\n6 slug=451-y;name=D - y;\n7 slug=no-7;name=E;\n");
    assert_int_equal(taken.counts.digit_handles, 2);
    taken_release(&taken);
}

static void handle_of_as_many_digits_as_a_slug_may_have_fits(void **state)
{
    (void)state;
    char text[300];
    sprintf(text, "Handle,Title\n%0200d,A\n", 7);
    struct taken taken = take_text(text);
    assert_string_equal(taken.faults, "");
    assert_non_null(strstr(taken.rows, "slug=product-0000"));
    taken_release(&taken);
}

static void stock_is_told_when_it_is_counted(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy\n"
                "a,A,shopify,0,deny\nb,B,shopify,-2,continue\nc,C,,0,deny\nd,D,shopify,1,deny\ne,E,shopify,,deny\n",
                "2 slug=a;name=A;stock=out-of-stock;\n3 slug=b;name=B;stock=in-stock;\n4 slug=c;name=C;stock=in-stock;"
                "\n5 slug=d;name=D;stock=in-stock;\n6 slug=e;name=E;\n");
}

static void columns_of_later_exports_are_known(void **state)
{
    (void)state;
    static const char text[] =
        "\xef\xbb\xbfTitle,URL handle,Description,Vendor,Product category,Type,Tags,Published on online "
        "store,Status,SKU,"
        "Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,Option2 Linked To,Option3 "
        "name,Option3 value,Option3 Linked To,Price,Compare-at price,Cost per item,Charge tax,Tax code,Unit price "
        "total "
        "measure,Unit price total measure unit,Unit price base measure,Unit price base measure unit,Inventory tracker,"
        "Inventory quantity,Continue selling when out of stock,Weight value (grams),Weight unit for display,Requires "
        "shipping,Fulfillment service,Product image URL,Image position,Image alt text,Variant image URL,Gift card,SEO "
        "title,SEO description,Color (product.metafields.shopify.color-pattern)\r\n"
        "Tee,tee,<p>Soft</p>,Acme,Apparel > Shirts,Shirts,\"new, red\",TRUE,Active,T-S,'0123,Size,Small,,,,,,,,19.99,"
        "24.99,,TRUE,,,,,,shopify,0,DENY,200,g,TRUE,manual,https://x/1.jpg,1,Front,,FALSE,,,\r\n"
        ",tee,,,,,,,,T-M,,,Medium,,,,,,,,20,,,,,,,,,shopify,0,CONTINUE,,,,,https://x/2.jpg,2,,https://x/"
        "2.jpg,,,,red\r\n"
        ",tee,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,https://x/3.jpg,3,Back,,,,,\r\n";
    static const char shared[] = "description=Soft;price=%d;categories=apparel-shirts|shirts;(apparel:Apparel<?)"
                                 "(apparel-shirts:Shirts<apparel)(shirts:Shirts<?)tags=new|red|Acme;";
    struct taken taken = take_text(text);
    char expected[2000], *at = expected;
    at += sprintf(at, "2 sku=T-S;slug=tee-small;name=Tee - Small;");
    at += sprintf(at, shared, 1999);
    at += sprintf(at, "image=https://x/1.jpg[Front];image=https://x/2.jpg[];image=https://x/3.jpg[Back];"
                      "stock=out-of-stock;compare=2499;\n3 sku=T-M;slug=tee-medium;name=Tee - Medium;");
    at += sprintf(at, shared, 2000);
    sprintf(at, "image=https://x/2.jpg[];image=https://x/1.jpg[Front];image=https://x/3.jpg[Back];stock=in-stock;"
                "compare=0;\n");
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, expected);
    assert_int_equal(taken.format, IMPORT_SHOPIFY);
    assert_string_equal(taken.passed_over,
                        "Barcode|Option1 name|Charge tax|Weight value (grams)|Weight unit for display|"
                        "Requires shipping|Fulfillment service|Gift card|Color (product.metafields.shopify.color-"
                        "pattern)");
    taken_release(&taken);
}

static void columns_of_earlier_exports_are_known(void **state)
{
    (void)state;
    assert_rows("Handle,Title,Standardized Product Type,Custom Product Type\na,A,Apparel > Shirts,Tees\n",
                "2 slug=a;name=A;categories=apparel-shirts|tees;(apparel:Apparel<?)(apparel-shirts:Shirts<apparel)"
                "(tees:Tees<?)\n");
    assert_rows("HANDLE,TITLE,standard product type\na,A,Shirts\n",
                "2 slug=a;name=A;categories=shirts;(shirts:Shirts<?)\n");
}

static void columns_twice_are_refused(void **state)
{
    (void)state;
    assert_fault("Handle,Title,Price,SKU,Variant Price,Variant SKU\na,A,1,K,2,L\n", "",
                 "1:5 the column \"Variant Price\" is there twice, as \"Price\" before; once is allowed\n"
                 "1:6 the column \"Variant SKU\" is there twice, as \"SKU\" before; once is allowed\n");
    assert_rows("Handle,Title,Notes,Notes\na,A,1,2\n", "2 slug=a;name=A;\n");
}

static void only_filled_columns_are_named_as_passed_over(void **state)
{
    (void)state;
    struct taken taken = take_text("Handle,Title,SEO Title,Cost per item,Variant Barcode\na,A,,,\nb,B,,3,\n");
    assert_string_equal(taken.passed_over, "Cost per item");
    taken_release(&taken);
    taken = take_text("slug,name\na,x\n");
    assert_string_equal(taken.passed_over, "");
    taken_release(&taken);
}

static void prices_are_of_the_shops_currency(void **state)
{
    (void)state;
    static const char text[] = "Handle,Title,Variant Price\na,A,1200.00\n";
    struct taken taken = take_bytes(IMPORT_ANY, 0, text, strlen(text), 4096);
    assert_string_equal(taken.rows, "2 slug=a;name=A;price=1200;\n");
    taken_release(&taken);
}

static void faults_have_the_variants_line(void **state)
{
    (void)state;
    assert_fault("Handle,Title,Option1 Value,Variant Price\na,A,x,1\na,,y,free\nb,,z,1\n,C,z,1\n",
                 "2 slug=a-x;name=A - x;price=100;\n",
                 "3:4 the price is \"free\"; a decimal from 0 to 21474836.47 is allowed\n"
                 "4:2 Title is empty; a product's first row has one\n"
                 "5:1 no slug can be made of the handle \"\"; 1 to 200 of a-z, 0-9 and single hyphens "
                 "between them, not digits alone are needed\n");
}

static void name_that_options_make_too_long_has_the_variants_place(void **state)
{
    (void)state;
    char text[2000], *at = text + sprintf(text, "Handle,Title,Option1 Value\na,A,x\na,,");
    memset(at, 'y', 500);
    strcpy(at + 500, "\n");
    assert_fault(text, "2 slug=a-x;name=A - x;\n", "3:3 the name has 504 bytes; at most 500 are allowed\n");
    at = text + sprintf(text, "Handle,Title,Option1 Value\na,");
    memset(at, 'y', 501);
    strcpy(at + 501, ",x\na,,z\n");
    assert_fault(text, "", "2:2 the name has 501 bytes; at most 500 are allowed\n");
}

static void fault_of_what_variants_share_is_told_once(void **state)
{
    (void)state;
    struct taken taken = take_text("Handle,Title,Option1 Value,Variant Price\na,,x,1\na,,y,1\na,,z,1\n");
    assert_string_equal(taken.faults, "2:2 Title is empty; a product's first row has one\n");
    assert_int_equal(taken.counts.faulty, 3);
    taken_release(&taken);
}

static void header_needs_handle_and_title(void **state)
{
    (void)state;
    static const char text[] = "Handle,Vendor\na,b\n";
    struct taken taken = take_bytes(IMPORT_SHOPIFY, 2, text, strlen(text), 4096);
    assert_string_equal(taken.faults, "1:0 the header lacks Handle or Title; Shopify's product export has both\n");
    taken_release(&taken);
}

static void too_many_variants_are_refused(void **state)
{
    (void)state;
    char *text = malloc(100000), *at = text;
    at += sprintf(at, "Handle,Title,Option1 Value,Variant Price\n");
    for (int i = 0; i <= 2048; i++)
        at += sprintf(at, "a,A,%d,1\n", i);
    struct taken taken = take_text(text);
    assert_string_equal(taken.faults, "2050:0 the product has more than 2048 variants; fewer are allowed\n");
    assert_string_equal(taken.rows, "");
    taken_release(&taken);
    free(text);
}

static void assert_plain(const char *html, const char *expected)
{
    assert_string_equal(html_to_text(html, &arena), expected);
}

static void html_becomes_plain_text(void **state)
{
    (void)state;
    assert_plain("", "");
    assert_plain("plain  text\n here ", "plain text here");
    assert_plain("<p>One</p><p>Two<br/>Three</p>", "One\n\nTwo\nThree");
    assert_plain("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc");
    assert_plain("<b>a</b>b <i title=\"x > y\">c</i>", "ab c");
    assert_plain("a<script>alert('<p>')</script>b<STYLE>p{}</style>c<!-- <p>d -->e", "abce");
    assert_plain("1 < 2 & 3 > 2 <3", "1 < 2 & 3 > 2 <3");
    assert_plain("<p", "");
    assert_plain("<script>x", "");
    assert_plain("a<!-- b", "a");
    assert_plain("<div><div>a</div></div>", "a");
}

static void character_references_become_characters(void **state)
{
    (void)state;
    assert_plain("&lt;b&gt; &amp;amp; &quot;&#39;&#x27;&apos;", "<b> &amp; \"'''");
    assert_plain("a&nbsp;b&#160;c&#10;d", "a b c d");
    assert_plain("&eacute;&euro;&#128512;&#x1F600;", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf0\x9f\x98\x80");
    assert_plain("&#0;&#xD800;&#x110000;&#99999999999;&unknown;&;&#;&#x;&amp",
                 "&#0;&#xD800;&#x110000;&#99999999999;&unknown;&;&#;&#x;&amp");
}

static void letters_are_transliterated(void **state)
{
    static const char *const names[][2] = {
        {"Łódź Øl Æble Đà Nẵng", "lodz-ol-aeble-da-nang"},
        {"Straße ÞÓR ÍSLAND ðæg Œuvre KAPI ışık", "strasse-thor-island-daeg-oeuvre-kapi-isik"},
        {"Чайник ЁЛКА объём Щука", "chaynik-elka-obem-shchuka"},
        {"Їжак Ґудзик Європа Київ", "yizhak-gudzik-yevropa-kiyiv"},
        {"Ђорђе Љубав Њива Ћуп Џем Ја", "djordje-ljubav-njiva-cup-dzem-ja"},
        {"България", "balgariya"},
        {"Ελληνικός καφές Ούζο Ψωμί", "ellinikos-kafes-ouzo-psomi"},
        {"Ｔ－shirt ﬁt ½", "t-shirt-fit-1-2"},
        {"Tシャツ ティーシャツ ビール ビル ｶﾞﾗｽ", "tshatsu-tiishatsu-biiru-biru-garasu"},
        {"ひゃく ひょう はく ヒュー ちゃ じゅう", "hyaku-hyou-haku-hyuu-cha-juu"},
        {"きって まっちゃ しゅっぱつ ウィスキー フォーク ヴァイオリン おちゃ っ ー",
         "kitte-matcha-shuppatsu-wisukii-fooku-vaiorin-ocha"},
        {"한국어 가을 개울 값을 셔츠", "hangug-eo-ga-eul-gae-ul-gabs-eul-syeocheu"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_string_equal(slug_make(names[i][0], 100, &arena), names[i][1]);
    assert_string_equal(slug_make_before("Łódź", 100, &arena), "odz");
    assert_string_equal(slug_make_before("赤", 100, &arena), "");
}

/* Nothing stands for them, and yet different names have different slugs. */
static void letters_without_a_table_leave_a_checksum(void **state)
{
    (void)state;
    const char *red = slug_make("赤", FIELD_CATEGORY_MAX, &arena), *blue = slug_make("青", FIELD_CATEGORY_MAX, &arena);
    assert_int_equal(strlen(red), 17);
    assert_true(field_is_slug(red) && strcmp(red, blue) != 0);
    const char *tee = slug_make("T恤", FIELD_SLUG_MAX, &arena), *other = slug_make("T-שמלה", FIELD_SLUG_MAX, &arena);
    assert_true(strncmp(tee, "t-x", 3) == 0 && strncmp(other, "t-x", 3) == 0 && strcmp(tee, other) != 0);
    assert_true(field_is_category(slug_make("★", FIELD_CATEGORY_MAX, &arena)));
    char name[3 * 300 + 1] = "";
    for (size_t i = 0; i < 300; i++)
        strcat(name, i % 2 == 0 ? "赤" : "a");
    const char *longest = slug_make(name, FIELD_CATEGORY_MAX, &arena);
    assert_true(strlen(longest) <= FIELD_CATEGORY_MAX && field_is_category(longest));
}

static bool knows_category(void *data, const char *slug, const char *name)
{
    (void)data;
    return strcmp(slug, "odka") == 0 && strcmp(name, "Łódka") == 0;
}

/* Rules of the Discount service name it. */
static void a_category_that_the_shop_has_keeps_its_slug(void **state)
{
    static const char text[] = "Handle,Title,Product Category,Type\na,A,Łódka > Ø,Ł\nb,B,Łąka,Łódka\n";
    struct taken taken = {0};
    (void)state;
    taken.row_file = open_memstream(&taken.rows, &taken.rows_length);
    struct import_faults faults = {.most = 0};
    struct import_source source = {
        .exponent = 2, .faults = &faults, .take = write_row, .knows_category = knows_category, .data = &taken};
    struct import_reader *reader = import_reader_new(&source);
    assert_true(import_reader_feed(reader, text, strlen(text)) && import_reader_finish(reader));
    import_reader_free(reader);
    fclose(taken.row_file);
    assert_non_null(strstr(taken.rows, "categories=lodka-o|l;(odka:Łódka<?)(lodka-o:Ø<odka)(l:Ł<?)"));
    assert_non_null(strstr(taken.rows, "categories=laka|odka;(laka:Łąka<?)(odka:Łódka<?)"));
    free(taken.rows);
}

static void slugs_are_made_of_names(void **state)
{
    (void)state;
    assert_string_equal(slug_make("Men's Gr\xc3\xb6\xc3\x9f"
                                  "e 42 ",
                                  100, &arena),
                        "men-s-grosse-42");
    assert_string_equal(slug_make("--A__B--", 100, &arena), "a-b");
    assert_string_equal(slug_make("", 100, &arena), "");
    assert_string_equal(slug_make("\xff", 100, &arena), "");
    assert_string_equal(slug_make("ab cd", 3, &arena), "ab");
    assert_string_equal(slug_make("ab cd", 4, &arena), "ab-c");
    assert_string_equal(slug_join("", "a", 100, &arena), "a");
    assert_string_equal(slug_join("a", "b", 3, &arena), "a-b");
    const char *one = slug_join("aaaaaaaaaaaaaaa", "b", 16, &arena),
               *two = slug_join("aaaaaaaaaaaaaaa", "c", 16, &arena);
    assert_int_equal(strlen(one), 16);
    assert_string_not_equal(one, two);
    assert_true(field_is_category(one) && field_is_category(two));
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(product_of_one_variant_is_one_product),
        TEST(every_variant_is_a_product),
        TEST(rows_of_a_handle_may_stand_apart),
        TEST(slugs_are_made_of_handles),
        TEST(variants_without_plain_letters_have_a_checksum),
        TEST(products_that_are_not_on_sale_are_counted_and_noted),
        TEST(a_product_that_is_not_on_sale_may_have_had_no_variants),
        TEST(words_of_status_and_published_may_be_of_any_case_and_empty),
        TEST(unknown_words_of_status_and_published_are_faults),
        TEST(handle_of_digits_alone_gets_a_word_before_it),
        TEST(handle_of_as_many_digits_as_a_slug_may_have_fits),
        TEST(stock_is_told_when_it_is_counted),
        TEST(columns_of_later_exports_are_known),
        TEST(columns_of_earlier_exports_are_known),
        TEST(columns_twice_are_refused),
        TEST(only_filled_columns_are_named_as_passed_over),
        TEST(prices_are_of_the_shops_currency),
        TEST(faults_have_the_variants_line),
        TEST(name_that_options_make_too_long_has_the_variants_place),
        TEST(fault_of_what_variants_share_is_told_once),
        TEST(header_needs_handle_and_title),
        TEST(too_many_variants_are_refused),
        TEST(html_becomes_plain_text),
        TEST(character_references_become_characters),
        TEST(letters_are_transliterated),
        TEST(letters_without_a_table_leave_a_checksum),
        TEST(a_category_that_the_shop_has_keeps_its_slug),
        TEST(slugs_are_made_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
