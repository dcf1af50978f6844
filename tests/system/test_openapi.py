# SPDX-License-Identifier: MIT
"""
/openapi.json and the program say the same: every operation, parameter and answer of the document is asked for, behind
a real web server, and nothing is answered that the document does not list.
"""
import json
import random
import re
from urllib.parse import urlencode, urljoin

import pytest

from harness import ports
from harness.catalog import Cgi, Site
from harness.openapi import METHODS, SOURCE, Document, media_type, read_body
from harness.paths import BIN, DEPLOY, ROOT, is_sanitized
from harness.process import run
from harness.shapes import SHAPES, few
from harness.shop import change

DOCUMENT = Document(SOURCE.read_text(encoding="utf-8"))
OPERATIONS = DOCUMENT.operations()
READING = [operation for operation in OPERATIONS if operation.method != "options"]

CUSTOMER = ("X-USER-ID", "1")
FORWARDED = ("X-Forwarded-For", "203.0.113.9")
OLD_SLUG = "teapot-of-before"
PROBLEM, TEXT, PAGE = "application/problem+json", "text/plain", "text/html"
TYPES = ["application/json", "text/html", "text/csv", "text/plain", "image/png", "*/*", PROBLEM]


def make_shop(directory, keys, discount_port, **settings):
    """A site with the demo's products and the shop that comes with the program, one of it renamed."""
    directory.mkdir(parents=True)
    site = Site(directory, keys, discount_port, **settings)
    change(site, "UPDATE shop SET currency = 'EUR'")
    done = run([BIN / "catalogctl", "import", DEPLOY / "shop.csv", site.var / "catalog.db"])
    assert done.returncode == 0, done.stderr
    change(site, f"UPDATE product SET slug = '{OLD_SLUG}' WHERE slug = 'round-teapot';"
                 "UPDATE product SET slug = 'round-teapot' WHERE id = (SELECT max(product_id) FROM old_slug);"
                 "UPDATE product SET compare_at_price_in_cents = price_in_cents + 500 WHERE slug = 'round-teapot';"
                 "INSERT INTO variant (product_id, position, options, sku, price_in_cents, stock, image, "
                 "compare_at_price_in_cents) "
                 "SELECT id, step, 'Size=' || step, 'T-' || step, price_in_cents + step * 100 - 100, 'low', '/t.svg', 99999 "
                 "FROM product, (SELECT 1 AS step UNION SELECT 2 UNION SELECT 3) WHERE slug = 'round-teapot';"
                 "UPDATE shop SET changed_at = changed_at - 100")
    return site


@pytest.fixture(scope="module", params=few(["lighttpd-fastcgi", "nginx-prefix", "apache-fcgid"]))
def web(request, workshop, keys, discountd):
    """The shop behind a web server; one that has other things, too."""
    directory = workshop.new(request.param)
    site = make_shop(directory / "web" / "shop", keys, discountd.port, CATALOG_PUBLIC_URL="https://shop.example")
    running = SHAPES[request.param](directory, site)
    yield running.web
    running.stop()


@pytest.fixture(scope="module")
def broken(workshop, keys, discountd):
    """The shop as a CGI program in the states that a web server's own limits or a running program would hide."""
    sites = {}
    for name in ("whole", "alone", "empty", "wrong"):
        sites[name] = make_shop(workshop.new(name) / "shop", keys, discountd.port)
    sites["alone"].configure(ports.free_port(), CATALOG_DEADLINE_MS=200)
    (sites["empty"].var / "catalog.db").unlink()
    sites["wrong"].configure(discountd.port, CATALOG_DEADLINE_MS="soon")
    return {name: Cgi(site) for name, site in sites.items()}


# ---- Asking ---------------------------------------------------------------------------------------------------------


class Asker:
    """
    Asks one web server, holds every answer against the document, and remembers what it has seen. A whole site's /robots.txt
    is the web server's own: there the Catalog is asked without one.
    """

    def __init__(self, web, alone):
        self.web, self.alone = web, alone
        self.seen = []  # (operation, answer)

    def ask(self, method, path, headers=(), web=None):
        operation = DOCUMENT.find(method, path)
        assert operation, f"{path} is not in the document"
        if operation.template == "/robots.txt" and web is None and not self.web.base:
            web = self.alone
        answer = (web or self.web).request(path, method=method.upper(), headers=list(headers),
                                             body=None if method.lower() in METHODS else b"")
        misfits = DOCUMENT.find_misfits(operation, answer)
        assert not misfits, f"{misfits}: {method} {path[:200]} {list(headers)}"
        self.seen.append((operation, answer))
        return answer


