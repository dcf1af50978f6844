/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share.
 *
 *   rulefile.c ──lines──> rulefile_words.c
 *       │
 *       └──words──> rulefile_block.c ──> rulefile_rule.c, rulefile_group.c
 *                                            │
 *                                            └──changes──> rulefile_parser.c ──> rulefile_faults.c, rulefile_names.c
 */
#ifndef DISCOUNT_RULEFILE_INTERNAL_H
#define DISCOUNT_RULEFILE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/rulefile/rulefile.h"

#include "discount/rule/change.h"
#include "discount/rule/faults.h"
#include "discount/rule/hash_index.h"

/* ---- What is wrong ---- */

/* All zero: nothing is wrong. */
struct line_faults {
    struct arena arena;
    struct fault_list kept; /* by line */
    size_t count;           /* those that were too many to keep, too */
};

void line_faults_add(struct line_faults *faults, size_t line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Tells all, in the order of lines, and one last that counts those that were not kept; then empties the list. */
void line_faults_tell(struct line_faults *faults, rulefile_fault_f *fault, void *data);

/* ---- What was named, and where ---- */

struct name;

/* All zero: nothing was named. */
struct name_set {
    struct name *names;
    size_t count;
    struct hash_index index;
};

/* Adds a name, which must live as long as the set. Returns the line of the same name in the same scope, which stays; 0:
 * there was none. */
size_t name_set_add(struct name_set *set, int scope, const char *text, size_t line);
void name_set_release(struct name_set *set);

/* ---- Words of a line ---- */

struct word {
    const char *text;
    bool is_quoted;
};

/* All zero: none. The caller frees `list`. */
struct words {
    struct word *list;
    size_t count;
};

#define REASON_SIZE 160

/*
 * Splits a line into words, in place: the byte behind the line is written to. A comment is no word. On false `reason`
 * says what is wrong, and `words` has the line's first word, if that is plain, or none.
 */
bool words_split(struct words *words, char *line, size_t length, char reason[REASON_SIZE]);

/* ---- Blocks ---- */

enum block_kind {
    BLOCK_NONE,
    BLOCK_PRODUCT,
    BLOCK_GROUP,
    BLOCK_RULE,
    BLOCK_LOST, /* its first line was not understood: its words are skipped */
};

/* What a line of a block can say: what is here, each kind, and each field of a rule. */
#define FIELD_OF_KIND(constant, ...) FIELD_##constant,
#define FIELD_OF(type, member, ...) FIELD_##member,
enum field {
    FIELD_KEY,
    FIELD_FLOOR,
    FIELD_MEMBERS,
    RULE_KIND_ROWS(FIELD_OF_KIND) FIELD_AUDIENCE,
    FIELD_INCLUDE,
    FIELD_EXCLUDE,
    RULE_FIELDS(FIELD_OF) FIELDS,
    FIELD_KIND_FIRST = FIELD_AUDIENCE - RULE_KINDS,
    FIELD_RULE = FIELDS - RULE_FIELD_COUNT, /* the first of the table */
};

/* Where a change is in the file. */
struct rulefile_place {
    uint32_t lines[FIELDS]; /* 0: the block does not say it; of FIELD_KEY: where the block begins */
};

/* Customers first … last. */
struct member_range {
    int32_t first, last;
};

/* A list that grows on the heap and is copied to the arena when it is whole. */
struct item_list {
    void *items;
    size_t count;
};

/* Room for one more item. */
void *list_add(struct item_list *list, size_t item_size);
/* A copy of the items; NULL: there are none. */
void *list_copy(const struct item_list *list, size_t item_size, struct arena *arena);

/* The block that is being read. */
struct block {
    enum block_kind kind;
    struct change change; /* of a rule: without its products and categories */
    struct rulefile_place place;
    bool is_faulty[FIELDS];  /* a fault of the field was told */
    bool is_unsure;          /* a line of it was not understood: what seems to be missing may be there */
    bool has_indented_words; /* so a line that is not indented is not of this block */
    bool is_single_price;
    bool includes_products;
};

struct parser {
    struct arena *arena;
    const char *zone; /* of windows that name none */
    struct line_faults faults;
    size_t line;
    bool is_indented;
    bool is_open;    /* the line has no line end: the file ends in it */
    bool is_begun;   /* the first line was read */
    bool is_ended;   /* the last one was */
    bool is_stopped; /* there is no sense in reading on */
    struct words words;
    struct block block;
    /* Of the block; used again by the next one. */
    struct item_list products, categories, excluded_products, excluded_categories; /* of a rule */
    struct item_list ranges;                                                       /* of a group */
    struct name_set targets;
    struct name_set blocks; /* of the file */
    size_t block_count, target_count, member_count;
    struct item_list changes, places;
    const char *rule_words; /* what a rule may say, in a sentence; NULL: not made yet */
};

/* Scopes of names. */
enum { SCOPE_RULE, SCOPE_GROUP, SCOPE_SLUG, SCOPE_ID, SCOPE_INCLUDE, SCOPE_EXCLUDE, SCOPE_CATEGORY = 8 };

/* Tells what is wrong with a field of the block, in the line that is being read. */
void parser_tell(struct parser *parser, enum field field, const char *format, ...) PRINTF_LIKE(3, 4);

/* Reads a number of a field, which faults call `what`. False: it is malformed or out of range, which was told. */
bool parser_read_number(struct parser *parser, enum field field, const char *what, const char *text, int64_t min,
                        int64_t max, int64_t *value);

/* Checks a change of the block with change_check(), tells its faults at their lines, and keeps the change if the file
 * has no faults so far. */
void parser_keep(struct parser *parser, const struct change *change);

/* A line of words. */
void block_read_line(struct parser *parser);
/* A line that could not be split into words, which was told. */
void block_read_broken_line(struct parser *parser);
/* No more lines of this block will come. */
void block_finish(struct parser *parser);

/* ---- The words of blocks ---- */

/* A line that begins with a word of a block, and the words behind that. */
struct block_line {
    enum field field;
    const struct word *words;
    size_t count;
};

struct block_word {
    const char *name;
    enum block_kind kind;
    enum field field;
    size_t least, most; /* words behind it */
    bool is_repeatable;
    const char *form;
    void (*read)(struct parser *parser, const struct block_line *line);
};

extern const struct block_word rule_words[];
extern const size_t rule_word_count;
extern const struct block_word group_words[];
extern const size_t group_word_count;

/* End a block: tell what is missing in a rule, and give the block's changes to parser_keep(). */
void rule_finish(struct parser *parser);
void group_finish(struct parser *parser);

#endif
