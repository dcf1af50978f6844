/* SPDX-License-Identifier: MIT */
/* An HTTP request as CGI variables tell it: every deployment shape, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-catalog/http/accept.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/http/request.h"

#define VARIABLES_MAX 16

/* What a web server sent, and what it means. NULL: the variable is not there. */
struct shape {
    const char *name;
    const char *script_name, *path_info, *request_uri;
    const char *variable_base; /* CATALOG_BASE_PATH, a variable of the web server */
    const char *base;          /* the program's own setting */
    const char *path;
    const char *script_filename;
};

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *assign(const char *name, const char *value)
{
    return arena_print(&arena, "%s=%s", name, value);
}

static enum http_request_status read_shape(const struct shape *shape, struct http_request *request)
{
    const char **variables = arena_get(&arena, VARIABLES_MAX * sizeof *variables);
    size_t count = 0;

    variables[count++] = "REQUEST_METHOD=GET";
    if (shape->script_name != NULL)
        variables[count++] = assign("SCRIPT_NAME", shape->script_name);
    if (shape->path_info != NULL)
        variables[count++] = assign("PATH_INFO", shape->path_info);
    if (shape->request_uri != NULL)
        variables[count++] = assign("REQUEST_URI", shape->request_uri);
    if (shape->script_filename != NULL)
        variables[count++] = assign("SCRIPT_FILENAME", shape->script_filename);
    if (shape->variable_base != NULL)
        variables[count++] = assign("CATALOG_BASE_PATH", shape->variable_base);
    variables[count] = NULL;
    return http_request_read(request, variables, &(struct http_mount){.base = shape->base, .program = "catalog.fcgi"},
                             &arena);
}

static void assert_shapes(const struct shape *shapes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct http_request request;
        enum http_request_status status = read_shape(&shapes[i], &request);
        enum http_request_status wanted = shapes[i].path == NULL ? HTTP_REQUEST_MALFORMED : HTTP_REQUEST_OK;
        if (status != wanted)
            fail_msg("%s: status %d", shapes[i].name, status);
        if (shapes[i].path == NULL)
            assert_string_equal(request.path, "/");
        else if (strcmp(request.path, shapes[i].path) != 0)
            fail_msg("%s: %s instead of %s", shapes[i].name, request.path, shapes[i].path);
    }
}

#define ASSERT_SHAPES(shapes) assert_shapes(shapes, sizeof(shapes) / sizeof(shapes)[0])

