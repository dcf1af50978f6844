/* SPDX-License-Identifier: MIT */
/*
 * Blocks: how they begin, which words belong in them, and what becomes of them.
 *
 * A line that is not understood must not make the lines around it look wrong. So a block remembers which faults were
 * told, and faults that would only follow from these are not told; and where a block's first line is not understood,
 * the block is skipped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "discount/rulefile/internal.h"

static const char *const kind_names[] = {"", "product", "group", "rule", ""};

/* ---- Beginnings ---- */

static void begin(struct parser *parser, enum block_kind kind, enum change_kind change)
{
    block_finish(parser);
    parser->block = (struct block){.kind = kind, .change = {.kind = change, .key = "", .label = ""}};
    parser->block.place.lines[FIELD_KEY] = (uint32_t)parser->line;
    parser->block.place.lines[FIELD_label] = (uint32_t)parser->line;
    parser->products.count = parser->categories.count = 0;
    parser->excluded_products.count = parser->excluded_categories.count = 0;
    parser->ranges.count = 0;
    name_set_release(&parser->targets);
    if (++parser->block_count > RULEFILE_BLOCKS_MAX) {
        line_faults_add(&parser->faults, parser->line, "the file has more than %d blocks; fewer are allowed",
                        RULEFILE_BLOCKS_MAX);
        parser->is_stopped = true;
    }
}

/* Tells when the same thing was described before. */
static void claim_name(struct parser *parser, int scope, const char *what, const char *name)
{
    size_t before = name_set_add(&parser->blocks, scope, name, parser->line);
    struct shown shown;

    if (before != 0)
        parser_tell(parser, FIELD_KEY, "%s %s is described twice: lines %zu and %zu; once is allowed", what,
                    rule_is_key(name, RULE_SLUG_MAX) ? name : show_text(name, &shown), before, parser->line);
}

/* Whether the words behind a block's first are as they should be: `plain` ones, then perhaps a label. */
static bool check_beginning(struct parser *parser, const struct word *words, size_t count, size_t plain, bool may_label,
                            const char *form)
{
    bool is_right = count == plain || (may_label && count == plain + 1 && words[plain].is_quoted);

    for (size_t i = 0; i < plain && i < count; i++)
        is_right = is_right && !words[i].is_quoted;
    if (!is_right)
        parser_tell(parser, FIELD_KEY, "the line is not understood; it is written like: %s", form);
    return is_right;
}

static void begin_product(struct parser *parser, const struct word *words, size_t count)
{
    struct known_product *product = &parser->block.change.product;
    int64_t id;

    begin(parser, BLOCK_PRODUCT, CHANGE_SET_PRODUCT);
    product->id = 1; /* valid, so that a wrong line is told once */
    product->slug = "";
    if (!check_beginning(parser, words, count, 2, false, "product 1 iphone-x"))
        return;
    product->slug = words[1].text;
    claim_name(parser, SCOPE_SLUG, "product", product->slug);
    if (!parser_read_number(parser, FIELD_KEY, "the product's id", words[0].text, 1, INT32_MAX, &id))
        return;
    product->id = (int32_t)id;
    claim_name(parser, SCOPE_ID, "the product of id", arena_print(parser->arena, "%" PRId64, id));
}

static void begin_group(struct parser *parser, const struct word *words, size_t count)
{
    begin(parser, BLOCK_GROUP, CHANGE_SET_GROUP);
    if (!check_beginning(parser, words, count, 1, true, "group vip \"Very important people\""))
        return;
    parser->block.change.key = words[0].text;
    if (count == 2)
        parser->block.change.label = words[1].text;
    claim_name(parser, SCOPE_GROUP, "group", words[0].text);
}

static void begin_rule(struct parser *parser, const struct word *words, size_t count)
{
    struct rule *rule = &parser->block.change.rule;

    begin(parser, BLOCK_RULE, CHANGE_SET_RULE);
    *rule = (struct rule){.key = "", .label = "", .is_enabled = true, .zone = ""};
    if (!check_beginning(parser, words, count, 1, true, "rule black-friday \"20 % off phones\"")) {
        parser->block.is_faulty[FIELD_label] = true;
        return;
    }
    rule->key = words[0].text;
    if (count == 2)
        rule->label = words[1].text;
    claim_name(parser, SCOPE_RULE, "rule", rule->key);
}

