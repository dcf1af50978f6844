/* SPDX-License-Identifier: MIT */
/* Writing the catalog: customers. */
#include <inttypes.h>
#include <string.h>

#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/store/sqlite/row.h"
#include "fcgi-catalog/store/sqlite/writing/writing.h"

static const char *text_of(const struct customer *row, unsigned fields, enum customer_field field)
{
    return (fields & CUSTOMER_BIT(field)) != 0 ? customer_text(row, field) : "";
}

static enum import_status check_texts(struct writing *import, const struct customer *row, unsigned fields)
{
    for (int i = 0; i < CUSTOMER_FIELDS; i++) {
        const char *fault =
            customer_find_fault((enum customer_field)i, text_of(row, fields, (enum customer_field)i), &import->arena);
        if (fault != NULL)
            return writing_refuse(import, CUSTOMER_BIT(i), "%s", fault);
    }
    return IMPORT_OK;
}

/* ---- Which customer ---- */

/* A customer that is looked for by one statement. *id: 0 where there is none. */
static enum import_status look_up(struct writing *import, enum writing_statement which, struct writing_values values,
                                  int64_t *id)
{
    *id = 0;
    int result = writing_find(import, which, values, id);
    return result == SQLITE_ROW || result == SQLITE_DONE ? IMPORT_OK : writing_fail(import);
}

static enum import_status find_by_email(struct writing *import, const char *email, int64_t *id)
{
    const struct writing_values values = {.text = email};
    int64_t last = 0;
    enum import_status status = look_up(import, WRITING_FIND_EMAIL, values, id);

    if (status == IMPORT_OK)
        status = look_up(import, WRITING_FIND_LAST_EMAIL, values, &last);
    if (status != IMPORT_OK || last == *id)
        return status;
    return writing_refuse(import, CUSTOMER_BIT(CUSTOMER_EMAIL),
                          "several customers have the e-mail address %s; a row of one names its id or login",
                          field_show(email, strlen(email), &import->arena));
}

/* *id: 0 for a new customer. */
static enum import_status find(struct writing *import, const struct customer *row, unsigned fields, int64_t *id)
{
    const char *login = text_of(row, fields, CUSTOMER_LOGIN), *email = text_of(row, fields, CUSTOMER_EMAIL);

    if (row->id != 0)
        return look_up(import, WRITING_FIND_CUSTOMER, (struct writing_values){.id = row->id}, id);
    if (login[0] != '\0')
        return look_up(import, WRITING_FIND_LOGIN, (struct writing_values){.text = login}, id);
    if (email[0] != '\0')
        return find_by_email(import, email, id);
    return writing_refuse(import, 0, "a customer needs an id, a login or an email");
}

/* ---- One row ---- */

static enum import_status check_keys(struct writing *import, const struct customer *row, unsigned fields, int64_t id)
{
    const char *login = text_of(row, fields, CUSTOMER_LOGIN);
    int64_t other;

    if (id != 0 && id_set_has(import->seen_customers, id))
        return writing_refuse(import, row->id != 0 ? IMPORT_FIELD_ID : 0, "customer %" PRId64 " is there twice", id);
    if (id == 0 && row->id != 0 && row->id <= import->last_customer_id)
        return writing_refuse(import, IMPORT_FIELD_ID,
                              "no customer has the id %" PRId32 ", and it may have been another's; above %" PRId32
                              ", or none, is allowed for a new customer",
                              row->id, import->last_customer_id);
    if (login[0] == '\0')
        return IMPORT_OK;
    enum import_status status = look_up(import, WRITING_FIND_LOGIN, (struct writing_values){.text = login}, &other);
    if (status != IMPORT_OK || other == 0 || other == id)
        return status;
    return writing_refuse(import, CUSTOMER_BIT(CUSTOMER_LOGIN), "customer %" PRId64 " has the login %s", other,
                          field_show(login, strlen(login), &import->arena));
}

