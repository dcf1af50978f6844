/* SPDX-License-Identifier: MIT */
/* The engine for exports of shops: the header, and the rows of a product from wherever they stand. */
#include "fcgi-catalog/import/shop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "common/zone.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/import/heading.h"
#include "fcgi-catalog/import/money.h"

#define DAY 86400

static const struct shop_format *const formats[] = {&shopify_format, &woocommerce_format, &google_format,
                                                    &magento_format, &bigcommerce_format, &square_format,
                                                    &wix_format,     &prestashop_format,  &etsy_format};

void shop_init(struct shop *shop, struct row_sink *output)
{
    *shop = (struct shop){.output = output};
}

void shop_release(struct shop *shop)
{
    arena_release(&shop->header);
    free(shop->headings);
    spool_release(&shop->spool);
    buffer_release(&shop->bytes);
    buffer_release(&shop->key);
    arena_release(&shop->product.arena);
    free(shop->handles);
}

/* ---- The header ---- */

size_t shop_find_column(const struct shop_format *format, const char *heading)
{
    for (size_t i = 0; i < format->column_count; i++) {
        const struct shop_column *column = &format->columns[i];
        size_t number;
        for (size_t j = 0; column->names != NULL && column->names[j] != NULL; j++) {
            if (heading_is(heading, column->names[j], column->numbers, &number))
                return i + number - 1;
        }
    }
    return format->column_count;
}

static bool is_header(const struct shop_format *format, const struct cell *cells, size_t count, struct arena *arena)
{
    bool has[SHOP_COLUMNS_MAX] = {false};
    size_t marks = 0;

    for (size_t i = 0; i < count; i++) {
        size_t column = shop_find_column(format, heading_fold(cells[i].text, arena));
        if (column < format->column_count && !has[column]) {
            has[column] = true;
            marks += format->columns[column].is_mark;
        }
    }
    for (size_t i = 0; i < format->column_count; i++) {
        if (format->columns[i].is_needed && !has[i])
            return false;
    }
    return marks >= format->marks;
}

const struct shop_format *shop_recognise(const struct cell *cells, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < ARRAY_LENGTH(formats); i++) {
        if (is_header(formats[i], cells, count, arena))
            return formats[i];
    }
    return NULL;
}

/* False: the same column came before, as a fault says. */
static bool read_column(struct shop *shop, size_t line, const struct cell *cells, size_t index, struct arena *arena)
{
    const char *heading = heading_fold(cells[index].text, arena);
    size_t column = shop->format->find_column != NULL ? shop->format->find_column(shop, heading, arena)
                                                      : shop_find_column(shop->format, heading);

    const char *name = cells[index].text[0] != '\0' ? cells[index].text : arena_print(arena, "column %zu", index + 1);
    shop->headings[index].name = arena_copy(&shop->header, name, strlen(name));
    if (column == shop->format->column_count)
        return true;
    shop->headings[index].is_known = true;
    if (shop->places[column] == 0) {
        shop->places[column] = index + 1;
        shop->numbers[shop->kept_count++] = index;
        shop->kept[column] = shop->kept_count;
        return true;
    }
    import_faults_add(shop->output->source.faults, line, index + 1,
                      "the column \"%s\" is there twice, as \"%s\" before; once is allowed", cells[index].text,
                      cells[shop->places[column] - 1].text);
    return false;
}

static bool read_header(struct shop *shop, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    const struct shop_format *format = shop->format;
    bool is_sound = true, is_whole = true;

    shop->has_header = true;
    shop->count = count;
    shop->headings = memory_get_zeroed(count, sizeof *shop->headings);
    for (size_t i = 0; i < count; i++)
        is_sound = read_column(shop, line, cells, i, arena) && is_sound;
    for (size_t i = 0; i < format->column_count; i++)
        is_whole = is_whole && (!format->columns[i].is_needed || shop->places[i] != 0);
    if (!is_whole)
        import_faults_add(shop->output->source.faults, line, 0, "%s", format->lack);
    return is_sound && is_whole;
}

const char *shop_passed_over(const struct shop *shop, size_t index)
{
    for (size_t i = 0; i < shop->count; i++) {
        if (shop->headings[i].is_passed_over && index-- == 0)
            return shop->headings[i].name;
    }
    return index < shop->other_count ? shop->others[index] : NULL;
}