static void the_path_is_right_in_every_deployment_shape(void **state)
{
    static const struct shape shapes[] = {
        {"lighttpd /", "/products", NULL, "/products", .path = "/products"},
        {"lighttpd /, deeper", "/products", "/a", "/products/a", .path = "/products/a"},
        {"lighttpd /, home", "/", NULL, "/", .path = "/"},
        {"lighttpd fix-root-scriptname", "", "/products", "/products", .path = "/products"},
        {"lighttpd fix-root-scriptname, deeper", "", "/products/a", "/products/a", .path = "/products/a"},
        {"lighttpd fix-root-scriptname, home", "", "/", "/", .path = "/"},
        {"lighttpd prefix", "/catalog", "/products", "/catalog/products", .base = "/catalog", .path = "/products"},
        {"lighttpd prefix, home", "/catalog", "/", "/catalog/", .base = "/catalog", .path = "/"},
        {"lighttpd prefix, bare", "/catalog", NULL, "/catalog", .base = "/catalog", .path = "/"},
        {"lighttpd rewrite", "/catalog.fcgi", "/products", "/products", .path = "/products"},
        {"lighttpd rewrite, deeper", "/catalog.fcgi", "/products/a", "/products/a", .path = "/products/a"},
        {"lighttpd rewrite, home", "/catalog.fcgi", "/", "/", .path = "/"},
        {"lighttpd cgi-bin", "/cgi-bin/catalog.cgi", "/products", "/cgi-bin/catalog.cgi/products", .path = "/products"},
        {"mod_fcgid Alias /", "", "/products", "/products", .path = "/products"},
        {"mod_fcgid Alias /, absent script", NULL, "/products", "/products", .path = "/products"},
        {"mod_fcgid ScriptAlias", "/catalog", "/products", "/catalog/products", .base = "/catalog",
         .path = "/products"},
        {".htaccess rewrite", "/dir/catalog.fcgi", "/products", "/dir/products", .path = "/products"},
        {".htaccess rewrite, home", "/dir/catalog.fcgi", "/", "/dir/", .path = "/"},
        {"FallbackResource", "/dir/catalog.fcgi", NULL, "/dir/products?x=1", .path = "/products"},
        {"FallbackResource, deeper", "/dir/catalog.fcgi", NULL, "/dir/products/a", .path = "/products/a"},
        {"FallbackResource, home", "/dir/catalog.fcgi", NULL, "/dir/", .path = "/"},
        {"FallbackResource, bare", "/dir/catalog.fcgi", NULL, "/dir", .path = "/"},
        {"FallbackResource at the root", "/catalog.fcgi", NULL, "/products", .path = "/products"},
        {"ProxyPass /", "/products", NULL, "/products", .path = "/products"},
        {"ProxyPass /, deeper", "/products/a", NULL, "/products/a", .path = "/products/a"},
        {"ProxyPass /proxy/", "/proxy/products", NULL, "/proxy/products", .base = "/proxy", .path = "/products"},
        {"cgid ScriptAlias", "/cgi-bin/catalog.fcgi", "/products", "/cgi-bin/catalog.fcgi/products",
         .path = "/products"},
        {"nginx", "/products", NULL, "/products", .path = "/products"},
        {"nginx, empty PATH_INFO", "/products", "", "/products", .path = "/products"},
        {"nginx location", "/catalog/products", NULL, "/catalog/products", .base = "/catalog", .path = "/products"},
        {"nginx split_path_info", "/split", "/products", "/split/products", .base = "/split", .path = "/products"},
        {"the script itself", "/dir/catalog.fcgi", NULL, "/dir/catalog.fcgi", .path = "/"},
        {"the script itself, empty PATH_INFO", "/dir/catalog.fcgi", "", "/dir/catalog.fcgi?a=/b", .path = "/"},
        {"ErrorDocument", "/cgi-bin/catalog.fcgi", NULL, "/products", .path = "/products"},
        {"the script, PATH_INFO dropped", "/catalog.cgi", NULL, "/catalog.cgi/products", .path = "/products"},
        {"no variable at all", NULL, NULL, NULL, .path = "/"},
    };

    (void)state;
    ASSERT_SHAPES(shapes);
}

static void a_path_that_ends_like_a_script_is_a_path(void **state)
{
    static const struct shape shapes[] = {
        {"ProxyPass", "/a.cgi", NULL, "/a.cgi", .script_filename = "proxy:fcgi://catalog/a.cgi", .path = "/a.cgi"},
        {"ProxyPass, encoded", "/a.fcgi", NULL, "/a%2efcgi?x", .script_filename = "proxy:fcgi://catalog/a.fcgi",
         .path = "/a.fcgi"},
        {"ProxyPass, our own name", "/catalog.fcgi", NULL, "/catalog.fcgi",
         .script_filename = "proxy:fcgi://catalog/catalog.fcgi", .path = "/catalog.fcgi"},
        {"ProxyPass, a prefix", "/shop/a.cgi", NULL, "/shop/a.cgi", .base = "/shop",
         .script_filename = "proxy:fcgi://catalog/shop/a.cgi", .path = "/a.cgi"},
        {"nginx", "/a.cgi", NULL, "/a.cgi", .path = "/a.cgi"},
        {"nginx, slashes", "//a.cgi", "", "//a.cgi", .path = "/a.cgi"},
        {"lighttpd", "/a.fcgi", NULL, "/a.fcgi", .script_filename = "/srv/www/a.fcgi", .path = "/a.fcgi"},
        {"a script of another name", "/shop.cgi", NULL, "/shop.cgi", .script_filename = "/srv/catalog/catalog.fcgi",
         .path = "/"},
        {"mod_proxy_fcgi as handler", "/shop/catalog.fcgi", NULL, "/shop/catalog.fcgi",
         .script_filename = "proxy:fcgi://catalog/srv/www/shop/catalog.fcgi", .path = "/"},
    };

    (void)state;
    ASSERT_SHAPES(shapes);
}