@pytest.fixture
def asker(web, broken):
    return Asker(web, broken["whole"])


def style_hash(web):
    page = web.request("/products", headers=[("Accept", PAGE)]).body.decode()
    return re.search(r"/style-([0-9a-f]+)\.css", page).group(1)


def path_of(operation, web):
    """The address of an operation with its examples in it."""
    path = operation.template
    for parameter in DOCUMENT.parameters(operation):
        if parameter["in"] == "path":
            value = parameter.get("example") or style_hash(web)
            path = path.replace(f"{{{parameter['name']}}}", value)
    return path


def types_of(operation, status):
    return DOCUMENT.resolve(DOCUMENT.responses(operation)[status]).get("content", {"": None})


def is_of_text(operation):
    """The sign of life takes any query, as text."""
    return operation.template == "/"


# ---- Every answer of every operation --------------------------------------------------------------------------------


def with_types(operation, status, method, path, asker, more=(), web=None):
    """The same in each form that the answer has."""
    for media in types_of(operation, status):
        asker.ask(method, path, [("Accept", f"{media}, */*;q=0.1"), *more] if media else more, web)


def get_whole(operation, asker, _broken):
    with_types(operation, "200", operation.method, path_of(operation, asker.web), asker)
    if "{product}" in operation.template:
        asker.ask(operation.method, "/products/round-teapot", [CUSTOMER])  # with variants


def get_methods(operation, asker, _broken):
    asker.ask("OPTIONS", path_of(operation, asker.web))


def get_renamed(operation, asker, _broken):
    if "{product}" in operation.template:
        asker.ask(operation.method, f"/products/{OLD_SLUG}?fields=slug")
    path = path_of(operation, asker.web)
    answer = asker.ask(operation.method, f"{path}/")
    assert answer.header("Location").endswith(asker.web.base + path)


def get_counted(operation, asker, _broken):
    answer = asker.ask(operation.method, path_of(operation, asker.web) + "?utm_source=x", [("Accept", PAGE)])
    assert answer.header("Location").endswith(asker.web.base + path_of(operation, asker.web))


def get_known(operation, asker, _broken):
    path = path_of(operation, asker.web)
    for media in types_of(operation, "200"):
        tag = asker.ask("GET", path, [("Accept", media)]).header("ETag")
        if tag:
            answer = asker.ask(operation.method, path, [("Accept", media), ("If-None-Match", f'"x", W/{tag}')])
            assert (answer.status, answer.header("ETag")) == (304, tag)


def get_wrong(operation, asker, _broken):
    path = path_of(operation, asker.web) + "?no-such=1"
    if is_of_text(operation):
        asker.ask(operation.method, path, [("Accept", PAGE)])
    else:
        with_types(operation, "400", operation.method, path, asker)


def get_forbidden(operation, asker, _broken):
    path = path_of(operation, asker.web) + "?explain=1"
    if PAGE in types_of(operation, "403"):
        asker.ask(operation.method, path, [CUSTOMER, FORWARDED, ("Accept", PAGE)])
    if not operation.template.startswith("/categories"):
        with_types(operation, "403", operation.method, path, asker, [CUSTOMER, FORWARDED])


def get_missing(operation, asker, broken):
    """A sitemap is missing where nobody said where people find the shop."""
    web = None if "{" in operation.template else broken["whole"]
    path = re.sub(r"\{[^}]*\}", "0123456789abcdef", operation.template)
    for media in types_of(operation, "404"):
        asker.ask(operation.method, path, [("Accept", f"{media}, */*;q=0.1")], web)


def get_unacceptable(operation, asker, _broken):
    path = path_of(operation, asker.web)
    for media in types_of(operation, "406"):
        asker.ask(operation.method, path, [("Accept", "audio/ogg" + (f", {media}" if media == PROBLEM else ""))])
        if media not in types_of(operation, "200"):
            asker.ask(operation.method, path, [("Accept", media)])


