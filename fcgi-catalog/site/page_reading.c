/* SPDX-License-Identifier: MIT */
/* Pages that are read from the database. */
#include "fcgi-catalog/site/page_reading.h"

#include "fcgi-catalog/catalog/field.h"
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
                              struct arena *arena, struct product_page *page, struct page_content *content)
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
    content->is_partial = !is_found && status != STORE_NOT_FOUND;
    content->is_limited = status == STORE_LIMITED;
    return STORE_OK;
}

static bool is_among(const struct product *products, size_t count, int32_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (products[i].id == id)
            return true;
    }
    return false;
}

/* Appends products that have the first page's tag and are not there yet. */
static enum store_status append_tagged(const struct page_reading *reading, struct store *store, struct arena *arena,
                                       struct product *products, size_t *count)
{
    size_t before = *count;
    struct product_query query = query_default();
    struct product_page page = {.shop_revision = 0};

    if (reading->home_tag[0] == '\0')
        return STORE_OK;
    query.tag = field_tidy(reading->home_tag, arena);
    query.limit = HOME_PRODUCTS + (int)before;
    enum store_status status = store->methods->list(store, &query, arena, &page);
    for (size_t i = 0; i < page.products.count && *count < before + HOME_PRODUCTS; i++) {
        if (!is_among(products, before, page.products.items[i].id))
            products[(*count)++] = page.products.items[i];
    }
    return status;
}

/* Appends the first product of each category at the top. */
static enum store_status append_pictured(const struct page_reading *reading, struct store *store, struct arena *arena,
                                         struct product *products, size_t *count)
{
    const struct category_list *categories = tree_categories(reading->tree);
    enum store_status status = STORE_OK;
    int asked = 0;

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
    return status;
}

/* Both of them. All of these queries together have the time of one. */
static enum store_status append_further(const struct page_reading *reading, struct store *store, struct arena *arena,
                                        struct product *products, struct page_content *content, size_t *count)
{
    int64_t budget_ns = store->budget_ns;
    size_t newest = *count;

    store->budget_ns /= 1 + HOME_CATEGORIES;
    enum store_status status = append_tagged(reading, store, arena, products, count);
    content->tagged = *count - newest;
    if (status == STORE_OK)
        status = append_pictured(reading, store, arena, products, count);
    content->pictured = *count - newest - content->tagged;
    store->budget_ns = budget_ns;
    return status;
}

/* The first page: ids grow, the last products are the newest. */
static void turn_home(struct page_reading *reading, struct store *store, struct arena *arena, struct product_page *page,
                      struct page_content *content)
{
    size_t count = page->products.count, all = count;
    struct product *products = arena_get(arena, (count + HOME_PRODUCTS + HOME_CATEGORIES) * sizeof *products);
    enum store_status status = STORE_OK;

    for (size_t i = 0; i < count; i++)
        products[i] = page->products.items[count - 1 - i];
    if (count == HOME_PRODUCTS) /* else every product is there */
        status = tree_revision(reading->tree) == page->shop_revision
                     ? append_further(reading, store, arena, products, content, &all)
                     : STORE_BUSY;
    if (status == STORE_LIMITED && !reading->is_patient)
        reading->status = STORE_LIMITED;
    page->has_next = page->has_previous = false;
    content->products = (struct product_list){products, all};
    content->total = -1;
    content->is_partial = status != STORE_OK;
    content->is_limited = status == STORE_LIMITED;
}

void page_reading_read(struct page_reading *reading, struct store *store)
{
    struct product_query query = *reading->query;
    struct arena arena = {0};
    struct product_page page;
    struct page_content content = {.currency = reading->currency};
    int64_t total = -1;

    reading->status = list(reading, store, &query, &arena, &page, &content);
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