static void a_base_is_taken_off_only_where_it_ends_a_segment(void **state)
{
    static const struct shape shapes[] = {
        {"other segment", "/catalogue/products", .base = "/catalog", .path = "/catalogue/products"},
        {"not below", "/products", .base = "/catalog", .path = "/products"},
        {"slash at its end", "/catalog/products", .base = "/catalog/", .path = "/products"},
        {"root", "/products", .base = "/", .path = "/products"},
        {"without its slash", "/catalog/products", .base = "catalog", .path = "/products"},
        {"two segments", "/a/b/products", .base = "/a/b", .path = "/products"},
        {"the server's goes first", "/a/products", .variable_base = "/a", .base = "/b", .path = "/products"},
        {"an empty one of the server's", "/b/products", .variable_base = "", .base = "/b", .path = "/products"},
        {"beside a script", "/dir/catalog.fcgi", "/products", .base = "/dir", .path = "/products"},
        {"behind a script", "/cgi-bin/catalog.fcgi", "/shop/products", .base = "/shop", .path = "/products"},
        {"beside FallbackResource", "/dir/catalog.fcgi", NULL, "/dir/products", .base = "/dir", .path = "/products"},
    };

    (void)state;
    ASSERT_SHAPES(shapes);
}

static void a_path_is_normalised(void **state)
{
    static const struct shape shapes[] = {
        {"double slashes", "//products///a", .path = "/products/a"},
        {"double slash at the seam", "/catalog/", "/products", .base = "/catalog", .path = "/products"},
        {"dots", "/./products/./a", .path = "/products/a"},
        {"dot dot", "/a/../products", .path = "/products"},
        {"dot dot at the end", "/products/a/..", .path = "/products/"},
        {"slash at the end", "/products/", .path = "/products/"},
        {"three dots are a name", "/...", .path = "/..."},
        {"UTF-8", "/caf\xc3\xa9/\xf0\x9f\x98\x80", .path = "/caf\xc3\xa9/\xf0\x9f\x98\x80"},
        {"decoded already", "/a%20b", .path = "/a%20b"},
        {"decoded once", "/c.fcgi", NULL, "/a%20b%2520c", .path = "/a b%20c"},
        {"decoded dots", "/c.fcgi", NULL, "/a/%2e%2E/products", .path = "/products"},
        {"absolute-form", "/c.fcgi", NULL, "http://shop:80/products?x", .path = "/products"},
        {"absolute-form without a path", "/c.fcgi", NULL, "http://shop?x", .path = "/"},
        {"asterisk-form", "/c.fcgi", NULL, "*", .path = "/"},
        {"fragment", "/c.fcgi", NULL, "/products#/x", .path = "/products"},
        {"a query with a broken escape", "/c.fcgi", NULL, "/products?%zz", .path = "/products"},
    };

    (void)state;
    ASSERT_SHAPES(shapes);
}

static void a_malformed_path_is_refused(void **state)
{
    static const struct shape shapes[] = {
        {"above the root", "/../products", .path = NULL},
        {"above the root, later", "/a/../../b", .path = NULL},
        {"above the root, encoded", "/c.fcgi", NULL, "/%2e%2e/products", .path = NULL},
        {"encoded slash", "/c.fcgi", NULL, "/a%2Fb", .path = NULL},
        {"encoded slash, small", "/c.fcgi", NULL, "/a%2fb", .path = NULL},
        {"encoded NUL", "/c.fcgi", NULL, "/products%00", .path = NULL},
        {"encoded control character", "/c.fcgi", NULL, "/products%0a", .path = NULL},
        {"no digits", "/c.fcgi", NULL, "/%zz", .path = NULL},
        {"cut after one digit", "/c.fcgi", NULL, "/%4", .path = NULL},
        {"cut after the sign", "/c.fcgi", NULL, "/%", .path = NULL},
        {"cut by the query", "/c.fcgi", NULL, "/%4?1", .path = NULL},
        {"control character", "/products\x01", .path = NULL},
        {"DEL", "/products\x7f", .path = NULL},
        {"line break in PATH_INFO", "", "/products\n", .path = NULL},
        {"a lone continuation byte", "/\x80", .path = NULL},
        {"cut UTF-8", "/\xc3", .path = NULL},
        {"cut UTF-8 before a slash", "/\xe2\x82/", .path = NULL},
        {"overlong UTF-8", "/\xc0\xaf", .path = NULL},
        {"overlong UTF-8 of three", "/\xe0\x80\xaf", .path = NULL},
        {"a surrogate", "/\xed\xa0\x80", .path = NULL},
        {"above the last character", "/\xf4\x90\x80\x80", .path = NULL},
        {"encoded Latin-1", "/c.fcgi", NULL, "/caf%e9", .path = NULL},
        {"a base above the root", "/products", .base = "/.."},
    };

    (void)state;
    ASSERT_SHAPES(shapes);
}

