/* SPDX-License-Identifier: MIT */
/* Products as JSON. */
#include "fcgi-catalog/site/view.h"

#include <stddef.h>

struct shelf_text view_print_json_list(const struct view *view, struct arena *arena)
{
    if (view->quotes == NULL)
        return shelf_list(view->shelf);
    if (view->applied == NULL)
        return shelf_list_quoted(view->shelf, view->quotes, arena);
    return shelf_list_explained(view->shelf, view->quotes, view->applied, arena);
}

struct shelf_text view_print_json_one(const struct view *view, struct arena *arena)
{
    return shelf_text_of_one(view_print_json_list(view, arena), arena);
}
