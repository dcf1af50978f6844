/* SPDX-License-Identifier: MIT */
/* discountctl import: a rule file, or the prices of a price list, into the service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "discount/ctl/changeset.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/input.h"
#include "discount/ctl/lists.h"
#include "discount/rulefile/pricelist.h"
#include "discount/wire/wire.h"

struct rule_import_options {
    struct change_options change;
    bool is_pruning;
    int64_t prune_max;  /* -1: not given */
    const char *prices; /* the key of a price list */
};

#define FIELD(name) offsetof(struct rule_import_options, name)

static const struct argument_row rows[] = {
    FLAG_OPTION(
        "prune", FIELD(is_pruning),
        "remove all that the file does not name; refused where more than a fifth of all rules would go, and ten at "
        "least"),
    NUMBER_OPTION("prune-up-to", FIELD(prune_max), "N", "the same, but N rules at most", 0, INT32_MAX),
    FLAG_OPTION("dry-run", FIELD(change.is_dry_run), "check, change nothing"),
    TEXT_OPTION("prices", FIELD(prices), "RULE", "FILE is CSV, product and price: the prices of this price list"),
    CHANGE_OPTIONS(offsetof(struct rule_import_options, change)),
};

/* ---- A rule file that removes what it does not name ---- */

/* How many of the rules the file does not name. */
static size_t count_unnamed(const struct rulefile *rulefile, const struct message_list *rules, struct arena *arena)
{
    const char **keys = arena_get(arena, (rulefile->change_count + 1) * sizeof *keys);
    size_t count = 0, unnamed = 0;

    for (size_t i = 0; i < rulefile->change_count; i++) {
        if (rulefile->changes[i].kind == CHANGE_SET_RULE)
            keys[count++] = rulefile->changes[i].rule.key;
    }
    qsort(keys, count, sizeof *keys, rule_compare_names);
    for (size_t i = 0; i < rules->count; i++) {
        const char *key = ((const Ecommerce__Rule *)rules->items[i])->key;
        unnamed += bsearch(&key, keys, count, sizeof *keys, rule_compare_names) == NULL;
    }
    return unnamed;
}

struct all_rules {
    struct message_list rules;
    int64_t revision;
};

static enum list_status fetch_rules(struct ctl_connection *connection, void *data, struct arena *arena)
{
    const Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    struct all_rules *all = data;

    *all = (struct all_rules){.revision = 0};
    return list_rules(connection, &request, arena, &all->rules, &all->revision);
}

/* A file that lost rules by mistake must not remove many of the rules there are. *revision is the one looked at. */
static int look_at_pruned(const struct rule_import_options *options, const struct rulefile *rulefile,
                          struct ctl_connection *connection, struct arena *arena, int64_t *revision)
{
    struct all_rules all;

    int code = list_whole(connection, fetch_rules, &all, arena);
    if (code != COMMAND_OK)
        return code;
    const struct message_list rules = all.rules;
    *revision = all.revision;
    size_t unnamed = count_unnamed(rulefile, &rules, arena), fifth = rules.count / 5;
    size_t most = options->prune_max >= 0 ? (size_t)options->prune_max : fifth > 9 ? fifth : 9;
    if (unnamed <= most)
        return COMMAND_OK;
    display_error(
        options->change.ctl.name,
        "%zu of the %zu rules that are there are not named and would be removed, more than %zu; --prune-up-to "
        "%zu allows it; nothing was changed",
        unnamed, rules.count, most, unnamed);
    return COMMAND_REFUSED;
}

/* Changes only the rules that were looked at; looks again when somebody else changed them in between. */
static int prune(const struct rule_import_options *options, const struct rulefile *rulefile,
                 const struct changeset *set, struct ctl_connection *connection)
{
    for (int attempt = 1;; attempt++) {
        struct change_options change_options = options->change;
        int64_t revision;
        int code = look_at_pruned(options, rulefile, connection, set->arena, &revision);
        if (code != COMMAND_OK)
            return code;
        if (change_options.expect == 0)
            change_options.expect = revision;
        const Ecommerce__ApplyChangesResponse *answer = changeset_apply(set, connection, &change_options);
        if (answer != NULL)
            return changeset_tell(set, &options->change, answer);
        if (connection->code != RPC_ABORTED || options->change.expect != 0 || attempt == 5)
            return connection_fail(connection, "");
    }
}

static int import_rules(const struct rule_import_options *options, const char *path, struct arena *arena)
{
    bool is_pruning = options->is_pruning || options->prune_max >= 0;
    struct changeset set = {.arena = arena};
    struct ctl_connection connection;
    struct rulefile rulefile;

    int code = input_rulefile(&options->change.ctl, path, arena, &rulefile);
    if (code != COMMAND_OK)
        return code;
    changeset_add_file(&set, input_name(path), &rulefile, is_pruning);
    if (!is_pruning)
        return changeset_run(&set, &options->change);
    code = changeset_check(&set, &options->change.ctl);
    if (code == COMMAND_OK)
        code = connection_open(&connection, &options->change.ctl);
    if (code != COMMAND_OK)
        return code;
    code = prune(options, &rulefile, &set, &connection);
    connection_close(&connection);
    return code;
}

/* ---- Prices ---- */

struct price_file {
    const char *name;
    const char *text;
    struct rule_product *products;
    size_t count;
};