def get_unwanted(operation, asker, _broken):
    with_types(operation, "412", operation.method, path_of(operation, asker.web), asker, [("If-Match", '"another"')])


def get_too_long(operation, asker, _broken):
    with_types(operation, "414", operation.method, path_of(operation, asker.web) + "?q=" + "x" * 4100, asker)


def get_too_large(operation, asker, broken):
    with_types(operation, "431", operation.method, path_of(operation, asker.web), asker,
               [("If-None-Match", "x" * 8193)], broken["whole"])


def get_not_set_up(operation, asker, broken):
    with_types(operation, "500", operation.method, path_of(operation, asker.web), asker, (), broken["wrong"])


def get_unavailable(operation, asker, broken):
    with_types(operation, "503", operation.method, path_of(operation, asker.web), asker, (), broken["empty"])


GETTING = {"200": get_whole, "204": get_methods, "301": get_renamed, "302": get_counted, "304": get_known, "400": get_wrong, "403": get_forbidden,
           "404": get_missing, "406": get_unacceptable, "412": get_unwanted, "414": get_too_long, "431": get_too_large, "500": get_not_set_up,
           "503": get_unavailable}


# A web server has its own word on long headers, and a running program is set up and has its database.
BY_HAND = {"431", "500", "503"}
ANSWERS = [(operation, status) for operation in OPERATIONS for status in DOCUMENT.responses(operation)]
# A process each; it comes the same way to all operations.
IN_TROUBLE = [each for each in ANSWERS if each[1] in BY_HAND][::4 if is_sanitized() else 1]


@pytest.mark.parametrize("operation, status", [each for each in ANSWERS if each[1] not in BY_HAND], ids=str)
def test_every_answer_of_an_operation_can_be_had(asker, broken, operation, status):
    GETTING[status](operation, asker, broken)
    assert (operation, status) in {(asked, str(answer.status)) for asked, answer in asker.seen}


@pytest.mark.parametrize("operation, status", IN_TROUBLE, ids=str)
def test_every_answer_in_trouble_can_be_had(broken, operation, status):
    asker = Asker(broken["whole"], broken["whole"])
    GETTING[status](operation, asker, broken)
    assert (operation, status) in {(asked, str(answer.status)) for asked, answer in asker.seen}


@pytest.mark.parametrize("template", DOCUMENT.paths)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_answered_as_the_document_says(asker, template, method):
    path = path_of(next(each for each in OPERATIONS if each.template == template), asker.web)
    for media in (PROBLEM, TEXT, PAGE):
        assert asker.ask(method, path, [("Accept", media)]).status == 405


# ---- Every parameter ------------------------------------------------------------------------------------------------


def test_a_part_of_a_product_has_the_fields_of_a_product():
    whole, part = (DOCUMENT.root["components"]["schemas"][name]["properties"] for name in ("Product", "ProductPart"))
    assert whole == part


def test_a_product_has_all_that_is_required_of_one(asker):
    for path in ("/products?limit=250", "/products/1"):
        answer = json.loads(asker.ask("GET", path).body)
        for each in answer if isinstance(answer, list) else [answer]:
            assert not DOCUMENT.errors({"$ref": "#/components/schemas/Product"}, each)


@pytest.mark.parametrize("query", ["fields=slug&fields=name", "fields[]=slug&fields[]=name", "fields%5B%5D=slug,name"])
def test_fields_are_taken_as_generated_clients_write_them(asker, query):
    assert asker.ask("GET", f"/products?{query}").body == asker.ask("GET", "/products?fields=slug,name").body


def good_values(parameter):
    schema = DOCUMENT.resolve(parameter["schema"])
    values = [parameter[key] for key in ("example",) if key in parameter]
    values += [schema[key] for key in ("default", "minimum", "maximum") if key in schema] + schema.get("enum", [])
    if schema["type"] == "array":
        values += [[each] for each in schema["items"]["enum"]] + [schema["items"]["enum"]]
    if parameter.get("allowEmptyValue"):
        values.append("")
    return [",".join(each) if isinstance(each, list) else str(each) for each in values]


