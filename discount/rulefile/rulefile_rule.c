/* SPDX-License-Identifier: MIT */
/* The words of rules. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "discount/rulefile/internal.h"
#include "discount/window/window.h"

static struct rule *rule_of(struct parser *parser)
{
    return &parser->block.change.rule;
}

static void read_lane(struct parser *parser, const struct block_line *line)
{
    struct shown shown;

    for (int lane = 0; lane < RULE_LANES; lane++) {
        if (strcmp(line->words[0].text, rule_lane_names[lane]) == 0) {
            rule_of(parser)->lane = (enum rule_lane)lane;
            return;
        }
    }
    parser_tell(parser, FIELD_lane, "%s is no lane; contract or sale is allowed",
                show_text(line->words[0].text, &shown));
}

/* ---- What it takes off ---- */

/* Whether the rule has no value of another kind yet; otherwise that is told. */
static bool claim_kind(struct parser *parser, enum rule_kind kind)
{
    const uint32_t *lines = parser->block.place.lines;

    for (int other = 0; other < RULE_KINDS; other++) {
        if (other != (int)kind && lines[FIELD_KIND_FIRST + other] != 0) {
            parser_tell(parser, FIELD_KIND_FIRST + kind,
                        "the rule has %s and, in line %" PRIu32 ", %s; one of these is allowed", rule_kind_names[kind],
                        lines[FIELD_KIND_FIRST + other], rule_kind_names[other]);
            return false;
        }
    }
    rule_of(parser)->kind = kind;
    return true;
}

/* Reads up to two decimals, in hundredths. */
static bool parse_percent(const char *text, int64_t *percent)
{
    size_t whole = strspn(text, "0123456789");
    size_t decimals = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    size_t length = text[whole] == '.' ? whole + 1 + decimals : whole;
    int64_t value = 0;

    if (whole == 0 || text[length] != '\0' || (text[whole] == '.' && (decimals == 0 || decimals > 2)))
        return false;
    for (size_t i = 0; i < whole && value <= RULE_PERCENT_MAX; i++)
        value = value * 10 + (text[i] - '0');
    value *= 100;
    if (decimals > 0)
        value += (text[whole + 1] - '0') * 10;
    if (decimals > 1)
        value += text[whole + 2] - '0';
    *percent = value;
    return value <= RULE_PERCENT_MAX;
}

static void read_percent(struct parser *parser, const struct block_line *line)
{
    struct shown shown;

    if (!claim_kind(parser, RULE_PERCENT))
        return;
    if (!parse_percent(line->words[0].text, &rule_of(parser)->value))
        parser_tell(parser, FIELD_PERCENT, "percent is %s; 0 to 100 with up to two decimals, such as 12.5, is allowed",
                    show_text(line->words[0].text, &shown));
}

static void read_amount(struct parser *parser, const struct block_line *line)
{
    if (claim_kind(parser, RULE_AMOUNT))
        parser_read_number(parser, FIELD_AMOUNT, "amount", line->words[0].text, 1, RULE_MONEY_MAX,
                           &rule_of(parser)->value);
}

/* Whether there is room for one more name; the lack of room is told once. */
static bool claim_target(struct parser *parser, enum field field)
{
    size_t in_rule = parser->products.count + parser->categories.count + parser->excluded_products.count +
                     parser->excluded_categories.count;

    if (++parser->target_count > RULEFILE_TARGETS_MAX) {
        parser_tell(parser, field, "the rules of the file name more than %d products and categories; fewer are allowed",
                    RULEFILE_TARGETS_MAX);
        parser->is_stopped = true;
        return false;
    }
    if (in_rule < RULE_TARGETS_MAX)
        return true;
    if (!parser->block.is_faulty[field])
        parser_tell(parser, field, "the rule names more than %d products and categories; fewer are allowed",
                    RULE_TARGETS_MAX);
    return false;
}

