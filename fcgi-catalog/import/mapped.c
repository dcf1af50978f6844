/* SPDX-License-Identifier: MIT */
/*
 * Files whose headings a person maps to fields. A row is a product; a heading that the map does not name is known by
 * what shops call the field, unless the map has another heading for that. Cells:
 *
 *     price, sale_price, compare_at_price
 *                             amounts as people write them; the sale price is the price where it is lower
 *     currency                the code of the prices
 *     stock                   a number, or "in stock", "out of stock", "preorder"
 *     published               yes and no in some words: what is not published is not on sale
 *     categories              "A > B", with "|", ";" or "," between several
 *     tags, images            likewise
 *
 * Several headings may be of categories, tags and images each. The slug is made of the name where there is none.
 */
#include "fcgi-catalog/import/mapped.h"

#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/import/heading.h"
#include "fcgi-catalog/import/plain.h"

/* The first name is the field's. */
static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_SLUG] = {.names = SHOP_NAMES("slug", "handle", "url key")},
    [PLAIN_SKU] = {.names = SHOP_NAMES("sku", "product code", "article number", "item number", "artikelnummer",
                                       "artikelnr", "artikel-nr.", "référence", "referencia", "codice", "артикул"),
                   .is_text = true},
    [PLAIN_NAME] = {.names = SHOP_NAMES("name", "title", "product name", "item name", "product", "titel", "artikelname",
                                        "produktname", "bezeichnung", "nom", "nombre", "nome", "naam", "nazwa", "namn",
                                        "navn", "название", "名前"),
                    .is_text = true,
                    .is_needed = true},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("description", "long description", "beschreibung", "descripción",
                                               "descrizione", "beschrijving", "opis", "описание"),
                           .is_text = true},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price", "regular price", "unit price", "selling price", "preis",
                                         "verkaufspreis", "prix", "precio", "prezzo", "prijs", "cena", "pris", "цена")},
    [PLAIN_SALE_PRICE] = {.names = SHOP_NAMES("sale_price", "sale price", "special price", "angebotspreis")},
    [PLAIN_COMPARE_AT] = {.names = SHOP_NAMES("compare_at_price", "compare at price", "msrp", "rrp", "uvp")},
    [PLAIN_CURRENCY] = {.names = SHOP_NAMES("currency", "currency code", "währung", "devise", "moneda", "valuta")},
    [PLAIN_STOCK] = {.names = SHOP_NAMES("stock", "quantity", "qty", "inventory", "availability", "bestand",
                                         "lagerbestand", "menge", "quantité", "cantidad", "quantità")},
    [PLAIN_STATE] = {.names = SHOP_NAMES("published", "active", "visible", "enabled", "aktiv", "sichtbar")},
    [PLAIN_CATEGORIES] = {.names = SHOP_NAMES("categories", "category", "collection", "kategorie", "kategorien",
                                              "catégorie", "categoría", "categoria", "категория")},
    [PLAIN_TAGS] = {.names = SHOP_NAMES("tags", "brand", "manufacturer", "vendor", "marke", "hersteller", "marque")},
    [PLAIN_IMAGES] = {.names = SHOP_NAMES("images", "image", "image url", "image link", "image_url", "image_link",
                                          "picture", "photo", "bild", "bilder")},
};

/* ---- Fields ---- */

static size_t find_field(const char *field)
{
    size_t i = 0;

    while (i < PLAIN_COLUMNS && (columns[i].names == NULL || strcmp(columns[i].names[0], field) != 0))
        i++;
    return i;
}

bool import_map_has_field(const char *field)
{
    return find_field(field) < PLAIN_COLUMNS;
}

const char *import_map_fields(struct arena *arena)
{
    const char *list = "";

    for (size_t i = 0; i < PLAIN_COLUMNS; i++) {
        if (columns[i].names != NULL)
            list = arena_print(arena, "%s%s%s", list, list[0] != '\0' ? ", " : "", columns[i].names[0]);
    }
    return list;
}

/* How many places a column has, from its own one. */
static size_t count_places(size_t column)
{
    return column == PLAIN_CATEGORIES || column == PLAIN_TAGS ? PLAIN_LISTS
           : column == PLAIN_IMAGES                           ? PLAIN_IMAGES_MAX
                                                              : 1;
}

const char *mapped_field(size_t column)
{
    for (size_t i = 0; i < PLAIN_COLUMNS; i++) {
        if (column >= i && column < i + count_places(i) && columns[i].names != NULL)
            return columns[i].names[0];
    }
    return column == PLAIN_NET_PRICE || column == PLAIN_SURCHARGE ? "price"
           : column == PLAIN_SHORT                                ? "description"
                                                                  : NULL;
}

/* ---- Headings ---- */

const struct import_mapping *mapped_find(const struct import_map *map, const char *heading, struct arena *arena)
{
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        if (strcmp(heading_fold(map->items[i].heading, arena), heading) == 0)
            return &map->items[i];
    }
    return NULL;
}

const char *mapped_find_missing(const struct import_map *map, const struct cell *cells, size_t count,
                                struct arena *arena)
{
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        const char *heading = heading_fold(map->items[i].heading, arena);
        size_t place = 0;
        while (place < count && strcmp(heading_fold(cells[place].text, arena), heading) != 0)
            place++;
        if (place == count)
            return map->items[i].heading;
    }
    return NULL;
}

bool mapped_is_for(const struct import_map *map, const struct cell *cells, size_t count, struct arena *arena)
{
    return map != NULL && map->count > 0 && mapped_find_missing(map, cells, count, arena) == NULL;
}

/* Whether the map has a heading for the column. */
static bool is_mapped(const struct import_map *map, size_t column)
{
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        if (strcmp(map->items[i].field, columns[column].names[0]) == 0)
            return true;
    }
    return false;
}

/* The map's columns count; others are guessed, each field once. */
static size_t find_column(const struct shop *shop, const char *heading, struct arena *arena)
{
    const struct import_map *map = shop->output->source.map;
    const struct import_mapping *mapping = mapped_find(map, heading, arena);
    size_t column = mapping != NULL ? find_field(mapping->field) : shop_find_column(&mapped_format, heading),
           places = 1;

    if (column == PLAIN_COLUMNS || (mapping == NULL && is_mapped(map, column)))
        return PLAIN_COLUMNS;
    for (places = count_places(column); places > 1 && shop_has(shop, column); places--)
        column++;
    return mapping == NULL && shop_has(shop, column) ? PLAIN_COLUMNS : column;
}

const struct shop_format mapped_format = {
    .title = "a file that is read by the headings that --map names",
    .lack = "no column is the name; --map \"Heading=name\" says which is",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .makes_handles = true,
    .plain =
        &(const struct plain_rules){.states = {{.shown = SHOP_NAMES("1", "yes", "true", "y", "published", "active",
                                                                    "visible", "ja", "oui", "si", "sí"),
                                                .hidden = SHOP_NAMES("0", "no", "false", "n", "-1", "draft", "archived",
                                                                     "hidden", "inactive", "nein", "non")}},
                                    .category_separators = "|;,",
                                    .tag_separators = "|;,",
                                    .image_separators = "|;, ",
                                    .path_separator = '>'},
    .find_column = find_column,
    .key = plain_no_key,
    .build = plain_build,
};
