/* SPDX-License-Identifier: MIT */
/* CSV: how products are printed, and that what is printed is read back without loss, whatever the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <utf8proc.h>

#include "fcgi-catalog/catalog/csv.h"
#include "import_harness.h"

static struct arena arena;

static const char *header_of(enum csv_dialect dialect)
{
    return csv_print_header(dialect, &arena).bytes;
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct category_entry entries[] = {{.slug = "sale", .name = ""},
                                                {.slug = "shoes", .name = "Shoes | more/less", .parent = "wear"},
                                                {.slug = "wear", .name = "Wear"}};
static const struct category_list categories = {entries, ARRAY_LENGTH(entries)};

static void assert_printed(struct product product, const char *currency, const char *expected)
{
    struct text row = csv_print_product(&product, &categories, currency, CSV_PLAIN, &arena);
    assert_string_equal(row.bytes, expected);
    assert_int_equal(row.length, strlen(expected));
}

static void product_has_its_columns(void **state)
{
    (void)state;
    static const char *const slugs[] = {"sale", "shoes", "wear"};
    static const char *const tags[] = {"a|b", "c\\"};
    static const struct product_image images[] = {{"/a b|c", "A \"red\" shoe"}, {"/d", ""}};
    assert_printed(
        (struct product){.id = 7,
                         .sku = "K",
                         .slug = "shoe",
                         .name = "Shoe, red",
                         .description = "a\r\nb",
                         .price_cents = 4999,
                         .categories = slugs,
                         .category_count = 3,
                         .own_category_count = 2,
                         .tags = tags,
                         .tag_count = 2,
                         .images = images,
                         .image_count = 2,
                         .stock = "low",
                         .created_at = 5,
                         .updated_at = FIELD_TIME_MAX,
                         .compare_at_cents = 5999},
        "EUR",
        "7,K,shoe,\"Shoe, red\",\"a\r\nb\",4999,EUR,sale|wear/shoes,|Wear/Shoes \\| more\\/less,"
        "a\\|b|c\\\\,\"/a\\ b\\|c A \"\"red\"\" shoe|/d\",low,1970-01-01T00:00:05Z,9999-12-31T23:59:59Z,5999,\r\n");
}

static void empty_fields_stay_empty(void **state)
{
    (void)state;
    assert_printed((struct product){.id = 1, .slug = "a", .description = ""}, "", "1,,a,,,0,,,,,,,,,,\r\n");
}

static void categories_without_names_have_no_list_of_them(void **state)
{
    (void)state;
    static const char *const slugs[] = {"sale"};
    assert_printed(
        (struct product){.id = 1, .slug = "a", .categories = slugs, .category_count = 1, .own_category_count = 1}, "",
        "1,,a,,,0,,sale,,,,,,,,\r\n");
}

static void assert_empty(const struct category_list *list, const char *currency, const char *expected)
{
    struct text rows = csv_print_empty_categories(list, currency, CSV_PLAIN, &arena);
    assert_string_equal(rows.bytes, expected);
    assert_int_equal(rows.length, strlen(expected));
}

static void categories_without_products_have_rows_of_their_own(void **state)
{
    (void)state;
    static const struct category_entry tree[] = {{.slug = "attic", .name = ""},
                                                 {.slug = "hats", .name = "Hats, caps", .parent = "wear"},
                                                 {.slug = "home", .name = "Home"},
                                                 {.slug = "pots", .name = "Pots", .parent = "home"},
                                                 {.slug = "shoes", .name = "", .parent = "wear", .product_count = 1},
                                                 {.slug = "wear", .name = "Wear", .product_count = 1}};
    assert_empty(&(struct category_list){tree, ARRAY_LENGTH(tree)}, "EUR",
                 ",,,,,,EUR,attic,,,,,,,,\r\n,,,,,,EUR,wear/hats,\"Wear/Hats, caps\",,,,,,,\r\n"
                 ",,,,,,EUR,home/pots,Home/Pots,,,,,,,\r\n");
    assert_empty(&(struct category_list){tree, 1}, "", ",,,,,,,attic,,,,,,,,\r\n");
    assert_empty(&(struct category_list){tree + 5, 1}, "EUR", "");
    assert_empty(&(struct category_list){NULL, 0}, "EUR", "");
}

/* A row may name 64 at most: the way down to "k99" takes two. */
static void way_that_is_too_long_for_a_row_is_told_in_parts(void **state)
{
    (void)state;
    struct category_entry tree[90];
    for (size_t i = 0; i < ARRAY_LENGTH(tree); i++) {
        tree[i] = (struct category_entry){.slug = arena_print(&arena, "k%zu", 10 + i), .name = ""};
        tree[i].parent = i > 0 ? tree[i - 1].slug : NULL;
    }
    struct category_list list = {tree, ARRAY_LENGTH(tree)};
    struct text rows = csv_print_empty_categories(&list, "", CSV_PLAIN, &arena);
    struct taken taken = take_text(arena_print(&arena, "%s%s", header_of(CSV_PLAIN), rows.bytes));
    assert_string_equal(taken.faults, "");
    assert_int_equal(taken.counts.category_rows, 2);
    for (size_t i = 1; i < ARRAY_LENGTH(tree); i++)
        assert_non_null(strstr(taken.rows, arena_print(&arena, "(%s:?<%s)", tree[i].slug, tree[i - 1].slug)));
    taken_release(&taken);
}

