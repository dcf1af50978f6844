/* SPDX-License-Identifier: MIT */
/* discountctl lint: rules that make no sense, as they are or as a rule file would make them. */
#include <inttypes.h>
#include <stdio.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/contradictions.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/table.h"
#include "discount/ctl/what_if.h"

#define LIMIT_DEFAULT 1000
#define LIMIT_MAX 10000 /* the service's */
#define ATTEMPTS 5      /* when the service forgets the staged changes */

/* What was not looked for, or not decided. */
static void print_limits(const Ecommerce__LintResponse *answer, struct arena *arena)
{
    for (size_t i = 0; i < answer->n_not_looked_for; i++)
        printf("%s%s", i == 0 ? "not looked for without --catalog or --products: " : ", ",
               json_enum_word(&ecommerce__oddity__descriptor, (int)answer->not_looked_for[i], arena));
    if (answer->n_not_looked_for > 0)
        puts("; under-floor of rules that name their price only");
    if (answer->undecided > 0)
        printf("not known of %" PRId32 " rules after %" PRId64 " prices: whether they ever win\n", answer->undecided,
               answer->quotes);
}

static void print_table(const Ecommerce__LintResponse *answer, const struct ctl_options *options, struct arena *arena)
{
    static const struct table_column columns[] = {
        {.title = "RULE"}, {.title = "ODDITY"}, {.title = "OTHER RULE"}, {.title = "PRODUCT"}, {.title = "MESSAGE"}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));

    for (size_t i = 0; i < answer->n_findings; i++) {
        const Ecommerce__Finding *finding = answer->findings[i];
        const char *const cells[] = {finding->rule,
                                     json_enum_word(&ecommerce__oddity__descriptor, (int)finding->oddity, arena),
                                     finding->other_rule[0] != '\0' ? finding->other_rule : "-",
                                     finding->product[0] != '\0' ? finding->product : "-", finding->message};
        table_add(table, TABLE_PLAIN, cells);
    }
    contradictions_print((const Ecommerce__Contradiction *const *)answer->contradictions, answer->n_contradictions,
                         options, arena);
    table_print(table, stdout, options);
    if ((size_t)answer->count > answer->n_findings)
        printf("and %zu more (--limit)\n", (size_t)answer->count - answer->n_findings);
    if (answer->count == 0 && answer->n_contradictions == 0)
        printf("nothing odd; revision %" PRId64 "\n", answer->revision);
    print_limits(answer, arena);
}

static int tell(const Ecommerce__LintResponse *answer, const struct what_if *what_if,
                const struct what_if_options *options)
{
    struct fault_list notes = {.arena = what_if->arena};

    changeset_note_faults(&what_if->set, answer->faults, answer->n_faults, &notes);
    if (notes.count > 0)
        return fault_notes_tell(&notes, &options->ctl, what_if->set.file);
    if (options->ctl.is_json)
        json_print(stdout, json_message(&answer->base));
    else
        print_table(answer, &options->ctl, what_if->arena);
    return answer->count == 0 && answer->n_contradictions == 0 ? COMMAND_OK : COMMAND_FINDINGS;
}

/* All products must be in one message: a rule that has none of them as a target is a finding. */
static int check_products(const struct what_if *what_if, const struct what_if_options *options)
{
    size_t bytes = 0;

    for (size_t i = 0; i < what_if->products.count; i++)
        bytes += what_if->products.sizes[i];
    if (bytes <= CONNECTION_MESSAGE_MAX - 1024)
        return COMMAND_OK;
    display_error(options->ctl.name, "%s: %zu products are %zu bytes as a message; %zu are allowed",
                  product_source_name(&options->source), what_if->products.count, bytes, CONNECTION_MESSAGE_MAX - 1024);
    return COMMAND_REFUSED;
}

static const Ecommerce__LintResponse *ask(struct ctl_connection *connection, const struct what_if *what_if,
                                          int64_t limit)
{
    for (int attempt = 1;; attempt++) {
        Ecommerce__LintRequest request = ECOMMERCE__LINT_REQUEST__INIT;
        const Ecommerce__LintResponse *answer = NULL;
        const char *token;
        if (changeset_stage(&what_if->set, connection, &token)) {
            request.token = (char *)token;
            request.products = what_if->products.products;
            request.n_products = what_if->products.count;
            request.at = what_if->at;
            request.max_findings = limit < LIMIT_MAX ? (int32_t)limit : LIMIT_MAX;
            answer = call_lint(connection, &request, what_if->arena);
        }
        if (answer != NULL || what_if->set.count == 0 || !changeset_is_lost(connection) || attempt == ATTEMPTS)
            return answer;
    }
}

static int lint(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct what_if_options *options = given;
    struct what_if what_if = {.arena = arena};
    struct ctl_connection connection;

    int code = what_if_read(&what_if, options, words->count > 0 ? words->items[0] : NULL);
    if (code == COMMAND_OK)
        code = check_products(&what_if, options);
    if (code == COMMAND_OK)
        code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    const Ecommerce__LintResponse *answer = ask(&connection, &what_if, options->limit);
    code = answer != NULL ? tell(answer, &what_if, options) : connection_fail(&connection, "");
    connection_close(&connection);
    return code;
}

int command_lint(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Names rules that make no sense, as they are, or as importing a rule file (\"-\": standard input) "
                   "would make them. Exit code 6 when there are some.",
        .words = "[FILE]",
        .words_max = 1,
        .rows = what_if_rows,
        .row_count = WHAT_IF_ROWS};
    struct what_if_options options = {.limit = LIMIT_DEFAULT};

    return options_run(&arguments, argc, argv, &options, lint);
}
