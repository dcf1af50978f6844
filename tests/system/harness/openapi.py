# SPDX-License-Identifier: MIT
"""openapi.json as something to hold answers against: which operations there are, and whether an answer is one of theirs."""
import copy
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, RefResolver

from harness.paths import ROOT

SOURCE = ROOT / "fcgi-catalog" / "openapi" / "openapi.json"
METHODS = ("get", "head", "options")

# What web servers add, or say of the message and not of the answer. Apache and nginx know nothing of the rest.
OF_THE_SERVER = {"date", "server", "connection", "keep-alive", "transfer-encoding", "content-length", "content-type",
                 "accept-ranges", "status"}


# ---- What the document says in words ----

# The forms of x-also-as.
FORMS = {
    "text/html": {"type": "string", "pattern": "^<!DOCTYPE html>"},
    "text/plain": {"type": "string", "pattern": "^[^\\n]+\\n$"},
    "text/csv": {"$ref": "#/components/schemas/Csv"},
    "application/json": {"$ref": "#/components/schemas/Description"},
    "application/vnd.oai.openapi+json": {"$ref": "#/components/schemas/Description"},
}
ALLOW = {"required": True, "schema": {"type": "string", "const": "GET, HEAD, OPTIONS"}}
TROUBLE = ("414", "431", "500", "503")


def _whole(published):
    """
    The document with what generators of clients would stumble over: HEAD answers as GET and OPTIONS by its methods, other
    methods get 405, and an answer has other forms.
    """
    root = copy.deepcopy(published)
    responses = root["components"]["responses"]
    for response in responses.values():
        response.get("content", {}).update({media: {"schema": FORMS[media]} for media in response.get("x-also-as", [])})
    nosniff = {"X-Content-Type-Options": {"$ref": "#/components/headers/ContentTypeOptions"}, "Allow": ALLOW}
    responses["Methods"] = {"description": "", "headers": nosniff}
    responses["MethodNotAllowed"] = responses["NotFound"] | {
        "headers": responses["NotFound"]["headers"] | nosniff,
        "content": {media: {"schema": content["schema"]} for media, content in responses["NotFound"]["content"].items()}}
    for item in root["paths"].values():
        get = item["get"]
        item["head"] = get
        item["options"] = get | {"parameters": [], "responses": {"204": {"$ref": "#/components/responses/Methods"}} | {
            status: response for status, response in get["responses"].items() if status in TROUBLE}}
        item["x-other-methods"] = {"405": {"$ref": "#/components/responses/MethodNotAllowed"}}
    return root


@dataclass(frozen=True)
class Operation:
    """One method of one address. `template` is the address as the document has it."""

    method: str
    template: str

    def __str__(self):
        return f"{self.method.upper()} {self.template}"


class Document:
    """The document, with its references resolved where one looks."""

    def __init__(self, text):
        self.published = json.loads(text)
        self.root = _whole(self.published)
        self.paths = self.root["paths"]
        # Fields may be added one day, but today's are all there: a field that is not listed is a mistake of either side.
        closed = _close(self.root)
        self.resolver = RefResolver("", closed)
        self.closed = closed

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def operations(self):
        return [Operation(method, template) for template, item in self.paths.items() for method in METHODS if method in item]

    def find(self, method, path):
        """The operation of a request; None: the document knows no such address."""
        path = urlsplit(path).path.removesuffix("/") or "/"
        for template in self.paths:
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
            # An address without a variable part goes before one with it.
            if template == path or ("{" in template and path not in self.paths and re.fullmatch(pattern, path)):
                return Operation(method.lower(), template)
        return None

    def parameters(self, operation):
        item = self.paths[operation.template]
        mine = item.get(operation.method, {})
        return [self.resolve(each) for each in [*item.get("parameters", []), *mine.get("parameters", [])]]

    def responses(self, operation):
        """By status, as text; of a method that the address does not take what is said of all of those."""
        item = self.paths[operation.template]
        return item[operation.method]["responses"] if operation.method in item else item["x-other-methods"]

    def examples(self):
        """Every example of a body, with where it is, its schema, and its summary or None."""
        for name, response in self.root["components"]["responses"].items():
            for media, content in response.get("content", {}).items():
                if "example" in content:
                    yield f"{name}, {media}", content["schema"], content["example"], None
                for key, example in content.get("examples", {}).items():
                    yield f"{name}, {media}, {key}", content["schema"], example["value"], example.get("summary")

    def errors(self, schema, value):
        """What is wrong with a value, by its schema; "" when nothing is."""
        validator = Draft202012Validator(_close(schema), resolver=self.resolver)
        return "; ".join(f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                         for error in validator.iter_errors(value))

    def find_misfits(self, operation, answer):
        """Everything in which an answer is none of the operation's."""
        responses = self.responses(operation)
        if str(answer.status) not in responses:
            return [f"status {answer.status} is not listed: {answer.body[:200]}"]
        response = self.resolve(responses[str(answer.status)])
        return [*self._misfits_of_headers(response, answer), *self._misfits_of_body(operation, response, answer)]

    def _misfits_of_headers(self, response, answer):
        listed = {name.lower(): self.resolve(header) for name, header in response.get("headers", {}).items()}
        there = {name.lower() for name, _ in answer.headers} - OF_THE_SERVER
        problems = [f"header {name} is not listed" for name in there - set(listed)]
        problems += [f"header {name} is missing" for name, header in listed.items()
                     if header.get("required") and name not in there]
        for name in there & set(listed):
            wrong = self.errors(listed[name]["schema"], typed(listed[name]["schema"], answer.header(name)))
            problems += [f"header {name}: {wrong}"] if wrong else []
        return problems

    def _misfits_of_body(self, operation, response, answer):
        contents = response.get("content", {})
        media = media_type(answer)
        if not contents:
            return [f"a body that is not listed: {answer.body[:100]}"] if answer.body else []
        if media not in contents:
            return [f"media type {media} is not listed"]
        if operation.method == "head":
            return ["HEAD with a body"] if answer.body else []
        wrong = self.errors(contents[media]["schema"], read_body(media, answer.body))
        return [f"body: {wrong}"] if wrong else []


def _close(node):
    """A copy in which objects have no fields but those that are listed."""
    node = copy.deepcopy(node)

    def walk(each):
        if isinstance(each, dict):
            if each.get("type") == "object" and "properties" in each and "paths" not in each["properties"]:
                each.setdefault("additionalProperties", False)
            each = list(each.values())
        if isinstance(each, list):
            for inner in each:
                walk(inner)
    walk(node)
    return node


def media_type(answer):
    return (answer.header("Content-Type") or "").split(";")[0].strip()


def read_body(media, body):
    text = body.decode()
    return json.loads(text) if media.endswith("json") else text


def typed(schema, text):
    """A header's value as the schema has it."""
    return int(text) if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text) else text