static enum import_status read_known(struct writing *import, int64_t id, struct customer *known)
{
    sqlite3_stmt *row = writing_get(import, WRITING_READ_CUSTOMER, (struct writing_values){.id = id});

    if (sqlite3_step(row) != SQLITE_ROW)
        return writing_fail(import);
    for (int i = 0; i < CUSTOMER_FIELDS; i++)
        customer_set(known, (enum customer_field)i, row_copy_text(row, i, &import->arena));
    sqlite3_reset(row);
    return IMPORT_OK;
}

static enum import_status write_row(struct writing *import, const struct customer *row, unsigned fields, int64_t id,
                                    enum import_outcome *outcome)
{
    struct customer whole = {.id = (int32_t)id};
    bool is_changed = id == 0;

    if (id != 0 && read_known(import, id, &whole) != IMPORT_OK)
        return IMPORT_FAILED;
    for (int i = 0; i < CUSTOMER_FIELDS; i++) {
        enum customer_field field = (enum customer_field)i;
        if ((fields & CUSTOMER_BIT(field)) == 0)
            continue;
        is_changed = is_changed || strcmp(customer_text(row, field), customer_text(&whole, field)) != 0;
        customer_set(&whole, field, customer_text(row, field));
    }
    *outcome = id == 0 ? OUTCOME_INSERTED : is_changed ? OUTCOME_UPDATED : OUTCOME_UNCHANGED;
    const struct writing_values values = {.id = id != 0 ? id : row->id,
                                          .text = customer_text(&whole, CUSTOMER_LOGIN),
                                          .name = customer_text(&whole, CUSTOMER_EMAIL),
                                          .parent = customer_text(&whole, CUSTOMER_FIRST_NAME),
                                          .old = customer_text(&whole, CUSTOMER_LAST_NAME)};
    if (is_changed && !writing_run(import, id == 0 ? WRITING_INSERT_CUSTOMER : WRITING_UPDATE_CUSTOMER, values))
        return writing_fail(import);
    return IMPORT_OK;
}

enum import_status writing_put_customer(struct import *base, const struct customer *customer, unsigned fields,
                                        enum import_outcome *outcome, int32_t *id)
{
    struct writing *import = writing_of(base);
    int64_t known;

    arena_reset(&import->arena);
    enum import_status status = check_texts(import, customer, fields);
    if (status == IMPORT_OK)
        status = find(import, customer, fields, &known);
    if (status == IMPORT_OK)
        status = check_keys(import, customer, fields, known);
    if (status == IMPORT_OK)
        status = write_row(import, customer, fields, known, outcome);
    if (status != IMPORT_OK)
        return status;
    *id = (int32_t)(known != 0 ? known : sqlite3_last_insert_rowid(import->db));
    id_set_add(import->seen_customers, *id);
    return IMPORT_OK;
}

/* ---- Customers that go ---- */

enum import_status writing_delete_customer(struct import *base, int32_t id, const char *login, bool *is_found)
{
    struct writing *import = writing_of(base);
    int64_t found;
    enum import_status status = look_up(import, id != 0 ? WRITING_FIND_CUSTOMER : WRITING_FIND_LOGIN,
                                        (struct writing_values){.id = id, .text = login}, &found);

    *is_found = found != 0;
    if (status != IMPORT_OK || found == 0)
        return status;
    return writing_run(import, WRITING_DELETE_CUSTOMER, (struct writing_values){.id = found}) ? IMPORT_OK
                                                                                              : writing_fail(import);
}

enum import_status writing_prune_customers(struct import *base, int64_t *count)
{
    struct writing *import = writing_of(base);
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(import->db, "DELETE FROM customer WHERE NOT in_set(?1, id)", -1, &statement, NULL) !=
        SQLITE_OK)
        return writing_fail(import);
    id_set_bind(import->seen_customers, statement, 1);
    bool is_done = sqlite3_step(statement) == SQLITE_DONE;
    *count = sqlite3_changes64(import->db);
    sqlite3_finalize(statement);
    return is_done ? IMPORT_OK : writing_fail(import);
}