/* Whether a product's or category's name is well-formed and not named here before; otherwise that is told. */
static bool check_target(struct parser *parser, enum field field, int scope, const char *name)
{
    bool is_category = (scope & SCOPE_CATEGORY) != 0;
    int max = is_category ? RULE_KEY_MAX : RULE_SLUG_MAX;
    const char *what = is_category ? "category" : "product";
    struct shown shown;

    if (!rule_is_key(name, (size_t)max)) {
        parser_tell(parser, field,
                    "%s is no %s; 1 to %d characters of a-z, 0-9 and single hyphens between them are allowed",
                    show_text(name, &shown), what, max);
        return false;
    }
    size_t before = name_set_add(&parser->targets, scope, name, parser->line);
    if (before == 0)
        return true;
    parser_tell(parser, field, "%s %s is named twice: lines %zu and %zu; once is allowed", what,
                show_text(name, &shown), before, parser->line);
    return false;
}

static void add_product(struct item_list *list, const char *slug, int64_t price)
{
    *(struct rule_product *)list_add(list, sizeof(struct rule_product)) =
        (struct rule_product){.slug = slug, .price = price};
}

static void read_list_price(struct parser *parser, const struct word *words)
{
    int64_t price = 0;

    rule_of(parser)->is_price_list = true;
    bool is_price = parser_read_number(parser, FIELD_PRICE, "price", words[1].text, 0, RULE_MONEY_MAX, &price);
    if (claim_target(parser, FIELD_PRICE) && check_target(parser, FIELD_PRICE, SCOPE_INCLUDE, words[0].text) &&
        is_price)
        add_product(&parser->products, words[0].text, price);
}

static void read_price(struct parser *parser, const struct block_line *line)
{
    const uint32_t *lines = parser->block.place.lines;

    if (!claim_kind(parser, RULE_PRICE))
        return;
    bool is_first = lines[FIELD_PRICE] == parser->line;
    bool is_list = line->count == 2;
    if (!is_first && (!is_list || parser->block.is_single_price)) {
        parser_tell(parser, FIELD_PRICE,
                    "the rule has more than one price: lines %" PRIu32
                    " and %zu; one for all its products is allowed, or one for each as price SLUG N",
                    lines[FIELD_PRICE], parser->line);
        return;
    }
    if (is_list) {
        read_list_price(parser, line->words);
        return;
    }
    parser->block.is_single_price = true;
    parser_read_number(parser, FIELD_PRICE, "price", line->words[0].text, 0, RULE_MONEY_MAX, &rule_of(parser)->value);
}

/* ---- Whom and what it is for ---- */

static void read_audience(struct parser *parser, const struct block_line *line)
{
    struct rule *rule = rule_of(parser);
    struct shown shown;
    int64_t id;

    if (strcmp(line->words[0].text, "everybody") == 0 && line->count == 1)
        return;
    if (strcmp(line->words[0].text, "customer") == 0 && line->count == 2) {
        rule->audience = RULE_CUSTOMER;
        rule->customer_id = 1; /* valid, so that a wrong line is told once */
        if (parser_read_number(parser, FIELD_AUDIENCE, "customer", line->words[1].text, 1, INT32_MAX, &id))
            rule->customer_id = (int32_t)id;
        return;
    }
    if (strcmp(line->words[0].text, "group") == 0 && line->count == 2) {
        rule->audience = RULE_GROUP;
        rule->group = line->words[1].text;
        if (!rule_is_key(rule->group, RULE_KEY_MAX))
            parser_tell(parser, FIELD_AUDIENCE,
                        "%s is no group; 1 to %d characters of a-z, 0-9 and single hyphens between them are allowed",
                        show_text(rule->group, &shown), RULE_KEY_MAX);
        return;
    }
    parser_tell(parser, FIELD_AUDIENCE, "%s%s is no audience; everybody, customer N or group KEY is allowed",
                show_text(line->words[0].text, &shown), line->count == 2 ? " with one more word" : "");
}