void shop_note_other(struct shop *shop, const char *name)
{
    for (size_t i = 0; i < shop->other_count; i++) {
        if (strcmp(shop->others[i], name) == 0)
            return;
    }
    if (shop->other_count == SHOP_OTHERS_MAX || strlen(name) > FIELD_NAME_MAX)
        return;
    shop->others = arena_grow(&shop->header, shop->others, shop->other_count, sizeof *shop->others);
    shop->others[shop->other_count++] = arena_copy(&shop->header, name, strlen(name));
}

/* ---- For formats ---- */

bool shop_has(const struct shop *shop, size_t column)
{
    return shop->places[column] != 0;
}

struct shop_cell shop_cell(const struct shop *shop, const struct shop_row *row, size_t column)
{
    return shop->kept[column] != 0 ? row->cells[shop->kept[column] - 1] : (struct shop_cell){.text = ""};
}

void shop_pass_over(struct shop *shop, size_t column)
{
    if (shop->places[column] != 0)
        shop->headings[shop->places[column] - 1].is_passed_over = true;
}

void shop_refuse(struct shop *shop, struct shop_product *product, struct file_place place, const char *format, ...)
{
    char message[512];
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    product->is_faulty = true;
    import_faults_add(shop->output->source.faults, place.line, place.column, "%s", message);
}

void shop_check_word(struct shop *shop, struct shop_product *product, const struct shop_cell *cell, const char *column,
                     const char *const *words, const char *allowed)
{
    if (cell->text[0] == '\0')
        return;
    for (; *words != NULL; words++) {
        if (strcasecmp(cell->text, *words) == 0)
            return;
    }
    shop_refuse(shop, product, cell->place, "%s is %s; %s are allowed, in small letters or capitals", column,
                field_show(cell->text, strlen(cell->text), &product->arena), allowed);
}

const char *shop_heading(const struct shop *shop, struct file_place place)
{
    return shop->headings[place.column - 1].name;
}

bool shop_read_amount(const struct shop *shop, struct shop_product *product, const char *text, int32_t *amount)
{
    int exponent = shop->output->source.exponent;
    struct money money;

    if (money_read(text, exponent, &product->arena, &money) != MONEY_OK)
        return false;
    if (money.currency[0] != '\0' && !currency_find(money.currency, &exponent))
        return false;
    return currency_read(money.decimal, exponent, amount) == CURRENCY_OK;
}

bool shop_is_no_sale(const struct shop *shop, struct shop_product *product, const char *sale, const char *regular)
{
    int32_t lower, higher;

    return shop_read_amount(shop, product, sale, &lower) && shop_read_amount(shop, product, regular, &higher) &&
           lower >= higher;
}

/* Some systems write hours as they come: "2026-01-31 0:00:00". */
static const char *pad_hour(const char *text, struct arena *arena)
{
    return strlen(text) > 12 && text[12] == ':' ? arena_print(arena, "%.11s0%s", text, text + 11) : text;
}

/* "1/31/26" or "1/31/2026", and what may stand behind it, as "2026-01-31"; NULL: it is none. */
static const char *reorder_day(const char *text, struct arena *arena)
{
    int month, day, year, length = 0;

    if (sscanf(text, "%2d/%2d/%4d%n", &month, &day, &year, &length) != 3 || strchr(", ", text[length]) == NULL)
        return NULL;
    return arena_print(arena, "%04d-%02d-%02d", year < 100 ? 2000 + year : year, month, day);
}

/* The instant of a local time, which is in seconds as if it were UTC. */
static int64_t from_local(const struct shop_product *product, int64_t local)
{
    const char *zone = product->source->zone;
    int64_t instant;

    return zone != NULL && zone_read_local(zone, local, &instant) ? instant : local;
}

void shop_read_time(struct shop *shop, struct shop_product *product, struct shop_cell cell, int64_t days,
                    bool is_month_first, int64_t *seconds)
{
    const char *time = pad_hour(cell.text, &product->arena);
    const char *day = is_month_first ? reorder_day(cell.text, &product->arena) : NULL;
    int64_t read;

    if (cell.text[0] == '\0' || strncmp(cell.text, "0000-00-00", 10) == 0) /* PrestaShop's for no day */
        return;
    if (field_read_time(time, seconds))
        return;
    if (field_read_time(arena_print(&product->arena, "%sZ", time), &read))
        *seconds = from_local(product, read);
    else if (field_read_time(arena_print(&product->arena, "%sT00:00:00Z", day != NULL ? day : cell.text), &read))
        *seconds = from_local(product, read + days * DAY);
    else
        shop_refuse(shop, product, cell.place, "the date is %s; a day, as 2026-01-31, or a time of ISO 8601 is allowed",
                    field_show(cell.text, strlen(cell.text), &product->arena));
}

