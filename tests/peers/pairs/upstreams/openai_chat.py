"""OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat"""

import base64
import json

from talk import THOUGHT, TOKENS, WAIT, Seen

from .write import CUT, dump, event, fault, odd, of_data_url

MODEL = "gpt-4.1"
STREAM = "text/event-stream; charset=utf-8"


def asks(path):
    return path == "/v1/chat/completions"


def seen(_path, body):
    found = Seen(model=body.pop("model"), stream=body.pop("stream", False))
    options = body.pop("stream_options", None)
    if found["stream"]:
        assert options == {"include_usage": True}, options
    for message in body.pop("messages"):
        read(found, message)
    functions(found, body.pop("tools", []))
    choice = body.pop("tool_choice", None)
    found.choose(choice["function"]["name"] if isinstance(choice, dict) else choice)
    form = body.pop("response_format", None) or {"type": "text"}
    found.put("schema", form.get("json_schema", {}).get("schema"))
    found.put("json", form["type"] == "json_object" or None)
    if body.pop("logprobs", None):
        found["logprobs"] = body.pop("top_logprobs", 0)
    stop = body.pop("stop", None)
    found.put("stop", [stop] if isinstance(stop, str) else stop)
    found.put("max_tokens", body.pop("max_tokens", None) or body.pop("max_completion_tokens", None))
    for ours, theirs in {
        "thinking": "reasoning_effort",
        "parallel": "parallel_tool_calls",
        "choices": "n",
        "tier": "service_tier",
    }.items():
        found.put(ours, body.pop(theirs, None))
    for name in ["temperature", "top_p", "seed", "frequency_penalty", "presence_penalty", "user", "metadata", "store",
                 "logit_bias", "prediction", "verbosity", "modalities", "audio"]:  # fmt: skip
        found.put(name, body.pop(name, None))
    found.left("", body)
    return found


def functions(found, tools):
    for tool in tools:
        function = tool.pop("function", None)
        if function is None:
            found.left("tools.", tool)
            continue
        assert tool == {"type": "function"}, tool
        found["tools"].append((function.pop("name"), function.pop("description"), function.pop("parameters")))
        found.put("strict", function.pop("strict", None))
        found.left("tools.", function)


def calls(found, message):
    for call in message.pop("tool_calls", None) or []:
        function = call.pop("function")
        found["calls"].append((call.pop("id"), function["name"], json.loads(function["arguments"])))
        assert call == {"type": "function"}, call


def read(found, message):
    role, content = message.pop("role"), message.pop("content", None)
    if role == "tool":
        text = content if isinstance(content, str) else "".join(part["text"] for part in content)
        found["results"].append((message.pop("tool_call_id"), text))
    else:
        if role == "developer":
            role = "system"
        for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or []:
            kind = part.pop("type")
            value = part.pop(kind)
            if kind == "text":
                found["turns"].append((role, value))
            elif kind == "image_url":
                found["pictures"].append(of_data_url(value["url"]))
                found.put("detail", value.get("detail"))
            elif kind == "file":
                found["document"] = of_data_url(value["file_data"])
            elif kind == "input_audio":
                found["sound"] = base64.b64decode(value["data"])
            else:
                raise AssertionError(f"a part of type {kind}")
            found.left(f"{kind}.", part)
        calls(found, message)
    if thought := message.pop("reasoning_content", None):
        found["thoughts"].append((thought, None))
    found.put("name", message.pop("name", None))
    # As it comes with answers.
    assert message.pop("refusal", None) is None and not message.pop("annotations", None), message
    found.left(f"{role}.", message)


def wrong(status, message, kind="invalid_request_error", code=None, param=None, **headers):
    error = {"message": message, "type": kind, "param": param, "code": code}
    return fault(status, message, {"error": error}, **headers)


LIMIT = (
    "Rate limit reached for gpt-4.1 in organization org-1 on tokens per min (TPM): Limit 30000, Used 29000, "
    f"Requested 7000. Please try again in {WAIT}s."
)
FAULTS = {
    "bad": wrong(400, "Unsupported value: 'temperature' does not support 0.25 with this model.",
                 code="unsupported_value", param="temperature"),
    "long": wrong(400, "This model's maximum context length is 1047576 tokens. However, your messages resulted in "
                  "1200000 tokens.", code="context_length_exceeded", param="messages"),
    "key": wrong(401, "Incorrect API key provided: no. You can find your API key at "
                 "https://platform.openai.com/account/api-keys.", code="invalid_api_key"),
    "model": wrong(404, "The model `gpt-4.1` does not exist or you do not have access to it.", code="model_not_found"),
    "rate": wrong(429, LIMIT, "tokens", "rate_limit_exceeded", retry_after=WAIT, retry_after_ms=1000 * WAIT),
    "failed": wrong(500, "The server had an error while processing your request. Sorry about that!", "server_error"),
    "busy": wrong(503, "The engine is currently overloaded, please try again later", "server_error"),
}  # fmt: skip
BROKEN = "The server had an error while processing your request. Sorry about that!"
BREAKS = {
    "an error": [event({"error": {"message": BROKEN, "type": "server_error", "param": None, "code": None}})],
    **CUT,
}
ENDS = {"length": "length", "filter": "content_filter", "refusal in words": "stop"}
SILENT = set()


def end(reply):
    return ENDS.get(reply.fate) or ("tool_calls" if reply.calls else "stop")


HEAD = {"id": "chatcmpl-1", "created": 1700000000, "model": MODEL, "system_fingerprint": "fp_1"}
USAGE = {
    "prompt_tokens": TOKENS[0],
    "completion_tokens": TOKENS[1],
    "total_tokens": sum(TOKENS),
    "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 3, "audio_tokens": 0},
}


def call(id, name, arguments):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def whole(reply):
    message = {"role": "assistant", "content": reply.text or None, "refusal": None, "annotations": []}
    if reply.fate == "refusal in words":
        message |= {"content": None, "refusal": reply.text}
    if reply.thinks:
        message["reasoning_content"] = THOUGHT
    if reply.calls:
        message["tool_calls"] = [call(id, name, dump(given).decode()) for id, name, given in reply.calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": end(reply)}
    return odd({**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE, "service_tier": "default"})


def pieces(reply):
    def chunk(delta, finish=None):
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return event({**HEAD, "object": "chat.completion.chunk", "choices": choices, "usage": None, "invented": 1.50})

    yield chunk({"role": "assistant", "content": None if reply.calls else "", "refusal": None})
    if reply.thinks:
        for piece in (THOUGHT[:3], THOUGHT[3:]):
            yield chunk({"reasoning_content": piece})
    for piece in reply.pieces():
        yield chunk({"refusal" if reply.fate == "refusal in words" else "content": piece})
    for at, (id, name, given) in enumerate(reply.calls):
        yield chunk({"tool_calls": [{"index": at, **call(id, name, "")}]})
        text = dump(given).decode()
        for piece in (text[:7], text[7:]):
            yield chunk({"tool_calls": [{"index": at, "function": {"arguments": piece}}]})
    yield chunk({}, end(reply))
    yield event({**HEAD, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    yield b"data: [DONE]\n\n"
