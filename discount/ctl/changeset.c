/* SPDX-License-Identifier: MIT */
/* Change sets, as messages. */
#include "discount/ctl/changeset.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/ctl/command.h"
#include "common/ctl/progress.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/wire/wire.h"

#define MEMBERS_IN_A_CHANGE ((size_t)200000) /* five bytes each at the most */
#define FRAME 16                             /* what a change takes in its message beside its own bytes */
#define ATTEMPTS 5                           /* to stage, when the worker that kept the changes goes */

static void add_message(struct changeset *set, Ecommerce__Change *message, size_t origin)
{
    set->messages = arena_grow(set->arena, set->messages, set->count, sizeof *set->messages);
    set->sizes = arena_grow(set->arena, set->sizes, set->count, sizeof *set->sizes);
    set->origins = arena_grow(set->arena, set->origins, set->count, sizeof *set->origins);
    set->messages[set->count] = message;
    set->sizes[set->count] = ecommerce__change__get_packed_size(message) + FRAME;
    set->origins[set->count] = origin;
    set->bytes += set->sizes[set->count++];
}

void changeset_add(struct changeset *set, const struct change *change, size_t origin)
{
    bool has_members = change->kind == CHANGE_ADD_MEMBERS || change->kind == CHANGE_REMOVE_MEMBERS;
    size_t done = 0;

    do {
        struct change part = *change;
        if (has_members) {
            size_t left = change->customer_count - done;
            part.customer_ids = change->customer_ids + done;
            part.customer_count = left < MEMBERS_IN_A_CHANGE ? left : MEMBERS_IN_A_CHANGE;
            done += part.customer_count;
        }
        add_message(set, wire_write_change(&part, set->arena), origin);
    } while (has_members && done < change->customer_count);
}

void changeset_add_file(struct changeset *set, const char *file, const struct rulefile *rulefile, bool is_pruning)
{
    const struct change clear = {.kind = CHANGE_CLEAR_ALL};

    set->file = file;
    set->rulefile = rulefile;
    if (is_pruning)
        changeset_add(set, &clear, CHANGESET_NOT_OF_FILE);
    for (size_t i = 0; i < rulefile->change_count; i++)
        changeset_add(set, &rulefile->changes[i], i);
}

static size_t find_line(const struct changeset *set, size_t index, const char *field)
{
    if (set->rulefile == NULL || index >= set->count || set->origins[index] == CHANGESET_NOT_OF_FILE)
        return 0;
    return rulefile_line(set->rulefile, set->origins[index], field);
}

int changeset_check(const struct changeset *set, const struct ctl_options *options)
{
    struct fault_list notes = {.arena = set->arena};

    for (size_t i = 0; i < set->count; i++) {
        if (set->sizes[i] <= CONNECTION_MESSAGE_MAX)
            continue;
        const Ecommerce__Rule *rule =
            set->messages[i]->change_case == ECOMMERCE__CHANGE__CHANGE_SET_RULE ? set->messages[i]->set_rule : NULL;
        fault_list_add(&notes, find_line(set, i, ""), rule != NULL ? arena_print(set->arena, "rule %s", rule->key) : "",
                       "",
                       arena_print(set->arena, "takes %zu bytes as a message; %zu are allowed", set->sizes[i],
                                   CONNECTION_MESSAGE_MAX));
    }
    return notes.count == 0 ? COMMAND_OK : fault_notes_tell(&notes, options, set->file);
}

/* How many changes from `first` on go into one message: at least one. */
static size_t count_for_message(const struct changeset *set, size_t first)
{
    size_t count = 0, bytes = 0;

    while (first + count < set->count) {
        bytes += set->sizes[first + count];
        if (count > 0 && bytes > CHANGESET_MESSAGE_MAX)
            break;
        count++;
    }
    return count;
}

bool changeset_stage(const struct changeset *set, struct ctl_connection *connection, const char **token)
{
    const Ecommerce__StageChangesResponse *answer = NULL;
    struct progress progress;
    size_t done = 0;

    *token = "";
    if (set->count == 0)
        return true;
    progress_begin(&progress, "changes sent", set->count);
    do {
        Ecommerce__StageChangesRequest request = ECOMMERCE__STAGE_CHANGES_REQUEST__INIT;
        request.token = (char *)*token;
        request.n_changes = count_for_message(set, done);
        request.changes = set->messages + done;
        answer = call_stage_changes(connection, &request, set->arena);
        if (answer == NULL)
            break;
        *token = answer->token;
        done += request.n_changes;
        progress_update(&progress, done);
    } while (done < set->count);
    progress_end(&progress);
    return answer != NULL;
}

bool changeset_is_lost(const struct ctl_connection *connection)
{
    return connection->code == RPC_UNAVAILABLE || connection->code == RPC_ABORTED;
}