/* "product SLUG..." or "category KEY...". */
static void read_targets(struct parser *parser, enum field field, int scope, struct item_list *products,
                         struct item_list *categories, const struct word *words, size_t count)
{
    bool is_product = strcmp(words[0].text, "product") == 0;
    struct shown shown;

    if (!is_product && strcmp(words[0].text, "category") != 0) {
        parser_tell(parser, field, "%s is neither product nor category; one of these and then names are allowed",
                    show_text(words[0].text, &shown));
        return;
    }
    if (is_product && field == FIELD_INCLUDE)
        parser->block.includes_products = true;
    for (size_t i = 1; i < count; i++) {
        if (!claim_target(parser, field))
            return;
        if (!check_target(parser, field, is_product ? scope : scope | SCOPE_CATEGORY, words[i].text))
            continue;
        if (is_product)
            add_product(products, words[i].text, 0);
        else
            *(const char **)list_add(categories, sizeof(const char *)) = words[i].text;
    }
}

static void read_include(struct parser *parser, const struct block_line *line)
{
    read_targets(parser, FIELD_INCLUDE, SCOPE_INCLUDE, &parser->products, &parser->categories, line->words,
                 line->count);
}

static void read_exclude(struct parser *parser, const struct block_line *line)
{
    read_targets(parser, FIELD_EXCLUDE, SCOPE_EXCLUDE, &parser->excluded_products, &parser->excluded_categories,
                 line->words, line->count);
}

/* ---- When and how ---- */

/* A field of the table: a number, or a word that stands alone. */
static void read_number(struct parser *parser, const struct block_line *line)
{
    const struct rule_field *field = &rule_fields[line->field - FIELD_RULE];
    int64_t value;

    if (parser_read_number(parser, line->field, field->word, line->words[0].text, field->least, field->most, &value))
        rule_field_set(field, rule_of(parser), value);
}

static void read_flag(struct parser *parser, const struct block_line *line)
{
    const struct rule_field *field = &rule_fields[line->field - FIELD_RULE];

    rule_field_set(field, rule_of(parser), field->type == RULE_FIELD_FLAG);
}

static const char *zone_name(const char *zone)
{
    return zone[0] != '\0' ? zone : RULEFILE_UTC;
}

/* Both ends of a window are seen in one zone. */
static void set_zone(struct parser *parser, enum field field, enum field other, const char *zone)
{
    struct rule *rule = rule_of(parser);
    uint32_t other_line = parser->block.place.lines[other];

    if (other_line != 0 && !parser->block.is_faulty[other] && strcmp(zone_name(rule->zone), zone_name(zone)) != 0) {
        parser_tell(parser, field, "the zone is %s here and %s in line %" PRIu32 "; both lines need the same one",
                    zone_name(zone), zone_name(rule->zone), other_line);
        return;
    }
    if (rule->zone[0] == '\0')
        rule->zone = zone;
}

static void read_instant(struct parser *parser, const struct block_line *line)
{
    struct rule *rule = rule_of(parser);
    const char *zone = line->count == 2 ? line->words[1].text : parser->zone;
    bool is_end = line->field == FIELD_ends_at;
    char reason[512];

    if (strcmp(zone, RULEFILE_UTC) == 0)
        zone = "";
    if (window_parse(line->words[0].text, zone, is_end, is_end ? &rule->ends_at : &rule->starts_at, reason,
                     sizeof reason))
        set_zone(parser, line->field, is_end ? FIELD_starts_at : FIELD_ends_at, zone);
    else
        parser_tell(parser, line->field, "%s", reason);
}

/* ---- The whole rule ---- */