struct shop_variant *shop_add_variant(struct shop *shop, struct shop_product *product, size_t line)
{
    if (product->variant_count == SHOP_VARIANTS_MAX) {
        if (!product->is_faulty)
            shop_refuse(shop, product, (struct file_place){.line = line},
                        "the product has more than %d variants; fewer are allowed", SHOP_VARIANTS_MAX);
        struct shop_variant *none = arena_get(&product->arena, sizeof *none);
        return none;
    }
    product->variants =
        arena_grow(&product->arena, product->variants, product->variant_count, sizeof *product->variants);
    struct shop_variant *variant = &product->variants[product->variant_count++];
    *variant = (struct shop_variant){.line = line};
    return variant;
}

void shop_add_image(struct shop *shop, struct shop_product *product, const struct shop_image *image)
{
    if (product->image_count == FIELD_IMAGES_MAX) {
        if (!product->is_faulty)
            shop_refuse(shop, product, (struct file_place){.line = image->url.place.line},
                        "the product has more than %d images; fewer are allowed", FIELD_IMAGES_MAX);
        return;
    }
    product->images = arena_grow(&product->arena, product->images, product->image_count, sizeof *product->images);
    size_t at = product->image_count++;
    for (; at > 0 && product->images[at - 1].position > image->position; at--)
        product->images[at] = product->images[at - 1];
    product->images[at] = *image;
}

/* ---- Products ---- */

static void begin_product(struct shop *shop, size_t line)
{
    struct arena arena = shop->product.arena;

    arena_reset(&arena);
    shop->product = (struct shop_product){.arena = arena, .line = line, .name.text = "", .handle.text = ""};
}

/* Makes the product of its rows, and hands it on. */
static void end_product(struct shop *shop)
{
    struct shop_product *product = &shop->product;

    product->source = &shop->output->source;
    product->shared = row_builder_begin(&product->arena, shop->output->source.faults, product->line);
    if (shop->format->build(shop, product))
        shop_hand_on(shop, product);
}

static void append_row(struct shop *shop, struct shop_row row)
{
    struct shop_product *product = &shop->product;
    struct shop_row *rows = arena_grow(&product->arena, product->rows, product->row_count, sizeof *rows);

    rows[product->row_count++] = row;
    product->rows = rows;
}

/* ---- Rows in the spool: the line, then of each kept cell its line, as a number, and its text with the NUL ---- */

static void write_row(const struct shop_row *row, size_t count, struct buffer *bytes)
{
    bytes->length = 0;
    buffer_append(bytes, (const char *)&row->line, sizeof row->line);
    for (size_t i = 0; i < count; i++) {
        buffer_append(bytes, (const char *)&row->cells[i].place.line, sizeof row->cells[i].place.line);
        buffer_append(bytes, row->cells[i].text, strlen(row->cells[i].text) + 1);
    }
}

/* A cell's text as long as the product: that of its first row where both are the same, as handles are. */
static const char *keep_text(struct shop_product *product, size_t index, const char *text)
{
    const char *first = product->row_count > 0 ? product->rows[0].cells[index].text : "";
    size_t length = strlen(text);

    if (strcmp(first, text) == 0)
        return first;
    product->bytes += length;
    return arena_copy(&product->arena, text, length);
}

/* Appends the row whose bytes begin at `bytes`, and returns where they end. */
static const char *read_row(struct shop *shop, const char *bytes)
{
    struct shop_product *product = &shop->product;
    struct shop_cell *cells = arena_get(&product->arena, (shop->kept_count + 1) * sizeof *cells);
    struct shop_row row = {.cells = cells};

    memcpy(&row.line, bytes, sizeof row.line);
    bytes += sizeof row.line;
    for (size_t i = 0; i < shop->kept_count; i++) {
        memcpy(&cells[i].place.line, bytes, sizeof cells[i].place.line);
        bytes += sizeof cells[i].place.line;
        cells[i].place.column = shop->numbers[i] + 1;
        cells[i].text = keep_text(product, i, bytes);
        bytes += strlen(bytes) + 1;
    }
    append_row(shop, row);
    return bytes;
}

