/* SPDX-License-Identifier: MIT */
/* Categories: the way down to one, what is below it, and all of them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/page/internal.h"

/* A tree of categories is followed so far down, and up. */
#define DEPTH_MAX 16
/* The most categories in the list of one page. */
#define LIST_MAX 200
/* A shop with at most so many categories offers all of them to choose from; a larger one so many of each level. */
#define OPTIONS_MAX 80
#define OPTIONS_OF_LEVEL_MAX 40

const char *category_title(const struct category_entry *category)
{
    return category->name != NULL && category->name[0] != '\0' ? category->name : category->slug;
}

const char *category_path(const char *slug, struct arena *arena)
{
    return arena_print(arena, "/categories/%s", percent_print(slug, "", arena));
}

/* ---- What is below what ------------------------------------------------------------------------------------------ */

/* Categories ordered by their parents, then by title: those of one level stand together. */
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

static void order(struct level *level)
{
    if (level->count > 0)
        qsort(level->items, level->count, sizeof *level->items, compare_places);
}

static struct level order_all(const struct page_frame *frame, struct arena *arena)
{
    struct level all = {.count = frame->categories != NULL ? frame->categories->count : 0};

    all.items = arena_get(arena, all.count * sizeof *all.items);
    for (size_t i = 0; i < all.count; i++)
        all.items[i] = &frame->categories->items[i];
    order(&all);
    return all;
}

/* The level right below `parent` (NULL: at the top), without sorting all other categories. */
static struct level find_level(const struct page_frame *frame, const char *parent, struct arena *arena)
{
    size_t count = frame->categories != NULL ? frame->categories->count : 0;
    struct level level = {.items = arena_get(arena, count * sizeof *level.items)};

    for (size_t i = 0; i < count; i++) {
        if (compare_parents(frame->categories->items[i].parent, parent) == 0)
            level.items[level.count++] = &frame->categories->items[i];
    }
    order(&level);
    return level;
}

/* The level right below `parent` (NULL: at the top), from all categories, sorted. */
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
    frame_put_link(html, frame, category_path(category->slug, html->text.arena), "");
    if (is_here)
        html_put(html, " aria-current=\"page\"");
    html_put(html, ">");
    html_text(html, category_title(category));
    html_put(html, "</a></li>\n");
}

/* The category and those above it, the one at the top last. */
static size_t find_steps(const struct page_frame *frame, const char *slug,
                         const struct category_entry *steps[DEPTH_MAX])
{
    size_t count = 0;

    for (const struct category_entry *at = category_find(frame->categories, slug); at != NULL && count < DEPTH_MAX;
         at = category_find(frame->categories, at->parent))
        steps[count++] = at;
    return count;
}

void put_trail(struct html *html, const struct page_frame *frame, const char *slug, bool is_here)
{
    const struct category_entry *steps[DEPTH_MAX];
    size_t count = find_steps(frame, slug, steps);

    html_put(html, "<nav class=\"trail\"");
    put_label(html, frame, WORD_TRAIL);
    html_put(html, ">\n<ol>\n");
    put_place(html, frame, "/products", WORD_ALL_PRODUCTS);
    for (size_t left = count; left > 0;) {
        left--;
        put_step(html, frame, steps[left], is_here && left == 0);
    }
    html_put(html, "</ol>\n</nav>\n");
    if (count > 0)
        put_trail_data(html, frame, steps, count);
}

/* ---- As a list --------------------------------------------------------------------------------------------------- */

static void put_category(struct html *html, const struct page_frame *frame, const struct category_entry *category)
{
    html_put(html, "<a dir=\"auto\"");
    frame_put_link(html, frame, category_path(category->slug, html->text.arena), "");
    html_put(html, ">");
    html_text(html, category_title(category));
    html_put(html, "</a> <span class=\"count\"><span class=\"unseen\">");
    put_word(html, frame, WORD_PRODUCTS_LABEL);
    html_put(html, " </span>");
    html_number(html, category->product_count);
    html_put(html, "</span>");
}

