/* SPDX-License-Identifier: MIT */
/* html.h: whatever goes in as text, as a value or as an address comes out as nothing but that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/page/html.h"

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *bytes(struct html *html)
{
    return arena_copy(&arena, buffer_text(&html->text), html->text.length);
}

static const char *text(const char *of)
{
    struct html html = {.text.arena = &arena};
    html_text(&html, of);
    return bytes(&html);
}

static const char *json(const char *of)
{
    struct html html = {.text.arena = &arena};
    html_json(&html, of);
    return bytes(&html);
}

static const char *value(const char *of)
{
    struct html html = {.text.arena = &arena};
    html_attribute(&html, "alt", of);
    return bytes(&html);
}

static const char *address(const char *of)
{
    struct html html = {.text.arena = &arena};
    html_link(&html, "href", of);
    return bytes(&html);
}

static void markup_is_put_as_it_is(void **state)
{
    (void)state;
    struct html html = {.text.arena = &arena};
    html_put(&html, "<p class=\"a\">");
    html_put(&html, "</p>");
    assert_string_equal(bytes(&html), "<p class=\"a\"></p>");
}

static void characters_of_markup_become_references(void **state)
{
    (void)state;
    assert_string_equal(text("<script>alert(\"1\" + '2') && x</script>"),
                        "&lt;script&gt;alert(&quot;1&quot; + &#39;2&#39;) &amp;&amp; x&lt;/script&gt;");
    assert_string_equal(text("&amp;"), "&amp;amp;");
}

static void value_cannot_leave_its_attribute(void **state)
{
    (void)state;
    assert_string_equal(value("\" onload='x' <b>"), " alt=\"&quot; onload=&#39;x&#39; &lt;b&gt;\"");
    assert_string_equal(value(""), " alt=\"\"");
}

static void text_of_every_plane_stays(void **state)
{
    (void)state;
    static const char all[] = "a\tb\nc\r\n\u00a0\u00e9\u0416\u4e2d\ufffd\U0001F600\U0010FFFF";
    assert_string_equal(text(all), all);
}

static void control_characters_are_replaced(void **state)
{
    (void)state;
    assert_string_equal(text("a\x01\x1b\x7f\xc2\x85z"), "a\ufffd\ufffd\ufffd\ufffdz");
}

static void bytes_that_are_no_utf_8_are_replaced(void **state)
{
    (void)state;
    assert_string_equal(text("a\xffz"), "a\ufffdz");
    assert_string_equal(text("\xc0\xbcz"), "\ufffd\ufffdz");                   /* an overlong '<' */
    assert_string_equal(text("\xe0\x80\xbcz"), "\ufffd\ufffd\ufffdz");         /* likewise */
    assert_string_equal(text("\xed\xa0\x80z"), "\ufffd\ufffd\ufffdz");         /* a surrogate */
    assert_string_equal(text("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd"); /* above U+10FFFF */
    assert_string_equal(text("\xf0\x9f\x98<"), "\ufffd\ufffd\ufffd&lt;");      /* broken off */
    assert_string_equal(text("\xe4\xb8"), "\ufffd\ufffd");                     /* broken off by the end */
}

static void addresses_of_the_web_and_paths_are_links(void **state)
{
    (void)state;
    assert_string_equal(address("/products?q=a&sort=name"), " href=\"/products?q=a&amp;sort=name\"");
    assert_string_equal(address("https://a.example/b?c=%20#d"), " href=\"https://a.example/b?c=%20#d\"");
    assert_string_equal(address("HTTP://a.example/"), " href=\"HTTP://a.example/\"");
    assert_string_equal(address("/"), " href=\"/\"");
}

static void every_other_address_is_dropped(void **state)
{
    (void)state;
    static const char *const others[] = {
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "products",
        "",
        "mailto:a@b",
        "https:/a",
        "blob:x",
        "\x01javascript:x",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        assert_string_equal(address(others[i]), "");
}

static void address_keeps_no_byte_that_could_end_it(void **state)
{
    (void)state;
    assert_string_equal(address("/a\"b<c>d e\t\n/\\`{}|^\x7f"),
                        " href=\"/a%22b%3Cc%3Ed%20e%09%0A/%5C%60%7B%7D%7C%5E%7F\"");
    assert_string_equal(address("/'&"), " href=\"/&#39;&amp;\"");
    assert_string_equal(address("/\u00e9"), " href=\"/%C3%A9\"");
    /* Browsers leave tabs out, and would see another host. */
    assert_string_equal(address("/\t/evil.example/"), " href=\"/%09/evil.example/\"");
}

static void pictures_come_by_https_or_from_here(void **state)
{
    (void)state;
    assert_true(html_is_picture("https://a.example/x.jpg"));
    assert_true(html_is_picture("/x.jpg"));
    assert_false(html_is_picture("http://a.example/x.jpg"));
    assert_false(html_is_picture("data:image/png;base64,AA=="));
    assert_false(html_is_picture("//a.example/x.jpg"));
    assert_false(html_is_picture("javascript:x"));
}

static void piece_of_an_address_is_encoded_whole(void **state)
{
    (void)state;
    assert_string_equal(percent_print("a-Z_0.~", "", &arena), "a-Z_0.~");
    assert_string_equal(percent_print("a/b?c&d=e%#+ '\u00e9", "", &arena), "a%2Fb%3Fc%26d%3De%25%23%2B%20%27%C3%A9");
    assert_string_equal(percent_print("", "", &arena), "");
}

static void page_grows_as_it_must(void **state)
{
    (void)state;
    struct html html = {.text.arena = &arena};
    for (int i = 0; i < 100000; i++) {
        html_number(&html, i % 10);
        html_text(&html, "<");
    }
    assert_int_equal(html.text.length, 500000);
    assert_memory_equal(html.text.bytes, "0&lt;1&lt;2&lt;", 15);
    assert_memory_equal(html.text.bytes + html.text.length - 5, "9&lt;", 5);
}

static void numbers_are_decimal(void **state)
{
    (void)state;
    struct html html = {.text.arena = &arena};
    html_number(&html, INT64_MIN);
    html_put(&html, " ");
    html_number(&html, 0);
    assert_string_equal(bytes(&html), "-9223372036854775808 0");
}

static void text_in_data_ends_neither_its_string_nor_the_element(void **state)
{
    (void)state;
    assert_string_equal(json("Arc lamp, 45 cm é 東"), "\"Arc lamp, 45 cm é 東\"");
    assert_string_equal(json("</script><!--"), "\"\\u003c/script\\u003e\\u003c!--\"");
    assert_string_equal(json("a\"b\\c & 'd'"), "\"a\\u0022b\\u005cc \\u0026 'd'\"");
    assert_string_equal(json("a\n\tb"), "\"a\\u000a\\u0009b\"");
    assert_string_equal(json("\x01\x80\xc2\x85"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string_equal(json(""), "\"\"");
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_in_data_ends_neither_its_string_nor_the_element),
        TEST(markup_is_put_as_it_is),
        TEST(characters_of_markup_become_references),
        TEST(value_cannot_leave_its_attribute),
        TEST(text_of_every_plane_stays),
        TEST(control_characters_are_replaced),
        TEST(bytes_that_are_no_utf_8_are_replaced),
        TEST(addresses_of_the_web_and_paths_are_links),
        TEST(every_other_address_is_dropped),
        TEST(address_keeps_no_byte_that_could_end_it),
        TEST(pictures_come_by_https_or_from_here),
        TEST(piece_of_an_address_is_encoded_whole),
        TEST(page_grows_as_it_must),
        TEST(numbers_are_decimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
