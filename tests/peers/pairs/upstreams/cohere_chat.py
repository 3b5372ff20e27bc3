"""Cohere's chat: https://docs.cohere.com/reference/chat"""

from talk import THOUGHT, TOKENS, WAIT, Seen

from .openai_chat import call, calls, functions
from .write import CUT, dump, event, fault, odd, of_data_url

MODEL = "command-a-plus"
STREAM = "text/event-stream"


def asks(path):
    return path == "/v2/chat"


def seen(_path, body):
    found = Seen(model=body.pop("model"), stream=body.pop("stream", False))
    for message in body.pop("messages"):
        read(found, message)
    functions(found, body.pop("tools", []))
    found.put("strict", body.pop("strict_tools", None))
    choice = body.pop("tool_choice", None)
    found.choose(choice and choice.lower())
    form = body.pop("response_format", {})
    found.put("schema", form.get("json_schema"))
    found.put("json", (form.get("type") == "json_object" and "json_schema" not in form) or None)
    found.put("thinking", body.pop("thinking", {}).get("token_budget"))
    found.put("stop", body.pop("stop_sequences", None))
    found.put("logprobs", 0 if body.pop("logprobs", None) else None)
    found.put("tier", body.pop("priority", None))
    found.put("safety", body.pop("safety_mode", None))
    citations = body.pop("citation_options", {}).get("mode")
    found.put("cited", citations and citations != "OFF")
    for document in body.pop("documents", []):
        data = document if isinstance(document, str) else document["data"]
        found["document"] = data if isinstance(data, str) else data["text"]
    found.put("top_p", body.pop("p", None))
    found.put("top_k", body.pop("k", None))
    for name in ["max_tokens", "temperature", "seed", "frequency_penalty", "presence_penalty"]:
        found.put(name, body.pop(name, None))
    found.left("", body)
    return found


def read(found, message):
    role, content = message.pop("role"), message.pop("content", None)
    assert role in ("system", "user", "assistant", "tool"), role
    if role == "tool":
        text = content if isinstance(content, str) else "".join(told(part) for part in content)
        found["results"].append((message.pop("tool_call_id"), text))
    else:
        for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or []:
            kind = part.pop("type")
            if kind == "text":
                found["turns"].append((role, part.pop("text")))
            elif kind == "thinking":
                found["thoughts"].append((part.pop("thinking"), None))
            elif kind == "image_url":
                image = part.pop("image_url")
                found["pictures"].append(of_data_url(image["url"]))
                found.put("detail", image.get("detail"))
            else:
                raise AssertionError(f"a part of type {kind}")
            found.left(f"{kind}.", part)
        calls(found, message)
        found.put("plan", message.pop("tool_plan", None))
    found.left(f"{role}.", message)


def told(part):
    if part["type"] == "text":
        return part["text"]
    data = part["document"]["data"]
    return data if isinstance(data, str) else next(iter(data.values()))


def wrong(status, message, **headers):
    return fault(status, message, {"id": "8bd5b608-887c-49f7-a6b3-d3bd5830c3de", "message": message}, **headers)


LIMIT = "You are using a Trial key, which is limited to 20 API calls / minute."
FAULTS = {
    "bad": wrong(400, "invalid request: temperature must be between 0 and 1.0"),
    "long": wrong(400, "too many tokens: size limit exceeded by 9000 tokens. Try using shorter or fewer inputs."),
    "key": wrong(401, "invalid api token"),
    "model": wrong(404, f"model '{MODEL}' not found, make sure the correct model ID was used and that you have "
                   "access to the model."),
    "rate": wrong(429, LIMIT, retry_after=WAIT),
    "failed": wrong(500, "internal server error, this has been reported to our developers"),
    "busy": wrong(503, "the service is unavailable, try again later"),
}  # fmt: skip
BROKEN = "an internal error has occurred"
BREAKS = {
    "an error": [
        event({"type": "message-end", "delta": {"error": BROKEN, "finish_reason": "ERROR"}}, "message-end"),
        b"data: [DONE]\n\n",
    ],
    **CUT,
}
ENDS = {"length": "MAX_TOKENS", "filter": "ERROR_TOXIC", "stop text": "STOP_SEQUENCE"}
SILENT = set()


def end(reply):
    return ENDS.get(reply.fate) or ("TOOL_CALL" if reply.calls else "COMPLETE")


USAGE = {
    "billed_units": {"input_tokens": TOKENS[0] - 5, "output_tokens": TOKENS[1]},
    "tokens": {"input_tokens": TOKENS[0], "output_tokens": TOKENS[1]},
    "cached_tokens": 4,
}


def whole(reply):
    message = {"role": "assistant"}
    if reply.thinks:
        message["content"] = [{"type": "thinking", "thinking": THOUGHT}]
    if reply.text:
        message["content"] = [{"type": "text", "text": reply.text}]
    if reply.calls:
        message["tool_calls"] = [call(id, name, dump(given).decode()) for id, name, given in reply.calls]
    return odd({"id": "c-1", "message": message, "finish_reason": end(reply), "usage": USAGE})


def pieces(reply):
    def said(kind, message, **more):
        return event({"type": kind, **more, "delta": {"message": message}, "invented": 1.50}, kind)

    start = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield said("message-start", start, id="c-1")
    if reply.thinks:
        yield said("content-start", {"content": {"type": "thinking", "thinking": ""}}, index=0)
        for piece in (THOUGHT[:3], THOUGHT[3:]):
            yield said("content-delta", {"content": {"thinking": piece}}, index=0)
        yield event({"type": "content-end", "index": 0}, "content-end")
    if reply.text:
        yield said("content-start", {"content": {"type": "text", "text": ""}}, index=0)
        for piece in reply.pieces():
            yield said("content-delta", {"content": {"text": piece}}, index=0)
        yield event({"type": "content-end", "index": 0}, "content-end")
    for at, (id, name, given) in enumerate(reply.calls):
        yield said("tool-call-start", {"tool_calls": call(id, name, "")}, index=at)
        text = dump(given).decode()
        for piece in (text[:7], text[7:]):
            yield said("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index=at)
        yield event({"type": "tool-call-end", "index": at}, "tool-call-end")
    yield event({"type": "message-end", "delta": {"finish_reason": end(reply), "usage": USAGE}}, "message-end")
    yield b"data: [DONE]\n\n"
