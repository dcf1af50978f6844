/* SPDX-License-Identifier: MIT */
/* A request that was let in. */
#include "fcgi-catalog/site/request_context.h"

#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/site/tag.h"

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

void context_refuse_query(struct request_context *context, const struct query_fault *fault,
                          const struct http_page *page)
{
    const struct http_request *request = &context->exchange->request;
    struct arena *arena = &context->exchange->arena;
    bool is_named = fault->parameter != NULL && fault->parameter[0] != '\0';

    if (page == NULL && context->representation->is_page && fault->without_clicks != NULL)
        context_redirect(context, 302, percent_print(request->path, PERCENT_PATH, arena),
                         percent_print(fault->without_clicks, PERCENT_QUERY, arena));
    else
        context_refuse(context, &(struct problem){
                                    .status = 400,
                                    .cause = "wrong-parameter",
                                    .detail = fault->detail,
                                    .parameter = is_named ? fault->parameter : NULL,
                                    .allowed = fault->allowed,
                                    .page = page,
                                });
}

bool context_read_query(struct request_context *context, unsigned parameters, struct product_query *query)
{
    const struct query_frame frame = {.parameters = parameters};
    struct query_fault fault;

    if (query_parse(context->exchange->request.query, &frame, &context->exchange->arena, query, &fault))
        return true;
    context_refuse_query(context, &fault, NULL);
    return false;
}

bool context_apply_public(struct request_context *context, int64_t revision, int64_t changed_at, const char *key)
{
    /* What comes with the program is the same for every shop, and is there without one. */
    static const struct cursor_secret no_secret = {0};
    const struct tag_basis basis = {
        .secret = revision != 0 ? &context->site->shop.secret : &no_secret,
        .shop_revision = revision,
        .type = context->representation->type,
        .key = key,
    };
    const struct conditional conditional = {
        .sharing = SHARING_PUBLIC,
        .vary = VARY_BY_TYPE,
        .etag = tag_print(&basis, &context->exchange->arena),
        .changed_at = changed_at,
    };

    return conditional_apply(context->exchange, &conditional);
}

void context_fill(struct request_context *context, struct text body)
{
    context->exchange->response.content_type = context->representation->content_type;
    context->exchange->response.body = body.bytes;
    context->exchange->response.body_length = body.length;
}
