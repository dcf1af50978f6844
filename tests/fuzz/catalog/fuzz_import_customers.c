/* SPDX-License-Identifier: MIT */
/* A file of customers: whatever comes, each row that is handed on is one, and what is wrong is told. */
#include <stdint.h>
#include <stdio.h>

#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/import/customers.h"
#include "import_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum import_status put(struct import *import, const struct customer *customer, unsigned fields,
                              enum import_outcome *outcome, int32_t *id)
{
    struct arena arena = {0};
    const char *fault = NULL;

    insist(customer->id >= 0);
    for (int i = 0; i < CUSTOMER_FIELDS && fault == NULL; i++) {
        const char *text = customer_text(customer, (enum customer_field)i);
        insist((fields & CUSTOMER_BIT(i)) != 0 || text[0] == '\0');
        insist(text_is_utf8(text, strlen(text)));
        fault = customer_find_fault((enum customer_field)i, text, &arena);
    }
    snprintf(import->reason, sizeof import->reason, "%s", fault != NULL ? fault : "");
    arena_release(&arena);
    *outcome = OUTCOME_INSERTED;
    *id = 1;
    return fault == NULL ? IMPORT_OK : IMPORT_REFUSED;
}

static void tell(void *data, const struct import_fault *fault)
{
    (void)data;
    insist(fault->line > 0 && fault->message[0] != '\0' && strchr(fault->message, '\n') == NULL);
}

static size_t read_file(const uint8_t *data, size_t size, size_t piece)
{
    static const struct import_methods methods = {.put_customer = put};
    struct import import = {.methods = &methods};
    struct import_faults faults = {.tell = tell, .most = 1000};
    struct customer_importer *importer =
        customer_importer_new(&(struct customer_importer_setup){.import = &import, .faults = &faults});

    for (size_t at = 0; at < size; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        if (!customer_importer_feed(importer, (const char *)data + at, length))
            break;
    }
    enum importer_status status = customer_importer_finish(importer);
    insist(status == (faults.count == 0 ? IMPORTER_OK : IMPORTER_FAULTY));
    size_t read = customer_importer_counts(importer).read;
    customer_importer_free(importer);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    insist(read_file(data, size, size > 0 ? size : 1) == read_file(data, size, 7));
    return 0;
}
