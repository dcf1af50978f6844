# SPDX-License-Identifier: MIT
"""What pages say to programs, as JSON-LD in the words of schema.org: no more than this, and all that search engines ask for."""
from jsonschema import Draft202012Validator

CONTEXT = {"const": "https://schema.org"}
ADDRESS = {"type": "string", "pattern": "^(https?://[^/]+)?/"}
TEXT = {"type": "string", "minLength": 1}


def _thing(kind, required, **properties):
    return {"type": "object", "properties": {"@type": {"const": kind}, **properties}, "required": ["@type", *required],
            "additionalProperties": False}


OFFER = _thing("Offer", ["price"],
               price={"type": "string", "pattern": r"^\d+(\.\d{2,3})?$"},
               priceCurrency={"type": "string", "pattern": "^[A-Z]{3}$"},
               availability={"enum": [f"https://schema.org/{word}" for word in (
                   "InStock", "LimitedAvailability", "OutOfStock", "PreOrder", "Discontinued")]})
STEP = _thing("ListItem", ["position", "name", "item"], position={"type": "integer", "minimum": 1}, name=TEXT, item=ADDRESS)
PRODUCT = _thing("Product", ["@context", "name", "url", "offers"],
                 **{"@context": CONTEXT}, name=TEXT, url=ADDRESS, description={**TEXT, "maxLength": 161}, sku=TEXT, offers=OFFER,
                 image={"type": "array", "minItems": 1, "items": ADDRESS})
TRAIL = _thing("BreadcrumbList", ["@context", "itemListElement"],
               **{"@context": CONTEXT}, itemListElement={"type": "array", "minItems": 1, "items": STEP})

_VALIDATOR = Draft202012Validator({"oneOf": [PRODUCT, TRAIL]})


def check(data):
    """One script element's data."""
    _VALIDATOR.validate(data)
    steps = data.get("itemListElement", [])
    assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
