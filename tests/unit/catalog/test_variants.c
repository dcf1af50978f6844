/* SPDX-License-Identifier: MIT */
/* Variants of products: into the catalog, out of it, and that each keeps its id. */
#include "tests/unit/catalog/store_import_fixture.h"

#include <stdlib.h>

#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/catalog/json.h"
#include "fcgi-catalog/import/importer.h"

static char fault[512]; /* the first one of the file */

static void tell(void *data, const struct import_fault *told)
{
    (void)data;
    if (fault[0] == '\0')
        snprintf(fault, sizeof fault, "%s", told->message);
}

/* Imports a file; what is wrong with it is in `fault`, "": nothing. */
static void import_file(const char *text)
{
    struct import_faults faults = {.tell = tell, .most = 1};
    struct importer_setup setup = {
        .import = import, .faults = &faults, .currency = "EUR", .prune_max = -1, .withdraw_max = -1, .expected = -1};
    struct importer *importer = importer_new(&setup);

    fault[0] = '\0';
    assert_true(importer_feed(importer, text, strlen(text)));
    bool is_good = importer_finish(importer) == IMPORTER_OK;
    importer_free(importer);
    assert_int_equal(is_good, fault[0] == '\0');
    if (is_good)
        commit();
    else
        import->methods->roll_back(import);
    begin();
}

static struct product find(const char *slug)
{
    struct product product;

    assert_int_equal(store->methods->find_product(store, slug, &arena, &product), STORE_OK);
    return product;
}

static const char *print_csv(const char *slug)
{
    const struct category_list none = {.count = 0};
    struct product product = find(slug);

    return arena_print(&arena, "%s%s", csv_print_header(CSV_PLAIN, &arena).bytes,
                       csv_print_product(&product, &none, "EUR", CSV_PLAIN, &arena).bytes);
}

static const char *print_json(const char *slug)
{
    struct product product = find(slug);
    size_t seams[3];
    char *text;

    assert_true(json_print_product(&product, FIELD_ALL, "EUR", &text, seams) > 0);
    const char *copy = arena_print(&arena, "%s", text);
    free(text);
    return copy;
}

#define HEADER "slug,variants\n"
#define SHIRT                                                                                                          \
    "id:7;Size=M;Colour=Red;sku:S-M-R;price_in_cents:1999;stock:low;image:/m.svg;compare_at_price_in_cents:2500|"      \
    "id:4;Size=L;Colour=Red;price_in_cents:1899"

static void what_was_exported_is_imported_as_the_same(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "shirt," SHIRT "\nodd,\"id:9;A\\=\\:\\;b\\|=c=d:\\;\"\"\\|\\\\,e;price_in_cents:0\"\n");
    assert_string_equal(fault, "");
    const char *csv = print_csv("shirt"), *json = print_json("shirt"), *odd = print_csv("odd");
    assert_non_null(strstr(csv, ",1899,EUR,"));
    assert_non_null(strstr(csv, "," SHIRT "\r\n"));
    assert_string_equal(find("odd").variants[0].options[0].name, "A=:;b|");
    assert_string_equal(find("odd").variants[0].options[0].value, "c=d:;\"|\\,e");
    import->methods->roll_back(import);
    import_close(import);
    import = NULL;
    remove_database();
    open_shop();
    import_file(csv);
    import_file(odd);
    assert_string_equal(fault, "");
    assert_string_equal(print_csv("shirt"), csv);
    assert_string_equal(print_csv("odd"), odd);
    import_file(json); /* now a file of JSON Lines */
    assert_string_equal(fault, "");
    assert_string_equal(print_json("shirt"), json);
    import_file(print_json("odd"));
    assert_string_equal(fault, "");
    assert_string_equal(print_csv("odd"), odd);
    assert_non_null(strstr(json, "\"variants\":[{\"id\":7,\"options\":[{\"name\":\"Size\",\"value\":\"M\"},"
                                 "{\"name\":\"Colour\",\"value\":\"Red\"}],\"sku\":\"S-M-R\",\"price_in_cents\":1999,"
                                 "\"stock\":\"low\",\"image\":\"/m.svg\",\"compare_at_price_in_cents\":2500},"
                                 "{\"id\":4,"));
}

