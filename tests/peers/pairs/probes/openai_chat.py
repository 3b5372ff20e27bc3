"""openai: chat completions."""

from talk import SOME

from .common import PDF, PLACE, SCHEMA, WAVE, b64, functions, not_offered


def said(*parts):
    return {"messages": [{"role": "user", "content": list(parts)}]}


TEXT = {"type": "text", "text": "Well?"}
TOOLS = {"tools": [{"type": "function", "function": function} for function in functions()]}
STRICT = {"tools": [{"type": "function", "function": function} for function in functions(strict=True)]}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
NAMED = {"type": "function", "function": {"name": "weather"}}
FORM = {"type": "json_schema", "json_schema": {"name": "mood", "schema": SCHEMA, "strict": True}}
FILE = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64," + b64(PDF)}}
SOUND = {"type": "input_audio", "input_audio": {"data": b64(WAVE), "format": "wav"}}
SPOKEN = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}
COARSE = {"type": "image_url", "image_url": {"url": PLACE, "detail": "low"}}

PROBES = {
    "`top_p`": ({"top_p": 0.5}, "top_p", 0.5),
    "`seed`": ({"seed": 7}, "seed", 7),
    "`stop`": ({"stop": ["END"]}, "stop", ["END"]),
    "`frequency_penalty`": ({"frequency_penalty": 0.5}, "frequency_penalty", 0.5),
    "`presence_penalty`": ({"presence_penalty": 0.5}, "presence_penalty", 0.5),
    "`n`": ({"n": 2}, "choices", 2),
    "`logprobs` with `top_logprobs`": ({"logprobs": True, "top_logprobs": 2}, "logprobs", 2),
    "`logit_bias`": ({"logit_bias": {"50256": -100}}, "logit_bias", SOME),
    "`tool_choice` `none`": ({**TOOLS, "tool_choice": "none"}, not_offered),
    "`tool_choice` `required`": ({**TOOLS, "tool_choice": "required"}, "tool_choice", "required"),
    "`tool_choice` of one function": ({**TOOLS, "tool_choice": NAMED}, "tool_choice", "weather"),
    "`parallel_tool_calls` `false`": ({**TOOLS, "parallel_tool_calls": False}, "parallel", False),
    "`strict` functions": (STRICT, "strict", True),
    "`response_format` `json_schema`": ({"response_format": FORM}, "schema", SCHEMA),
    "`response_format` `json_object`": ({"response_format": {"type": "json_object"}}, "json", True),
    "`reasoning_effort`": ({"reasoning_effort": "low"}, "thinking", SOME),
    "`user`": ({"user": "u-1"}, "user", "u-1"),
    "`metadata`": ({"metadata": {"plan": "paid"}}, "metadata", {"plan": "paid"}),
    "`service_tier`": ({"service_tier": "flex"}, "tier", "flex"),
    "`store`": ({"store": True}, "store", True),
    "`name` of a speaker": ({"messages": [{"role": "user", "name": "Ada", "content": "Hi"}]}, "name", "Ada"),
    "role `developer`": ({"messages": [{"role": "developer", "content": "Rhyme."}, *said(TEXT)["messages"]]},
                         "turns", [("system", "Rhyme."), ("user", "Well?")]),
    "an image at an address": (said(TEXT, {"type": "image_url", "image_url": {"url": PLACE}}), "pictures", [PLACE]),
    "`detail` of an image": (said(TEXT, COARSE), "detail", "low"),
    "a PDF": (said(TEXT, FILE), "document", PDF),
    "a sound": (said(TEXT, SOUND), "sound", WAVE),
    "an answer in sound": (SPOKEN, "modalities", SOME),
    "`prediction`": ({"prediction": {"type": "content", "content": "It"}}, "prediction", SOME),
    "members that nobody knows": ({"extra_body": {"invented": [1]}}, "invented", [1]),
}  # fmt: skip
