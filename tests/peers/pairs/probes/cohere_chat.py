"""cohere: chats of its version 2."""

import cohere

from talk import SOME

from .common import PAPER, PLACE, SCHEMA, functions, not_offered, planned, cited


def said(*parts):
    return {"messages": [{"role": "user", "content": list(parts)}]}


TEXT = {"type": "text", "text": "Well?"}
TOOLS = {"tools": [{"type": "function", "function": function} for function in functions()]}
PAPERS = {"documents": [cohere.Document(data={"text": PAPER})]}
PLAN = {"messages": [
    {"role": "user", "content": "Well?"},
    {"role": "assistant", "tool_plan": "I look.", "tool_calls": [
        {"id": "c_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c_1", "content": "Fair."},
]}  # fmt: skip
FORM = {"type": "json_object", "json_schema": SCHEMA}
INVENTED = {"additional_body_parameters": {"invented": [1]}}
COARSE = {"type": "image_url", "image_url": {"url": PLACE, "detail": "low"}}

PROBES = {
    "`p`": ({"p": 0.5}, "top_p", 0.5),
    "`k`": ({"k": 5}, "top_k", 5),
    "`seed`": ({"seed": 7}, "seed", 7),
    "`stop_sequences`": ({"stop_sequences": ["END"]}, "stop", ["END"]),
    "`frequency_penalty`": ({"frequency_penalty": 0.5}, "frequency_penalty", 0.5),
    "`presence_penalty`": ({"presence_penalty": 0.5}, "presence_penalty", 0.5),
    "`logprobs`": ({"logprobs": True}, "logprobs", 0),
    "`tool_choice` `NONE`": ({**TOOLS, "tool_choice": "NONE"}, not_offered),
    "`tool_choice` `REQUIRED`": ({**TOOLS, "tool_choice": "REQUIRED"}, "tool_choice", "required"),
    "`strict_tools`": ({**TOOLS, "strict_tools": True}, "strict", True),
    "`response_format` with a schema": ({"response_format": FORM}, "schema", SCHEMA),
    "`response_format` without one": ({"response_format": {"type": "json_object"}}, "json", True),
    "`thinking`": ({"thinking": {"type": "enabled", "token_budget": 1024}}, "thinking", SOME),
    "`safety_mode`": ({"safety_mode": "STRICT"}, "safety", "STRICT"),
    "`priority`": ({"priority": 2}, "tier", 2),
    "`documents`": (PAPERS, "document", PAPER),
    "`citation_options` `enabled`": ({**PAPERS, "citation_options": {"mode": "ENABLED"}}, cited),
    "`tool_plan`": ({**TOOLS, **PLAN}, planned),
    "an image at an address": (said(TEXT, {"type": "image_url", "image_url": {"url": PLACE}}), "pictures", [PLACE]),
    "`detail` of an image": (said(TEXT, COARSE), "detail", "low"),
    "members that nobody knows": ({"request_options": INVENTED}, "invented", [1]),
}  # fmt: skip