static void white_space_at_the_ends_is_quoted(void **state)
{
    (void)state;
    assert_printed((struct product){.id = 1, .slug = "a", .sku = " ", .name = "x\t", .description = "\"\""}, "",
                   "1,\" \",a,\"x\t\",\"\"\"\"\"\",0,,,,,,,,,,\r\n");
}

static void formulas_are_printed_as_they_are(void **state)
{
    (void)state;
    assert_printed((struct product){.id = 1, .slug = "a", .name = "=1+1", .description = "@x"}, "",
                   "1,,a,=1+1,@x,0,,,,,,,,,,\r\n");
}

static void header_has_as_many_fields_as_a_row(void **state)
{
    (void)state;
    size_t commas = 0;
    for (const char *at = header_of(CSV_PLAIN); *at != '\0'; at++)
        commas += *at == ',';
    assert_int_equal(commas, 15);
}

/* ---- There and back ---- */

static uint32_t seed;

static uint32_t pick(uint32_t count)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % count;
}

/* Of every plane, and often of what has a meaning in CSV and in lists. */
static utf8proc_int32_t pick_character(void)
{
    static const char special[] = "\"\"\"\",,,\r\n\r\n\\\\||// \t;=+-@'\x01\x1f\x7f";
    if (pick(2) == 0)
        return special[pick(sizeof special - 1)];
    for (;;) {
        utf8proc_int32_t point = (utf8proc_int32_t)(pick(17) * 0x10000 + pick(0x10000));
        if (point != 0 && utf8proc_codepoint_valid(point))
            return point;
    }
}

static const char *pick_text(size_t most)
{
    utf8proc_uint8_t *text = arena_get(&arena, most * 4 + 1);
    size_t length = 0;
    for (size_t count = pick((uint32_t)most + 1); count > 0; count--)
        length += (size_t)utf8proc_encode_char(pick_character(), text + length);
    text[length] = '\0';
    return (const char *)text;
}

static const char *pick_tag(void)
{
    for (;;) {
        const char *tag = field_tidy(pick_text(8), &arena);
        if (tag[0] != '\0' && strlen(tag) <= FIELD_TAG_MAX)
            return tag;
    }
}

static const char *pick_url(void)
{
    for (;;) {
        const char *url = arena_print(&arena, "/x%s", pick_text(6));
        if (field_is_url(url))
            return url;
    }
}

static const char *pick_option(void)
{
    for (;;) {
        const char *text = pick_tag();
        if (!field_has_control(text, strlen(text)) && strcmp(text, "N") != 0)
            return text;
    }
}

static const struct product_variant *pick_variants(size_t count)
{
    struct product_variant *variants = arena_get(&arena, count * sizeof *variants);

    for (size_t i = 0; i < count; i++) {
        struct product_option *options = arena_get(&arena, 2 * sizeof *options);
        options[0] = (struct product_option){"N", arena_print(&arena, "%zu", i)};
        options[1] = (struct product_option){pick_option(), pick_option()};
        variants[i] = (struct product_variant){.id = (int32_t)(pick(2) * ((uint32_t)i + 1)),
                                               .options = options,
                                               .option_count = 1 + pick(2),
                                               .sku = pick_text(5),
                                               .price_cents = (int32_t)(pick(2) * pick(INT32_MAX)),
                                               .stock = "",
                                               .image = pick(2) == 0 ? "" : pick_url()};
    }
    return variants;
}

#define CATEGORIES 6

/* A tree: each category is below one before it, or at the top. */
static struct category_list pick_categories(void)
{
    struct category_entry *items = arena_get(&arena, CATEGORIES * sizeof *items);
    for (uint32_t i = 0; i < CATEGORIES; i++) {
        items[i] = (struct category_entry){.slug = arena_print(&arena, "c%u", (unsigned)i), .name = pick_text(4)};
        if (i > 0 && pick(3) > 0)
            items[i].parent = items[pick(i)].slug;
    }
    return (struct category_list){items, CATEGORIES};
}

