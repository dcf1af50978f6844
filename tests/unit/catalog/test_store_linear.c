/* SPDX-License-Identifier: MIT */
/* What an import costs grows with what it brings, and not with the square of it. */
#include <time.h>

#include "tests/unit/catalog/store_import_fixture.h"

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* So many products with so many images each, of addresses as long as they may be. The processor time. */
static double put_images(unsigned products, unsigned count)
{
    static char url[FIELD_URL_MAX + 1];
    struct product_image images[FIELD_IMAGES_MAX];
    char slug[32];

    memset(url, 'x', FIELD_URL_MAX);
    url[0] = '/';
    for (unsigned i = 0; i < count; i++)
        images[i] = (struct product_image){.url = url, .alt = ""};
    open_shop();
    double begun = cpu_seconds();
    for (unsigned i = 0; i < products; i++) {
        const struct product product = {.slug = slug, .price_cents = 1, .images = images, .image_count = count};
        enum import_outcome outcome;
        int32_t id;
        snprintf(slug, sizeof slug, "s-%u", i);
        assert_int_equal(
            import->methods->put_product(import, &product, FIELD_SLUG | FIELD_PRICE | FIELD_IMAGES, &outcome, &id),
            IMPORT_OK);
    }
    double taken = cpu_seconds() - begun;
    commit();
    import_close(import);
    import = NULL;
    remove_database();
    return taken;
}

/* What `put` takes for many is at most so many times what it takes for few. Processors that others use as well are slow
 * now and then: it is measured again. */
static void assert_at_most(double times, double (*put)(unsigned, unsigned), unsigned few, unsigned few_more,
                           unsigned many, unsigned many_more)
{
    double part = 0, whole = 1;

    for (int tries = 0; tries < 3 && whole > part * times; tries++) {
        part = put(few, few_more);
        whole = put(many, many_more);
    }
    if (whole > part * times)
        fail_msg("%.4f s for (%u, %u), %.4f s for (%u, %u)", part, few, few_more, whole, many, many_more);
}

static void an_image_costs_the_same_among_many(void **state)
{
    (void)state;
    assert_at_most(4, put_images, 8 * FIELD_IMAGES_MAX / 10, 10, 8, FIELD_IMAGES_MAX); /* as many in all */
}

static void assert_put_category(const char *slug, const char *name, const char *parent)
{
    enum import_outcome outcome;

    if (import->methods->put_category(import, slug, name, parent, &outcome) != IMPORT_OK)
        fail_msg("%s", import->reason);
}

/* So many categories, four below each; each is made at the top and moved below its parent. In small imports, so that
 * the triggers do it. The processor time of the last hundred. */
static double put_categories(unsigned count, unsigned piece)
{
    char slug[32], parent[32];
    double begun = 0;

    open_shop();
    for (unsigned i = 0; i < count; i++) {
        if (i == count - 100)
            begun = cpu_seconds();
        snprintf(slug, sizeof slug, "c-%u", i);
        snprintf(parent, sizeof parent, "c-%u", i / 4);
        assert_put_category(slug, "", "");
        if (i > 0)
            assert_put_category(slug, "A name", parent);
        if (i % piece == piece - 1) {
            assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
            begin();
        }
    }
    double taken = cpu_seconds() - begun;
    commit();
    import_close(import);
    import = NULL;
    remove_database();
    return taken;
}

static void a_category_costs_the_same_among_many(void **state)
{
    (void)state;
    assert_at_most(3, put_categories, 400, 400, 2000, 400); /* there are five times as many */
}

/* In small imports, and in one large one. */
static double put_chain(unsigned count, unsigned piece)
{
    char slug[32] = "", parent[32];

    open_shop();
    double begun = cpu_seconds();
    for (unsigned i = 0; i < count; i++) {
        strcpy(parent, slug);
        snprintf(slug, sizeof slug, "c-%u", i);
        assert_put_category(slug, "A name", parent);
        if (i % piece == piece - 1) {
            assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
            begin();
        }
    }
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    double taken = cpu_seconds() - begun;
    assert_sound();
    if (count > 100)
        assert_string_equal(ask("SELECT count(*) FROM category_above WHERE category = 100"), "64");
    import_close(import);
    import = NULL;
    remove_database();
    return taken;
}

/* The sanitizers see the same lines in a short one. */
#ifdef __SANITIZE_ADDRESS__
#define CHAIN 150
#else
#define CHAIN 500
#endif

static void a_long_chain_of_categories_costs_its_length(void **state)
{
    (void)state;
    /* Four times as long, and more rows of its own; it was the cube, 64. */
    for (unsigned piece = 500; piece <= 100000; piece *= 200)
        assert_at_most(12, put_chain, CHAIN, piece, 4 * CHAIN, piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(an_image_costs_the_same_among_many),
        IMPORT_TEST(a_category_costs_the_same_among_many),
        IMPORT_TEST(a_long_chain_of_categories_costs_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
