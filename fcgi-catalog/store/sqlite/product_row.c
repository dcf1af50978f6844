/* SPDX-License-Identifier: MIT */
/* The row of a product. */
#include "fcgi-catalog/store/sqlite/product_row.h"

#include <inttypes.h>
#include <stdio.h>

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/lists.h"
#include "fcgi-catalog/store/sqlite/row.h"

/* The columns of plain fields, in the order of the table of fields: PLAIN is the SQL for each. */
#define COLUMN_TEXT(name) PLAIN(name)
#define COLUMN_NUMBER(name) PLAIN(name)
#define COLUMN_TIME(name) PLAIN(name)
#define COLUMN_CATEGORIES(name)
#define COLUMN_TAGS(name)
#define COLUMN_IMAGES(name)
#define COLUMN_VARIANTS(name)
#define COLUMN_CURRENCY(name)
#define COLUMN_DISCOUNT(name)
#define FIELD(bit, kind, member, name, bound, place, check, form) COLUMN_##kind(name)

const char product_row_select[] = "SELECT "
#define PLAIN(name) name ", "
#include "fcgi-catalog/catalog/field.def"
                                  "lists FROM product WHERE id = ?1";

const char product_row_insert[] =
    "INSERT INTO product ("
#include "fcgi-catalog/catalog/field.def"
    "sort_name, category_words, variant_words, title_words, other_words, lists, id) VALUES ("
#undef PLAIN
#define PLAIN(name) "?, "
#include "fcgi-catalog/catalog/field.def"
    "?, ?, ?, ?, ?, ?, ?)";

const char product_row_update[] = "UPDATE product SET "
#undef PLAIN
#define PLAIN(name) name " = ?, "
#include "fcgi-catalog/catalog/field.def"
                                  "sort_name = ?, category_words = ?, variant_words = ?, title_words = ?, "
                                  "other_words = ?, lists = ? WHERE id = ?";

#undef PLAIN
#undef FIELD

#define FIELD(bit, kind, member, name, bound, check, form) COLUMN_##kind(name)

const char product_row_insert_variant[] = "INSERT INTO variant ("
#define PLAIN(name) name ", "
#include "fcgi-catalog/catalog/variant.def"
                                          "product_id, position, options, id) VALUES ("
#undef PLAIN
#define PLAIN(name) "?, "
#include "fcgi-catalog/catalog/variant.def"
                                          "?, ?, ?, ?)";

const char product_row_update_variant[] = "UPDATE variant SET "
#undef PLAIN
#define PLAIN(name) name " = ?, "
#include "fcgi-catalog/catalog/variant.def"
                                          "product_id = ?, position = ?, options = ? WHERE id = ?";

#undef PLAIN
#undef FIELD

bool product_row_read(sqlite3_stmt *row, int64_t id, struct arena *arena, struct product *product, char *reason,
                      size_t reason_size)
{
    bool is_in_range = id >= 1 && id <= INT32_MAX;
    int column = 0;

    *product = (struct product){.id = (int32_t)id};
    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        switch (field->kind) {
        case FIELD_KIND_TEXT:
            field_set(field, product, row_copy_text(row, column++, arena), 0);
            break;
        case FIELD_KIND_NUMBER:
        case FIELD_KIND_TIME: {
            int64_t number = sqlite3_column_int64(row, column++);
            is_in_range &= field->kind == FIELD_KIND_TIME || (number >= 0 && number <= (int64_t)field->max);
            field_set(field, product, NULL, number);
            break;
        }
        default:
            break;
        }
    }
    reason[0] = '\0';
    if (!is_in_range)
        snprintf(reason, reason_size, "product %" PRId64 ": a number is out of range", id);
    const void *lists = sqlite3_column_blob(row, column);
    if (lists_unpack(lists, (size_t)sqlite3_column_bytes(row, column), arena, product))
        return true;
    snprintf(reason, reason_size, "product %" PRId64 ": its column lists is not what the tables of its lists say", id);
    return false;
}

void product_row_bind(sqlite3_stmt *statement, const struct product *product, const struct product_words *words,
                      struct arena *arena)
{
    struct lists lists = lists_pack(product, arena);
    int place = 1;

    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        if (field->kind == FIELD_KIND_TEXT)
            sqlite3_bind_text(statement, place++, field_text(field, product), -1, SQLITE_STATIC);
        else if (field->kind == FIELD_KIND_NUMBER || field->kind == FIELD_KIND_TIME)
            sqlite3_bind_int64(statement, place++, field_number(field, product));
    }
    sqlite3_bind_text(statement, place++, words->sort_name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, place++, words->of_categories, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, place++, words->of_variants, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, place++, words->of_title, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, place++, words->of_others, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, place++, lists.bytes, lists.size, SQLITE_STATIC);
    sqlite3_bind_int(statement, place, product->id);
}

void product_row_bind_variant(sqlite3_stmt *statement, const struct product *product, size_t index, struct arena *arena)
{
    const struct product_variant *variant = &product->variants[index];
    int place = 1;

    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        if (field->kind == FIELD_KIND_TEXT)
            sqlite3_bind_text(statement, place++, field_text(field, variant), -1, SQLITE_STATIC);
        else
            sqlite3_bind_int64(statement, place++, field_number(field, variant));
    }
    sqlite3_bind_int(statement, place++, product->id);
    sqlite3_bind_int64(statement, place++, (int64_t)index + 1);
    sqlite3_bind_text(statement, place++, variant_print_options(variant, arena), -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, place, variant->id);
}