void changeset_note_faults(const struct changeset *set, Ecommerce__Fault *const *faults, size_t count,
                           struct fault_list *notes)
{
    for (size_t i = 0; i < count; i++) {
        size_t line = faults[i]->change < 0 ? 0 : find_line(set, (size_t)faults[i]->change, faults[i]->field);
        fault_list_add(notes, line, faults[i]->subject, faults[i]->field, faults[i]->message);
    }
}

/* ---- Applying ---- */

/* Whether the rules have moved on from the expected revision: ABORTED may mean that, or a token that was forgotten. */
static bool has_moved(const struct changeset *set, struct ctl_connection *connection, int64_t expected)
{
    const Ecommerce__GetStatusRequest request = ECOMMERCE__GET_STATUS_REQUEST__INIT;
    const struct ctl_connection failure = *connection;

    if (expected == 0)
        return false;
    const Ecommerce__GetStatusResponse *status = call_get_status(connection, &request, set->arena);
    connection->code = failure.code;
    memcpy(connection->message, failure.message, sizeof connection->message);
    return status == NULL || status->latest != expected;
}

/* One attempt. */
static const Ecommerce__ApplyChangesResponse *apply_once(const struct changeset *set, struct ctl_connection *connection,
                                                         const struct change_options *options, const char *id,
                                                         bool is_large)
{
    Ecommerce__ApplyChangesRequest request = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;
    struct progress progress = {0};
    const char *token = "";

    if (is_large && !changeset_stage(set, connection, &token))
        return NULL;
    request.change_set_id = (char *)id;
    request.token = (char *)token;
    request.n_changes = is_large ? 0 : set->count;
    request.changes = set->messages;
    request.expected_revision = options->expect;
    request.message = (char *)(options->message != NULL ? options->message : "");
    request.validate_only = options->is_dry_run;
    if (is_large)
        progress_wait(&progress, "the service is at work");
    const Ecommerce__ApplyChangesResponse *answer = call_apply_changes(connection, &request, set->arena);
    progress_end(&progress);
    return answer;
}

const Ecommerce__ApplyChangesResponse *changeset_apply(const struct changeset *set, struct ctl_connection *connection,
                                                       const struct change_options *options)
{
    bool is_large = count_for_message(set, 0) < set->count;
    char id[WIRE_ID_SIZE];

    wire_make_id(id);
    for (int attempt = 1;; attempt++) {
        const Ecommerce__ApplyChangesResponse *answer = apply_once(set, connection, options, id, is_large);
        if (answer != NULL || !is_large || !changeset_is_lost(connection) || attempt == ATTEMPTS)
            return answer;
        if (connection->code == RPC_ABORTED && has_moved(set, connection, options->expect))
            return NULL;
    }
}

static void tell_json(const struct change_options *options, const Ecommerce__ApplyChangesResponse *answer)
{
    cJSON *document = cJSON_CreateObject();

    cJSON_AddItemToObject(document, "revision", json_number(answer->revision));
    cJSON_AddItemToObject(document, "changed", json_number(answer->changed));
    cJSON_AddItemToObject(document, "waited_ms", json_number(answer->waited_ms));
    cJSON_AddBoolToObject(document, "dry_run", options->is_dry_run);
    json_print(stdout, document);
}

/* How long the change waited for the leases of Catalogs. */
static const char *tell_wait(const Ecommerce__ApplyChangesResponse *answer, struct arena *arena)
{
    if (answer->waited_ms == 0)
        return "";
    return arena_print(arena, ", in use after %" PRId32 " ms, for which prices were lent", answer->waited_ms);
}

int changeset_tell(const struct changeset *set, const struct change_options *options,
                   const Ecommerce__ApplyChangesResponse *answer)
{
    struct fault_list notes = {.arena = set->arena};

    changeset_note_faults(set, answer->faults, answer->n_faults, &notes);
    if (notes.count > 0)
        return fault_notes_tell(&notes, &options->ctl, set->file);
    if (options->ctl.is_json)
        tell_json(options, answer);
    else if (options->is_dry_run)
        printf("no faults; %" PRId32 " would change\n", answer->changed);
    else if (answer->changed == 0)
        printf("nothing to change: revision %" PRId64 " stays\n", answer->revision);
    else
        printf("revision %" PRId64 ": %" PRId32 " changed%s\n", answer->revision, answer->changed,
               tell_wait(answer, set->arena));
    return COMMAND_OK;
}

int changeset_run(const struct changeset *set, const struct change_options *options)
{
    struct ctl_connection connection;

    int code = changeset_check(set, &options->ctl);
    if (code == COMMAND_OK)
        code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    const Ecommerce__ApplyChangesResponse *answer = changeset_apply(set, &connection, options);
    code = answer != NULL ? changeset_tell(set, options, answer) : connection_fail(&connection, "");
    connection_close(&connection);
    return code;
}
