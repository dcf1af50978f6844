/* SPDX-License-Identifier: MIT */
/* Lists, page by page. The fields of answers are found by the messages' descriptors. */
#include "discount/ctl/lists.h"

#include <string.h>

#include "common/ctl/command.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"

#define PAGE_SIZE 1000
#define ATTEMPTS 20 /* how often something that must be of one revision begins again before it is given up */

void message_list_append(struct message_list *list, struct arena *arena, void *item)
{
    list->items = arena_grow(arena, list->items, list->count, sizeof *list->items);
    list->items[list->count++] = item;
}

/* The field of that name in an answer; NULL: it has none. */
static const void *find_field(const ProtobufCMessage *answer, const char *name)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(answer->descriptor, name);

    return field != NULL ? (const char *)answer + field->offset : NULL;
}

static void append_messages(const ProtobufCMessage *answer, struct arena *arena, struct message_list *messages)
{
    for (unsigned i = 0; i < answer->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &answer->descriptor->fields[i];
        if (field->label != PROTOBUF_C_LABEL_REPEATED)
            continue;
        size_t count = *(const size_t *)(const void *)((const char *)answer + field->quantifier_offset);
        void **items = *(void **const *)(const void *)((const char *)answer + field->offset);
        for (size_t k = 0; k < count; k++)
            message_list_append(messages, arena, items[k]);
        return;
    }
}

/* Sends the request. LIST_OK: *answer is a page of the revision. */
static enum list_status read_page(struct ctl_connection *connection, const char *method,
                                  const ProtobufCMessage *request, struct arena *arena, int64_t *revision,
                                  const ProtobufCMessage **answer)
{
    *answer = connection_call(connection, method, request, arena);
    if (*answer == NULL)
        return LIST_FAILED;
    const int64_t *page_revision = find_field(*answer, "revision");
    if (revision != NULL && *revision == 0)
        *revision = *page_revision;
    return revision == NULL || *page_revision == *revision ? LIST_OK : LIST_MOVED;
}

enum list_status list_pages(struct ctl_connection *connection, const char *method, const ProtobufCMessage *request,
                            char **page_token, struct arena *arena, struct message_list *messages, int64_t *revision)
{
    enum list_status status;

    do {
        const ProtobufCMessage *answer;
        status = read_page(connection, method, request, arena, revision, &answer);
        if (status != LIST_OK)
            return status;
        append_messages(answer, arena, messages);
        *page_token = *(char *const *)find_field(answer, "next_page_token");
    } while ((*page_token)[0] != '\0');
    return LIST_OK;
}

enum list_status list_rules(struct ctl_connection *connection, const Ecommerce__ListRulesRequest *request,
                            struct arena *arena, struct message_list *rules, int64_t *revision)
{
    Ecommerce__ListRulesRequest ask = *request;

    ask.page_size = PAGE_SIZE;
    return list_pages(connection, "ListRules", &ask.base, &ask.page_token, arena, rules, revision);
}

enum list_status list_groups(struct ctl_connection *connection, int32_t customer_id, struct arena *arena,
                             struct message_list *groups, int64_t *revision)
{
    Ecommerce__ListGroupsRequest ask = ECOMMERCE__LIST_GROUPS_REQUEST__INIT;

    ask.page_size = PAGE_SIZE;
    ask.customer_id = customer_id;
    return list_pages(connection, "ListGroups", &ask.base, &ask.page_token, arena, groups, revision);
}

enum list_status list_products(struct ctl_connection *connection, const Ecommerce__ListProductsRequest *request,
                               struct arena *arena, struct message_list *products, int64_t *revision)
{
    Ecommerce__ListProductsRequest ask = *request;

    ask.page_size = PAGE_SIZE;
    return list_pages(connection, "ListProducts", &ask.base, &ask.page_token, arena, products, revision);
}

enum list_status list_members(struct ctl_connection *connection, const char *group, struct arena *arena,
                              struct member_list *members, int64_t *revision)
{
    Ecommerce__ListMembersRequest ask = ECOMMERCE__LIST_MEMBERS_REQUEST__INIT;
    const ProtobufCMessage *answer;

    ask.group = (char *)group;
    do {
        enum list_status status = read_page(connection, "ListMembers", &ask.base, arena, revision, &answer);
        if (status != LIST_OK)
            return status;
        const Ecommerce__ListMembersResponse *page = (const Ecommerce__ListMembersResponse *)answer;
        for (size_t i = 0; i < page->n_customer_ids; i++) {
            members->ids = arena_grow(arena, members->ids, members->count, sizeof *members->ids);
            members->ids[members->count++] = page->customer_ids[i];
        }
        ask.page_token = page->next_page_token;
    } while (ask.page_token[0] != '\0');
    return LIST_OK;
}

int list_whole(struct ctl_connection *connection, list_fetch_f *fetch, void *data, struct arena *arena)
{
    enum list_status status = LIST_MOVED;

    for (int i = 0; i < ATTEMPTS && status == LIST_MOVED; i++)
        status = fetch(connection, data, arena);
    if (status == LIST_FAILED)
        return connection_fail(connection, "");
    return status == LIST_OK ? COMMAND_OK : list_give_up(connection);
}

int list_alone(const struct ctl_options *options, list_fetch_f *fetch, void *data, struct arena *arena)
{
    struct ctl_connection connection;

    int code = connection_open(&connection, options);
    if (code != COMMAND_OK)
        return code;
    code = list_whole(&connection, fetch, data, arena);
    connection_close(&connection);
    return code;
}

int list_give_up(const struct ctl_connection *connection)
{
    display_error(connection->options->name, "the rules changed %d times while they were read; try again", ATTEMPTS);
    return COMMAND_MOVED;
}

void list_print_json(const char *name, const struct message_list *list, int64_t revision)
{
    cJSON *document = cJSON_CreateObject();

    if (revision != 0)
        cJSON_AddItemToObject(document, "revision", json_number(revision));
    cJSON_AddItemToObject(document, name, json_messages((const void *const *)list->items, list->count));
    json_print(stdout, document);
}
