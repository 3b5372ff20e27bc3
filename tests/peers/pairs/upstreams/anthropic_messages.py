"""Anthropic's messages: https://docs.anthropic.com/en/api/messages"""

import base64

from talk import SIGNATURE, STOP, THOUGHT, TOKENS, WAIT, Seen

from .write import CUT, dump, event, fault, odd

MODEL = "claude-sonnet-4-5"
STREAM = "text/event-stream; charset=utf-8"


def asks(path):
    return path == "/v1/messages"


def seen(_path, body):
    found = Seen(model=body.pop("model"), stream=body.pop("stream", False))
    system = body.pop("system", [])
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        read(found, "system", block)
    for message in body.pop("messages"):
        role, content = message.pop("role"), message.pop("content")
        assert role in ("user", "assistant"), role
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            read(found, role, block)
        found.left("messages.", message)
    for tool in body.pop("tools", []):
        if tool.pop("type", "custom") != "custom" or "input_schema" not in tool:
            found.left("tools.", tool)
            continue
        found["tools"].append((tool.pop("name"), tool.pop("description"), tool.pop("input_schema")))
        found.put("strict", tool.pop("strict", None))
        found.left("tools.", tool)
    if choice := body.pop("tool_choice", None):
        kind = choice.pop("type")
        found.choose(choice.pop("name") if kind == "tool" else {"any": "required"}.get(kind, kind))
        if "disable_parallel_tool_use" in choice:
            found["parallel"] = not choice.pop("disable_parallel_tool_use")
        found.left("tool_choice.", choice)
    thinking = body.pop("thinking", {"type": "disabled"})
    found.put("thinking", thinking.get("budget_tokens"))
    output = body.pop("output_config", {})
    found.put("schema", output.get("format", {}).get("schema"))
    found.put("user", body.pop("metadata", {}).get("user_id"))
    found.put("stop", body.pop("stop_sequences", None))
    found.put("tier", body.pop("service_tier", None))
    for name in ["max_tokens", "temperature", "top_p", "top_k"]:
        found.put(name, body.pop(name, None))
    found.left("", body)
    return found


def read(found, role, block):
    kind = block.pop("type")
    if block.pop("cache_control", None):
        found["cache"] = True
    if kind == "text":
        found["turns"].append((role, block.pop("text")))
    elif kind in ("image", "document"):
        source = block.pop("source")
        if source["type"] == "base64":
            data = base64.b64decode(source["data"])
        else:
            data = source[{"url": "url", "text": "data"}[source["type"]]]
        if kind == "image":
            found["pictures"].append(data)
        else:
            found["document"] = data
            block.pop("title", None)
            found.put("cited", block.pop("citations", {}).get("enabled"))
    elif kind == "thinking":
        found["thoughts"].append((block.pop("thinking"), block.pop("signature")))
    elif kind == "redacted_thinking":
        found["thoughts"].append(("", block.pop("data")))
    elif kind == "tool_use":
        found["calls"].append((block.pop("id"), block.pop("name"), block.pop("input")))
    elif kind == "tool_result":
        content = block.pop("content")
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        found["results"].append((block.pop("tool_use_id"), "".join(part.get("text", "") for part in parts)))
        for part in parts:
            if part["type"] != "text":
                read(found, role, part)
        found.put("failed", block.pop("is_error", None) or None)
    else:
        raise AssertionError(f"a block of type {kind}")
    found.left(f"{kind}.", block)


def wrong(status, kind, message, **headers):
    error = {"type": kind, "message": message}
    return fault(status, message, {"type": "error", "error": error, "request_id": "req_1"}, **headers)


LIMIT = "This request would exceed your organization's rate limit of 30,000 input tokens per minute"
FAULTS = {
    "bad": wrong(400, "invalid_request_error", "temperature: range: 0..1"),
    "long": wrong(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    "key": wrong(401, "authentication_error", "invalid x-api-key"),
    "model": wrong(404, "not_found_error", f"model: {MODEL}"),
    "rate": wrong(429, "rate_limit_error", LIMIT, retry_after=WAIT),
    "failed": wrong(500, "api_error", "Internal server error"),
    "busy": wrong(529, "overloaded_error", "Overloaded"),
}
BROKEN = "Overloaded"
ERROR = {"details": None, "type": "overloaded_error", "message": BROKEN}
BREAKS = {
    "an error": [event({"type": "error", "error": ERROR, "request_id": "req_1"}, "error")],
    **CUT,
}
ENDS = {
    "length": "max_tokens",
    "window": "model_context_window_exceeded",
    "refusal": "refusal",
    "refusal of everything": "refusal",
    "stop text": "stop_sequence",
}
SILENT = {"refusal of everything"}


def end(reply):
    reason = ENDS.get(reply.fate) or ("tool_use" if reply.calls else "end_turn")
    return {"stop_reason": reason, "stop_sequence": STOP if reply.fate == "stop text" else None}


HEAD = {"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL}
# Tokens of the cache are counted beside the others here.
READ = {"input_tokens": TOKENS[0] - 4, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4}


def blocks(reply):
    if reply.thinks:
        yield {"type": "thinking", "thinking": THOUGHT, "signature": SIGNATURE}
    if reply.text:
        yield {"type": "text", "text": reply.text}
    for id, name, given in reply.calls:
        yield {"type": "tool_use", "id": id, "name": name, "input": given}


def whole(reply):
    return odd({**HEAD, "content": list(blocks(reply)), **end(reply), "usage": {**READ, "output_tokens": TOKENS[1]}})


def pieces(reply):
    def told(kind, **more):
        return event({"type": kind, **more, "invented": 1.50}, kind)

    begun = {**HEAD, "content": [], "stop_reason": None, "stop_sequence": None, "usage": {**READ, "output_tokens": 1}}
    yield told("message_start", message=begun)
    yield told("ping")
    for at, block in enumerate(blocks(reply)):
        if block["type"] == "text":
            yield told("content_block_start", index=at, content_block={"type": "text", "text": ""})
            deltas = [{"type": "text_delta", "text": piece} for piece in reply.pieces()]
        elif block["type"] == "thinking":
            yield told("content_block_start", index=at, content_block={**block, "thinking": "", "signature": ""})
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in (THOUGHT[:3], THOUGHT[3:])]
            deltas.append({"type": "signature_delta", "signature": SIGNATURE})
        else:
            yield told("content_block_start", index=at, content_block={**block, "input": {}})
            text = dump(block["input"]).decode()
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", text[:7], text[7:])]
        for delta in deltas:
            yield told("content_block_delta", index=at, delta=delta)
        yield told("content_block_stop", index=at)
    yield told("message_delta", delta=end(reply), usage={"output_tokens": TOKENS[1]})
    yield told("message_stop")
