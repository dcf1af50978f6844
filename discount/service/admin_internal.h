/* SPDX-License-Identifier: MIT */
/* What the files of the DiscountAdmin service share and nobody else includes. */
#ifndef DISCOUNT_SERVICE_ADMIN_INTERNAL_H
#define DISCOUNT_SERVICE_ADMIN_INTERNAL_H

#include "common/rpc/server.h"
#include "discount/service/admin.h"

/* A message may be 4 MiB. Lists end below ADMIN_LIST_BYTES, which leaves room for what stands beside them. */
#define ADMIN_ANSWER_BYTES ((size_t)4 * 1024 * 1024 - 1024)
#define ADMIN_LIST_BYTES ((size_t)3 * 1024 * 1024)
#define ADMIN_DEADLINE_S 60 /* of a call that has none */

/* ---- The methods: what the generated initialiser takes ---- */

#define ADMIN_METHOD(name, Request, Response)                                                                          \
    void admin_##name(Ecommerce__DiscountAdmin_Service *base, const Ecommerce__##Request *request,                     \
                      Ecommerce__##Response##_Closure closure, void *closure_data)

ADMIN_METHOD(stage_changes, StageChangesRequest, StageChangesResponse);
ADMIN_METHOD(apply_changes, ApplyChangesRequest, ApplyChangesResponse);
ADMIN_METHOD(rollback, RollbackRequest, ApplyChangesResponse);
ADMIN_METHOD(list_rules, ListRulesRequest, ListRulesResponse);
ADMIN_METHOD(list_groups, ListGroupsRequest, ListGroupsResponse);
ADMIN_METHOD(list_members, ListMembersRequest, ListMembersResponse);
ADMIN_METHOD(list_products, ListProductsRequest, ListProductsResponse);
ADMIN_METHOD(list_revisions, ListRevisionsRequest, ListRevisionsResponse);
ADMIN_METHOD(compare_revisions, CompareRevisionsRequest, CompareRevisionsResponse);
ADMIN_METHOD(explain, ExplainRequest, ExplainResponse);
ADMIN_METHOD(preview, PreviewRequest, PreviewResponse);
ADMIN_METHOD(lint, LintRequest, LintResponse);
ADMIN_METHOD(get_status, GetStatusRequest, GetStatusResponse);

static inline struct admin_service *admin_service_of(Ecommerce__DiscountAdmin_Service *base)
{
    return (struct admin_service *)base;
}

/* ---- Refusing ---- */

