"""google-genai: contents."""

from google.genai import types

from talk import SOME

from .common import PDF, PLACE, SCHEMA, WAVE, functions, not_offered, told_failed, film


def said(*parts):
    return {"contents": [types.UserContent(list(parts))]}


def calling(mode, *names):
    return {**TOOLS, "tool_config": types.ToolConfig(
        function_calling_config=types.FunctionCallingConfig(mode=mode, allowed_function_names=list(names) or None)
    )}  # fmt: skip


TEXT = types.Part(text="Well?")
FUNCTIONS = [types.FunctionDeclaration(**function) for function in functions("parameters_json_schema")]
TOOLS = {"tools": [types.Tool(function_declarations=FUNCTIONS)]}
ANSWER = types.FunctionResponse(name="weather", response={"error": "No."})
FAILED = [
    types.UserContent("Well?"),
    types.ModelContent(types.Part(function_call=types.FunctionCall(name="weather", args={}))),
    types.UserContent(types.Part(function_response=ANSWER)),
]
JSON = {"response_mime_type": "application/json"}
SAFETY = [types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")]
FAR = types.Part.from_uri(file_uri=PLACE, mime_type="image/png")

PROBES = {
    "`topP`": ({"top_p": 0.5}, "top_p", 0.5),
    "`topK`": ({"top_k": 5}, "top_k", 5),
    "`seed`": ({"seed": 7}, "seed", 7),
    "`stopSequences`": ({"stop_sequences": ["END"]}, "stop", ["END"]),
    "`frequencyPenalty`": ({"frequency_penalty": 0.5}, "frequency_penalty", 0.5),
    "`presencePenalty`": ({"presence_penalty": 0.5}, "presence_penalty", 0.5),
    "`candidateCount`": ({"candidate_count": 2}, "choices", 2),
    "`responseLogprobs` with `logprobs`": ({"response_logprobs": True, "logprobs": 2}, "logprobs", 2),
    "`mode` `NONE`": (calling("NONE"), not_offered),
    "`mode` `ANY`": (calling("ANY"), "tool_choice", "required"),
    "`allowedFunctionNames` of one": (calling("ANY", "weather"), "tool_choice", "weather"),
    "`responseJsonSchema`": ({**JSON, "response_json_schema": SCHEMA}, "schema", SCHEMA),
    "JSON without a schema": (JSON, "json", True),
    "`thinkingBudget`": ({"thinking_config": types.ThinkingConfig(thinking_budget=1024)}, "thinking", SOME),
    "`safetySettings`": ({"safety_settings": SAFETY}, "safety", SOME),
    "`labels`": ({"labels": {"plan": "paid"}}, "metadata", {"plan": "paid"}),
    "`cachedContent`": ({"cached_content": "cachedContents/c"}, "cachedContent", "cachedContents/c"),
    "an image at an address": (said(TEXT, FAR), "pictures", [PLACE]),
    "a PDF": (said(TEXT, types.Part.from_bytes(data=PDF, mime_type="application/pdf")), "document", PDF),
    "a sound": (said(TEXT, types.Part.from_bytes(data=WAVE, mime_type="audio/wav")), "sound", WAVE),
    "a film": (said(TEXT, types.Part.from_bytes(data=PDF, mime_type="video/mp4")), film),
    "`error` of a function": ({**TOOLS, "contents": FAILED}, told_failed),
    "`responseModalities` with images": ({"response_modalities": ["TEXT", "IMAGE"]}, "modalities", SOME),
    "`googleSearch`": ({"tools": [types.Tool(google_search=types.GoogleSearch())]}, "own", SOME),
    "members that nobody knows": ({"http_options": types.HttpOptions(extra_body={"invented": [1]})}, "invented", [1]),
}  # fmt: skip
