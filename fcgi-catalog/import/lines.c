/* SPDX-License-Identifier: MIT */
/*
 * JSON Lines, by cJSON: an object a line, with the fields of our answers; or a list of such objects, as /products
 * answers it, however it is laid out, and several lists one after the other (its pages). A category may be a path from
 * the top, "electronics/phones". discount_value is passed over: it says what somebody pays, not what the product is. A
 * line with a category, and a name and a parent if they are said, is of that category; one with a former, of a product
 * that has left and had that id.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/import/formats.h"
#include "fcgi-catalog/import/members.h"
#include "fcgi-catalog/import/objects.h"

/* Bytes of an object: enough for everything that catalog/field.h allows, escaped as \u0000. */
#define TEXT_MAX_BYTES ((size_t)4 * 1024 * 1024)
/* Values of an object, likewise: an item of cJSON takes forty times the bytes of the shortest value, "1,". */
#define VALUES_MAX 10000

struct json_lines {
    struct row_sink *output;
    struct buffer text;           /* the line, or the object of a list, so far */
    struct file_place text_place; /* where it begins */
    struct file_place place;      /* of the byte that is read next */
    bool is_begun, is_list;
    bool skips_text;        /* the text is too long, as a fault says */
    struct objects objects; /* of a list */
    struct arena arena;     /* of the row */
};

struct json_lines *json_lines_new(struct row_sink *output)
{
    struct json_lines *lines = memory_get_zeroed(1, sizeof *lines);

    lines->output = output;
    lines->text_place = lines->place = (struct file_place){.line = 1, .column = 1};
    return lines;
}

void json_lines_free(struct json_lines *lines)
{
    if (lines == NULL)
        return;
    arena_release(&lines->arena);
    buffer_release(&lines->text);
    free(lines);
}

/* ---- Members ---- */

static const char *kind_of(const cJSON *item)
{
    return cJSON_IsString(item)   ? "a text"
           : cJSON_IsNumber(item) ? "a number"
           : cJSON_IsArray(item)  ? "a list"
           : cJSON_IsObject(item) ? "an object"
           : cJSON_IsNull(item)   ? "null"
                                  : "true or false";
}

/* The text of the member, "" for null; NULL: it is no text, as a fault says. */
static const char *read_text(struct row_builder *builder, struct file_place place, const cJSON *item)
{
    if (cJSON_IsString(item) || cJSON_IsNull(item))
        return cJSON_IsString(item) ? item->valuestring : "";
    row_builder_refuse(builder, place, "%s is %s; a text is allowed", item->string, kind_of(item));
    return NULL;
}

/* The number of the member, as a text; NULL: it is no such number, as a fault says. */
static const char *read_number(struct row_builder *builder, struct file_place place, const cJSON *item)
{
    if (cJSON_IsNumber(item) && fabs(item->valuedouble) < 1e15 && item->valuedouble == rint(item->valuedouble))
        return arena_print(builder->arena, "%.0f", item->valuedouble + 0.0); /* -0 is 0 */
    row_builder_refuse(builder, place, "%s is %s; a whole number from 0 to 2147483647 is allowed", item->string,
                       cJSON_IsNumber(item) ? "no such number" : kind_of(item));
    return NULL;
}

/* False: it is no list, as a fault says. */
static bool check_list(struct row_builder *builder, struct file_place place, const cJSON *item)
{
    if (cJSON_IsArray(item) || cJSON_IsNull(item))
        return true;
    row_builder_refuse(builder, place, "%s is %s; a list is allowed", item->string, kind_of(item));
    return false;
}

static void read_texts(struct row_builder *builder, struct file_place place, const cJSON *list,
                       void (*add)(struct row_builder *builder, struct file_place place, const char *text))
{
    const cJSON *item;

    if (!check_list(builder, place, list))
        return;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item))
            add(builder, place, item->valuestring);
        else
            row_builder_refuse(builder, place, "%s has %s in it; texts are allowed", list->string, kind_of(item));
    }
}

static void add_path(struct row_builder *builder, struct file_place place, const char *path)
{
    const char *names = NULL;

    if (strpbrk(path, "|\\") != NULL)
        row_builder_refuse(builder, place, "a category is %s; slugs with / between them are allowed",
                           field_show(path, strlen(path), builder->arena));
    else
        (void)path_next(builder, place, &path, &names);
}

static const char *find_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text != NULL ? text : "";
}

