"""OpenAI's responses: https://platform.openai.com/docs/api-reference/responses"""

import base64
import json

from talk import SIGNATURE, THOUGHT, TOKENS, Seen

from .openai_chat import BROKEN, FAULTS, wrong
from .write import CUT, dump, event, odd, of_data_url

MODEL = "gpt-4.1-mini"
STREAM = "text/event-stream; charset=utf-8"


def asks(path):
    return path == "/v1/responses"


def seen(_path, body):
    found = Seen(model=body.pop("model"), stream=body.pop("stream", False))
    if instructions := body.pop("instructions", None):
        found["turns"].append(("system", instructions))
    items = body.pop("input")
    for item in [{"role": "user", "content": items}] if isinstance(items, str) else items:
        read(found, item)
    for tool in body.pop("tools", []):
        if tool.get("type") != "function":
            found.left("tools.", tool)
            continue
        tool.pop("type")
        found["tools"].append((tool.pop("name"), tool.pop("description"), tool.pop("parameters")))
        found.put("strict", tool.pop("strict", None))
        found.left("tools.", tool)
    choice = body.pop("tool_choice", None)
    found.choose(choice["name"] if isinstance(choice, dict) else choice)
    text = body.pop("text", None) or {}
    found.put("verbosity", text.get("verbosity"))
    form = text.get("format") or {"type": "text"}
    found.put("schema", form.get("schema"))
    found.put("json", form["type"] == "json_object" or None)
    found.put("thinking", (body.pop("reasoning", None) or {}).get("effort"))
    include = body.pop("include", None) or []
    top = body.pop("top_logprobs", None)
    if "message.output_text.logprobs" in include:
        found["logprobs"] = top or 0
    for ours, theirs in {
        "max_tokens": "max_output_tokens",
        "parallel": "parallel_tool_calls",
        "tier": "service_tier",
    }.items():
        found.put(ours, body.pop(theirs, None))
    for name in ["temperature", "top_p", "user", "metadata", "store", "previous_response_id"]:
        found.put(name, body.pop(name, None))
    found.left("", body)
    return found


def read(found, item):
    kind = item.pop("type", "message")
    if kind == "function_call":
        found["calls"].append((item.pop("call_id"), item.pop("name"), json.loads(item.pop("arguments"))))
    elif kind == "function_call_output":
        output = item.pop("output")
        parts = [{"type": "input_text", "text": output}] if isinstance(output, str) else output
        text = "".join(part["text"] for part in parts if part["type"] == "input_text")
        found["results"].append((item.pop("call_id"), text))
        found["pictures"] += [of_data_url(part["image_url"]) for part in parts if part["type"] == "input_image"]
    elif kind == "reasoning":
        text = "".join(part["text"] for part in item.pop("summary"))
        found["thoughts"].append((text, item.pop("encrypted_content", None)))
        assert item.get("id", "rs_").startswith("rs_"), item
    elif kind == "message":
        role, content = item.pop("role"), item.pop("content")
        role = "system" if role == "developer" else role
        for part in [{"type": "input_text", "text": content}] if isinstance(content, str) else content:
            kind = part.pop("type")
            if kind in ("input_text", "output_text"):
                assert (kind == "output_text") <= (role == "assistant"), (role, kind)
                found["turns"].append((role, part.pop("text")))
                for empty in ["annotations", "logprobs"]:
                    assert part.pop(empty, None) in (None, []), part
            elif kind == "input_image":
                found["pictures"].append(of_data_url(part.pop("image_url")))
                found.put("detail", part.pop("detail", None))
            elif kind == "input_file":
                found["document"] = of_data_url(part.pop("file_data"))
                part.pop("filename")
            elif kind == "input_audio":
                found["sound"] = base64.b64decode(part.pop("input_audio")["data"])
            else:
                raise AssertionError(f"a part of type {kind}")
            found.left(f"{kind}.", part)
    else:
        raise AssertionError(f"an item of type {kind}")
    for known in ["id", "status"]:
        item.pop(known, None)
    found.left(f"{kind}.", item)


USAGE = {
    "input_tokens": TOKENS[0],
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": TOKENS[1],
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": sum(TOKENS),
}
HEAD = {
    "id": "resp_1", "object": "response", "created_at": 1700000000, "model": MODEL, "error": None,
    "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
    "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
}  # fmt: skip


