/* SPDX-License-Identifier: MIT */
/* Pages that are read from the database. */
#include "fcgi-catalog/site/page_reading.h"

static const char *print_beside(const struct page_reading *reading, const struct product_query *query, bool is_there,
                                struct position position, bool is_backwards, struct arena *arena)
{
    if (!is_there || !position.is_set)
        return NULL;
    position.is_backwards = is_backwards;
    return query_print_link(query, &position, &reading->secret, arena);
}

/* Lists the query's products, or, when nothing matches its text, those of the nearest text, which is put into it. */
static enum store_status list(const struct page_reading *reading, struct store *store, struct product_query *query,
                              struct arena *arena, struct product_page *page)
{
    struct product_query again = *query;
    struct product_page found = {.shop_revision = 0};
    enum store_status status = store->methods->list(store, query, arena, page);

    if (status != STORE_OK || page->products.count > 0 || !reading->finds_nearest || query->text == NULL ||
        query->position.is_set)
        return status;
    status = store->methods->find_nearest(store, query->text, arena, &again.text);
    if (status == STORE_OK)
        status = store->methods->list(store, &again, arena, &found);
    if (status == STORE_OK && found.products.count > 0) {
        *query = again;
        *page = found;
    }
    return status == STORE_NOT_FOUND ? STORE_OK : status;
}

void page_reading_read(struct page_reading *reading, struct store *store)
{
    struct product_query query = *reading->query;
    struct arena arena = {0};
    struct product_page page;
    int64_t total = -1;

    reading->status = list(reading, store, &query, &arena, &page);
    if (reading->status == STORE_OK && !query.position.is_set && !page.has_next)
        total = (int64_t)page.products.count;
    else if (reading->status == STORE_OK && query.wants_count)
        reading->status = store->methods->count(store, &query, &total);
    if (reading->status == STORE_OK)
        reading->rendered = rendered_page_new(
            page.shop_revision,
            &(struct page_content){
                .products = page.products,
                .fields = query.fields,
                .currency = reading->currency,
                .next = print_beside(reading, &query, page.has_next, page.last, false, &arena),
                .previous = print_beside(reading, &query, page.has_previous, page.first, true, &arena),
                .total = total,
                .searched = query.text != reading->query->text ? query.text : NULL,
            });
    arena_release(&arena);
}

bool page_reading_work(struct background_task *task, struct store *store)
{
    page_reading_read((struct page_reading *)task, store);
    return true;
}

void page_reading_drop(struct background_task *task)
{
    struct page_reading *reading = (struct page_reading *)task;

    if (reading->status == STORE_OK)
        rendered_page_drop(reading->rendered);
}