static void read_image(struct row_builder *builder, struct file_place place, const cJSON *image)
{
    const cJSON *member;
    bool has_url = false, has_alt = false;

    cJSON_ArrayForEach(member, image)
    {
        bool is_url = strcmp(member->string, "url") == 0, is_alt = strcmp(member->string, "alt") == 0;
        if (!cJSON_IsString(member) || (is_url ? has_url : is_alt ? has_alt : true)) {
            row_builder_refuse(builder, place,
                               "an image has a wrong member %s; the texts url and alt, each once, are allowed",
                               field_show(member->string, strlen(member->string), builder->arena));
            return;
        }
        has_url = has_url || is_url;
        has_alt = has_alt || is_alt;
    }
    row_builder_add_image(builder, place, find_text(image, "url"), find_text(image, "alt"));
}

static void read_images(struct row_builder *builder, struct file_place place, const cJSON *list)
{
    const cJSON *item;

    if (!check_list(builder, place, list))
        return;
    builder->row.fields |= FIELD_IMAGES;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsObject(item))
            read_image(builder, place, item);
        else
            row_builder_refuse(builder, place, "images has %s in it; objects with url and alt are allowed",
                               kind_of(item));
    }
}

static void read_options(struct row_builder *builder, struct file_place place, const cJSON *list)
{
    const cJSON *item;

    if (!check_list(builder, place, list))
        return;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_GetArraySize(item) == 2 && cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name")) &&
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "value")))
            row_builder_add_option(builder, find_text(item, "name"), find_text(item, "value"));
        else
            row_builder_refuse(builder, place,
                               "an option of variant %zu is no object with the texts name and value; it is one",
                               builder->row.product.variant_count);
    }
}

static void read_variant_member(struct row_builder *builder, struct file_place place, const cJSON *item)
{
    const struct field *field = variant_find_field(item->string);
    bool is_text = cJSON_IsNull(item) || (field != NULL && field->kind == FIELD_KIND_TEXT);
    const char *text = is_text ? read_text(builder, place, item) : read_number(builder, place, item);

    if (text != NULL)
        row_builder_set_variant(builder, place, item->string, text);
}

static void read_variants(struct row_builder *builder, struct file_place place, const cJSON *list)
{
    const cJSON *item, *member;

    if (!check_list(builder, place, list))
        return;
    builder->row.fields |= FIELD_VARIANTS;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsObject(item)) {
            row_builder_refuse(builder, place, "variants has %s in it; objects are allowed", kind_of(item));
            continue;
        }
        row_builder_begin_variant(builder, place);
        cJSON_ArrayForEach(member, item)
        {
            if (strcmp(member->string, "options") == 0)
                read_options(builder, place, member);
            else if (strcmp(member->string, "discount_value") != 0)
                read_variant_member(builder, place, member);
        }
        row_builder_end_variant(builder, place);
    }
}

static void read_member(struct row_builder *builder, struct file_place place, const cJSON *item)
{
    int bit = field_find(item->string, strlen(item->string));
    const char *text = NULL;

    if (bit < 0) {
        row_builder_refuse(builder, place, "%s is no field; %s are allowed",
                           field_show(item->string, strlen(item->string), builder->arena),
                           field_list(FIELD_ALL & ~FIELD_DISCOUNT, " and ", builder->arena));
        return;
    }
    if (bit == 0) {
        if ((text = read_number(builder, place, item)) != NULL)
            row_builder_set_id(builder, place, text);
        return;
    }
    switch (field_of((enum field_bit)bit)->kind) {
    case FIELD_KIND_TEXT:
    case FIELD_KIND_TIME:
    case FIELD_KIND_CURRENCY:
        text = read_text(builder, place, item);
        break;
    case FIELD_KIND_NUMBER:
        text = cJSON_IsNull(item) && bit != FIELD_PRICE ? "" : read_number(builder, place, item);
        break;
    case FIELD_KIND_CATEGORIES:
    case FIELD_KIND_TAGS:
        builder->row.fields |= (unsigned)bit;
        read_texts(builder, place, item, bit == FIELD_TAGS ? row_builder_add_tag : add_path);
        return;
    case FIELD_KIND_IMAGES:
        read_images(builder, place, item);
        return;
    case FIELD_KIND_VARIANTS:
        read_variants(builder, place, item);
        return;
    case FIELD_KIND_DISCOUNT:
        return;
    }
    if (text != NULL)
        row_builder_set(builder, place, (enum field_bit)bit, text);
}

/* Whether a member before this one has the same name. */
static bool is_repeated(const cJSON *object, const cJSON *item)
{
    for (const cJSON *before = object->child; before != item; before = before->next) {
        if (strcmp(before->string, item->string) == 0)
            return true;
    }
    return false;
}

