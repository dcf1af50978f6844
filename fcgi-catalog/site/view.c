/* SPDX-License-Identifier: MIT */
/* Products as JSON. */
#include "fcgi-catalog/site/view.h"

#include <stddef.h>

struct text view_print_json_list(const struct view *view, struct arena *arena)
{
    if (view->quotes == NULL)
        return rendered_page_list(view->rendered);
    if (view->applied == NULL)
        return rendered_page_list_quoted(view->rendered, view->quotes, arena);
    return rendered_page_list_explained(view->rendered, view->quotes, view->applied, arena);
}

struct text view_print_json_one(const struct view *view, struct arena *arena)
{
    return rendered_page_text_of_one(view_print_json_list(view, arena), arena);
}