/* A block of one line. */
static void begin_remove(struct parser *parser, const struct word *words, size_t count)
{
    static const struct {
        const char *name;
        enum change_kind change;
        int scope;
    } removals[] = {{"rule", CHANGE_REMOVE_RULE, SCOPE_RULE},
                    {"group", CHANGE_REMOVE_GROUP, SCOPE_GROUP},
                    {"product", CHANGE_REMOVE_PRODUCT, SCOPE_SLUG}};

    begin(parser, BLOCK_NONE, CHANGE_REMOVE_RULE);
    if (!check_beginning(parser, words, count, 2, false, "remove rule KEY, remove group KEY or remove product SLUG"))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(removals); i++) {
        if (strcmp(words[0].text, removals[i].name) != 0)
            continue;
        claim_name(parser, removals[i].scope, removals[i].name, words[1].text);
        parser_keep(parser, &(struct change){.kind = removals[i].change, .key = words[1].text});
        return;
    }
    struct shown shown;
    parser_tell(parser, FIELD_KEY, "%s cannot be removed; a rule, a group or a product can",
                show_text(words[0].text, &shown));
}

/* Whether "end" may be what is left of a rule's line "ends …", in a file that was cut right there. */
static bool may_be_cut(const struct parser *parser)
{
    const struct block *block = &parser->block;

    return parser->is_open && block->kind == BLOCK_RULE && (parser->is_indented || !block->has_indented_words);
}

static void begin_end(struct parser *parser, const struct word *words, size_t count)
{
    if (may_be_cut(parser))
        line_faults_add(&parser->faults, parser->line,
                        "the file may have been cut here, in a line with ends; after end a line end is needed");
    block_finish(parser);
    parser->block = (struct block){.kind = BLOCK_NONE};
    parser->is_ended = true;
    (void)words;
    if (count > 0)
        line_faults_add(&parser->faults, parser->line, "something follows end on its line; it stands alone");
}

static const struct {
    const char *name;
    void (*begin)(struct parser *parser, const struct word *words, size_t count);
} beginnings[] = {
    {"product", begin_product}, {"group", begin_group}, {"rule", begin_rule},
    {"remove", begin_remove},   {"end", begin_end},
};

/* ---- Words ---- */

static void read_floor(struct parser *parser, const struct block_line *line)
{
    parser_read_number(parser, FIELD_FLOOR, "floor", line->words[0].text, 0, RULE_MONEY_MAX,
                       &parser->block.change.product.floor);
}

static const struct block_word product_words[] = {
    {"floor", BLOCK_PRODUCT, FIELD_FLOOR, 1, 1, false, "floor 50000", read_floor},
};

static const struct block_word *find_in(const struct block_word *words, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].name, name) == 0)
            return &words[i];
    }
    return NULL;
}

static const struct block_word *find_word(const char *name)
{
    const struct block_word *word = find_in(rule_words, rule_word_count, name);

    if (word == NULL)
        word = find_in(group_words, group_word_count, name);
    return word != NULL ? word : find_in(product_words, ARRAY_LENGTH(product_words), name);
}

static const char *allowed_in_rule(struct parser *parser)
{
    const char *list = rule_words[0].name;

    if (parser->rule_words != NULL)
        return parser->rule_words;
    for (size_t i = 1; i < rule_word_count; i++)
        list = arena_print(parser->arena, "%s%s%s", list, i + 1 < rule_word_count ? ", " : " and ", rule_words[i].name);
    parser->rule_words = arena_print(parser->arena, "in a rule %s are allowed", list);
    return parser->rule_words;
}

static const char *allowed_words(struct parser *parser)
{
    switch (parser->block.kind) {
    case BLOCK_PRODUCT:
        return "in a product floor is allowed";
    case BLOCK_GROUP:
        return "in a group members is allowed";
    case BLOCK_RULE:
        return allowed_in_rule(parser);
    default:
        return "a block begins with product, group, rule or remove, and the last line is end";
    }
}

/* The lines that follow are another block's, or no block's. No more faults of the block before are told. */
static void lose_block(struct parser *parser)
{
    parser->block = (struct block){.kind = BLOCK_LOST};
}