/* A member of the line of a category. A null counts as given, and empty. */
static void read_category_member(struct row_builder *builder, struct row_category *category, struct file_place place,
                                 const cJSON *item)
{
    bool is_slug = strcmp(item->string, "category") == 0, is_name = strcmp(item->string, "name") == 0;
    const char **text = is_slug ? &category->slug : is_name ? &category->name : &category->parent;

    if (!is_slug && !is_name && strcmp(item->string, "parent") != 0)
        row_builder_refuse(builder, place, "%s is no field of a category's line; category, name and parent are allowed",
                           field_show(item->string, strlen(item->string), builder->arena));
    else if (!cJSON_IsString(item) && (is_slug || !cJSON_IsNull(item)))
        row_builder_refuse(builder, place, "%s is %s; a text is allowed", item->string, kind_of(item));
    else
        *text = cJSON_IsString(item) ? item->valuestring : "";
    if (is_slug)
        category->place = place;
}

/* A member of the line of a product that has left. */
static void read_former_member(struct row_builder *builder, struct file_place place, const cJSON *item)
{
    bool is_id = strcmp(item->string, "former") == 0, is_slug = strcmp(item->string, "slug") == 0;

    if (!is_id && !is_slug && strcmp(item->string, "sku") != 0) {
        row_builder_refuse(builder, place,
                           "%s is no field of the line of a product that has left; former, slug and sku are allowed",
                           field_show(item->string, strlen(item->string), builder->arena));
        return;
    }
    const char *text = is_id ? read_number(builder, place, item) : read_text(builder, place, item);
    if (text != NULL && is_id)
        row_builder_set_former(builder, place, text);
    else if (text != NULL && is_slug)
        row_builder_set_former_slug(builder, place, text);
    else if (text != NULL)
        row_builder_set(builder, place, FIELD_SKU, text);
}

#define MEMBERS_MAX 64

/* The place of a byte of the text, counted from 1. */
static struct file_place find_place(const struct json_lines *lines, size_t byte)
{
    struct file_place place = lines->text_place;
    const char *line = lines->text.bytes, *at = lines->text.bytes + byte - 1, *newline;

    while ((newline = memchr(line, '\n', (size_t)(at - line))) != NULL) {
        line = newline + 1;
        place = (struct file_place){.line = place.line + 1, .column = 1};
    }
    place.column += (size_t)(at - line);
    return place;
}

static void read_object(const struct json_lines *lines, struct row_builder *builder, const cJSON *object)
{
    struct row_category category = {0};
    size_t bytes[MEMBERS_MAX], count = members_find(lines->text.bytes, bytes, MEMBERS_MAX), i = 0;
    const cJSON *item;

    builder->row.is_of_categories = cJSON_GetObjectItemCaseSensitive(object, "category") != NULL;
    builder->row.is_former =
        !builder->row.is_of_categories && cJSON_GetObjectItemCaseSensitive(object, "former") != NULL;
    cJSON_ArrayForEach(item, object)
    {
        struct file_place place = find_place(lines, i < count ? bytes[i] : 1);
        if (i++ == MEMBERS_MAX) {
            row_builder_refuse(builder, place, "the object has more than %d fields; fewer are allowed", MEMBERS_MAX);
            return;
        }
        if (is_repeated(object, item))
            row_builder_refuse(builder, place, "%s is there twice; once is allowed",
                               field_show(item->string, strlen(item->string), builder->arena));
        else if (builder->row.is_of_categories)
            read_category_member(builder, &category, place, item);
        else if (builder->row.is_former)
            read_former_member(builder, place, item);
        else
            read_member(builder, place, item);
    }
    if (category.slug != NULL)
        row_builder_say_category(builder, &category);
}

/* ---- Lines, and the objects of a list ---- */

/* The number of the first byte that is no text; 0: all are. */
static size_t find_wrong_byte(const char *text, size_t length)
{
    if (text_is_utf8(text, length))
        return 0;
    for (size_t i = 0, size; i < length; i += size) {
        size = 1;
        while (size < 4 && i + size < length && !text_is_utf8(text + i, size))
            size++;
        if (!text_is_utf8(text + i, size))
            return i + 1;
    }
    return length;
}