static void each_variant_keeps_its_id(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;price_in_cents:2;sku:K|Size=L;price_in_cents:3\nb,Size=M;price_in_cents:4\n");
    assert_int_equal(find("a").variants[0].id, 1);
    assert_int_equal(find("a").variants[1].id, 2);
    assert_int_equal(find("b").variants[0].id, 3);
    /* By its options, by its SKU, and a new one. */
    import_file(HEADER "a,Size=L;price_in_cents:5|Size=Medium;price_in_cents:2;sku:K|Size=S;price_in_cents:1\n");
    assert_int_equal(find("a").variants[0].id, 2);
    assert_int_equal(find("a").variants[1].id, 1);
    assert_int_equal(find("a").variants[2].id, 4);
    assert_int_equal(find("a").price_cents, 1);
    /* Nobody gets the id of one that has left, and it comes back with it. */
    import_file(HEADER "a,Size=S;price_in_cents:1\n");
    import_file(HEADER "a,Size=XL;price_in_cents:1\n");
    assert_int_equal(find("a").variants[0].id, 5);
    import_file(HEADER "a,Size=L;price_in_cents:1|Size=S;price_in_cents:1\n");
    assert_int_equal(find("a").variants[0].id, 2);
    assert_int_equal(find("a").variants[1].id, 4);
    import_file(HEADER "b,id:5;Size=M;price_in_cents:4\n");
    assert_string_equal(fault, "the id 5 is that of a variant of another product; ids are not used again");
    import_file(HEADER "b,id:4;Size=M;price_in_cents:4\n");
    assert_string_equal(fault, "the id 4 is that of a variant of another product; ids are not used again");
    /* A product without any has none, and what says nothing of them leaves them. */
    import_file("slug,name\nb,B\n");
    assert_int_equal(find("b").variants[0].id, 3);
    import_file(HEADER "b,\n");
    assert_int_equal(find("b").variant_count, 0);
    assert_int_equal(find("b").price_cents, 4);
}

static void the_order_of_options_is_only_how_they_are_shown(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;Colour=Red;price_in_cents:5|Size=L;Colour=Red;price_in_cents:6\n");
    import_file(HEADER "a,Colour=Red;Size=M;price_in_cents:5|Colour=Red;Size=L;price_in_cents:6\n");
    assert_int_equal(find("a").variants[0].id, 1);
    assert_int_equal(find("a").variants[1].id, 2);
    assert_string_equal(find("a").variants[0].options[0].name, "Colour");
    import_file(HEADER "a,Size=M;Colour=Red;price_in_cents:5|Colour=Red;Size=M;price_in_cents:6\n");
    assert_string_equal(fault, "variant 2: its options are those of variant 1; no two variants have the same");
    import_file(HEADER "a,\n");
    import_file(HEADER "a,Size=L;Colour=Red;price_in_cents:6\n");
    assert_int_equal(find("a").variants[0].id, 2);
}

static void a_product_that_comes_back_has_its_variants_again(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;price_in_cents:2\nb,Size=M;price_in_cents:3\n");
    import->methods->roll_back(import);
    assert_int_equal(change("DELETE FROM product WHERE slug = 'a'"), SQLITE_OK);
    assert_string_equal(ask("SELECT group_concat(product_id) FROM variant"), "2");
    assert_sound();
    begin();
    import_file(HEADER "c,Size=M;price_in_cents:2\na,Size=M;price_in_cents:2\n");
    assert_int_equal(find("a").id, 1);
    assert_int_equal(find("a").variants[0].id, 1);
    assert_int_equal(find("c").variants[0].id, 3);
}

static void a_new_product_with_a_known_sku_takes_no_variants_away(void **state)
{
    (void)state;
    open_shop();
    import_file("sku,slug,variants\nK,old,Size=M;price_in_cents:5\n");
    import_file("{\"sku\":\"K\",\"slug\":\"new\",\"price_in_cents\":5,\"variants\":"
                "[{\"options\":[{\"name\":\"Size\",\"value\":\"XS\"}],\"price_in_cents\":5}]}\n"
                "{\"sku\":\"K\",\"slug\":\"old\",\"price_in_cents\":5}\n");
    assert_string_equal(fault, "a new product has come with this SKU and with variants; this row needs variants, too");
    assert_string_equal(find("old").variants[0].options[0].value, "M");
    import_file("sku,slug,variants\nK,new,Size=XS;price_in_cents:7\nK,old,Size=M;price_in_cents:5\n");
    assert_string_equal(fault, "");
    assert_int_equal(find("old").id, 1);
    assert_int_equal(find("old").price_cents, 5);
    assert_int_equal(find("old").variants[0].id, 1);
    assert_string_equal(find("old").variants[0].options[0].value, "M");
    assert_int_equal(find("new").id, 2);
    assert_int_equal(find("new").price_cents, 7);
    assert_int_equal(find("new").variant_count, 1);
    assert_string_equal(find("new").variants[0].options[0].value, "XS");
    /* What only the later row gives is not the new product's. */
    import_file("{\"sku\":\"K2\",\"slug\":\"older\",\"price_in_cents\":5,\"name\":\"Older\"}\n");
    import_file("{\"sku\":\"K2\",\"slug\":\"newer\",\"price_in_cents\":6}\n"
                "{\"sku\":\"K2\",\"slug\":\"older\",\"price_in_cents\":5,\"name\":\"Old\"}\n");
    assert_string_equal(fault, "");
    assert_string_equal(find("older").name, "Old");
    assert_string_equal(find("newer").name, "");
}