static struct product pick_product(int32_t id, const struct category_list *list)
{
    static const char *const stocks[] = {"", "in-stock", "low", "out-of-stock", "preorder", "discontinued"};
    struct product product = {
        .id = id,
        .slug = arena_print(&arena, "p%d", (int)id),
        .sku = pick_text(5),
        .name = pick_text(10),
        .description = pick_text(40),
        .price_cents = (int32_t)pick(INT32_MAX),
        .stock = stocks[pick(ARRAY_LENGTH(stocks))],
        .created_at = pick(2) * (int64_t)pick(UINT32_MAX),
        .updated_at = pick(2) * (int64_t)pick(UINT32_MAX),
        .compare_at_cents = (int32_t)(pick(2) * pick(INT32_MAX)),
    };
    const char **slugs = arena_get(&arena, CATEGORIES * sizeof *slugs), **tags = arena_get(&arena, 4 * sizeof *tags);
    struct product_image *images = arena_get(&arena, 3 * sizeof *images);
    for (size_t i = 0; i < list->count; i++) {
        if (pick(3) == 0)
            slugs[product.own_category_count++] = list->items[i].slug;
    }
    for (uint32_t wanted = pick(4); wanted > 0; wanted--) {
        tags[product.tag_count] = pick_tag();
        if (product.tag_count == 0 || strcmp(tags[product.tag_count - 1], tags[product.tag_count]) < 0)
            product.tag_count++;
    }
    product.image_count = pick(4);
    for (size_t i = 0; i < product.image_count; i++)
        images[i] = (struct product_image){.url = pick_url(), .alt = pick_text(8)};
    product.categories = slugs;
    product.category_count = product.own_category_count;
    product.tags = tags;
    product.images = images;
    product.variant_count = pick(3);
    product.variants = pick_variants(product.variant_count);
    return product;
}

/* What was read back: printed again, with the tree that the rows told. */
struct again {
    enum csv_dialect form;
    struct category_entry entries[CATEGORIES];
    FILE *out;
    const char *wrong;
};

static void count_product(struct category_entry *tree, const struct product *product)
{
    for (size_t i = 0; i < product->own_category_count; i++) {
        const char *slug = product->categories[i];
        while (slug != NULL) {
            struct category_entry *entry = &tree[slug[1] - '0'];
            entry->product_count++;
            slug = entry->parent;
        }
    }
}

static void learn_category(struct again *again, const struct row_category *category)
{
    struct category_entry *entry = &again->entries[category->slug[1] - '0'];
    if (category->parent != NULL)
        entry->parent = arena_copy(&arena, category->parent, strlen(category->parent));
    if (category->name != NULL)
        entry->name = arena_copy(&arena, category->name, strlen(category->name));
}

static void print_again(void *data, const struct product_row *row)
{
    struct again *again = data;
    struct category_list list = {again->entries, CATEGORIES};
    for (size_t i = 0; i < row->category_count; i++)
        learn_category(again, &row->categories[i]);
    if (row->is_of_categories)
        return;
    count_product(again->entries, &row->product);
    struct text text = csv_print_product(&row->product, &list, row->currency, again->form, &arena);
    fwrite(text.bytes, 1, text.length, again->out);
}

static void tell_wrong(void *data, const struct import_fault *fault)
{
    struct again *again = data;
    again->wrong = arena_print(&arena, "%zu:%zu %s", fault->line, fault->column, fault->message);
}

/* The text that export gives for what import makes of this one; the caller frees it. */
static char *import_and_export(enum csv_dialect form, const char *text, size_t length, size_t piece,
                               const char *currency, size_t *again_length)
{
    char *printed;
    struct again again = {.form = form, .out = open_memstream(&printed, again_length)};
    struct import_faults faults = {.tell = tell_wrong, .data = &again, .most = 1};
    struct import_source source = {
        .format = IMPORT_CSV, .exponent = 2, .faults = &faults, .take = print_again, .data = &again};
    for (uint32_t i = 0; i < CATEGORIES; i++)
        again.entries[i] = (struct category_entry){.slug = arena_print(&arena, "c%u", (unsigned)i), .name = ""};
    fputs(header_of(form), again.out);
    struct import_reader *reader = import_reader_new(&source);
    bool goes_on = true;
    for (size_t from = 0; from < length && goes_on; from += piece)
        goes_on = import_reader_feed(reader, text + from, length - from < piece ? length - from : piece);
    bool is_sound = import_reader_finish(reader);
    import_reader_free(reader);
    struct category_list tree = {again.entries, CATEGORIES};
    struct text rows = csv_print_empty_categories(&tree, currency, form, &arena);
    fwrite(rows.bytes, 1, rows.length, again.out);
    fclose(again.out);
    if (!is_sound)
        fail_msg("seed %u: %s", (unsigned)seed, again.wrong);
    return printed;
}

