/* SPDX-License-Identifier: MIT */
/*
 * Lets a test put thousands of questions to the pricing code in one process: commands on standard input, a line of JSON
 * on standard output for each that asks something. A command that is not understood ends the program.
 *
 *     rounding down|half-up|half-even      for what is made or asked from here on
 *     now INSTANT                          the instant at which rulesets are made
 *     rules BYTES, and a rule file         makes a ruleset of it               {"faults":[[LINE,MESSAGE]…]}
 *     patch                                begins a ruleset of the last whole one; then any of, since that one,
 *         changes BYTES, and a rule file       what it says, said anew         {"faults":…}
 *         remove rule KEY | group KEY | member GROUP CUSTOMER
 *     finish                               makes the changed copy the current ruleset
 *     state INSTANT                        {"rules":[KEY…],"next":…}
 *     page                                 empties the page
 *     product ID PRICE [CATEGORY…]         puts a product on the page
 *     quote CUSTOMER|@GROUP INSTANT        prices the page                     [QUOTE…]
 *     explain CUSTOMER INDEX INSTANT MAX   explains product number INDEX of the page
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/memory.h"
#include "common/number.h"

#include "discount/rulefile/rulefile.h"

#include "tests/probe/answer.h"

#define WORDS_MAX 128 /* of a command */
#define PAGE_MAX 256
#define REGISTRY_MAX 1024

struct probe {
    enum price_rounding rounding;
    int64_t now;
    struct ruleset *ruleset;
    struct ruleset_builder *builder; /* between patch and finish */
    struct {
        char *slug;
        int32_t id;
    } registry[REGISTRY_MAX];
    size_t registry_count;
    struct product page[PAGE_MAX];
    size_t page_count;
    struct arena page_arena;
    struct arena arena; /* of one command */
};

_Noreturn static void give_up(const char *what, const char *value)
{
    fprintf(stderr, "price_probe: %s: %s\n", what, value);
    exit(64);
}

static int64_t read_number(const char *text, int64_t min, int64_t max)
{
    int64_t value;
    if (number_parse(text, min, max, &value) != NUMBER_OK)
        give_up("not a number in its range", text);
    return value;
}

static int32_t read_int32(const char *text)
{
    return (int32_t)read_number(text, INT32_MIN, INT32_MAX);
}

static int64_t read_instant(const char *text)
{
    return read_number(text, INT64_MIN, INT64_MAX);
}

static size_t read_size(const char *text)
{
    return (size_t)read_number(text, 0, (int64_t)RULEFILE_SIZE_MAX + 1);
}

/* ---- The current ruleset ---- */

static void note_fault(void *data, size_t line, const char *message)
{
    size_t *count = data;
    printf("%s[%zu,", (*count)++ > 0 ? "," : "", line);
    print_text(message);
    putchar(']');
}

static void register_product(struct probe *probe, const char *slug, int32_t id)
{
    for (size_t i = 0; i < probe->registry_count; i++)
        if (strcmp(probe->registry[i].slug, slug) == 0) {
            probe->registry[i].id = id;
            return;
        }
    if (probe->registry_count == REGISTRY_MAX)
        give_up("too many products", slug);
    probe->registry[probe->registry_count].slug = memory_copy_text(slug);
    probe->registry[probe->registry_count++].id = id;
}

static void forget_products(struct probe *probe)
{
    while (probe->registry_count > 0)
        free(probe->registry[--probe->registry_count].slug);
}

static void give_ids(const struct probe *probe, struct rule_product *products, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        products[i].id = 0;
        for (size_t k = 0; k < probe->registry_count; k++)
            if (strcmp(probe->registry[k].slug, products[i].slug) == 0)
                products[i].id = probe->registry[k].id;
        if (products[i].id == 0)
            give_up("no such product", products[i].slug);
    }
}

static void set_rule(struct probe *probe, struct rule *rule)
{
    give_ids(probe, rule->products, rule->product_count);
    give_ids(probe, rule->excluded_products, rule->excluded_product_count);
    ruleset_builder_set_rule(probe->builder, rule);
}

static const char *find_label(const struct rulefile *file, const char *group)
{
    for (size_t i = 0; i < file->change_count; i++)
        if (file->changes[i].kind == CHANGE_SET_GROUP && strcmp(file->changes[i].key, group) == 0)
            return file->changes[i].label;
    return "";
}