static enum http_request_status read_variables(struct http_request *request, const char *const *variables)
{
    return http_request_read(request, variables, &(struct http_mount){0}, &arena);
}

static void a_request_without_a_method_is_incomplete(void **state)
{
    struct http_request request;

    (void)state;
    assert_int_equal(read_variables(&request, (const char *const[]){"SCRIPT_NAME=/", NULL}), HTTP_REQUEST_INCOMPLETE);
    assert_int_equal(read_variables(&request, (const char *const[]){"REQUEST_METHOD=", NULL}), HTTP_REQUEST_INCOMPLETE);
    assert_int_equal(read_variables(&request, (const char *const[]){"REQUEST_METHODS=GET", NULL}),
                     HTTP_REQUEST_INCOMPLETE);
}

static void methods_are_told_apart_by_their_exact_name(void **state)
{
    static const struct {
        const char *variable;
        enum http_method method;
    } methods[] = {
        {"REQUEST_METHOD=GET", HTTP_GET},         {"REQUEST_METHOD=HEAD", HTTP_HEAD},
        {"REQUEST_METHOD=OPTIONS", HTTP_OPTIONS}, {"REQUEST_METHOD=POST", HTTP_POST},
        {"REQUEST_METHOD=PUT", HTTP_PUT},         {"REQUEST_METHOD=PATCH", HTTP_PATCH},
        {"REQUEST_METHOD=DELETE", HTTP_DELETE},   {"REQUEST_METHOD=get", HTTP_OTHER},
        {"REQUEST_METHOD=GETS", HTTP_OTHER},      {"REQUEST_METHOD=BREW", HTTP_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct http_request request;
        assert_int_equal(read_variables(&request, (const char *const[]){methods[i].variable, NULL}), HTTP_REQUEST_OK);
        assert_int_equal(request.method, methods[i].method);
    }
}

static void assert_length(const char *variable, enum http_request_status status, int64_t length)
{
    struct http_request request;

    assert_int_equal(read_variables(&request, (const char *const[]){"REQUEST_METHOD=POST", variable, NULL}), status);
    assert_true(request.content_length == length);
}

static void a_content_length_is_a_number_or_absent(void **state)
{
    (void)state;
    assert_length(NULL, HTTP_REQUEST_OK, -1);
    assert_length("CONTENT_LENGTH=", HTTP_REQUEST_OK, -1);
    assert_length("CONTENT_LENGTH=0", HTTP_REQUEST_OK, 0);
    assert_length("CONTENT_LENGTH=9223372036854775807", HTTP_REQUEST_OK, INT64_MAX);
    assert_length("CONTENT_LENGTH=9223372036854775808", HTTP_REQUEST_MALFORMED, -1);
    assert_length("CONTENT_LENGTH=-1", HTTP_REQUEST_MALFORMED, -1);
    assert_length("CONTENT_LENGTH=1,1", HTTP_REQUEST_MALFORMED, -1);
    assert_length("CONTENT_LENGTH=x", HTTP_REQUEST_MALFORMED, -1);
}

static void variables_are_found_by_their_whole_name(void **state)
{
    static const char *const variables[] = {"REQUEST_METHOD=GET",
                                            "HTTP_ORIGIN=1",
                                            "HTTP_ORIGINAL=2",
                                            "HTTP_ORIGIN=3",
                                            "HTTP_ACCEPT",
                                            "HTTP_X_USER_ID=",
                                            "QUERY_STRING=a=b",
                                            "=x",
                                            "HTTP_IF_MATCH_=4",
                                            "XHTTP_IF_MATCH=5",
                                            NULL};
    struct http_request request;

    (void)state;
    assert_int_equal(read_variables(&request, variables), HTTP_REQUEST_OK);
    assert_string_equal(request.query, "a=b");
    assert_string_equal(http_request_variable(&request, CGI_HTTP_ORIGIN), "3"); /* the last counts, as in PHP-FPM */
    assert_int_equal(http_request_count(&request, CGI_HTTP_ORIGIN), 2);
    assert_string_equal(http_request_variable(&request, CGI_HTTP_X_USER_ID), "");
    assert_null(http_request_variable(&request, CGI_HTTP_ACCEPT));
    assert_null(http_request_variable(&request, CGI_HTTP_IF_MATCH));
    assert_int_equal(http_request_count(&request, CGI_HTTP_IF_MATCH), 0);
}

static void the_lists_of_a_header_that_came_several_times_are_one(void **state)
{
    static const char *const variables[] = {"HTTP_ACCEPT",
                                            "HTTP_ACCEPT=text/csv",
                                            "HTTP_ACCEPT=",
                                            "HTTP_ACCEPT=text/plain",
                                            "HTTP_IF_MATCH=\"1\"",
                                            "HTTP_ORIGIN=",
                                            "HTTP_ORIGIN=",
                                            "HTTP_IF_NONE_MATCH=",
                                            NULL};
    struct http_request request;

    (void)state;
    http_request_read_variables(&request, variables);
    assert_string_equal(http_request_list(&request, CGI_HTTP_ACCEPT, &arena), "text/csv, text/plain");
    assert_string_equal(http_request_list(&request, CGI_HTTP_IF_MATCH, &arena), "\"1\"");
    assert_null(http_request_list(&request, CGI_HTTP_ORIGIN, &arena));
    assert_null(http_request_list(&request, CGI_HTTP_IF_NONE_MATCH, &arena));
    assert_null(http_request_list(&request, CGI_HTTP_IF_UNMODIFIED_SINCE, &arena));
}

static bool prefers_text(const char *accept)
{
    return accept_choose(accept, (const char *const[]){"application/json", "text/plain"}, 2) == 1;
}

static void text_is_preferred_where_it_weighs_more(void **state)
{
    static const char *const headers[] = {
        "text/plain",
        "TEXT/Plain",
        "text/*",
        "text/plain, application/json;q=0.9",
        "application/json;q=0.1,text/plain;q=0.2",
        "*/*;q=0.1, text/plain",
        "text/*, */*;q=0.5",
        "application/json;q=0, */*",
        "text/plain;charset=utf-8",
        "text/plain ; charset=\"a,b;q=0\" ; q=0.5, application/json;q=0.4",
        "application/json;q=0.001, text/plain;q=0.002",
        "application/json;q=2, text/plain;q=0.1",
        "text/plain;q=1.000",
        ",,text/plain,",
        "text/plain, */*",
        "application/json;q=.1, text/plain;q=.25",
    };

    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (!prefers_text(headers[i]))
            fail_msg("%s", headers[i]);
    }
}