static void check_identity(enum csv_dialect form)
{
    for (uint32_t round = 1; round <= 300; round++) {
        char *text;
        size_t length, again_length;
        seed = round;
        FILE *out = open_memstream(&text, &length);
        struct category_list list = pick_categories();
        const char *currency = pick(2) ? "EUR" : "";
        fputs(header_of(form), out);
        for (int32_t id = (int32_t)pick(5); id < 5; id++) {
            struct product product = pick_product(id + 1, &list);
            count_product((struct category_entry *)list.items, &product);
            struct text row = csv_print_product(&product, &list, currency, form, &arena);
            fwrite(row.bytes, 1, row.length, out);
        }
        struct text rows = csv_print_empty_categories(&list, currency, form, &arena);
        fwrite(rows.bytes, 1, rows.length, out);
        fclose(out);
        char *again = import_and_export(form, text, length, 1 + pick(200), currency, &again_length);
        assert_int_equal(again_length, length);
        assert_memory_equal(again, text, length);
        free(again);
        free(text);
        arena_release(&arena);
    }
}

static void export_import_export_is_the_identity(void **state)
{
    (void)state;
    check_identity(CSV_PLAIN);
    check_identity(CSV_FOR_SPREADSHEET);
}

static void nothing_runs_as_a_formula_in_a_spreadsheet(void **state)
{
    (void)state;
    static const char *const names[] = {"=1",
                                        "+1",
                                        "-1",
                                        "@a",
                                        "\t=1",
                                        "\r1",
                                        "\n1",
                                        "'=1",
                                        "\xef\xbc\x9d"
                                        "1"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const char *const tags[] = {names[i]};
        struct product product = {.id = 1,
                                  .slug = "a",
                                  .name = names[i],
                                  .sku = names[i],
                                  .description = names[i],
                                  .tags = tags,
                                  .tag_count = 1};
        struct text row = csv_print_product(&product, &categories, "", CSV_FOR_SPREADSHEET, &arena);
        size_t led = 0;
        for (const char *at = row.bytes; (at = strstr(at, arena_print(&arena, "'%s", names[i]))) != NULL; at++)
            led++;
        assert_int_equal(led, 4);
    }
    struct product product = {.id = 1, .slug = "a-b", .name = "a;b", .description = "1=1"};
    assert_string_equal(csv_print_product(&product, &categories, "", CSV_FOR_SPREADSHEET, &arena).bytes,
                        "1,,a-b,\"a;b\",1=1,0,,,,,,,,,,,\r\n");
}

static void every_field_comes_back_as_it_was(void **state)
{
    (void)state;
    static const char description[] = " \"a\",\r\n=1+1\\|/\xf0\x9f\x98\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\x01 ";
    struct product product = {.id = 1, .slug = "a", .description = description, .name = "\r", .sku = "\t"};
    struct text row = csv_print_product(&product, &categories, "", CSV_PLAIN, &arena);
    const char *text = arena_print(&arena, "%s%s", header_of(CSV_PLAIN), row.bytes);
    struct taken taken = take_text(text);
    const char *expected =
        arena_print(&arena,
                    "2 id=1;sku=\t;slug=a;name=\r;description=%s;price=0;currency=;categories=;tags=;"
                    "image=;stock=;created=0;updated=0;compare=0;\n",
                    description);
    assert_string_equal(taken.faults, "");
    assert_string_equal(taken.rows, expected);
    taken_release(&taken);
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(product_has_its_columns),
        TEST(empty_fields_stay_empty),
        TEST(categories_without_names_have_no_list_of_them),
        TEST(categories_without_products_have_rows_of_their_own),
        TEST(way_that_is_too_long_for_a_row_is_told_in_parts),
        TEST(white_space_at_the_ends_is_quoted),
        TEST(formulas_are_printed_as_they_are),
        TEST(header_has_as_many_fields_as_a_row),
        TEST(export_import_export_is_the_identity),
        TEST(nothing_runs_as_a_formula_in_a_spreadsheet),
        TEST(every_field_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