/* Appends the rows of a run; what is too much is not kept, as a fault says. */
static void append_rows(struct shop *shop)
{
    struct shop_product *product = &shop->product;
    const char *at = shop->bytes.bytes, *end = at + shop->bytes.length;
    struct file_place place = {.line = 0};

    while (at < end && !product->is_faulty) {
        memcpy(&place.line, at, sizeof place.line);
        if (product->bytes > SHOP_PRODUCT_MAX)
            shop_refuse(shop, product, place, "the product is too long; 4 MiB are allowed");
        else if (product->row_count == SHOP_ROWS_MAX)
            shop_refuse(shop, product, place, "the product has more than %d rows; fewer are allowed", SHOP_ROWS_MAX);
        else
            at = read_row(shop, at);
    }
}

/* The product of the runs of one key, from this one. Returns how many they are. */
static size_t take_runs(struct shop *shop, const struct spool_run *runs, size_t count)
{
    size_t taken = 0;

    begin_product(shop, runs->line);
    for (; taken < count && runs[taken].key == runs->key; taken++) {
        shop->bytes.length = 0;
        if (!spool_read(&shop->spool, &runs[taken], &shop->bytes))
            return taken + 1;
        append_rows(shop);
    }
    end_product(shop);
    return taken;
}

/* False: the spool is not whole, as a fault says. */
static bool check_spool(struct shop *shop)
{
    if (shop->spool.cause != 0)
        import_faults_add(shop->output->source.faults, 1, 0,
                          "the import needs a temporary file in %.200s (TMPDIR), and that cannot be used: %s",
                          spool_directory(), strerror(shop->spool.cause));
    return shop->spool.cause == 0;
}

/* The memory of all products goes back: what comes behind them, the commit, needs its own. */
static void release_products(struct shop *shop)
{
    spool_release(&shop->spool);
    free(shop->handles);
    shop->handles = NULL;
    shop->handle_count = shop->handle_room = 0;
}

void shop_finish(struct shop *shop)
{
    struct spool *spool = &shop->spool;

    if (spool->cause != 0) /* as a fault says */
        return;
    spool_sort(spool);
    for (size_t i = 0; i < spool->count && spool->cause == 0;)
        i += take_runs(shop, &spool->runs[i], spool->count - i);
    (void)check_spool(shop);
    release_products(shop);
}

/* ---- Rows ---- */

static void note_others(struct shop *shop, const struct cell *cells)
{
    for (size_t i = 0; i < shop->count; i++) {
        struct shop_heading *heading = &shop->headings[i];
        heading->is_passed_over = heading->is_passed_over || (!heading->is_known && cells[i].text[0] != '\0');
    }
}

/* The kept cells; those of columns that are no texts without blanks at their ends, which mean nothing there. */
static struct shop_row gather_cells(const struct shop *shop, size_t line, const struct cell *cells, struct arena *arena)
{
    struct shop_cell *kept = arena_get(arena, (shop->kept_count + 1) * sizeof *kept);

    for (size_t i = 0; i < shop->format->column_count; i++) {
        if (shop->kept[i] == 0)
            continue;
        size_t heading = shop->numbers[shop->kept[i] - 1];
        const char *text = cells[heading].text;
        kept[shop->kept[i] - 1] =
            (struct shop_cell){.text = shop->format->columns[i].is_text ? text : cell_trim(text, arena),
                               .place = {.line = cells[heading].line, .column = heading + 1}};
    }
    return (struct shop_row){.line = line, .cells = kept};
}

bool shop_take(struct shop *shop, const struct shop_format *format, size_t line, const struct cell *cells, size_t count,
               struct arena *arena)
{
    shop->format = format;
    if (!shop->has_header)
        return read_header(shop, line, cells, count, arena);
    if (count != shop->count) {
        import_faults_add(shop->output->source.faults, line, 0,
                          "the row has %zu %s; %zu are allowed, as many as the header has", count,
                          count == 1 ? "field" : "fields", shop->count);
        shop->output->counts.faulty++;
        return true;
    }
    note_others(shop, cells);
    struct shop_row row = gather_cells(shop, line, cells, arena);
    const char *other = NULL, *key = format->key(shop, &row, &other, arena);
    if (key == NULL) {
        begin_product(shop, line);
        append_row(shop, row);
        end_product(shop);
    } else {
        write_row(&row, shop->kept_count, &shop->bytes);
        spool_add(&shop->spool, key, other, line, shop->bytes.bytes, shop->bytes.length);
    }
    return check_spool(shop);
}