static void json_is_the_answer_to_everything_else(void **state)
{
    static const char *const headers[] = {
        NULL,
        "",
        "*/*",
        "application/json",
        "text/html",
        "text/plain, application/json",
        "text/plain;q=0.5, application/json;q=0.50",
        "text/plain;q=0",
        "text/*;q=0.9, text/plain;q=0, application/json;q=0.1",
        "text/plain;q=1.001",
        "text/plain;q=nan",
        "text/plain;q=-1",
        "text/plain;q=",
        "text/plain;q=0.0001",
        "text/plainer",
        "text/",
        "text",
        "*",
        "/",
        ";;;,,,",
        "\"text/plain",
        "application/xhtml+xml,text/html;q=0.9,*/*;q=0.8",
        "text/plain;q=.",
        "text/plain;q=.2, *;q=.3",
    };

    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (prefers_text(headers[i]))
            fail_msg("%s", headers[i] == NULL ? "no header" : headers[i]);
    }
}

static void whoever_reads_pages_and_text_alike_gets_the_page(void **state)
{
    static const char *const types[] = {"text/plain", "text/html"};
    static const char *const readers[] = {
        "text/html, text/plain",
        "text/plain, text/html, text/sgml, text/css, application/xhtml+xml, */*;q=0.01", /* lynx */
        "text/*",
        "text/plain;q=0.5, text/html;q=0.5",
    };
    static const char *const others[] = {NULL, "*/*", "*", "text/plain, text/html;q=0.9", "text/plain, text/*"};

    (void)state;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        assert_int_equal(accept_choose(readers[i], types, 2), 1);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(accept_choose(others[i], types, 2), 0);
}

