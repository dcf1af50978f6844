/* SPDX-License-Identifier: MIT */
/* What went wrong, and where to go on. */
#include "fcgi-catalog/page/internal.h"

/* The name of the status in the page's language; NULL: it has none. */
static const char *find_title(const struct page_frame *frame, int status)
{
    static const struct {
        int status;
        enum word word;
    } rows[] = {
        {400, WORD_PROBLEM_400}, {403, WORD_PROBLEM_403}, {404, WORD_PROBLEM_404}, {405, WORD_PROBLEM_405},
        {412, WORD_PROBLEM_412}, {414, WORD_PROBLEM_414}, {431, WORD_PROBLEM_431}, {503, WORD_PROBLEM_503},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].status == status)
            return language_word(frame->language, rows[i].word);
    }
    return NULL;
}

struct text page_print_problem(const struct page_frame *frame, const struct page_problem *problem, struct arena *arena)
{
    const char *title = find_title(frame, problem->status);
    const struct page_head head = {.title = title != NULL ? title : problem->title, .search = ""};
    struct html html = frame_begin(frame, &head, arena);

    html_put(&html, "<div class=\"problem\">\n<p class=\"status\">");
    html_number(&html, problem->status);
    html_put(&html, "</p>\n<h1");
    if (title == NULL)
        html_put(&html, " lang=\"en\"");
    html_put(&html, ">");
    html_text(&html, head.title);
    html_put(&html, "</h1>\n<p lang=\"en\" dir=\"auto\">");
    html_text(&html, problem->detail);
    html_put(&html, "</p>\n<ul>\n<li><a href=\"#search\">");
    put_word(&html, frame, WORD_SEARCH_PRODUCTS);
    html_put(&html, "</a></li>\n");
    put_place(&html, frame, "/products", WORD_ALL_PRODUCTS);
    put_place(&html, frame, "/", WORD_HOME);
    html_put(&html, "</ul>\n</div>\n");
    return frame_end(frame, &html);
}