static void refuse_unknown(struct parser *parser, const char *name)
{
    struct block *block = &parser->block;
    bool is_outside = block->kind == BLOCK_NONE || block->kind == BLOCK_LOST;
    struct shown shown;

    if (block->kind == BLOCK_LOST && parser->is_indented)
        return;
    line_faults_add(&parser->faults, parser->line, "%s is an unknown word; %s", show_text(name, &shown),
                    allowed_words(parser));
    block->is_unsure = true;
    if (is_outside || (!parser->is_indented && (block->has_indented_words || block->kind != BLOCK_RULE)))
        lose_block(parser);
}

static void refuse_elsewhere(struct parser *parser, const struct block_word *word)
{
    enum block_kind kind = parser->block.kind;

    if (kind == BLOCK_LOST)
        return;
    if (kind == BLOCK_NONE) {
        line_faults_add(&parser->faults, parser->line, "%s stands outside of any block; it belongs in a %s", word->name,
                        kind_names[word->kind]);
        lose_block(parser);
        return;
    }
    line_faults_add(&parser->faults, parser->line, "%s does not belong in a %s; %s", word->name, kind_names[kind],
                    allowed_words(parser));
}

/* Whether the line may say this now, and has as many plain words as it should; otherwise it is told. */
static bool check_line(struct parser *parser, const struct block_word *word, const struct word *words, size_t count)
{
    uint32_t before = parser->block.place.lines[word->field];

    if (before != 0 && !word->is_repeatable) {
        parser_tell(parser, word->field, "%s is given twice: lines %" PRIu32 " and %zu; once is allowed", word->name,
                    before, parser->line);
        return false;
    }
    if (before == 0)
        parser->block.place.lines[word->field] = (uint32_t)parser->line;
    if (count < word->least || count > word->most) {
        parser_tell(parser, word->field, "%s has %zu words behind it; it is written like: %s", word->name, count,
                    word->form);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (words[i].is_quoted) {
            struct shown shown;
            parser_tell(parser, word->field, "%s is a string; only labels are, so leave the quotes out",
                        show_text(words[i].text, &shown));
            return false;
        }
    }
    return true;
}

void block_read_line(struct parser *parser)
{
    const struct word *words = parser->words.list;
    size_t count = parser->words.count;

    for (size_t i = 0; i < ARRAY_LENGTH(beginnings); i++) {
        if (!words[0].is_quoted && strcmp(words[0].text, beginnings[i].name) == 0) {
            beginnings[i].begin(parser, words + 1, count - 1);
            return;
        }
    }
    const struct block_word *word = words[0].is_quoted ? NULL : find_word(words[0].text);
    if (word == NULL) {
        refuse_unknown(parser, words[0].text);
        return;
    }
    if (parser->is_indented)
        parser->block.has_indented_words = true;
    if (word->kind != parser->block.kind)
        refuse_elsewhere(parser, word);
    else if (check_line(parser, word, words + 1, count - 1))
        word->read(parser, &(struct block_line){word->field, words + 1, count - 1});
}

void block_read_broken_line(struct parser *parser)
{
    const char *name = parser->words.count > 0 ? parser->words.list[0].text : "";

    for (size_t i = 0; i < ARRAY_LENGTH(beginnings); i++) {
        if (strcmp(name, beginnings[i].name) == 0) {
            block_finish(parser);
            lose_block(parser);
            return;
        }
    }
    const struct block_word *word = find_word(name);
    if (word == NULL || word->kind != parser->block.kind) {
        parser->block.is_unsure = true;
        return;
    }
    parser->block.is_faulty[word->field] = true;
    if (parser->block.place.lines[word->field] == 0)
        parser->block.place.lines[word->field] = (uint32_t)parser->line;
}

void block_finish(struct parser *parser)
{
    switch (parser->block.kind) {
    case BLOCK_PRODUCT:
        parser_keep(parser, &parser->block.change);
        break;
    case BLOCK_GROUP:
        group_finish(parser);
        break;
    case BLOCK_RULE:
        rule_finish(parser);
        break;
    case BLOCK_NONE:
    case BLOCK_LOST:
        break;
    }
    parser->block.kind = BLOCK_NONE;
}