static int read_prices(const struct rule_import_options *options, const char *path, struct arena *arena,
                       struct price_file *file)
{
    struct fault_list notes = {.arena = arena};
    char *text = NULL;
    size_t length = 0;

    file->name = input_name(path);
    int code = input_read(&options->change.ctl, path, RULEFILE_SIZE_MAX, arena, &text, &length);
    if (code != COMMAND_OK)
        return code;
    file->text = text;
    if (pricelist_parse(text, length, arena, &file->products, &file->count, fault_notes_add_line, &notes))
        return COMMAND_OK;
    return fault_notes_tell(&notes, &options->change.ctl, file->name);
}

/* Whether the slug stands in the message as a word of its own. */
static bool names_product(const char *message, const char *slug, size_t length)
{
    static const char of_slugs[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

    for (const char *at = message; *at != '\0'; at += *at != '\0') {
        size_t word = strspn(at, of_slugs);
        if (word == length && strncmp(at, slug, length) == 0)
            return true;
        at += word;
    }
    return false;
}

/* The line of the file, after the header, whose product a fault names; 0: none is. */
static size_t find_line(const struct price_file *file, const char *message)
{
    size_t line = 0;

    for (const char *text = file->text; *text != '\0'; text += *text == '\n') {
        const char *slug = text + (*text == '"');
        size_t length = strcspn(slug, "\",\r\n");
        if (++line > 1 && length > 0 && names_product(message, slug, length))
            return line;
        text += strcspn(text, "\n");
    }
    return 0;
}

static int tell_price_faults(const struct rule_import_options *options, const struct price_file *file,
                             const Ecommerce__ApplyChangesResponse *answer, struct arena *arena)
{
    struct fault_list notes = {.arena = arena};

    for (size_t i = 0; i < answer->n_faults; i++) {
        const Ecommerce__Fault *fault = answer->faults[i];
        fault_list_add(&notes, find_line(file, fault->message), fault->subject, fault->field, fault->message);
    }
    return fault_notes_tell(&notes, &options->change.ctl, file->name);
}

/* Fetches the price list. COMMAND_OK, or an exit code, what is wrong having been told and *rule untouched. */
static int fetch_price_list(struct ctl_connection *connection, const char *key, struct arena *arena,
                            const Ecommerce__Rule **rule, int64_t *revision)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    const char *name = connection->options->name;

    request.key = (char *)key;
    const Ecommerce__ListRulesResponse *answer = call_list_rules(connection, &request, arena);
    if (answer == NULL)
        return connection_fail(connection, "");
    if (answer->n_rules == 0) {
        display_error(name, "there is no rule \"%s\"", key);
        return COMMAND_NOT_FOUND;
    }
    if (answer->rules[0]->n_prices == 0) {
        display_error(name, "rule %s is not a price list", key);
        return COMMAND_REFUSED;
    }
    *rule = answer->rules[0];
    *revision = answer->revision;
    return COMMAND_OK;
}

/* Puts the prices into the rule as it is at one revision; again when somebody else changed the rules in between. */
static int replace_prices(const struct rule_import_options *options, const struct price_file *file,
                          struct ctl_connection *connection, struct arena *arena)
{
    for (int attempt = 1;; attempt++) {
        struct change_options change_options = options->change;
        struct change change = {.kind = CHANGE_SET_RULE};
        struct changeset set = {.arena = arena, .file = file->name};
        const Ecommerce__Rule *rule = NULL;
        int64_t revision = 0;
        int code = fetch_price_list(connection, options->prices, arena, &rule, &revision);
        if (code != COMMAND_OK)
            return code;
        wire_read_rule(rule, arena, &change.rule);
        change.rule.products = file->products;
        change.rule.product_count = file->count;
        changeset_add(&set, &change, CHANGESET_NOT_OF_FILE);
        code = changeset_check(&set, &options->change.ctl);
        if (code != COMMAND_OK)
            return code;
        if (change_options.expect == 0)
            change_options.expect = revision;
        const Ecommerce__ApplyChangesResponse *answer = changeset_apply(&set, connection, &change_options);
        if (answer != NULL && answer->n_faults > 0)
            return tell_price_faults(options, file, answer, arena);
        if (answer != NULL)
            return changeset_tell(&set, &options->change, answer);
        if (connection->code != RPC_ABORTED || options->change.expect != 0 || attempt == 5)
            return connection_fail(connection, "");
    }
}

static int import_prices(const struct rule_import_options *options, const char *path, struct arena *arena)
{
    struct ctl_connection connection;
    struct price_file file;

    if (options->is_pruning || options->prune_max >= 0) {
        display_error(options->change.ctl.name, "--prune goes with a rule file, not with --prices");
        return COMMAND_REFUSED;
    }
    int code = read_prices(options, path, arena, &file);
    if (code == COMMAND_OK)
        code = connection_open(&connection, &options->change.ctl);
    if (code != COMMAND_OK)
        return code;
    code = replace_prices(options, &file, &connection, arena);
    connection_close(&connection);
    return code;
}

static int import(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct rule_import_options *options = given;

    return options->prices != NULL ? import_prices(options, words->items[0], arena)
                                   : import_rules(options, words->items[0], arena);
}

int command_import(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Sets what a rule file (\"-\": standard input) names; everything else stays.",
        .words = "FILE",
        .words_min = 1,
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct rule_import_options options = {.prune_max = -1};

    return options_run(&arguments, argc, argv, &options, import);
}
