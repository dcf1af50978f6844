/* SPDX-License-Identifier: MIT */
/*
 * HTML as it grows: the one place that escapes. Markup is string literals, which the compiler makes sure of; everything
 * else goes in as text, as the value of an attribute or as an address, and comes out as nothing but that, whatever it
 * holds. Pure.
 */
#ifndef CATALOG_PAGE_HTML_H
#define CATALOG_PAGE_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/compiler.h"

/* All zero but the buffer's arena is an empty one. */
struct html {
    struct buffer text;
};

/* Markup: a string literal and nothing else (anything else does not compile). */
#define html_put(html, literal) html_put_markup(html, "" literal "", sizeof(literal) - 1)

/* An attribute, ` name="value"`, the name a literal. */
#define html_attribute(html, name, value) html_put_attribute(html, " " name "=\"", sizeof(name) + 2, value)

/* An attribute that takes an address, as href and action do: http:, https: or a path. Any other address is dropped,
 * with its attribute; so is one that a browser would take for another host ("//…"). */
#define html_link(html, name, address) html_put_address(html, " " name "=\"", sizeof(name) + 2, address)

/* Text, as it stands between tags or in an attribute: & < > " ' become references, and what HTML does not allow
 * (control characters but tab and line ends, bytes that are not UTF-8) becomes U+FFFD. */
void html_text(struct html *html, const char *text);
void html_number(struct html *html, int64_t number);

/* Text as a string of JSON (RFC 8259) in a script element that holds data, with its quotes: no byte of it can end the
 * string or the element. What HTML does not allow becomes U+FFFD here, too. */
void html_json(struct html *html, const char *text);

/* Whether a picture's address is one that a page shows: https: or a path. The policy of pages (PAGE_HEADERS) lets no
 * other in. */
MUST_CHECK bool html_is_picture(const char *address);

/* What the macros call. */
void html_put_markup(struct html *html, const char *markup, size_t length);
void html_put_attribute(struct html *html, const char *begin, size_t length, const char *value);
void html_put_address(struct html *html, const char *begin, size_t length, const char *address);

#endif
