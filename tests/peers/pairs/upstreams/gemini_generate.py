"""Gemini's generateContent: https://ai.google.dev/api/generate-content"""

import base64
import re

from google.genai import types

from talk import SIGNATURE, THOUGHT, TOKENS, WAIT, Fault, Seen

from .write import CUT, dump, event, fault, odd

# What is the caller's own is left as it is.
OPAQUE = {"args", "response", "parametersJsonSchema", "responseJsonSchema"}

MODEL = "gemini-2.5-flash"
STREAM = "text/event-stream"
PATH = re.compile(r"/v1beta/models/([^:]+):(generateContent|streamGenerateContent\?alt=sse)$")


def asks(path):
    return PATH.match(path)


def camel(value):
    """Names as the API writes them; it takes those with underscores too, which is
    how its SDK writes some."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    rename = lambda name: re.sub("_([a-z])", lambda match: match[1].upper(), name)
    pairs = [(rename(name), item) for name, item in value.items()]
    return {name: item if name in OPAQUE else camel(item) for name, item in pairs}


def seen(path, body):
    body = camel(body)
    model, method = PATH.match(path).groups()
    found = Seen(model=model, stream=method.startswith("stream"))
    for tool in body.get("tools", []):
        for name in [name for name in tool if name not in ("functionDeclarations", "googleSearch")]:
            found.left("tools.", [name])
            del tool[name]
    # The SDK's types take only members that the API has.
    for kind, value in [
        (types.Content, body.get("systemInstruction")),
        (types.GenerationConfig, body.get("generationConfig")),
        (types.ToolConfig, body.get("toolConfig")),
        *((types.Content, content) for content in body["contents"]),
        *((types.Tool, tool) for tool in body.get("tools", [])),
        *((types.SafetySetting, setting) for setting in body.get("safetySettings", [])),
    ]:
        if value is not None:
            kind.model_validate(value)
    for part in body.pop("systemInstruction", {}).get("parts", []):
        found["turns"].append(("system", part["text"]))
    for content in body.pop("contents"):
        for part in content["parts"]:
            read(found, {"model": "assistant"}.get(content["role"], content["role"]), part)
    for tool in body.pop("tools", []):
        for function in tool.pop("functionDeclarations", []):
            schema = function.get("parametersJsonSchema") or function.get("parameters")
            found["tools"].append((function["name"], function["description"], schema))
        found.put("own", tool.pop("googleSearch", None))
    calling = body.pop("toolConfig", {}).get("functionCallingConfig", {})
    names = calling.get("allowedFunctionNames")
    choice = {"ANY": "required"}.get(calling.get("mode"), calling.get("mode", "").lower())
    found.choose(names[0] if names else choice or None)
    found.put("strict", choice == "validated" or None)
    config = body.pop("generationConfig", {})
    schema = config.pop("responseJsonSchema", None) or config.pop("responseSchema", None)
    found.put("schema", schema)
    mime = config.pop("responseMimeType", None)
    found.put("json", (mime == "application/json" and not schema) or None)
    found.put("thinking", config.pop("thinkingConfig", {}).get("thinkingBudget"))
    if config.pop("responseLogprobs", None):
        found["logprobs"] = config.pop("logprobs", 0)
    for ours, theirs in {
        "max_tokens": "maxOutputTokens",
        "temperature": "temperature",
        "top_p": "topP",
        "top_k": "topK",
        "seed": "seed",
        "stop": "stopSequences",
        "frequency_penalty": "frequencyPenalty",
        "presence_penalty": "presencePenalty",
        "choices": "candidateCount",
        "modalities": "responseModalities",
    }.items():
        found.put(ours, config.pop(theirs, None))
    found.put("tier", body.pop("serviceTier", None))
    found.put("safety", body.pop("safetySettings", None))
    found.left("generationConfig.", config)
    found.left("", body)
    return found


def read(found, role, part):
    if part.get("thought"):
        found["thoughts"].append((part["text"], part.get("thoughtSignature")))
    elif "text" in part:
        found["turns"].append((role, part["text"]))
    elif blob := part.get("inlineData"):
        data = base64.b64decode(blob["data"])
        if blob["mimeType"].startswith("image/"):
            found["pictures"].append(data)
        else:
            kind = blob["mimeType"].split("/")[0]
            found[{"audio": "sound", "video": "film"}.get(kind, "document")] = data
    elif file := part.get("fileData"):
        found["pictures"].append(file["fileUri"])
    elif call := part.get("functionCall"):
        found["calls"].append((call.get("id"), call["name"], call["args"]))
        if signature := part.get("thoughtSignature"):
            found.setdefault("signatures", []).append(signature)
    elif result := part.get("functionResponse"):
        for piece in result.get("parts", []):
            found["pictures"].append(base64.b64decode(piece["inlineData"]["data"]))
        response = dict(result["response"])
        words = [name for name in ("output", "result", "error") if name in response]
        text = response[words[0]] if words else dump(response).decode()
        found["results"].append((result.get("id"), text))
        found.put("failed", "error" in response or None)
    else:
        raise AssertionError(f"a part of {sorted(part)}")


USAGE = {
    "promptTokenCount": TOKENS[0],
    "cachedContentTokenCount": 4,
    # Thoughts are counted beside the answer here.
    "candidatesTokenCount": TOKENS[1] - 3,
    "thoughtsTokenCount": 3,
    "totalTokenCount": sum(TOKENS),
}


def wrong(code, status, message, *details):
    error = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = [{"@type": f"type.googleapis.com/google.rpc.{kind}", **more} for kind, more in details]
    return fault(code, message, {"error": error})


BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": MODEL}
NOT_VALID = {"reason": "API_KEY_INVALID", "domain": "googleapis.com"}
FAULTS = {
    "bad": wrong(400, "INVALID_ARGUMENT", "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), 0.25",
                 ("BadRequest", {"fieldViolations": [{"field": "generation_config.temperature",
                                                      "description": "Invalid value, 0.25"}]})),
    "long": wrong(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens "
                  "allowed (1048576)."),
    "key": wrong(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    # How it says that of its own keys.
    "key, told as bad": wrong(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                              ("ErrorInfo", NOT_VALID)),
    "model": wrong(404, "NOT_FOUND", f"models/{MODEL} is not found for API version v1beta, or is not supported for "
                   "generateContent. Call ListModels to see the list of available models."),
    # It has no header for that.
    "rate": wrong(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.",
                  ("RetryInfo", {"retryDelay": f"{WAIT - 0.5}s"})),
    "failed": wrong(500, "INTERNAL", "An internal error has occurred. Please retry."),
    "busy": wrong(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    # An answer without one, which its own clients look for themselves.
    "blocked": Fault(200, "PROHIBITED_CONTENT", dump(BLOCKED), events=event(BLOCKED)),
}  # fmt: skip
BROKEN = "The model is overloaded. Please try again later."
BREAKS = {
    "an error": [event({"error": {"code": 503, "message": BROKEN, "status": "UNAVAILABLE"}})],
    **CUT,
}
ENDS = {
    "length": "MAX_TOKENS",
    "filter": "SAFETY",
    "filter of everything": "SAFETY",
    "filter of words": "PROHIBITED_CONTENT",
    "filter of quotes": "RECITATION",
}
SILENT = {"filter of everything"}


def parts(reply):
    # Signed by what follows it.
    if reply.thinks:
        yield {"text": THOUGHT, "thought": True}
    if reply.text:
        yield {"text": reply.text}
    for at, (_, name, given) in enumerate(reply.calls):
        call = {"functionCall": {"name": name, "args": given}}
        yield {**call, "thoughtSignature": SIGNATURE} if at == 0 else call


def answer(parts, **more):
    content = {"content": {"role": "model", "parts": parts}} if parts else {}
    candidate = {**content, **more, "index": 0}
    return {"candidates": [candidate], "usageMetadata": USAGE, "modelVersion": MODEL, "responseId": "r-1"}


def whole(reply):
    return odd(answer(list(parts(reply)), finishReason=ENDS.get(reply.fate, "STOP")))


def pieces(reply):
    texts = [{"text": piece} for piece in reply.pieces()]
    for part in texts or list(parts(reply)):
        yield event({"invented": 1.50, **answer([part])})
    # Lines end as they like.
    last = [] if reply.fate in SILENT else [{"text": ""}]
    yield event(answer(last, finishReason=ENDS.get(reply.fate, "STOP"))).replace(b"\n", b"\r\n")