static void whoever_takes_nothing_of_it_is_told_from_whoever_says_nothing(void **state)
{
    static const char *const types[] = {"application/json", "text/csv"};
    static const char *const takers_of_nothing[] = {"text/html", "image/*, text/plain", "*/*;q=0", "text/*;q=0.000",
                                                    "application/json;q=0"};
    static const char *const takers_of_all[] = {
        NULL, "", "*/*", "*", "image/png, */*;q=0.1", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"};

    (void)state;
    for (size_t i = 0; i < sizeof takers_of_nothing / sizeof takers_of_nothing[0]; i++)
        assert_int_equal(accept_choose(takers_of_nothing[i], types, 2), -1);
    for (size_t i = 0; i < sizeof takers_of_all / sizeof takers_of_all[0]; i++)
        assert_int_equal(accept_choose(takers_of_all[i], types, 2), 0);
    assert_int_equal(accept_choose("text/csv", types, 2), 1);
    assert_int_equal(accept_choose("application/json;q=0, */*", types, 2), 1);
}

static void languages_are_chosen_by_quality_then_in_the_order_of_the_visitor(void **state)
{
    static const char *const tags[] = {"en", "de", "pt"};
    static const struct {
        const char *header;
        int chosen;
    } rows[] = {
        {"de", 1},
        {"DE-at, en;q=0.8", 1},
        {"fr, de;q=0.7, en;q=0.3", 1},
        {"pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", 2},
        {"en;q=0.1, de;q=0.1", 0},
        {"de, en", 1},
        {"de-CH, en", 1},
        {"en-GB,de;q=0.7,en;q=0.3", 0}, /* Firefox in Britain */
        {"de-AT,de;q=0.5,en;q=0.7", 1},
        {"de-AT, de;q=0", 1},
        {"de;q=0, en;q=0.1", 0},
        {"*", 0},
        {"*, de;q=0.1", 1},
        {"en;q=0, *;q=0.5", 1},
        {"*;q=0.5, EN-gb;q=0", 1},
        {"en;q=0, de;q=0, pt;q=0, *", -1},
        {"*;q=0", -1},
        {"de;q=x, en;q=0.1", 0},
        {"fr", -1},
        {"d, dede, de_AT", -1},
        {"de;q=0", -1},
        {"", -1},
        {NULL, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(accept_choose_language(rows[i].header, tags, 3), rows[i].chosen);
}

/* What follows is not read: the rest of the header costs nothing. */
static void so_many_languages_are_read_of_a_visitor(void **state)
{
    char header[2 * 4000 + sizeof "de"];
    size_t before_last = (size_t)(ACCEPT_RANGES_MAX - 1) * 2;

    (void)state;
    for (size_t i = 0; i < 4000; i++)
        memcpy(header + 2 * i, "a,", 2);
    strcpy(header + sizeof header - sizeof "de", "de");
    assert_int_equal(accept_choose_language(header, (const char *const[]){"en", "de"}, 2), -1);
    assert_int_equal(accept_choose_language(header + sizeof header - sizeof "de" - before_last,
                                            (const char *const[]){"en", "de"}, 2),
                     1);
    assert_int_equal(accept_choose_language(header + sizeof header - sizeof "de" - before_last - 2,
                                            (const char *const[]){"en", "de"}, 2),
                     -1);
}

/* ---- Where the program is ---------------------------------------------------------------------------------------- */

static void assert_base(const char *script_name, const char *path_info, const char *request_uri, const char *mount,
                        const char *base)
{
    struct http_request request;
    const char *const variables[] = {"REQUEST_METHOD=GET", assign("SCRIPT_NAME", script_name),
                                     assign("PATH_INFO", path_info), assign("REQUEST_URI", request_uri), NULL};

    assert_int_equal(
        http_request_read(&request, variables, &(struct http_mount){.base = mount, .program = "catalog.fcgi"}, &arena),
        HTTP_REQUEST_OK);
    assert_string_equal(request.base, base);
}

static void the_base_lies_along_the_scripts_name(void **state)
{
    (void)state;
    assert_base("/products", "", "/products?a=/products", "", "");
    assert_base("", "/", "/", "", "");
    assert_base("/cgi-bin/catalog.fcgi", "/products", "/cgi-bin/catalog.fcgi/products", "", "/cgi-bin/catalog.fcgi");
    assert_base("/cgi-bin/catalog.fcgi", "", "/cgi-bin/catalog.fcgi", "", "/cgi-bin/catalog.fcgi");
    assert_base("/cgi-bin/catalog.fcgi", "/products", "", "", "/cgi-bin/catalog.fcgi");
    assert_base("/shop/catalog.fcgi", "/products", "/shop/products", "", "/shop"); /* rewritten */
    assert_base("/shop/catalog.fcgi", "", "/shop/products", "", "/shop");          /* FallbackResource */
    assert_base("/shop/catalog.fcgi", "", "http://shop.example/shop/%70roducts", "", "/shop");
    assert_base("/catalog.fcgi", "/products", "/products", "", "");
    assert_base("/cgi-bin/catalog.fcgi", "", "/products", "", ""); /* ErrorDocument */
    assert_base("/cgi-bin/catalog.fcgi", "/products", "/products", "", "");
}

static void a_rewritten_address_is_not_taken_for_the_base(void **state)
{
    (void)state;
    assert_base("", "/", "/index.php", "", "");
    assert_base("", "/products", "/sale/products", "", "");
    assert_base("/products", "", "/sale/products", "", "");
    assert_base("/shop/catalog.fcgi", "/", "/shop/index.php", "", "/shop");
    assert_base("/shop/catalog.fcgi", "/products", "/shop/sale/products", "", "/shop");
    assert_base("/catalog.fcgi", "/products", "/sale/products", "", "");
    assert_base("/cgi-bin/catalog.fcgi", "/products", "/sale/products", "", "/cgi-bin/catalog.fcgi");
    assert_base("", "/products", "//evil.example//products", "", "");
}

static void the_owners_base_goes_before_every_address(void **state)
{
    (void)state;
    assert_base("", "/catalog/products", "/catalog/products", "/catalog", "/catalog");
    assert_base("", "/catalog", "/catalog", "/catalog", "/catalog");
    assert_base("", "/catalog/products", "/else", "/catalog/", "/catalog");
    assert_base("/shop/catalog.fcgi", "/products", "/shop/products", "/catalog", "/catalog");
    assert_base("", "/products", "/products", "/shop", "/shop"); /* a proxy has taken it off */
    assert_base("", "/products", "/products", "/", "");
}

static void a_base_is_safe_to_stand_in_a_header(void **state)
{
    (void)state;
    assert_base("/a b\"<>/catalog.fcgi", "/products", "/a%20b%22%3c%3e/products", "", "/a%20b%22%3C%3E");
    assert_base("", "/products", "/products", "//evil.example//", "/evil.example");
}

/* ---- What a proxy says --------------------------------------------------------------------------------------------
 */

/* The base of a request from an address with these two variables, or with one, when the second is NULL. */
static const char *forwarded_base(const char *address, const char *base, const char *first, const char *second)
{
    const char *wrong;
    struct identity_proxies *proxies = identity_proxies_new("10.0.0.1", &wrong);
    const struct http_mount mount = {.base = base, .program = "catalog.fcgi", .proxies = proxies};
    const char *const variables[] = {"REQUEST_METHOD=GET",
                                     "SCRIPT_NAME=/cgi-bin/catalog.fcgi",
                                     "PATH_INFO=/products",
                                     "REQUEST_URI=/cgi-bin/catalog.fcgi/products",
                                     assign("REMOTE_ADDR", address),
                                     first,
                                     second,
                                     NULL};
    struct http_request request;

    assert_int_equal(http_request_read(&request, variables, &mount, &arena), HTTP_REQUEST_OK);
    assert_string_equal(request.path, "/products");
    assert_true(request.is_personal == (strcmp(request.base, "/cgi-bin/catalog.fcgi") != 0 && base[0] == '\0'));
    identity_proxies_free(proxies);
    return request.base;
}

static const char *base_by_proxy(const char *prefix)
{
    return forwarded_base("10.0.0.1", "", assign("HTTP_X_FORWARDED_PREFIX", prefix), NULL);
}

static void a_trusted_proxy_says_where_clients_find_it(void **state)
{
    static const char *const no_prefixes[] = {
        "",   "shop", "http://evil.example/", "/shop, /a", "/../x", "/%zz", "/a%2fb", "/a%00", "/a\nb", "/shop?x",
        "/#", "/\xff"};

    (void)state;
    assert_string_equal(base_by_proxy("/shop"), "/shop");
    assert_string_equal(base_by_proxy("/a/shop/"), "/a/shop");
    assert_string_equal(base_by_proxy("/"), "");
    assert_string_equal(base_by_proxy("/caf%C3%A9"), "/caf%C3%A9");
    assert_string_equal(base_by_proxy("//evil.example/x"), "/evil.example/x");
    assert_string_equal(base_by_proxy("/\"><b>"), "/%22%3E%3Cb%3E");
    for (size_t i = 0; i < sizeof no_prefixes / sizeof no_prefixes[0]; i++)
        assert_string_equal(base_by_proxy(no_prefixes[i]), "/cgi-bin/catalog.fcgi");
}

static void nobody_else_says_where_it_is(void **state)
{
    static const char prefix[] = "HTTP_X_FORWARDED_PREFIX=/shop";

    (void)state;
    assert_string_equal(forwarded_base("10.0.0.2", "", prefix, NULL), "/cgi-bin/catalog.fcgi");
    assert_string_equal(forwarded_base("", "", prefix, NULL), "/cgi-bin/catalog.fcgi");
    assert_string_equal(forwarded_base("10.0.0.1", "", prefix, "HTTP_X_FORWARDED_PREFIX=/a"), "/cgi-bin/catalog.fcgi");
    assert_string_equal(forwarded_base("10.0.0.1", "/else", prefix, NULL), "/else"); /* the owner goes first */
}

static void assert_query(const char *path_info, const char *query, const char *redirected, const char *wanted)
{
    struct http_request request;
    const char *const variables[] = {"REQUEST_METHOD=GET",
                                     "SCRIPT_NAME=/x/catalog.fcgi",
                                     "REQUEST_URI=/x/products?limit=1",
                                     assign("PATH_INFO", path_info),
                                     assign("QUERY_STRING", query),
                                     assign("REDIRECT_QUERY_STRING", redirected),
                                     NULL};

    assert_int_equal(read_variables(&request, variables), HTTP_REQUEST_OK);
    assert_string_equal(request.path, "/products");
    assert_string_equal(request.query, wanted);
}

static void a_script_in_the_place_of_an_error_keeps_the_query(void **state)
{
    (void)state;
    assert_query("", "", "limit=1", "limit=1"); /* ErrorDocument */
    assert_query("", "limit=2", "limit=1", "limit=2");
    assert_query("/products", "", "limit=1", ""); /* a rewrite that took it off */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_path_is_right_in_every_deployment_shape, release_arena),
        cmocka_unit_test_teardown(a_path_that_ends_like_a_script_is_a_path, release_arena),
        cmocka_unit_test_teardown(a_base_is_taken_off_only_where_it_ends_a_segment, release_arena),
        cmocka_unit_test_teardown(a_path_is_normalised, release_arena),
        cmocka_unit_test_teardown(a_malformed_path_is_refused, release_arena),
        cmocka_unit_test_teardown(a_request_without_a_method_is_incomplete, release_arena),
        cmocka_unit_test_teardown(methods_are_told_apart_by_their_exact_name, release_arena),
        cmocka_unit_test_teardown(a_content_length_is_a_number_or_absent, release_arena),
        cmocka_unit_test_teardown(variables_are_found_by_their_whole_name, release_arena),
        cmocka_unit_test_teardown(the_lists_of_a_header_that_came_several_times_are_one, release_arena),
        cmocka_unit_test_teardown(text_is_preferred_where_it_weighs_more, release_arena),
        cmocka_unit_test_teardown(json_is_the_answer_to_everything_else, release_arena),
        cmocka_unit_test_teardown(whoever_reads_pages_and_text_alike_gets_the_page, release_arena),
        cmocka_unit_test(languages_are_chosen_by_quality_then_in_the_order_of_the_visitor),
        cmocka_unit_test(so_many_languages_are_read_of_a_visitor),
        cmocka_unit_test_teardown(whoever_takes_nothing_of_it_is_told_from_whoever_says_nothing, release_arena),
        cmocka_unit_test_teardown(the_base_lies_along_the_scripts_name, release_arena),
        cmocka_unit_test_teardown(a_rewritten_address_is_not_taken_for_the_base, release_arena),
        cmocka_unit_test_teardown(the_owners_base_goes_before_every_address, release_arena),
        cmocka_unit_test_teardown(a_base_is_safe_to_stand_in_a_header, release_arena),
        cmocka_unit_test_teardown(a_trusted_proxy_says_where_clients_find_it, release_arena),
        cmocka_unit_test_teardown(nobody_else_says_where_it_is, release_arena),
        cmocka_unit_test_teardown(a_script_in_the_place_of_an_error_keeps_the_query, release_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
