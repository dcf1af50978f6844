/* SPDX-License-Identifier: MIT */
/* Categories: the way down to one, what is below it, and all of them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fcgi-catalog/page/internal.h"

/* A tree of categories is followed so far down, and up. */
#define DEPTH_MAX 16
/* So many are offered in one list to choose from. */
#define OPTIONS_MAX 200

static int compare_slug(const void *slug, const void *category)
{
    return strcmp(slug, ((const struct category_entry *)category)->slug);
}

const struct category_entry *category_find(const struct category_list *categories, const char *slug)
{
    if (categories == NULL || categories->count == 0 || slug == NULL)
        return NULL;
    return bsearch(slug, categories->items, categories->count, sizeof *categories->items, compare_slug);
}

const char *category_title(const struct category_entry *category)
{
    return category->name != NULL && category->name[0] != '\0' ? category->name : category->slug;
}

const char *category_path(const char *slug, struct arena *arena)
{
    return arena_print(arena, "/categories/%s", html_encode(slug, arena));
}

/* ---- What is below what ------------------------------------------------------------------------------------------ */

/* Categories ordered by the one above them, then as people look for them: those of one level stand together. */
struct level {
    const struct category_entry **items;
    size_t count;
};

/* Those at the top come first. */
static int compare_parents(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_places(const void *left, const void *right)
{
    const struct category_entry *a = *(const struct category_entry *const *)left;
    const struct category_entry *b = *(const struct category_entry *const *)right;
    int order = compare_parents(a->parent, b->parent);

    if (order == 0)
        order = strcasecmp(category_title(a), category_title(b));
    return order != 0 ? order : strcmp(a->slug, b->slug);
}

static struct level order_all(const struct page_frame *frame, struct arena *arena)
{
    struct level all = {.count = frame->categories != NULL ? frame->categories->count : 0};

    all.items = arena_get(arena, all.count * sizeof *all.items);
    for (size_t i = 0; i < all.count; i++)
        all.items[i] = &frame->categories->items[i];
    if (all.count > 0)
        qsort(all.items, all.count, sizeof *all.items, compare_places);
    return all;
}

/* Those of all that are right below `parent`; NULL: at the top. */
static struct level level_below(struct level all, const char *parent)
{
    size_t from = 0, to = all.count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare_parents(all.items[middle]->parent, parent) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    while (to < all.count && compare_parents(all.items[to]->parent, parent) == 0)
        to++;
    return (struct level){all.items + from, to - from};
}

/* ---- The way down ------------------------------------------------------------------------------------------------ */

static void put_step(struct html *html, const struct page_frame *frame, const struct category_entry *category,
                     bool is_here)
{
    html_put(html, "<li dir=\"auto\"><a");
    frame_put_link(html, frame, category_path(category->slug, html->arena), "");
    if (is_here)
        html_put(html, " aria-current=\"page\"");
    html_put(html, ">");
    html_text(html, category_title(category));
    html_put(html, "</a></li>\n");
}

void put_trail(struct html *html, const struct page_frame *frame, const char *slug, bool is_here)
{
    const struct category_entry *steps[DEPTH_MAX];
    size_t count = 0;

    for (const struct category_entry *at = category_find(frame->categories, slug); at != NULL && count < DEPTH_MAX;
         at = category_find(frame->categories, at->parent))
        steps[count++] = at;
    html_put(html, "<nav class=\"trail\" aria-label=\"Where this is\">\n<ol>\n<li><a");
    frame_put_link(html, frame, "/products", "");
    html_put(html, ">All products</a></li>\n");
    while (count > 0) {
        count--;
        put_step(html, frame, steps[count], is_here && count == 0);
    }
    html_put(html, "</ol>\n</nav>\n");
}

/* ---- As a list --------------------------------------------------------------------------------------------------- */

static void put_category(struct html *html, const struct page_frame *frame, const struct category_entry *category)
{
    html_put(html, "<a dir=\"auto\"");
    frame_put_link(html, frame, category_path(category->slug, html->arena), "");
    html_put(html, ">");
    html_text(html, category_title(category));
    html_put(html, "</a> <span class=\"count\"><span class=\"unseen\">products: </span>");
    html_number(html, category->product_count);
    html_put(html, "</span>");
}

static void put_level(struct html *html, const struct page_frame *frame, struct level all, struct level level,
                      int depth)
{
    html_put(html, "<ul>\n");
    for (size_t i = 0; i < level.count; i++) {
        html_put(html, "<li>");
        put_category(html, frame, level.items[i]);
        struct level below = level_below(all, level.items[i]->slug);
        if (depth > 1 && below.count > 0) {
            html_put(html, "\n");
            put_level(html, frame, all, below, depth - 1);
        }
        html_put(html, "</li>\n");
    }
    html_put(html, "</ul>\n");
}

bool put_children(struct html *html, const struct page_frame *frame, const char *parent, int depth)
{
    struct level all = order_all(frame, html->arena), level = level_below(all, parent);

    if (level.count == 0)
        return false;
    html_put(html, "<nav aria-label=\"Categories\"");
    html_attribute(html, "class", depth > 1 ? "tree" : "children");
    html_put(html, ">\n");
    put_level(html, frame, all, level, depth < DEPTH_MAX ? depth : DEPTH_MAX);
    html_put(html, "</nav>\n");
    return true;
}

/* ---- To choose from ---------------------------------------------------------------------------------------------- */

static void put_option(struct html *html, const struct category_entry *category, int depth, const char *chosen)
{
    html_put(html, "<option");
    html_attribute(html, "value", category->slug);
    if (chosen != NULL && strcmp(category->slug, chosen) == 0)
        html_put(html, " selected");
    html_put(html, ">");
    for (int i = 0; i < depth; i++)
        html_put(html, "&nbsp;&nbsp;&nbsp;");
    html_text(html, category_title(category));
    html_put(html, "</option>\n");
}

static void put_options(struct html *html, struct level all, const char *parent, int depth, const char *chosen)
{
    struct level level = level_below(all, parent);

    for (size_t i = 0; depth < DEPTH_MAX && i < level.count; i++) {
        put_option(html, level.items[i], depth, chosen);
        put_options(html, all, level.items[i]->slug, depth + 1, chosen);
    }
}

void put_category_options(struct html *html, const struct page_frame *frame, const char *chosen)
{
    const struct category_entry *category = category_find(frame->categories, chosen);

    if (frame->categories != NULL && frame->categories->count <= OPTIONS_MAX)
        put_options(html, order_all(frame, html->arena), NULL, 0, chosen);
    else if (category != NULL)
        put_option(html, category, 0, chosen);
    if (category == NULL && chosen != NULL)
        put_option(html, &(struct category_entry){.slug = chosen, .name = ""}, 0, chosen);
}

/* ---- Pages of nothing else --------------------------------------------------------------------------------------- */

struct page_text page_print_categories(const struct page_frame *frame, struct arena *arena)
{
    struct html html = frame_begin(frame, "Categories", "", arena);

    html_put(&html, "<h1>Categories</h1>\n");
    if (!put_children(&html, frame, NULL, DEPTH_MAX))
        html_put(&html, "<p class=\"empty\">There are no categories yet.</p>\n");
    return frame_end(frame, &html);
}

struct page_text page_print_home(const struct page_frame *frame, struct arena *arena)
{
    struct html html = frame_begin(frame, "Catalog", "", arena);

    html_put(&html, "<h1>What would you like to see?</h1>\n<p class=\"lead\">Search above, or look through <a");
    frame_put_link(&html, frame, "/products", "");
    html_put(&html, ">all products</a>.</p>\n");
    (void)put_children(&html, frame, NULL, 2);
    return frame_end(frame, &html);
}