static bool has_category(const struct product *product, const char *slug)
{
    for (size_t i = 0; i < product->category_count; i++) {
        if (strcmp(product->categories[i], slug) == 0)
            return true;
    }
    return false;
}

/* The picture of the first of these products that is in the category and has one. */
static void put_picture_of(struct html *html, const struct page_frame *frame, const char *slug,
                           const struct product_list *pictured)
{
    for (size_t i = 0; i < pictured->count; i++) {
        const struct product *product = &pictured->items[i];
        if (product->image_count == 0 || !has_category(product, slug))
            continue;
        put_picture(html, frame, product, product->images, true);
        return;
    }
}

static void put_level(struct html *html, const struct page_frame *frame, struct level all, struct level level,
                      int depth, const struct product_list *pictured)
{
    html_put(html, "<ul>\n");
    for (size_t i = 0; i < level.count && i < LIST_MAX; i++) {
        html_put(html, "<li>");
        if (pictured != NULL)
            put_picture_of(html, frame, level.items[i]->slug, pictured);
        put_category(html, frame, level.items[i]);
        struct level below = depth > 1 ? level_below(all, level.items[i]->slug) : (struct level){0};
        if (below.count > 0) {
            html_put(html, "\n");
            put_level(html, frame, all, below, depth - 1, NULL);
        }
        html_put(html, "</li>\n");
    }
    html_put(html, "</ul>\n");
}

/* How many categories the level and those below it have, `depth` levels in all. */
static size_t count_levels(struct level all, struct level level, int depth)
{
    size_t count = level.count;

    for (size_t i = 0; depth > 1 && i < level.count; i++)
        count += count_levels(all, level_below(all, level.items[i]->slug), depth - 1);
    return count;
}

/* How many of `depth` levels fit on one page, but at least one. */
static int find_depth(struct level all, struct level level, int depth)
{
    int fitting = 1;

    while (fitting < depth && count_levels(all, level, fitting + 1) <= LIST_MAX)
        fitting++;
    return fitting;
}

/* Says how many categories a page has no room for, and where they are. */
static void put_left_out(struct html *html, const struct page_frame *frame, enum word word, size_t count)
{
    if (count == 0)
        return;
    html_put(html, "<p class=\"left-out\">");
    html_text(html, language_count(frame->language, word, (int64_t)count, html->text.arena));
    html_put(html, "</p>\n");
}