def bad_values(parameter):
    schema = DOCUMENT.resolve(parameter["schema"])
    values = []
    if schema["type"] == "integer":
        values += ["x", "1.5", "1e2", "0x1", "1 2"]
    if schema["type"] == "array":
        values += ["no-such", "slug,slug", "slug,", ",", "SLUG"]
    if "minimum" in schema:
        values += [str(schema["minimum"] - 1), str(schema["maximum"] + 1)]
    if "enum" in schema:
        values += ["no-such", f"{schema['enum'][0]},", "-9"]
    if "pattern" in schema:
        values += ["A b", "a--b", "*", "Ä"]
    if "maxLength" in schema and parameter["in"] == "query":
        values.append("x" * (schema["maxLength"] + 1))
    if parameter["in"] == "query" and not parameter.get("allowEmptyValue"):
        values.append("")
    return values


def ask_with(asker, operation, parameter, value):
    """The request with that value, as a page where the parameter is one of the page."""
    accept = "text/html" if operation.template in ("/", "/categories/{category}") else "application/json"
    if operation.template == "/products.csv" or "pages" in DOCUMENT.paths[operation.template]["get"]["tags"]:
        [accept] = types_of(operation, "200")
    headers = [("Accept", f"{accept}, {PROBLEM};q=0.5" if accept != PAGE else f"{PROBLEM}, {PAGE};q=0.5")]
    path = path_of(operation, asker.web)
    if parameter["in"] == "query":
        path += "?" + urlencode({parameter["name"]: value})
    else:
        headers.append((parameter["name"], value))
    if parameter["name"] == "explain":
        headers.append(CUSTOMER)
    return asker.ask(operation.method, path, headers)


PARAMETERS = [(operation, parameter) for operation in READING for parameter in DOCUMENT.parameters(operation)
              if parameter["in"] != "path"]


def name_case(value):
    return value["name"] if isinstance(value, dict) else str(value)


@pytest.mark.parametrize("operation, parameter", PARAMETERS, ids=name_case)
def test_what_a_parameter_allows_is_taken(asker, operation, parameter):
    values = good_values(parameter)
    if parameter["name"] in ("after", "before"):
        path = path_of(operation, asker.web)
        accept = [("Accept", PAGE if "categories" in path else "application/json")]
        link = asker.ask("GET", f"{path}?limit=2", accept).header("Link")
        after = re.search(r"after=([^&>]+)", link).group(1)
        values = [after]
    for value in values:
        assert ask_with(asker, operation, parameter, value).status in (200, 304), value


@pytest.mark.parametrize("operation, parameter",
                         [(operation, parameter) for operation, parameter in PARAMETERS
                          if parameter["in"] == "query" or parameter["name"] == "X-USER-ID"], ids=name_case)
def test_what_a_parameter_does_not_allow_is_refused_by_its_name(asker, operation, parameter):
    values = bad_values(parameter)
    assert values
    for value in values:
        answer = ask_with(asker, operation, parameter, value)
        assert answer.status == 400, value
        if operation.method == "get":
            assert json.loads(answer.body)["parameter"] == parameter["name"]


@pytest.mark.parametrize("name, bad", [("limit", "0"), ("min_price", "-1"), ("max_price", "x"), ("sort", "x"), ("fields", "x"),
                                       ("count", "x"), ("explain", "x")])
def test_what_the_program_says_is_allowed_is_what_the_document_says(asker, name, bad):
    [schema] = [each["schema"] for each in DOCUMENT.parameters(DOCUMENT.find("GET", "/products")) if each["name"] == name]
    allowed = json.loads(asker.ask("GET", f"/products?{name}={bad}").body)["allowed"]
    if "minimum" in schema:
        assert allowed == f"a whole number from {schema['minimum']} to {schema['maximum']}"
    else:
        values = schema.get("enum") or schema["items"]["enum"]
        assert re.split(r", | or ", allowed.rsplit(" of ", 1)[-1]) == [str(each) for each in values]


# The front page as text and what pages load take any query.
STRICT = [each for each in READING if each.method == "get" and each.template != "/"
          and "pages" not in DOCUMENT.paths[each.template]["get"]["tags"]]


