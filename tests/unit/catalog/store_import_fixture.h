/* SPDX-License-Identifier: MIT */
/* An import into a real database. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_STORE_IMPORT_FIXTURE_H
#define CATALOG_TESTS_UNIT_CATALOG_STORE_IMPORT_FIXTURE_H

#include "tests/unit/catalog/store_fixture.h"

#include "fcgi-catalog/store/import.h"

static struct import *import;

static int release_import(void **state)
{
    import_close(import);
    import = NULL;
    return remove_directory(state);
}

static void begin(void)
{
    if (import == NULL)
        assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
}

static void open_shop(void)
{
    assert_true(store_create(path, false, "EUR", reason, sizeof reason));
    assert_true(store_open(path, &store, reason, sizeof reason));
    begin();
}

static void commit(void)
{
    if (import->methods->commit(import, NULL, NULL) != IMPORT_OK)
        fail_msg("%s", import->reason);
    assert_sound();
}

#define IMPORT_TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, release_import)

#endif