/* Reads the object into the row builder, whose texts live in it; NULL: it is no object, as a fault says. */
static cJSON *read_json(const struct json_lines *lines, struct row_builder *builder)
{
    const char *end = lines->text.bytes, *what = lines->is_list ? "object" : "line";
    size_t wrong = find_wrong_byte(lines->text.bytes, lines->text.length);

    if (wrong != 0) {
        row_builder_refuse(builder, find_place(lines, wrong),
                           "the %s is not UTF-8, or has a NUL byte; only text in UTF-8 is allowed", what);
        return NULL;
    }
    if (members_count(lines->text.bytes) > VALUES_MAX) {
        row_builder_refuse(builder, lines->text_place, "the %s has more than %d values; fewer are allowed", what,
                           VALUES_MAX);
        return NULL;
    }
    cJSON *object = cJSON_ParseWithLengthOpts(lines->text.bytes, lines->text.length + 1, &end, 1);
    if (object == NULL)
        row_builder_refuse(builder, find_place(lines, (size_t)(end - lines->text.bytes) + 1),
                           "from here on it is no JSON; an object a line, or a list of objects, is allowed");
    else if (!cJSON_IsObject(object))
        row_builder_refuse(builder, lines->text_place, "the line is %s; an object is allowed", kind_of(object));
    else if ((wrong = members_find_nul(lines->text.bytes)) != 0)
        row_builder_refuse(builder, find_place(lines, wrong), "\\u0000 is no text; every other character is allowed");
    else
        read_object(lines, builder, object);
    return object;
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    }
    return true;
}

/* Ends the text, which is whole. */
static void end_text(struct json_lines *lines)
{
    if (!lines->skips_text && !is_blank(lines->text.bytes, lines->text.length)) {
        struct row_builder builder =
            row_builder_begin(&lines->arena, lines->output->source.faults, lines->text_place.line);
        buffer_text(&lines->text);
        cJSON *object = read_json(lines, &builder);
        row_sink_take(lines->output, &builder);
        cJSON_Delete(object);
        arena_reset(&lines->arena);
    }
    lines->text.length = 0;
    lines->skips_text = false;
}

static void append(struct json_lines *lines, const char *bytes, size_t length)
{
    if (lines->skips_text)
        return;
    if (lines->text.length + length > TEXT_MAX_BYTES) {
        import_faults_add(lines->output->source.faults, lines->text_place.line,
                          lines->text_place.column + TEXT_MAX_BYTES, "the %s is too long; 4 MiB are allowed",
                          lines->is_list ? "object" : "line");
        lines->output->counts.faulty++;
        lines->skips_text = true;
        return;
    }
    buffer_append(&lines->text, bytes, length);
}

static void begin_line(struct json_lines *lines)
{
    lines->place = (struct file_place){.line = lines->place.line + 1, .column = 1};
}

static void feed_lines(struct json_lines *lines, const char *bytes, size_t length)
{
    for (const char *end = bytes + length; bytes < end;) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t part = (size_t)((newline != NULL ? newline : end) - bytes);
        append(lines, bytes, part);
        lines->place.column += part;
        if (newline != NULL) {
            end_text(lines);
            begin_line(lines);
            lines->text_place = lines->place;
        }
        bytes += part + (newline != NULL);
    }
}

/* Always false. */
static bool refuse_list(struct json_lines *lines, const char *what)
{
    import_faults_add(lines->output->source.faults, lines->place.line, lines->place.column,
                      "%s; here the list needs %s", what, objects_expect(&lines->objects));
    lines->output->counts.faulty++;
    return false;
}

static bool feed_list(struct json_lines *lines, const char *bytes, size_t length)
{
    size_t from = 0; /* the bytes before it were taken */

    for (size_t i = 0; i < length; i++) {
        switch (objects_step(&lines->objects, bytes[i])) {
        case OBJECTS_WRONG:
            return refuse_list(lines, "this is no list of objects");
        case OBJECTS_BEGIN:
            lines->text_place = lines->place;
            from = i;
            break;
        case OBJECTS_END:
            append(lines, bytes + from, i + 1 - from);
            end_text(lines);
            break;
        case OBJECTS_BETWEEN:
        case OBJECTS_INSIDE:
            break;
        }
        if (bytes[i] == '\n')
            begin_line(lines);
        else
            lines->place.column++;
    }
    if (lines->objects.depth > 0)
        append(lines, bytes + from, length - from);
    return true;
}

bool json_lines_feed(struct json_lines *lines, const char *bytes, size_t length)
{
    size_t blank = 0;

    while (!lines->is_begun && blank < length && (is_blank(bytes + blank, 1) || bytes[blank] == '\n'))
        blank++;
    feed_lines(lines, bytes, blank);
    if (!lines->is_begun && blank < length) {
        lines->is_begun = true;
        lines->is_list = bytes[blank] == '[';
        if (lines->is_list)
            lines->text.length = 0;
    }
    if (lines->is_list)
        return feed_list(lines, bytes + blank, length - blank);
    feed_lines(lines, bytes + blank, length - blank);
    return true;
}

bool json_lines_finish(struct json_lines *lines)
{
    if (!lines->is_list)
        end_text(lines);
    else if (lines->objects.place != OBJECTS_NO_LIST)
        return refuse_list(lines, "the file ends inside of a list, as one does that was cut off");
    return true;
}