@pytest.mark.parametrize("operation", STRICT, ids=str)
def test_what_is_not_listed_is_no_parameter(asker, operation):
    listed = {parameter["name"] for parameter in DOCUMENT.parameters(operation) if parameter["in"] == "query"}
    every = {parameter["name"] for each in OPERATIONS for parameter in DOCUMENT.parameters(each) if parameter["in"] == "query"}
    form = PAGE if operation.template == "/categories/{category}" else next(iter(types_of(operation, "200")))
    for name in every - listed | {"page", "LIMIT", "x-user-id"}:
        answer = asker.ask("GET", f"{path_of(operation, asker.web)}?{name}=1", [("Accept", f"{PROBLEM}, {form};q=0.5")])
        assert answer.status == 400, name
        allowed = json.loads(answer.body).get("allowed", "none")
        assert set(allowed.split(", ")) - {"none"} == listed


# ---- Nothing else ---------------------------------------------------------------------------------------------------


def make_request(chance, web):
    """Something that a caller could say, right or wrong, about any address."""
    operation = chance.choice(OPERATIONS)
    method = chance.choice([operation.method.upper(), operation.method.upper(), "GET", "POST"])
    path = path_of(operation, web)
    if "{" in operation.template and chance.random() < 0.3:
        path = re.sub(r"\{[^}]*\}", chance.choice(["no-such", OLD_SLUG, "1", "x" * 300, "%25", "a%20b"]), operation.template)
    query, headers = [], {}
    for parameter in DOCUMENT.parameters(operation) + DOCUMENT.parameters(chance.choice(OPERATIONS))[:2]:
        if parameter["in"] == "path" or chance.random() < 0.7:
            continue
        values = good_values(parameter) * 2 + bad_values(parameter)
        value = chance.choice(values or ["x"])
        if parameter["in"] == "query":
            query.append((parameter["name"], value))
        else:  # once: servers have their own word on headers that come twice
            headers[parameter["name"]] = chance.choice([value, "*"]) if parameter["name"] == "If-None-Match" else value
    if chance.random() < 0.7:
        headers["Accept"] = ", ".join(f"{chance.choice(TYPES)};q={chance.choice(['1', '0.5', '0'])}" for _ in range(2))
    if chance.random() < 0.1:
        headers |= [FORWARDED]
    if chance.random() < 0.1:
        query, headers = [("explain", "1")], headers | dict([CUSTOMER, FORWARDED])
    return method, path + ("?" + urlencode(query) if query else ""), headers.items()


def test_nothing_is_answered_that_is_not_listed(asker):
    chance = random.Random(4)
    for _ in range(600):
        asker.ask(*make_request(chance, asker.web))
    assert {200, 204, 304, 400, 403, 404, 405, 406} <= {answer.status for _, answer in asker.seen}


def test_an_address_that_is_not_listed_is_not_there(asker):
    """Near what there is, and what other programs have."""
    for path in ("/product", "/products/1/2", "/products.json", "/products.csv/", "/categories/home/products", "/openapi.yaml",
                 "/openapi", "/style.css", "/pictures", "/pictures/", "/swagger.json", "/healthz", "/docs", "/catalog.db"):
        answer = asker.web.request(path, headers=[("Accept", "*/*")])
        assert answer.status == 404, path
        assert not DOCUMENT.errors({"$ref": "#/components/schemas/Problem"}, json.loads(answer.body))


def test_every_route_of_the_program_is_in_the_document():
    source = (ROOT / "fcgi-catalog" / "site" / "routes.c").read_text(encoding="utf-8")
    table = source[source.index("} routes[] = {"):]
    patterns = re.findall(r'^    \{"(/[^"]*)"', table[:table.index("\n};")], re.MULTILINE)

    def shape(path):
        return re.sub(r"\{[^}]*\}.*", "{}", path)
    assert len(patterns) > 5
    assert {shape(path) for path in patterns} == {shape(path) for path in DOCUMENT.paths}


# ---- All of it ------------------------------------------------------------------------------------------------------