static void a_price_is_that_of_the_cheapest_variant(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;price_in_cents:20|Size=L;price_in_cents:10\n");
    assert_int_equal(find("a").price_cents, 10);
    import_file("slug,price_in_cents\na,10\n");
    assert_string_equal(fault, "");
    import_file("slug,price_in_cents\na,20\n");
    assert_string_equal(fault, "the price is 20, and that of a product with variants is the price of the cheapest one, "
                               "10; variants have prices");
}

static void rows_of_one_file_are_refused_with_the_reason(void **state)
{
    static const char *const rows[][2] = {
        {"Size=M", "variant 1 has no price_in_cents; each variant has one"},
        {"Size=M;price_in_cents:1|Size=M;price_in_cents:2",
         "variant 2: its options are those of variant 1; no two variants have the same"},
        {"id:1;A=1;price_in_cents:1|id:1;A=2;price_in_cents:2",
         "variant 2: its id is that of variant 1; each has its own"},
        {"sku:K;price_in_cents:1", "variant 1: it has 0 options; 1 to 10 are allowed"},
        {"A=1;A=2;price_in_cents:1", "variant 1: the option \"A\" is there twice; once is allowed"},
        {"A=;price_in_cents:1",
         "variant 1: an option's value is \"\"; 1 to 255 bytes without control characters are allowed"},
        {"A=1;price_in_cents:-1",
         "price_in_cents of variant 1 is \"-1\"; a whole number from 0 to 2147483647 is allowed"},
        {"A=1;price:1", "variant 1 has a field \"price\"; id, sku, price_in_cents, stock, image, "
                        "compare_at_price_in_cents are allowed"},
        {"A=1;price_in_cents:1;stock:much",
         "variant 1: stock is \"much\"; in-stock, low, out-of-stock, preorder and discontinued are allowed"},
        {"A;price_in_cents:1", "a variant has \"A\"; Option=Value and field:value are allowed"},
    };

    (void)state;
    open_shop();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        import_file(arena_print(&arena, HEADER "a,%s\n", rows[i][0]));
        assert_string_equal(fault, rows[i][1]);
    }
    const char *many = "A=0;price_in_cents:1";
    for (int i = 1; i < FIELD_VARIANTS_MAX; i++)
        many = arena_print(&arena, "%s|A=%d;price_in_cents:1", many, i);
    import_file(arena_print(&arena, HEADER "a,%s\n", many));
    assert_string_equal(fault, "");
    import_file(arena_print(&arena, HEADER "a,%s|A=more;price_in_cents:1\n", many));
    assert_string_equal(fault, "there are more than 100 variants; fewer are allowed");
    import_file("{\"slug\":\"b\",\"variants\":[{\"options\":[{\"name\":\"A\"}],\"price_in_cents\":1}]}\n");
    assert_string_equal(fault, "an option of variant 1 is no object with the texts name and value; it is one");
    import_file("{\"slug\":\"b\",\"variants\":[{\"options\":[{\"name\":\"A\",\"value\":\"1\"}],"
                "\"price_in_cents\":\"1\"}]}\n");
    assert_string_equal(fault, "price_in_cents is a text; a whole number from 0 to 2147483647 is allowed");
}

static void what_somebody_changes_by_hand_is_seen(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;price_in_cents:20|Size=L;price_in_cents:10\n");
    import->methods->roll_back(import);
    assert_int_equal(change("UPDATE variant SET stock = 'low', position = 3 - position WHERE product_id = 1"),
                     SQLITE_OK);
    assert_sound();
    assert_string_equal(find("a").variants[0].options[0].value, "L");
    assert_string_equal(find("a").variants[0].stock, "low");
    assert_int_equal(change("DELETE FROM variant WHERE id = 1"), SQLITE_OK);
    assert_sound();
    assert_int_equal(find("a").variant_count, 1);
    assert_int_equal(change("INSERT INTO variant (id, product_id, position, options, price_in_cents) "
                            "VALUES (1, 1, 2, 'Size=M', 30)"),
                     SQLITE_OK);
    assert_int_equal(find("a").variant_count, 2);
    assert_sound();
    assert_int_equal(change("UPDATE variant SET price_in_cents = 5 WHERE id = 1"), SQLITE_OK);
    struct store_counts counts;
    assert_false(store_check(path, &counts, reason, sizeof reason));
    assert_non_null(strstr(reason, "product 1: its price is not that of its cheapest variant"));
}

/* Expects that the check of the database names this. */
static void assert_unsound(const char *expected)
{
    struct store_counts counts;

    assert_false(store_check(path, &counts, reason, sizeof reason));
    assert_non_null(strstr(reason, expected));
}