static void apply_group(struct probe *probe, const struct rulefile *file, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_SET_GROUP:
        ruleset_builder_set_group(probe->builder, change->key, change->label);
        break;
    case CHANGE_CLEAR_GROUP:
        ruleset_builder_remove_group(probe->builder, change->key);
        ruleset_builder_set_group(probe->builder, change->key, find_label(file, change->key));
        break;
    case CHANGE_ADD_MEMBERS:
        for (size_t i = 0; i < change->customer_count; i++)
            ruleset_builder_add_member(probe->builder, change->key, change->customer_ids[i]);
        break;
    default:
        give_up("a rule file says something that it cannot say about", change->key);
    }
}

/* Products come first, whatever their place in the file: rules need their ids. */
static void apply_file(struct probe *probe, const struct rulefile *file)
{
    for (size_t i = 0; i < file->change_count; i++) {
        const struct known_product *product = &file->changes[i].product;
        if (file->changes[i].kind != CHANGE_SET_PRODUCT)
            continue;
        register_product(probe, product->slug, product->id);
        ruleset_builder_set_floor(probe->builder, product->id, (int32_t)product->floor);
    }
    for (size_t i = 0; i < file->change_count; i++) {
        struct change *change = &file->changes[i];
        if (change->kind == CHANGE_SET_RULE)
            set_rule(probe, &change->rule);
        else if (change->kind != CHANGE_SET_PRODUCT)
            apply_group(probe, file, change);
    }
}

static void read_rules(struct probe *probe, size_t length)
{
    char *text = memory_get(length + 1);
    if (fread(text, 1, length, stdin) != length)
        give_up("a rule file is shorter than it should be", "standard input has ended");
    struct rulefile file;
    size_t faults = 0;
    fputs("{\"faults\":[", stdout);
    if (rulefile_parse(text, length, "", &probe->arena, &file, note_fault, &faults))
        apply_file(probe, &file);
    else if (faults == 0)
        give_up("a rule file was refused", "and nothing said about it");
    puts("]}");
    free(text);
}

static void finish_rules(struct probe *probe)
{
    struct ruleset *made = ruleset_builder_finish(probe->builder, 1, probe->rounding, probe->now);
    probe->builder = NULL;
    ruleset_release(probe->ruleset);
    probe->ruleset = made;
}

static inline void print_state(const struct ruleset *ruleset, int64_t now)
{
    struct ruleset_view *view = ruleset_view_new();
    struct rule rule;
    uint64_t place = 0;
    size_t count = 0;
    fputs("{\"rules\":[", stdout);
    while (ruleset_next_rule(ruleset, view, &place, &rule)) {
        fputs(count++ > 0 ? "," : "", stdout);
        print_text(rule.key);
        if (!ruleset_find_rule(ruleset, view, rule.key, &rule))
            give_up("a rule is there and cannot be found", rule.key);
    }
    ruleset_view_free(view);
    if (count != ruleset_rule_count(ruleset))
        give_up("rules are counted wrongly", "");
    printf("],\"groups\":%zu,\"next\":%" PRId64 "}", ruleset_group_count(ruleset), ruleset_next_change(ruleset, now));
}

/* ---- Commands: each is given its words, and how many there are ---- */

static void do_rounding(struct probe *probe, char **words, size_t count)
{
    (void)count;
    for (size_t i = 0; price_rounding_names[i] != NULL; i++)
        if (strcmp(words[1], price_rounding_names[i]) == 0) {
            probe->rounding = (enum price_rounding)i;
            return;
        }
    give_up("no way to round", words[1]);
}

static void do_now(struct probe *probe, char **words, size_t count)
{
    (void)count;
    probe->now = read_instant(words[1]);
}

static void do_rules(struct probe *probe, char **words, size_t count)
{
    (void)count;
    forget_products(probe);
    probe->builder = ruleset_builder_new(NULL);
    read_rules(probe, read_size(words[1]));
    finish_rules(probe);
}

static void do_patch(struct probe *probe, char **words, size_t count)
{
    (void)count;
    if (probe->ruleset == NULL || probe->builder != NULL)
        give_up("nothing to begin from", words[0]);
    probe->builder = ruleset_builder_new(probe->ruleset);
}

static void do_changes(struct probe *probe, char **words, size_t count)
{
    (void)count;
    read_rules(probe, read_size(words[1]));
}