def tour(asker, broken):
    """Whatever shows the rest: each kind of answer once, in each of its forms."""
    done = set()
    for operation in READING:
        for status, response in DOCUMENT.responses(operation).items():
            if (operation.method, response["$ref"]) not in done or "200" == status:
                done.add((operation.method, response["$ref"]))
                GETTING[status](operation, asker, broken)
    asker.ask("DELETE", "/products", [("Accept", TEXT)])
    asker.ask("DELETE", "/products", [("Accept", PAGE)])
    asker.ask("DELETE", "/products")
    asker.ask("OPTIONS", "/")
    page = [("Accept", PAGE)]
    asker.ask("GET", "/products?explain=1", [CUSTOMER])
    asker.ask("GET", "/products?explain=1")
    asker.ask("GET", "/products", [("X-USER-ID", "x")])
    asker.ask("GET", "/products?limit=0")
    asker.ask("GET", "/products?limit=0", [("Accept", f"{TEXT}, */*;q=0.1")])
    link = asker.ask("GET", "/products?count=1&limit=2").header("Link")
    assert "next" in link
    tag = asker.ask("GET", "/products?count=1&limit=2", page).header("ETag")
    assert asker.ask("GET", "/products?count=1&limit=2", [*page, ("If-None-Match", tag)]).status == 304
    tag = asker.ask("GET", "/products?count=1&limit=2", [CUSTOMER]).header("ETag")
    assert asker.ask("GET", "/products?count=1&limit=2", [CUSTOMER, ("If-None-Match", tag)]).status == 304
    asker.ask("GET", "/categories/home?count=1&limit=2", page)
    asker.ask("GET", "/categories/home?count=1&limit=2", [*page, ("If-Match", '"another"')])
    asker.ask("GET", "/categories/kitchen")
    assert asker.ask("GET", "/products?q=taepot").header("X-Searched-For") == "teapot"
    assert asker.ask("GET", "/products.csv", page).status == 406
    get_known(DOCUMENT.find("GET", "/pictures/x.svg"), asker, broken)
    for path in ("/products", "/products/1"):
        assert asker.ask("GET", path, [CUSTOMER], broken["alone"]).is_degraded
        assert asker.ask("GET", path, [CUSTOMER, *page], broken["alone"]).is_degraded
    for path in ("/", "/categories/home"):
        assert asker.ask("GET", path, [CUSTOMER, *page], broken["alone"]).is_degraded
    assert asker.ask("GET", "/products/a\x01b", (), broken["whole"]).status == 400


def fields_of(schema, value, name=""):
    """(schema, field) for every field in a value, by the name of the schema that it is listed in."""
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from fields_of(each, value)
        return
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = DOCUMENT.resolve(schema)
    if isinstance(value, list):
        for each in value:
            yield from fields_of(schema["items"], each, name)
    elif isinstance(value, dict):
        for field, inner in value.items():
            yield name, field
            yield from fields_of(schema["properties"].get(field, {}), inner, name)


def test_everything_in_the_document_is_seen(asker, broken):
    """Each answer in each form, each header, each field, and each kind of problem."""
    tour(asker, broken)
    seen, problems = set(), set()
    for operation, answer in asker.seen:
        name = DOCUMENT.responses(operation)[str(answer.status)]["$ref"].rsplit("/", 1)[1]
        response = DOCUMENT.resolve(DOCUMENT.responses(operation)[str(answer.status)])
        media = media_type(answer)
        listed = {header.lower(): header for header in response.get("headers", {})}
        seen |= {("header", name, listed[header.lower()]) for header, _ in answer.headers if header.lower() in listed}
        if media in response.get("content", {}):
            seen.add(("form", name, media))
            if media.endswith("json") and answer.body and name != "Description":
                body = read_body(media, answer.body)
                seen |= {("field", *each) for each in fields_of(response["content"][media]["schema"], body)}
                problems |= {body["type"]} if media == PROBLEM else set()
    expected = set()
    for name, response in DOCUMENT.root["components"]["responses"].items():
        expected |= {("header", name, header) for header in response.get("headers", {})}
        expected |= {("form", name, media) for media in response.get("content", {})}
    for name, schema in DOCUMENT.root["components"]["schemas"].items():
        if name != "Description":
            expected |= {("field", name, field) for field in schema.get("properties", {})}
    missing = sorted(expected - seen)
    assert not missing, missing
    problems.add("urn:catalog:problem:too-much-work")  # needs a large shop: see tests/unit/catalog/test_readings.c
    assert problems == set(DOCUMENT.root["components"]["schemas"]["Problem"]["properties"]["type"]["enum"])


def test_every_component_is_used():
    text = json.dumps(DOCUMENT.published)
    for kind, components in DOCUMENT.published["components"].items():
        for name in components:
            assert f'"#/components/{kind}/{name}"' in text, name