static void options_that_cannot_be_read_are_shown_named_and_replaced(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;price_in_cents:5\n");
    import->methods->roll_back(import);
    assert_int_equal(change("INSERT INTO variant (product_id, position, options, price_in_cents) "
                            "VALUES (1, 9, 'Medium', 5)"),
                     SQLITE_OK);
    assert_int_equal(find("a").variant_count, 2);
    assert_string_equal(find("a").variants[1].options[0].value, "Medium");
    assert_unsound("product 1: a variant's options are \"Medium\"; Option=Value is allowed");
    begin();
    import_file("slug,name\na,A\n"); /* it leaves variants, and all of the product is sound */
    assert_non_null(strstr(print_csv("a"), "|id:2;?=Medium;price_in_cents:5"));
    import->methods->roll_back(import);
    assert_int_equal(change("UPDATE variant SET options = 'Size=' WHERE id = 2"), SQLITE_OK);
    assert_string_equal(find("a").variants[1].options[0].value, "Size=");
    begin();
    import_file(HEADER "a,Size=M;price_in_cents:5|id:2;Size=L;price_in_cents:5\n");
    assert_string_equal(fault, "");
    assert_string_equal(find("a").variants[1].options[0].value, "L");
}

static void variants_that_an_import_would_refuse_are_named(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "a,Size=M;Colour=Red;price_in_cents:5|Size=L;Colour=Red;price_in_cents:5\n");
    import->methods->roll_back(import);
    assert_int_equal(change("UPDATE variant SET options = 'Size=M;Size=L' WHERE id = 2"), SQLITE_OK);
    assert_unsound("product 1: variant 2: the option \"Size\" is there twice");
    assert_int_equal(change("UPDATE variant SET options = 'Size=M;Colour=Red' WHERE id = 2"), SQLITE_OK);
    assert_unsound("product 1: variant 2: its options are those of variant 1");
    assert_int_equal(change("UPDATE variant SET options = 'Size=L' WHERE id = 2"), SQLITE_OK);
    assert_sound();
    assert_int_equal(change("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) "
                            "INSERT INTO variant (product_id, position, options, price_in_cents) "
                            "SELECT 1, i + 2, 'A=' || i, 5 FROM n"),
                     SQLITE_OK);
    assert_int_equal(find("a").variant_count, 101);
    assert_unsound("product 1: it has 101 variants; up to 100 are allowed");
}

/* How many products a text finds. */
static size_t search(const char *text)
{
    const struct product_query query = {.sort = SORT_ID, .text = text, .limit = 9, .min_price = -1, .max_price = -1};
    struct product_page page;

    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    return page.products.count;
}

static void variants_are_found_by_options_and_skus(void **state)
{
    (void)state;
    open_shop();
    import_file(HEADER "shirt," SHIRT "\nhose,\"Größe=Groß\\;weit;price_in_cents:1\"\n");
    assert_int_equal(search("shirt red"), 1);
    assert_int_equal(search("s-m-r"), 1);
    assert_int_equal(search("hose gross weit"), 1);
    assert_int_equal(search("1999"), 0); /* neither */
    import_file(HEADER "shirt,Size=L;Colour=Green;price_in_cents:1\n");
    assert_int_equal(search("shirt red"), 0);
    assert_int_equal(search("shirt green"), 1);
    import->methods->roll_back(import);
    assert_int_equal(change("UPDATE variant SET options = 'Farbe=weiß', sku = 'K-9' WHERE product_id = 1"), SQLITE_OK);
    assert_sound();
    assert_int_equal(search("shirt green"), 0);
    assert_int_equal(search("shirt k-9 weiß"), 1);
    assert_int_equal(search("weiss"), 0);
    begin();
    commit();
    assert_int_equal(search("weiss"), 1);
    assert_int_equal(change("DELETE FROM variant"), SQLITE_OK);
    assert_sound();
    assert_int_equal(search("k-9"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(what_was_exported_is_imported_as_the_same),
        IMPORT_TEST(each_variant_keeps_its_id),
        IMPORT_TEST(the_order_of_options_is_only_how_they_are_shown),
        IMPORT_TEST(a_product_that_comes_back_has_its_variants_again),
        IMPORT_TEST(a_new_product_with_a_known_sku_takes_no_variants_away),
        IMPORT_TEST(a_price_is_that_of_the_cheapest_variant),
        IMPORT_TEST(rows_of_one_file_are_refused_with_the_reason),
        IMPORT_TEST(what_somebody_changes_by_hand_is_seen),
        IMPORT_TEST(options_that_cannot_be_read_are_shown_named_and_replaced),
        IMPORT_TEST(variants_that_an_import_would_refuse_are_named),
        IMPORT_TEST(variants_are_found_by_options_and_skus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