static void do_remove(struct probe *probe, char **words, size_t count)
{
    if (strcmp(words[1], "rule") == 0)
        ruleset_builder_remove_rule(probe->builder, words[2]);
    else if (strcmp(words[1], "group") == 0)
        ruleset_builder_remove_group(probe->builder, words[2]);
    else if (strcmp(words[1], "member") == 0 && count == 4)
        ruleset_builder_remove_member(probe->builder, words[2], read_int32(words[3]));
    else
        give_up("nothing that can be removed", words[1]);
}

static void do_finish(struct probe *probe, char **words, size_t count)
{
    (void)words;
    (void)count;
    finish_rules(probe);
}

static void do_state(struct probe *probe, char **words, size_t count)
{
    (void)count;
    print_state(probe->ruleset, read_instant(words[1]));
    putchar('\n');
}

static void do_page(struct probe *probe, char **words, size_t count)
{
    (void)words;
    (void)count;
    probe->page_count = 0;
    arena_reset(&probe->page_arena);
}

static void do_product(struct probe *probe, char **words, size_t count)
{
    if (probe->page_count == PAGE_MAX)
        give_up("too many products on a page", words[1]);
    struct product *product = &probe->page[probe->page_count++];
    const char **categories = arena_get(&probe->page_arena, count * sizeof *categories);
    for (size_t i = 3; i < count; i++)
        categories[i - 3] = arena_copy(&probe->page_arena, words[i], strlen(words[i]));
    *product = (struct product){.id = read_int32(words[1]),
                                .price = read_int32(words[2]),
                                .categories = categories,
                                .category_count = count - 3};
}

static void do_quote(struct probe *probe, char **words, size_t count)
{
    (void)count;
    int64_t now = read_instant(words[2]);
    const struct listing *listing = listing_resolve(probe->ruleset, &probe->arena, probe->page, probe->page_count);
    const struct shopper *shopper = words[1][0] == '@'
                                        ? shopper_of_group(probe->ruleset, &probe->arena, words[1] + 1)
                                        : shopper_resolve(probe->ruleset, &probe->arena, read_int32(words[1]));
    putchar('[');
    for (size_t i = 0; i < probe->page_count; i++) {
        struct quote quote;
        memset(&quote, 0xa5, sizeof quote); /* what is not set shows */
        evaluate(listing, i, shopper, now, &quote);
        fputs(i > 0 ? "," : "", stdout);
        print_quote(&quote);
    }
    puts("]");
}

static void do_explain(struct probe *probe, char **words, size_t count)
{
    (void)count;
    size_t index = (size_t)read_number(words[2], 0, (int64_t)probe->page_count - 1);
    size_t max_losers = (size_t)read_number(words[4], 0, INT32_MAX);
    struct explanation explanation;
    explain(probe->ruleset, read_int32(words[1]), &probe->page[index], read_instant(words[3]), max_losers,
            &probe->arena, &explanation);
    print_explanation(&explanation);
    putchar('\n');
}

static const struct command {
    const char *name;
    size_t least, most; /* words, its name included */
    void (*run)(struct probe *probe, char **words, size_t count);
} commands[] = {
    {"rounding", 2, 2, do_rounding}, {"now", 2, 2, do_now},
    {"rules", 2, 2, do_rules},       {"patch", 1, 1, do_patch},
    {"changes", 2, 2, do_changes},   {"remove", 3, 4, do_remove},
    {"finish", 1, 1, do_finish},     {"state", 2, 2, do_state},
    {"page", 1, 1, do_page},         {"product", 3, WORDS_MAX, do_product},
    {"quote", 3, 3, do_quote},       {"explain", 5, 5, do_explain},
};

static void run_command(struct probe *probe, char *line)
{
    char *words[WORDS_MAX], *place = NULL;
    size_t count = 0;
    for (char *word = strtok_r(line, " \n", &place); word != NULL; word = strtok_r(NULL, " \n", &place)) {
        if (count == WORDS_MAX)
            give_up("too many words", words[0]);
        words[count++] = word;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(commands) && count > 0; i++)
        if (strcmp(words[0], commands[i].name) == 0 && count >= commands[i].least && count <= commands[i].most) {
            commands[i].run(probe, words, count);
            return;
        }
    give_up("no such command", count > 0 ? words[0] : "");
}

int main(void)
{
    static struct probe probe;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        run_command(&probe, line);
        fflush(stdout);
        arena_reset(&probe.arena);
    }
    free(line);
    ruleset_builder_free(probe.builder);
    ruleset_release(probe.ruleset);
    forget_products(&probe);
    arena_release(&probe.page_arena);
    arena_release(&probe.arena);
    return 0;
}
