/* SPDX-License-Identifier: MIT */
/* Pages that are read from the database. */
#include "fcgi-catalog/site/page_reading.h"

#include "fcgi-catalog/site/handlers.h"
#include "fcgi-catalog/site/tree.h"

static const char *print_beside(const struct page_reading *reading, const struct product_query *query, bool is_there,
                                struct position position, bool is_backwards, struct arena *arena)
{
    if (!is_there || !position.is_set)
        return NULL;
    position.is_backwards = is_backwards;
    return query_print_link(query, &position, &reading->secret, arena);
}

/* Lists the query's products, or, when nothing matches its text, those of the nearest text, which is put into it. Where
 * that cannot be found the empty list is partial. */
static enum store_status list(const struct page_reading *reading, struct store *store, struct product_query *query,
                              struct arena *arena, struct product_page *page, bool *is_partial)
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
    if (status == STORE_LIMITED && !reading->is_patient)
        return status;
    bool is_found = status == STORE_OK && found.shop_revision == page->shop_revision;
    if (is_found && found.products.count > 0) {
        *query = again;
        *page = found;
    }
    *is_partial = !is_found && status != STORE_NOT_FOUND;
    return STORE_OK;
}

/* Appends the first product of each category at the top. All of these queries together have the time of one. */
static enum store_status append_pictured(const struct page_reading *reading, struct store *store, struct arena *arena,
                                         struct product *products, size_t *count)
{
    const struct category_list *categories = tree_categories(reading->tree);
    int64_t budget_ns = store->budget_ns;
    enum store_status status = STORE_OK;
    int asked = 0;

    store->budget_ns /= HOME_CATEGORIES;
    for (size_t i = 0; status == STORE_OK && i < categories->count && asked < HOME_CATEGORIES; i++) {
        struct product_query query = query_default();
        struct product_page page;
        if (categories->items[i].parent != NULL)
            continue;
        asked++;
        query.category = categories->items[i].slug;
        query.limit = 1;
        status = store->methods->list(store, &query, arena, &page);
        if (status == STORE_OK && page.products.count > 0)
            products[(*count)++] = page.products.items[0];
    }
    store->budget_ns = budget_ns;
    return status;
}

/* The first page: ids grow, the last products are the newest. */
static void turn_home(struct page_reading *reading, struct store *store, struct arena *arena, struct product_page *page,
                      struct page_content *content)
{
    size_t count = page->products.count, all = count;
    struct product *products = arena_get(arena, (count + HOME_CATEGORIES) * sizeof *products);
    enum store_status status = STORE_OK;

    for (size_t i = 0; i < count; i++)
        products[i] = page->products.items[count - 1 - i];
    if (count == HOME_PRODUCTS) /* else every product is there */
        status = tree_revision(reading->tree) == page->shop_revision
                     ? append_pictured(reading, store, arena, products, &all)
                     : STORE_BUSY;
    if (status == STORE_LIMITED && !reading->is_patient)
        reading->status = STORE_LIMITED;
    page->has_next = page->has_previous = false;
    content->products = (struct product_list){products, all};
    content->pictured = all - count;
    content->total = -1;
    content->is_partial = status != STORE_OK;
}

void page_reading_read(struct page_reading *reading, struct store *store)
{
    struct product_query query = *reading->query;
    struct arena arena = {0};
    struct product_page page;
    struct page_content content = {.currency = reading->currency};
    int64_t total = -1;

    reading->status = list(reading, store, &query, &arena, &page, &content.is_partial);
    if (reading->status == STORE_OK && !query.position.is_set && !page.has_next)
        total = (int64_t)page.products.count;
    else if (reading->status == STORE_OK && query.wants_count)
        reading->status = store->methods->count(store, &query, &total);
    if (reading->status == STORE_OK) {
        content.products = page.products;
        content.total = total;
        if (reading->tree != NULL)
            turn_home(reading, store, &arena, &page, &content);
    }
    if (reading->status == STORE_OK) {
        content.fields = query.fields;
        content.next = print_beside(reading, &query, page.has_next, page.last, false, &arena);
        content.previous = print_beside(reading, &query, page.has_previous, page.first, true, &arena);
        content.searched = query.text != reading->query->text ? query.text : NULL;
        reading->rendered = rendered_page_new(page.shop_revision, &content);
    }
    arena_release(&arena);
}

bool page_reading_work(struct background_task *task, struct store *store)
{
    struct page_reading *reading = (struct page_reading *)task;

    reading->is_patient = true;
    page_reading_read(reading, store);
    return true;
}

void page_reading_drop(struct background_task *task)
{
    struct page_reading *reading = (struct page_reading *)task;

    if (reading->status == STORE_OK)
        rendered_page_drop(reading->rendered);
    tree_drop(reading->tree);
}
