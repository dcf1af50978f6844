/* SPDX-License-Identifier: MIT */
/* Rules that make no sense. */
#include "discount/service/admin_internal.h"

#include <string.h>

#include "discount/lint/lint.h"

#define FINDINGS_DEFAULT 1000
#define FINDINGS_MAX 10000
#define QUOTES_MAX 500000 /* that are tried: a second, or some with 100,000 rules */

_Static_assert((int)WARNING_SHADOWED + 1 == (int)ECOMMERCE__ODDITY__ODDITY_SHADOWED &&
                   (int)WARNING_DUPLICATE + 1 == (int)ECOMMERCE__ODDITY__ODDITY_DUPLICATE &&
                   (int)WARNINGS == (int)ECOMMERCE__ODDITY__ODDITY_NEVER_WINS,
               "warnings have the message's order");

static Ecommerce__Finding *write_finding(const struct lint_finding *finding, struct arena *arena)
{
    Ecommerce__Finding *message = arena_get(arena, sizeof *message);

    ecommerce__finding__init(message);
    message->rule = (char *)finding->rule;
    message->oddity = (Ecommerce__Oddity)(finding->warning + 1);
    if (finding->other_rule != NULL)
        message->other_rule = (char *)finding->other_rule;
    if (finding->product != NULL)
        message->product = (char *)finding->product;
    message->message = (char *)finding->message;
    return message;
}

/* As many as an answer holds. */
static void write_findings(const struct lint *lint, struct arena *arena, Ecommerce__LintResponse *response)
{
    size_t bytes = 0;

    response->count = lint->total > INT32_MAX ? INT32_MAX : (int32_t)lint->total;
    response->findings = arena_get(arena, (lint->finding_count + 1) * sizeof *response->findings);
    for (size_t i = 0; i < lint->finding_count; i++) {
        Ecommerce__Finding *finding = write_finding(&lint->findings[i], arena);
        bytes += ecommerce__finding__get_packed_size(finding) + 8;
        if (bytes > ADMIN_LIST_BYTES)
            return;
        response->findings[response->n_findings++] = finding;
    }
}

static void write_limits(const struct lint *lint, bool has_products, struct arena *arena,
                         Ecommerce__LintResponse *response)
{
    response->quotes = (int64_t)lint->quotes;
    response->undecided = (int32_t)lint->undecided;
    response->not_looked_for = arena_get(arena, WARNINGS * sizeof *response->not_looked_for);
    for (int warning = 0; warning < WARNINGS && !has_products; warning++) {
        if (warning_needs_products((enum lint_warning)warning))
            response->not_looked_for[response->n_not_looked_for++] = (Ecommerce__Oddity)(warning + 1);
    }
}

static void lint_rules(const struct admin_what_if *what_if, const Ecommerce__LintRequest *request, int64_t at,
                       struct arena *arena, Ecommerce__LintResponse *response)
{
    const struct lint_question question = {
        .now = at,
        .products = admin_read_products(request->products, request->n_products, arena),
        .product_count = request->n_products,
        .names = what_if->products,
        .name_count = what_if->product_count,
        .max_findings = request->max_findings != 0 ? (size_t)request->max_findings : FINDINGS_DEFAULT,
        .max_quotes = QUOTES_MAX,
    };
    struct lint lint;

    lint_ruleset(what_if->after, &question, arena, &lint);
    write_findings(&lint, arena, response);
    write_limits(&lint, request->n_products > 0, arena, response);
}

ADMIN_METHOD(lint, LintRequest, LintResponse)
{
    struct admin_service *service = admin_service_of(base);
    Ecommerce__LintResponse response = ECOMMERCE__LINT_RESPONSE__INIT;
    int64_t at = admin_instant(request->at);
    struct admin_what_if what_if;
    struct admin_set set;

    if (!admin_check_instant(closure_data, "at", request->at) ||
        !admin_check_range(closure_data, "max_findings", request->max_findings, 0, FINDINGS_MAX) ||
        !admin_set_collect(service, closure_data, request->token, request->changes, request->n_changes, &set) ||
        !admin_what_if_make(service, closure_data, &set, request->at, true, &what_if))
        return;
    response.revision = what_if.revision;
    response.faults = what_if.faults.list;
    response.n_faults = what_if.faults.count;
    if (what_if.faults.total == 0) {
        lint_rules(&what_if, request, at, rpc_call_arena(closure_data), &response);
        response.contradictions =
            admin_find_contradictions(service, what_if.after, request->products, request->n_products,
                                      rpc_call_arena(closure_data), &response.n_contradictions);
    }
    closure(&response, closure_data);
    admin_what_if_release(&what_if);
}