/* What is refused as RPC_INVALID_ARGUMENT begins with the name of the field that is at fault. */
void admin_refuse(struct rpc_call *call, enum rpc_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Ends the call with what the store said, which was not STORE_OK. */
void admin_refuse_store(struct rpc_call *call, enum store_status status, const struct store *store);

/* Each is false when it has refused the call, saying the field, its value and what is allowed. An empty text and a zero
 * number pass: they mean that nothing is given. */
MUST_CHECK bool admin_check_range(struct rpc_call *call, const char *field, int64_t value, int64_t min, int64_t max);
MUST_CHECK bool admin_check_instant(struct rpc_call *call, const char *field, int64_t value);
MUST_CHECK bool admin_check_key(struct rpc_call *call, const char *field, const char *value, size_t max);

/* The seconds that stand for an instant of a request: 0 is now. */
int64_t admin_instant(int64_t at);

/* ---- Change sets ---- */

/* The faults of an answer: counted all, kept as far as an answer holds them. */
struct admin_faults {
    struct fault_list kept;
    size_t total, bytes;
    Ecommerce__Fault **list; /* by change; admin_faults_finish() makes it */
    size_t count;
};

#define ADMIN_FAULTS_MAX 10000

void admin_faults_add(struct admin_faults *faults, size_t change, const char *subject, const char *field,
                      const char *message);
/* Sorts the kept faults, makes them the call's violations, too, and adds a last fault that counts those that were left
 * out. */
void admin_faults_finish(struct admin_faults *faults, struct rpc_call *call);

/* The changes of a call: parts of a change set, each an array of messages, in their order. */
struct admin_set {
    struct admin_set_part {
        Ecommerce__Change *const *changes;
        size_t count;
    } * parts;
    size_t part_count;
    size_t change_count;
};

/* The staged changes of the token, and then the call's own. False: the call is refused. The set lives in the call's
 * arena and points to what is staged. */
MUST_CHECK bool admin_set_collect(struct admin_service *service, struct rpc_call *call, const char *token,
                                  Ecommerce__Change *const *changes, size_t count, struct admin_set *set);

/* Begins a change set in the store, of that id (NULL: none). False: the call is refused. */
MUST_CHECK bool admin_set_begin(struct admin_service *service, struct rpc_call *call, int64_t expected_revision,
                                const char *id);

/* Applies all changes to the begun change set, and finishes `faults` with all that is wrong with them. False: the store
 * failed, the call is refused and the change set has ended. */
MUST_CHECK bool admin_set_apply(struct admin_service *service, struct rpc_call *call, const struct admin_set *set,
                                struct admin_faults *faults);

/* ---- Pages ---- */

#define ADMIN_PAGE_DEFAULT 100
#define ADMIN_PAGE_MAX 1000

/* Messages of a list that grows until a page is full. */
struct admin_page {
    struct arena *arena;
    void **items; /* room for `limit` */
    size_t count, limit, bytes;
    bool has_more;
};

/* False: the call is refused, because page_size is out of range. */
MUST_CHECK bool admin_page_begin(struct rpc_call *call, int32_t page_size, struct admin_page *page);

/* Adds a message. False: the page is full, and has_more is set. */
MUST_CHECK bool admin_page_add(struct admin_page *page, void *message);

/* Whether the page fits into an answer: one thing alone may be too large. False: the call is refused. */
MUST_CHECK bool admin_page_fits(struct rpc_call *call, const struct admin_page *page, const char *what);

/*
 * Fills a page: `fetch` lists up to `want` things of the store behind those that it has added (none: page->count is 0),
 * adds them as long as there is room, and says how many it listed; fewer than `want`: there are no more.
 */
typedef enum store_status admin_fetch_f(struct store *store, struct admin_page *page, void *data, size_t want,
                                        size_t *count);
MUST_CHECK enum store_status admin_page_fill(struct store *store, struct admin_page *page, admin_fetch_f *fetch,
                                             void *data);

/* Fills an empty page, all of it of one revision: begins again while a new revision comes in between. False: the call
 * is refused. */
MUST_CHECK bool admin_page_read(struct store *store, struct rpc_call *call, struct admin_page *page,
                                admin_fetch_f *fetch, void *data, int64_t *revision);

/* Reads a page_token that is a number (0: there is none, the page is the first). False: the call is refused. */
MUST_CHECK bool admin_page_number(struct rpc_call *call, const char *token, int64_t max, int64_t *number);

/* Refuses a page_token. Returns false. */
bool admin_page_refuse(struct rpc_call *call, const char *token);

/* Messages of a group or product that the store lists; they point into that. */
Ecommerce__Group *admin_write_group(const struct group *group, struct arena *arena);
Ecommerce__KnownProduct *admin_write_product(const struct known_product *product, struct arena *arena);

/* ---- Products ---- */

/* Products that contradict the rules, at most ADMIN_CONTRADICTIONS_MAX. In the arena, pointing into the products. */
#define ADMIN_CONTRADICTIONS_MAX 1000
Ecommerce__Contradiction **admin_find_contradictions(struct admin_service *service, const struct ruleset *rules,
                                                     Ecommerce__Product *const *products, size_t product_count,
                                                     struct arena *arena, size_t *count);

/* Adds to the `count` contradictions of `found` (NULL: none) the noted ones that still contradict these rules: all of
 * them, or with `product` those that have its id or slug, but for itself. Returns the longer list, in the arena. */
Ecommerce__Contradiction **admin_add_seen(struct admin_service *service, const struct ruleset *rules,
                                          const Ecommerce__Product *product, struct arena *arena,
                                          Ecommerce__Contradiction **found, size_t *count);

/* ---- What if ---- */

/* Two rulesets: of the rules as they are, and as they would be after a change set. */
struct admin_what_if {
    const struct ruleset *before, *after; /* released by admin_what_if_release() */
    struct admin_faults faults;           /* where there are any, there are no rulesets */
    int64_t revision;                     /* of `before` */
    struct known_product *products;       /* all registered products after the changes, if wanted */
    size_t product_count;
};

/*
 * Makes both rulesets, to be asked about `at` (0: now); for a set without changes they are the same. The changes are
 * applied to the database and rolled back at once. False: the call is refused.
 */
MUST_CHECK bool admin_what_if_make(struct admin_service *service, struct rpc_call *call, const struct admin_set *set,
                                   int64_t at, bool wants_products, struct admin_what_if *what_if);
void admin_what_if_release(struct admin_what_if *what_if);

/* Products of a message, as discount/pricing/evaluate.h has them. In the arena, pointing into the message. */
struct product;
struct product *admin_read_products(Ecommerce__Product *const *messages, size_t count, struct arena *arena);

#endif
