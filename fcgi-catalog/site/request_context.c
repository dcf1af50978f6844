/* SPDX-License-Identifier: MIT */
/* A request that was let in. */
#include "fcgi-catalog/site/request_context.h"

#include "fcgi-catalog/http/conditional.h"

void context_refuse(struct request_context *context, const struct problem *problem)
{
    problem_fill(context->exchange, problem);
    http_exchange_finish(context->exchange);
}

bool context_accepts(struct request_context *context)
{
    struct arena *arena = &context->exchange->arena;

    if (context->offered == NULL)
        return true;
    const char *detail = arena_print(arena, "This address can be had as %s.", context->offered);
    if (context->whole != NULL)
        detail = arena_print(arena,
                             "As %s there is the whole catalog alone, which takes no parameters; with parameters this "
                             "address can be had as %s.",
                             context->whole, context->offered);
    context_refuse(context, &(struct problem){
                                .status = 406, .detail = detail, .parameter = "Accept", .allowed = context->offered});
    return false;
}

void context_refuse_for_store(struct request_context *context)
{
    context_refuse(context, &(struct problem){
                                .status = 503,
                                .detail = "The catalog cannot be read right now.",
                            });
}

void context_redirect(struct request_context *context, int status, const char *path, const char *query)
{
    struct http_exchange *exchange = context->exchange;
    const struct conditional conditional = {
        .sharing = context->is_named ? SHARING_PRIVATE : SHARING_PUBLIC,
        .vary = VARY_BY_CUSTOMER,
    };

    exchange->response.status = status;
    http_response_add_header(exchange, "Location",
                             arena_print(&exchange->arena, "%s%s%s%s", context->exchange->request.base, path,
                                         query[0] != '\0' ? "?" : "", query));
    if (status == 301)
        conditional_tell(exchange, &conditional);
    else
        conditional_apply_none(exchange);
    http_exchange_finish(exchange);
}

void context_link(struct request_context *context, const char *path, const char *query, const char *rel)
{
    const char *link = arena_print(&context->exchange->arena, "<%s%s%s%s>; rel=\"%s\"", context->exchange->request.base,
                                   path, query[0] != '\0' ? "?" : "", query, rel);

    http_response_add_header(context->exchange, "Link", link);
}
