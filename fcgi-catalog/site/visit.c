/* SPDX-License-Identifier: MIT */
/* A request that was let in. */
#include "fcgi-catalog/site/visit.h"

#include "fcgi-catalog/http/conditional.h"

void visit_refuse(struct visit *visit, const struct problem *problem)
{
    problem_fill(visit->exchange, problem);
    http_exchange_finish(visit->exchange);
}

bool visit_accepts(struct visit *visit)
{
    struct arena *arena = &visit->exchange->arena;

    if (visit->offered == NULL)
        return true;
    const char *detail = arena_print(arena, "This address can be had as %s.", visit->offered);
    if (visit->whole != NULL)
        detail = arena_print(arena,
                             "As %s there is the whole catalog alone, which takes no parameters; with parameters this "
                             "address can be had as %s.",
                             visit->whole, visit->offered);
    visit_refuse(visit,
                 &(struct problem){.status = 406, .detail = detail, .parameter = "Accept", .allowed = visit->offered});
    return false;
}

void visit_refuse_for_store(struct visit *visit)
{
    visit_refuse(visit, &(struct problem){
                            .status = 503,
                            .detail = "The catalog cannot be read right now.",
                        });
}

void visit_redirect(struct visit *visit, int status, const char *path, const char *query)
{
    struct http_exchange *exchange = visit->exchange;
    const struct conditional conditional = {
        .sharing = visit->is_named ? SHARING_PRIVATE : SHARING_PUBLIC,
        .vary = VARY_BY_CUSTOMER,
    };

    exchange->response.status = status;
    http_response_add_header(exchange, "Location",
                             arena_print(&exchange->arena, "%s%s%s%s", visit->exchange->request.base, path,
                                         query[0] != '\0' ? "?" : "", query));
    if (status == 301)
        conditional_tell(exchange, &conditional);
    else
        conditional_apply_none(exchange);
    http_exchange_finish(exchange);
}

void visit_link(struct visit *visit, const char *path, const char *query, const char *rel)
{
    const char *link = arena_print(&visit->exchange->arena, "<%s%s%s%s>; rel=\"%s\"", visit->exchange->request.base,
                                   path, query[0] != '\0' ? "?" : "", query, rel);

    http_response_add_header(visit->exchange, "Link", link);
}
