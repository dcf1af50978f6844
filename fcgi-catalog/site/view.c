/* SPDX-License-Identifier: MIT */
/* Products as JSON. */
#include "fcgi-catalog/site/view.h"

struct text view_print_json_list(const struct view *view, struct arena *arena)
{
    return rendered_page_print(view->rendered, view->quotes, view->applied, arena);
}

struct text view_print_json_one(const struct view *view, struct arena *arena)
{
    return rendered_page_text_of_one(view_print_json_list(view, arena), arena);
}