# ---- Examples -------------------------------------------------------------------------------------------------------

EXAMPLES = list(DOCUMENT.examples())


@pytest.mark.parametrize("schema, value", [each[1:3] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES])
def test_an_example_is_of_its_schema(schema, value):
    assert DOCUMENT.errors(schema, value) == ""


@pytest.mark.parametrize("name", ["parameters", "headers"])
def test_an_example_of_a_value_is_of_its_schema(name):
    for each in DOCUMENT.root["components"][name].values():
        if "example" in each:
            assert DOCUMENT.errors(each["schema"], each["example"]) == "", each


@pytest.mark.parametrize("value, summary", [each[2:] for each in EXAMPLES if each[3]],
                         ids=[each[0] for each in EXAMPLES if each[3]])
def test_an_example_is_the_answer_to_its_request(web, value, summary):
    request, *headers = re.split(r", (?=[A-Z][A-Za-z-]+: )", summary)
    method, path = request.split(" ")
    answer = web.request(path, method=method, headers=[tuple(each.split(": ", 1)) for each in headers])
    assert read_body(media_type(answer), answer.body) == value


# ---- The document itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept, expected", [
    (None, "application/openapi+json"), ("*/*", "application/openapi+json"), ("application/json", "application/json"),
    ("application/vnd.oai.openapi+json;version=3.1", "application/vnd.oai.openapi+json"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/openapi+json"),
    ("application/yaml", "application/openapi+json"),
], ids=str)
def test_the_program_has_the_document_in_the_type_that_is_asked_for(asker, accept, expected):
    answer = asker.ask("GET", "/openapi.json", [("Accept", accept)] if accept else [])
    assert answer.header("Content-Type") == expected
    assert answer.body == SOURCE.read_bytes()


def test_the_document_is_kept_by_caches_and_not_sent_again(asker):
    answer = asker.ask("GET", "/openapi.json")
    assert answer.header("Cache-Control") == "public, max-age=60, must-revalidate"
    tag = answer.header("ETag")
    assert asker.ask("GET", "/openapi.json", [("If-None-Match", tag)]).status == 304
    assert asker.ask("GET", "/openapi.json", [("If-None-Match", tag), ("Accept", "application/json")]).status == 200


@pytest.mark.parametrize("path, accept", [("/", TEXT), ("/", PAGE), ("/products", "application/json"), ("/products", PAGE)])
def test_links_lead_to_the_document_and_its_server_to_the_program(asker, path, accept):
    answer = asker.ask("GET", path, [("Accept", accept)])
    document = re.search(r'<([^>]*)>; rel="service-desc"', answer.header("Link")).group(1)
    assert document == f"{asker.web.base}/openapi.json"
    [server] = DOCUMENT.root["servers"]
    home = urljoin(asker.web.url("/openapi.json"), server["url"]).rstrip("/")
    assert home + "/products" == asker.web.url("/products")


def test_the_version_is_the_programs():
    done = run([BIN / "catalogctl", "--version"])
    assert DOCUMENT.root["info"]["version"] in done.stdout.split()


# ---- Variants -------------------------------------------------------------------------------------------------------


def test_each_variant_is_priced_where_its_product_is(asker):
    known = json.loads(asker.ask("GET", "/products/round-teapot", [CUSTOMER]).body)
    assert [each["options"] for each in known["variants"]] == [[{"name": "Size", "value": size}] for size in "123"]
    prices = [each["price_in_cents"] for each in known["variants"]]
    assert prices == [known["price_in_cents"] + more for more in (0, 100, 200)]
    assert [each["discount_value"]["value_in_cents"] for each in known["variants"]] == [price * 9 // 10 for price in prices]
    page = asker.ask("GET", f"/products/round-teapot?variant={known['variants'][1]['id']}", [CUSTOMER, ("Accept", PAGE)]).body.decode()
    assert 'aria-current="true"' in page
    assert re.search(r'rel="canonical" href="[^"?]*/products/round-teapot"', page)
    unknown = json.loads(asker.ask("GET", "/products/round-teapot").body)
    assert not any("discount_value" in each for each in unknown["variants"])
    listed = json.loads(asker.ask("GET", "/products?q=round-teapot", [CUSTOMER]).body)
    assert listed and not any("variants" in each for each in listed)
