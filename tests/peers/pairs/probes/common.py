"""What several dialects say alike."""

import base64
import json

from talk import TOOL

SCHEMA = {
    "type": "object",
    "properties": {"mood": {"type": "string"}},
    "required": ["mood"],
    "additionalProperties": False,
}
PDF = b"%PDF-1.4\n%%EOF\n"
PAPER = "The moon is far."
WAVE = b"RIFF\x24\0\0\0WAVEfmt "
PLACE = "https://pictures.example/cat.png"


def b64(data):
    return base64.b64encode(data).decode()


def functions(schema="parameters", **more):
    """Two of them, so that one can be chosen."""
    first = {"name": TOOL["name"], "description": TOOL["description"], schema: TOOL["schema"], **more}
    return [first, {**first, "name": "climate"}]


# What upstreams may see, where it differs.


def not_offered(seen):
    return seen.get("tool_choice") == "none" or not seen["tools"]


def not_kept(seen):
    return not seen.get("store")


def usual_tier(seen):
    return seen.get("tier") in (None, "default", "standard_only")


def told_failed(seen):
    """In words, where there is no member for it."""
    return seen.get("failed") or "rror" in seen["results"][0][1]


def cited(seen):
    """Where it isn't asked for it is usual."""
    return seen.get("cited") is not False


def film(seen):
    return PDF in (seen.get("film"), seen.get("document"))


def told_json(seen):
    (result,) = seen["results"]
    return json.loads(result[1]) == {"sky": "blue"}


def planned(seen):
    return seen.get("plan") == "I look." or ("I look.", None) in seen["thoughts"]
