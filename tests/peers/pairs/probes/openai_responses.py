"""openai: responses."""

from talk import SOME

from .common import PDF, PLACE, SCHEMA, b64, functions, not_offered, not_kept


def said(*parts):
    return {"input": [{"role": "user", "content": list(parts)}]}


TEXT = {"type": "input_text", "text": "Well?"}
TOOLS = {"tools": [{"type": "function", **function} for function in functions(strict=False)]}
STRICT = {"tools": [{"type": "function", **function} for function in functions(strict=True)]}
FORM = {"type": "json_schema", "name": "mood", "schema": SCHEMA, "strict": True}
FILE = {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64," + b64(PDF)}
LOGPROBS = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
PICTURE = {"type": "input_image", "image_url": PLACE}
NAMED = {"type": "function", "name": "weather"}
TOLD = [{"role": "developer", "content": "Rhyme."}, *said(TEXT)["input"]]

PROBES = {
    "`top_p`": ({"top_p": 0.5}, "top_p", 0.5),
    "`top_logprobs`": (LOGPROBS, "logprobs", 2),
    "`tool_choice` `none`": ({**TOOLS, "tool_choice": "none"}, not_offered),
    "`tool_choice` `required`": ({**TOOLS, "tool_choice": "required"}, "tool_choice", "required"),
    "`tool_choice` of one function": ({**TOOLS, "tool_choice": NAMED}, "tool_choice", "weather"),
    "`parallel_tool_calls` `false`": ({**TOOLS, "parallel_tool_calls": False}, "parallel", False),
    "`strict` functions": (STRICT, "strict", True),
    "`text.format` `json_schema`": ({"text": {"format": FORM}}, "schema", SCHEMA),
    "`text.format` `json_object`": ({"text": {"format": {"type": "json_object"}}}, "json", True),
    "`text.verbosity`": ({"text": {"verbosity": "low"}}, "verbosity", "low"),
    "`reasoning.effort`": ({"reasoning": {"effort": "low"}}, "thinking", SOME),
    "`user`": ({"user": "u-1"}, "user", "u-1"),
    "`metadata`": ({"metadata": {"plan": "paid"}}, "metadata", {"plan": "paid"}),
    "`service_tier`": ({"service_tier": "flex"}, "tier", "flex"),
    "`store` `false`": ({"store": False}, not_kept),
    "`store` `true`": ({"store": True}, "store", True),
    "`previous_response_id`": ({"previous_response_id": "resp_0"}, "previous_response_id", "resp_0"),
    "`truncation` `auto`": ({"truncation": "auto"}, "truncation", "auto"),
    "`max_tool_calls`": ({"max_tool_calls": 1}, "max_tool_calls", 1),
    "`background`": ({"background": True}, "background", True),
    "role `developer`": ({"instructions": None, "input": TOLD}, "turns", [("system", "Rhyme."), ("user", "Well?")]),
    "an image at an address": (said(TEXT, {**PICTURE, "detail": "auto"}), "pictures", [PLACE]),
    "`detail` of an image": (said(TEXT, {**PICTURE, "detail": "low"}), "detail", "low"),
    "a PDF": (said(TEXT, FILE), "document", PDF),
    "`web_search`": ({"tools": [{"type": "web_search"}]}, "own", ["web_search"]),
    "members that nobody knows": ({"extra_body": {"invented": [1]}}, "invented", [1]),
}  # fmt: skip