bool put_children(struct html *html, const struct page_frame *frame, const char *parent, int depth,
                  const struct product_list *pictured)
{
    struct level all = depth > 1 ? order_all(frame, html->text.arena) : (struct level){0};
    struct level level = depth > 1 ? level_below(all, parent) : find_level(frame, parent, html->text.arena);
    int fitting = find_depth(all, level, depth);

    if (level.count == 0)
        return false;
    html_put(html, "<nav");
    put_label(html, frame, WORD_CATEGORIES);
    html_attribute(html, "class", depth > 1 ? "tree" : "children");
    html_put(html, ">\n");
    put_level(html, frame, all, level, fitting, pictured);
    put_left_out(html, frame, WORD_MORE_BESIDE, level.count > LIST_MAX ? level.count - LIST_MAX : 0);
    put_left_out(html, frame, WORD_MORE_BELOW, count_levels(all, level, depth) - count_levels(all, level, fitting));
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

/* The first of a level. */
static void put_some_options(struct html *html, struct level level, int depth)
{
    for (size_t i = 0; i < level.count && i < OPTIONS_OF_LEVEL_MAX; i++)
        put_option(html, level.items[i], depth, NULL);
}

/* The way down to the category that is chosen, from the top on, and those right below it. */
static void put_branch(struct html *html, const struct page_frame *frame, const struct category_entry *const *steps,
                       size_t count)
{
    for (size_t i = count; i > 0; i--)
        put_option(html, steps[i - 1], (int)(count - i), steps[0]->slug);
    if (count > 0)
        put_some_options(html, find_level(frame, steps[0]->slug, html->text.arena), (int)count);
}

/* Of a shop with many: the top, and in it the category that is chosen. */
static void put_few_options(struct html *html, const struct page_frame *frame, const char *chosen)
{
    const struct category_entry *steps[DEPTH_MAX];
    size_t count = find_steps(frame, chosen, steps);
    struct level top = find_level(frame, NULL, html->text.arena);
    bool is_branch_there = false;

    for (size_t i = 0; i < top.count && i < OPTIONS_OF_LEVEL_MAX; i++) {
        if (count > 0 && top.items[i] == steps[count - 1]) {
            put_branch(html, frame, steps, count);
            is_branch_there = true;
        } else {
            put_option(html, top.items[i], 0, NULL);
        }
    }
    if (!is_branch_there)
        put_branch(html, frame, steps, count);
    html_put(html, "<option value=\"\" disabled>");
    put_word(html, frame, WORD_MORE_OPTIONS);
    html_put(html, "</option>\n");
}

void put_category_options(struct html *html, const struct page_frame *frame, const char *chosen)
{
    if (frame->categories != NULL && frame->categories->count > OPTIONS_MAX)
        put_few_options(html, frame, chosen);
    else
        put_options(html, order_all(frame, html->text.arena), NULL, 0, chosen);
    if (category_find(frame->categories, chosen) == NULL && chosen != NULL)
        put_option(html, &(struct category_entry){.slug = chosen, .name = ""}, 0, chosen);
}

/* ---- Pages of nothing else --------------------------------------------------------------------------------------- */

struct text page_print_categories(const struct page_frame *frame, struct arena *arena)
{
    const char *title = language_word(frame->language, WORD_CATEGORIES);
    const struct page_head head = {.title = title, .search = "", .path = "/categories", .path_query = ""};
    struct html html = frame_begin(frame, &head, arena);

    html_put(&html, "<h1>");
    html_text(&html, title);
    html_put(&html, "</h1>\n");
    if (!put_children(&html, frame, NULL, DEPTH_MAX, NULL)) {
        html_put(&html, "<p class=\"empty\">");
        put_word(&html, frame, WORD_NO_CATEGORIES);
        html_put(&html, "</p>\n");
    }
    return frame_end(frame, &html);
}

/* Under the tag, as the shop wrote it, which leads to all that have it. They stand below the first screen. */
static void put_tagged(struct html *html, const struct page_frame *frame, const struct page_home *home)
{
    struct arena *arena = html->text.arena;

    if (home->tag == NULL || home->tagged.list->count == 0)
        return;
    html_put(html, "<section class=\"related\"");
    html_attribute(html, "aria-label", home->tag);
    html_put(html, ">\n<h2 dir=\"auto\"><a");
    frame_put_link(html, frame, "/products", arena_print(arena, "tag=%s", percent_print(home->tag, "", arena)));
    html_put(html, ">");
    html_text(html, home->tag);
    html_put(html, "</a></h2>\n");
    put_cards(html, frame, &home->tagged, 0, false);
    html_put(html, "</section>\n");
}

struct text page_print_home(const struct page_frame *frame, const struct page_home *home, struct arena *arena)
{
    const struct page_head head = {.title = "", .search = "", .path = "/", .path_query = ""};
    struct html html = frame_begin(frame, &head, arena);

    if (home->newest.list->count > 0) {
        html_put(&html, "<h1>");
        put_word(&html, frame, WORD_NEWEST);
        html_put(&html, "</h1>\n");
        put_cards(&html, frame, &home->newest, CARDS_AT_ONCE, false);
        html_put(&html, "<p class=\"lead\"><a");
        frame_put_link(&html, frame, "/products", "");
        html_put(&html, ">");
        put_word(&html, frame, WORD_SHOW_ALL);
        html_put(&html, "</a></p>\n");
    } else {
        html_put(&html, "<h1>");
        put_word(&html, frame, WORD_WELCOME);
        html_put(&html, "</h1>\n<p class=\"lead\">");
        put_word(&html, frame, WORD_NO_PRODUCTS);
        html_put(&html, "</p>\n");
    }
    put_tagged(&html, frame, home);
    (void)put_children(&html, frame, NULL, 2, home->pictured);
    return frame_end(frame, &html);
}