MISSING = f"The requested model '{MODEL}' does not exist."
FAULTS = {**FAULTS, "model, told as bad": wrong(400, MISSING, code="model_not_found", param="model")}


def last(kind, **more):
    return event({"type": kind, "sequence_number": 900, **more}, kind)


FAILED = {**HEAD, "status": "failed", "output": [], "usage": None}
BREAKS = {
    "an error": [last("error", code="server_error", message=BROKEN, param=None)],
    "a failed response": [
        last("response.failed", response={**FAILED, "error": {"code": "server_error", "message": BROKEN}})
    ],
    **CUT,
}
ENDS = {
    "length": ("incomplete", "max_output_tokens"),
    "filter": ("incomplete", "content_filter"),
    "refusal in words": ("completed", None),
}
SILENT = set()


def refused(reply):
    return reply.fate == "refusal in words"


def text(of, refused=False):
    if refused:
        return {"type": "refusal", "refusal": of}
    return {"type": "output_text", "text": of, "annotations": [], "logprobs": []}


def items(reply):
    if reply.thinks:
        summary = [{"type": "summary_text", "text": THOUGHT}]
        hidden = {"encrypted_content": SIGNATURE, "status": "completed"}
        yield {"id": "rs_1", "type": "reasoning", "summary": summary, **hidden}
    if reply.text:
        content = [text(reply.text, refused(reply))]
        status, _ = ENDS.get(reply.fate, ("completed", None))
        yield {"id": "msg_1", "type": "message", "role": "assistant", "status": status, "content": content}
    for at, (id, name, given) in enumerate(reply.calls):
        more = {"call_id": id, "name": name, "arguments": dump(given).decode(), "status": "completed"}
        yield {"id": f"fc_{at}", "type": "function_call", **more}


def done(reply):
    status, why = ENDS.get(reply.fate, ("completed", None))
    more = {"incomplete_details": why and {"reason": why}, "output": list(items(reply)), "usage": USAGE}
    return {**HEAD, "status": status, **more}


def whole(reply):
    return odd(done(reply))


def pieces(reply):
    count = iter(range(1000))

    def told(kind, **more):
        return event({"type": kind, "sequence_number": next(count), **more, "invented": 1.50}, kind)

    begun = {**HEAD, "status": "in_progress", "output": [], "usage": None}
    yield told("response.created", response=begun)
    yield told("response.in_progress", response=begun)
    for at, item in enumerate(items(reply)):
        where = {"item_id": item["id"], "output_index": at}
        if item["type"] == "message":
            empty = {**item, "status": "in_progress", "content": []}
            yield told("response.output_item.added", output_index=at, item=empty)
            where["content_index"] = 0
            yield told("response.content_part.added", **where, part=text("", refused(reply)))
            kind = "response.refusal" if refused(reply) else "response.output_text"
            more = {} if refused(reply) else {"logprobs": []}
            for piece in reply.pieces():
                yield told(kind + ".delta", **where, delta=piece, **more)
            yield told(kind + ".done", **where, **{"refusal" if refused(reply) else "text": reply.text}, **more)
            yield told("response.content_part.done", **where, part=item["content"][0])
        elif item["type"] == "reasoning":
            empty = {**item, "summary": [], "encrypted_content": None}
            yield told("response.output_item.added", output_index=at, item=empty)
            where["summary_index"] = 0
            empty = {"type": "summary_text", "text": ""}
            yield told("response.reasoning_summary_part.added", **where, part=empty)
            for piece in (THOUGHT[:3], THOUGHT[3:]):
                yield told("response.reasoning_summary_text.delta", **where, delta=piece)
            yield told("response.reasoning_summary_text.done", **where, text=THOUGHT)
            yield told("response.reasoning_summary_part.done", **where, part=item["summary"][0])
        else:
            arguments = item["arguments"]
            empty = {**item, "status": "in_progress", "arguments": ""}
            yield told("response.output_item.added", output_index=at, item=empty)
            for piece in (arguments[:7], arguments[7:]):
                yield told("response.function_call_arguments.delta", **where, delta=piece)
            yield told("response.function_call_arguments.done", **where, name=item["name"], arguments=arguments)
        yield told("response.output_item.done", output_index=at, item=item)
    response = done(reply)
    yield told("response." + response["status"], response=response)