/* What is missing, and what does not go together, as far as change_check() cannot see it. */
static void tell_missing(struct parser *parser)
{
    const uint32_t *lines = parser->block.place.lines;
    bool has_kind = false;

    if (parser->block.change.rule.is_price_list && parser->block.includes_products)
        line_faults_add(&parser->faults, lines[FIELD_INCLUDE],
                        "the rule has a price list, from line %" PRIu32
                        " on, whose products are all it is for; either that or included products are allowed",
                        lines[FIELD_PRICE]);
    if (parser->block.is_unsure)
        return;
    if (lines[FIELD_lane] == 0)
        line_faults_add(&parser->faults, lines[FIELD_KEY],
                        "the rule has no lane; lane contract or lane sale is needed");
    for (int kind = 0; kind < RULE_KINDS; kind++)
        has_kind = has_kind || lines[FIELD_KIND_FIRST + kind] != 0;
    if (!has_kind)
        line_faults_add(&parser->faults, lines[FIELD_KEY],
                        "the rule takes nothing off; one of percent, amount and price is needed");
}

/* Lends the rule the parser's lists, for its checks; a rule that is kept gets copies in the arena. */
static void set_lists(struct parser *parser, bool is_kept)
{
    struct rule *rule = rule_of(parser);
    struct arena *arena = parser->arena;

    rule->product_count = parser->products.count;
    rule->category_count = parser->categories.count;
    rule->excluded_product_count = parser->excluded_products.count;
    rule->excluded_category_count = parser->excluded_categories.count;
    if (!is_kept) {
        rule->products = parser->products.items;
        rule->categories = parser->categories.items;
        rule->excluded_products = parser->excluded_products.items;
        rule->excluded_categories = parser->excluded_categories.items;
        return;
    }
    rule->products = list_copy(&parser->products, sizeof *rule->products, arena);
    rule->categories = list_copy(&parser->categories, sizeof *rule->categories, arena);
    rule->excluded_products = list_copy(&parser->excluded_products, sizeof *rule->excluded_products, arena);
    rule->excluded_categories = list_copy(&parser->excluded_categories, sizeof *rule->excluded_categories, arena);
}

void rule_finish(struct parser *parser)
{
    tell_missing(parser);
    set_lists(parser, parser->faults.count == 0);
    parser_keep(parser, &parser->block.change);
}

#define WORD_MONEY(word, field, example) {word, BLOCK_RULE, field, 1, 1, false, example, read_number},
#define WORD_NUMBER(word, field, example) {word, BLOCK_RULE, field, 1, 1, false, example, read_number},
#define WORD_FLAG(word, field, example) {word, BLOCK_RULE, field, 0, 0, false, example, read_flag},
#define WORD_SWITCH(word, field, example) {word, BLOCK_RULE, field, 0, 0, false, example, read_flag},
#define WORD_INSTANT(word, field, example) {word, BLOCK_RULE, field, 1, 2, false, example, read_instant},
#define WORD_TEXT(word, field, example)
#define WORD_LANE(word, field, example)
#define WORD_KIND(word, field, example)
#define WORD_VALUE(word, field, example)
#define WORD_CUSTOMER(word, field, example)
#define WORD_GROUP(word, field, example)
#define WORD(type, member, column, place, message, word, least, most, example)                                         \
    WORD_##type(#word, FIELD_##member, example)

const struct block_word rule_words[] = {
    {"lane", BLOCK_RULE, FIELD_lane, 1, 1, false, "lane contract, or lane sale", read_lane},
    {"percent", BLOCK_RULE, FIELD_PERCENT, 1, 1, false, "percent 12.5", read_percent},
    {"amount", BLOCK_RULE, FIELD_AMOUNT, 1, 1, false, "amount 500", read_amount},
    {"price", BLOCK_RULE, FIELD_PRICE, 1, 2, true, "price 9900, or price SLUG 9900", read_price},
    {"audience", BLOCK_RULE, FIELD_AUDIENCE, 1, 2, false, "audience everybody, customer N or group KEY", read_audience},
    {"include", BLOCK_RULE, FIELD_INCLUDE, 2, SIZE_MAX, true, "include product SLUG... or include category KEY...",
     read_include},
    {"exclude", BLOCK_RULE, FIELD_EXCLUDE, 2, SIZE_MAX, true, "exclude product SLUG... or exclude category KEY...",
     read_exclude},
    RULE_FIELDS(WORD)};
const size_t rule_word_count = ARRAY_LENGTH(rule_words);
