/* SPDX-License-Identifier: MIT */
/* What went wrong, and where to go on. */
#include "fcgi-catalog/page/internal.h"

struct text page_print_problem(const struct page_frame *frame, const struct page_problem *problem, struct arena *arena)
{
    const struct page_head head = {.title = problem->title, .search = ""};
    struct html html = frame_begin(frame, &head, arena);

    html_put(&html, "<div class=\"problem\">\n<p class=\"status\">");
    html_number(&html, problem->status);
    html_put(&html, "</p>\n<h1>");
    html_text(&html, problem->title);
    html_put(&html, "</h1>\n<p dir=\"auto\">");
    html_text(&html, problem->detail);
    html_put(&html, "</p>\n<p><a href=\"#search\">Search the products</a>, look through <a");
    frame_put_link(&html, frame, "/products", "");
    html_put(&html, ">all products</a>, or begin at the <a");
    frame_put_link(&html, frame, "/", "");
    html_put(&html, ">start page</a>.</p>\n</div>\n");
    return frame_end(frame, &html);
}
