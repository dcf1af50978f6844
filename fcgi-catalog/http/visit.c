/* SPDX-License-Identifier: MIT */
/* A request that was let in. */
#include "fcgi-catalog/http/visit.h"

void visit_refuse(struct visit *visit, const struct problem *problem)
{
    problem_fill(visit->exchange, problem);
    http_exchange_finish(visit->exchange);
}

bool visit_accepts(struct visit *visit)
{
    if (visit->offered == NULL)
        return true;
    visit_refuse(visit,
                 &(struct problem){
                     .status = 406,
                     .detail = arena_print(&visit->exchange->arena, "This address can be had as %s.", visit->offered),
                     .parameter = "Accept",
                     .allowed = visit->offered,
                 });
    return false;
}

void visit_refuse_for_store(struct visit *visit)
{
    visit_refuse(visit, &(struct problem){
                            .status = 503,
                            .detail = "The catalog cannot be read right now.",
                        });
}

const char *visit_base(struct visit *visit)
{
    if (visit->base == NULL)
        visit->base = http_request_base(&visit->exchange->request, &visit->exchange->arena);
    return visit->base;
}

void visit_link(struct visit *visit, const char *path, const char *query, const char *rel)
{
    const char *link = arena_print(&visit->exchange->arena, "<%s%s%s%s>; rel=\"%s\"", visit_base(visit), path,
                                   query[0] != '\0' ? "?" : "", query, rel);

    http_response_add_header(visit->exchange, "Link", link);
}
