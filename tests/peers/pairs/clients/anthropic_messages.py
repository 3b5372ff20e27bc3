"""anthropic: messages."""

import base64

import anthropic

from talk import LIMITS, PICTURE, RESULTS, STOP, SYSTEM, TOOL, Said, Wrong

PACKAGE = "anthropic"
FINISHES = {"end_turn": "stop", "tool_use": "calls", "max_tokens": "length", "refusal": "filter"}
STOPS = {"stop_sequences": [STOP]}


def connect(url, key):
    return anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)


def messages(ask):
    said = [{"role": role, "content": text} for role, text in ask.earlier]
    content = [{"type": "text", "text": ask.question}]
    if ask.picture:
        source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PICTURE).decode()}
        content.append({"type": "image", "source": source})
    said.append({"role": "user", "content": content})
    if ask.calls:
        results = [
            {"type": "tool_result", "tool_use_id": id, "content": result}
            for (id, *_), result in zip(ask.calls.calls, RESULTS)
        ]
        said += [{"role": "assistant", "content": ask.calls.turn}, {"role": "user", "content": results}]
    return said


def ask(client, model, ask):
    # Its newest version has no argument for it, and the API still takes it.
    body = {"temperature": LIMITS["temperature"]} if ask.limits else {}
    body |= {"invented": [1]} if ask.odd else {}
    more = {"max_tokens": LIMITS["max_tokens"] if ask.limits else 4096, "extra_body": body}
    if ask.tool:
        function = {"name": TOOL["name"], "description": TOOL["description"], "input_schema": TOOL["schema"]}
        more["tools"] = [function]
    more = {"system": SYSTEM, "messages": messages(ask), **more, **ask.more}
    if not ask.stream:
        return said(client.messages.create(model=model, **more))
    with client.messages.stream(model=model, **more) as stream:
        return said(stream.get_final_message())


def raised(error):
    body, told = error.body["error"], error.response
    wait = float(told.headers.get("retry-after", 0))
    return Wrong(type(error).__name__, told.status_code, body["type"], body["message"], wait)


def said(answer):
    calls = [block for block in answer.content if block.type == "tool_use"]
    usage = answer.usage
    cached = usage.cache_read_input_tokens or 0
    return Said(
        "".join(block.text for block in answer.content if block.type == "text"),
        [(call.id, call.name, call.input) for call in calls],
        thought="".join(block.thinking for block in answer.content if block.type == "thinking"),
        finish=FINISHES.get(answer.stop_reason),
        word=answer.stop_reason,
        # Without those of the cache.
        tokens=(usage.input_tokens + cached, usage.output_tokens),
        cached=cached,
        turn=[block.to_dict() for block in answer.content],
    )
