/* SPDX-License-Identifier: MIT */
/* Files whose headings a person maps, and the first look at a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import_harness.h"

static const struct import_mapping mappings[] = {{"Bez.", "name"},     {"VK", "price"},          {"Foto 1", "images"},
                                                 {"Foto 2", "images"}, {"Gruppe", "categories"}, {"Price", ""}};
static const struct import_map map = {.items = mappings, .count = 6};

static struct taken take_mapped(enum import_format format, const char *text)
{
    return take_source((struct import_source){.format = format, .exponent = 2, .map = &map}, text, strlen(text), 4096);
}

#define HEADER "SKU;bez.;Title;VK;Foto 1;Foto 2;Gruppe;Price;Bestand;Aktiv;Marke;Farbe;UVP\n"
#define ROWS                                                                                                           \
    HEADER "A1;Tasse;Cup;1.299,50 €;https://x/1.jpg;https://x/2.jpg;Küche > Tassen|Neu;9;3;ja;Acme;rot;1400\n"      \
           "A2;Teller;;5;;;;;ausverkauft;1;;;\n"                                                                       \
           "A3;Alt;;5;;;;;0;nein;;;\n"                                                                                 \
           ";Ohne;;;;;;;;;;;\n"

static void mapped_and_guessed_headings_become_fields(void **state)
{
    (void)state;
    struct taken taken = take_mapped(IMPORT_MAPPED, ROWS);
    assert_string_equal(taken.faults, "3:9 Bestand is \"ausverkauft\"; a number, in stock, out of stock and preorder "
                                      "are allowed\n");
    assert_string_equal(taken.rows,
                        "2 sku=A1;slug=tasse;name=Tasse;price=129950;currency=EUR;categories=kuche-tassen|neu;"
                        "(kuche:Küche<?)(kuche-tassen:Tassen<kuche)(neu:Neu<?)tags=Acme;image=https://x/1.jpg[];"
                        "image=https://x/2.jpg[];stock=in-stock;compare=140000;\n"
                        "4 not on sale;sku=A3;\n");
    assert_string_equal(taken.passed_over, "Title|Price|Farbe");
    assert_int_equal(taken.counts.hidden, 1);
    assert_int_equal(taken.counts.unpriced, 1);
    taken_release(&taken);
}

static void file_with_all_headings_of_the_map_is_read_by_it(void **state)
{
    (void)state;
    struct taken taken = take_mapped(IMPORT_ANY, HEADER "A1;Tasse;;5;;;;;;;;;\n");
    assert_int_equal(taken.format, IMPORT_MAPPED);
    assert_int_equal(taken.counts.rows, 1);
    taken_release(&taken);
    taken = take_mapped(IMPORT_ANY, "slug,price_in_cents\na,5\n");
    assert_int_equal(taken.format, IMPORT_CSV);
    assert_int_equal(taken.counts.rows, 1);
    taken_release(&taken);
}

/* The map was kept for another file. */
static void own_export_and_a_shops_are_not_read_by_the_map(void **state)
{
    (void)state;
    static const struct import_mapping items[] = {{"sku", "sku"}, {"name", "name"}};
    static const struct import_map kept = {.items = items, .count = 2};
    static const struct {
        const char *text;
        enum import_format format;
    } files[] = {
        {"sku,slug,name,price_in_cents\nA,a,Cup,500\n", IMPORT_CSV},
        {"sku,attribute_set_code,product_type,name,price\nA,D,simple,Cup,5\n", IMPORT_MAGENTO},
        {"sku,name,price\nA,Cup,5\n", IMPORT_MAPPED},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct taken taken = take_source((struct import_source){.exponent = 2, .map = &kept}, files[i].text,
                                         strlen(files[i].text), 4096);
        assert_string_equal(taken.faults, "");
        assert_int_equal(taken.format, files[i].format);
        assert_int_equal(taken.counts.rows, 1);
        taken_release(&taken);
    }
}

static void heading_that_the_file_lacks_is_told(void **state)
{
    (void)state;
    struct taken taken = take_mapped(IMPORT_MAPPED, "SKU;Bez.;VK\na;b;1\n");
    assert_string_equal(taken.faults, "1:0 the file has no column \"Foto 1\", which --map names\n");
    taken_release(&taken);
    taken = take_bytes(IMPORT_MAPPED, 2, "SKU;VK\na;1\n", 11, 4096);
    assert_string_equal(taken.faults, "1:0 no column is the name; --map \"Heading=name\" says which is\n");
    taken_release(&taken);
}

/* "HEADING>FIELD:CELL,CELL" of each column. */
static char *describe(const struct import_look *look)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    for (size_t i = 0; i < look->column_count; i++) {
        const struct import_look_column *column = &look->columns[i];
        fprintf(out, "%s>%s%s:", column->heading, column->field != NULL ? column->field : "-",
                column->is_mapped ? "!" : "");
        for (size_t j = 0; j < look->row_count; j++)
            fprintf(out, "%s,", column->cells[j] != NULL ? column->cells[j] : "");
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

static void check_look(const struct import_map *with, const char *text, enum import_format format, bool is_known,
                       const char *expected)
{
    struct import_look look = {.column_count = 0};
    struct taken taken = take_source((struct import_source){.exponent = 2, .map = with, .look = &look}, text,
                                     strlen(text), strlen(text));
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, "");
    assert_int_equal(look.format, format);
    assert_int_equal(look.is_known, is_known);
    char *columns = describe(&look);
    assert_string_equal(columns, expected);
    free(columns);
    taken_release(&taken);
    arena_release(&look.arena);
}

static void a_look_shows_columns_and_five_rows(void **state)
{
    (void)state;
    check_look(NULL, "Artikel;Titel;Bild;Foto;Preis\n1;a\n2;b;;;5\n3\n4\n5\n6\n", IMPORT_CSV, false,
               "Artikel>-:1,2,3,4,5,\nTitel>name:a,b,,,,\nBild>images:,,,,,\nFoto>-:,,,,,\nPreis>price:,5,,,,\n");
    check_look(&map, HEADER, IMPORT_MAPPED, true,
               "SKU>sku:\nbez.>name!:\nTitle>-:\nVK>price!:\nFoto 1>images!:\nFoto 2>images!:\nGruppe>categories!:\n"
               "Price>-!:\nBestand>stock:\nAktiv>published:\nMarke>tags:\nFarbe>-:\nUVP>compare_at_price:\n");
    check_look(NULL, "TITLE,PRICE,CURRENCY_CODE,QUANTITY,MATERIALS\na,1,EUR,2,wool\n", IMPORT_ETSY, true,
               "TITLE>name:a,\nPRICE>price:1,\nCURRENCY_CODE>currency:EUR,\nQUANTITY>stock:2,\nMATERIALS>-:wool,\n");
    check_look(NULL, "Handle,Title,Cost\na,A,1\n", IMPORT_SHOPIFY, true, "Handle>:a,\nTitle>:A,\nCost>-:1,\n");
    check_look(NULL, "slug,price\na,1\n", IMPORT_CSV, true, "slug>slug:a,\nprice>price:1,\n");
    check_look(NULL, "<rss/>", IMPORT_GOOGLE, true, "");
    check_look(NULL, "{\"slug\":\"a\"}\n", IMPORT_JSON_LINES, true, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapped_and_guessed_headings_become_fields),
        cmocka_unit_test(file_with_all_headings_of_the_map_is_read_by_it),
        cmocka_unit_test(own_export_and_a_shops_are_not_read_by_the_map),
        cmocka_unit_test(heading_that_the_file_lacks_is_told),
        cmocka_unit_test(a_look_shows_columns_and_five_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
