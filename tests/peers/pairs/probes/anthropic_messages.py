"""anthropic: messages."""

from talk import PICTURE, SOME, SYSTEM

from .common import PAPER, PDF, PLACE, SCHEMA, b64, functions, not_offered, usual_tier, told_failed, cited


def said(*blocks):
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def gave(**result):
    call = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", **result}
    turns = [("user", "Well?"), ("assistant", [call]), ("user", [result])]
    return {**TOOLS, "messages": [{"role": role, "content": content} for role, content in turns]}


TEXT = {"type": "text", "text": "Well?"}
TOOLS = {"tools": functions("input_schema")}
PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": b64(PICTURE)}}
PAPERS = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": PAPER}}
FAR = {"type": "image", "source": {"type": "url", "url": PLACE}}
FILE = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": b64(PDF)}}
NAMED = {"type": "tool", "name": "weather"}
ALONE = {"type": "auto", "disable_parallel_tool_use": True}
BEGUN = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "It"}]
FORM = {"format": {"type": "json_schema", "schema": SCHEMA}}

PROBES = {
    "`top_p`": ({"extra_body": {"top_p": 0.5}}, "top_p", 0.5),
    "`top_k`": ({"extra_body": {"top_k": 5}}, "top_k", 5),
    "`stop_sequences`": ({"stop_sequences": ["END"]}, "stop", ["END"]),
    "`tool_choice` `none`": ({**TOOLS, "tool_choice": {"type": "none"}}, not_offered),
    "`tool_choice` `any`": ({**TOOLS, "tool_choice": {"type": "any"}}, "tool_choice", "required"),
    "`tool_choice` of one tool": ({**TOOLS, "tool_choice": NAMED}, "tool_choice", "weather"),
    "`disable_parallel_tool_use`": ({**TOOLS, "tool_choice": ALONE}, "parallel", False),
    "`strict` tools": ({"tools": functions("input_schema", strict=True)}, "strict", True),
    "`output_config.format`": ({"output_config": FORM}, "schema", SCHEMA),
    "`thinking`": ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinking", SOME),
    "`thinking` `adaptive`": ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}, "thinking", SOME),
    "`output_config.effort`": ({"output_config": {"effort": "low"}}, "thinking", SOME),
    "`metadata.user_id`": ({"metadata": {"user_id": "u-1"}}, "user", "u-1"),
    "`service_tier`": ({"service_tier": "standard_only"}, usual_tier),
    "`cache_control`": (said({**TEXT, "cache_control": {"type": "ephemeral"}}), "cache", True),
    "an image at an address": (said(TEXT, FAR), "pictures", [PLACE]),
    "a PDF": (said(TEXT, FILE), "document", PDF),
    "a text as `document`": (said(TEXT, PAPERS), "document", PAPER),
    "`citations` of a document": (said(TEXT, {**PAPERS, "title": "Moon", "citations": {"enabled": True}}), cited),
    "`is_error` of a result": (gave(content="No.", is_error=True), told_failed),
    "an image in a result": (gave(content=[TEXT, PNG]), "pictures", [PICTURE]),
    "the beginning of the answer": ({"messages": BEGUN},
                                    "turns", [("system", SYSTEM), ("user", "Hi"), ("assistant", "It")]),
    "`web_search`": ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "own", SOME),
    "members that nobody knows": ({"extra_body": {"invented": [1]}}, "invented", [1]),
}  # fmt: skip
