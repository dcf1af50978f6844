/* SPDX-License-Identifier: MIT */
/* GET /products.csv: the whole catalog as CSV. */
#include "fcgi-catalog/site/handlers.h"

#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/site/download.h"

#define READ_PRODUCTS 32 /* so many are read at a time: descriptions may be long */

static void begin(const struct download_source *source, struct buffer *text)
{
    struct arena arena = {0};
    const struct text header = csv_print_header((enum csv_dialect)source->part, &arena);

    buffer_append(text, header.bytes, header.length);
    arena_release(&arena);
}

static enum store_status append(const struct download_source *source, struct buffer *text, size_t *count)
{
    struct arena arena = {0};
    struct product_list products = {0};
    enum store_status status = source->walk->next(source->walk, READ_PRODUCTS, &arena, &products);

    for (size_t i = 0; status == STORE_OK && i < products.count; i++) {
        const struct text row = csv_print_product(&products.items[i], source->categories, source->walk->shop.currency,
                                                  (enum csv_dialect)source->part, &arena);
        buffer_append(text, row.bytes, row.length);
    }
    *count = products.count;
    arena_release(&arena);
    return status;
}

void csv_handle(struct request_context *context)
{
    /* Its parts are the dialects. */
    static const struct download_form form = {
        .headers = "Content-Disposition: attachment; filename=\"products.csv\"\r\n",
        .is_counted = true,
        .begin = begin,
        .append = append,
    };
    struct product_query query;

    if (!context_read_query(context, QUERY_FOR, &query) || !context_accepts(context))
        return;
    const struct conditional conditional = {
        .sharing = context->is_named ? SHARING_PRIVATE : SHARING_PUBLIC, /* as the other answers of its address */
        .vary = VARY_BY_CUSTOMER,
        .steady_until = quotes_steady_until(context->site->quotes),
    };
    download_answer(context, &form, query.is_for_spreadsheet ? CSV_FOR_SPREADSHEET : CSV_PLAIN,
                    query.is_for_spreadsheet ? "spreadsheet" : "", conditional);
}
