"""openai: chat completions."""

import base64
import json

import openai

from talk import LIMITS, PICTURE, RESULTS, STOP, SYSTEM, TOOL, Said, Wrong

PACKAGE = "openai"
FINISHES = {"stop": "stop", "tool_calls": "calls", "length": "length", "content_filter": "filter"}
STOPS = {"stop": [STOP]}


def connect(url, key):
    return openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0)


def messages(ask):
    said = [{"role": "system", "content": SYSTEM}]
    said += [{"role": role, "content": text} for role, text in ask.earlier]
    content = ask.question
    if ask.picture:
        url = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        content = [{"type": "text", "text": ask.question}, {"type": "image_url", "image_url": {"url": url}}]
    said.append({"role": "user", "content": content})
    if ask.calls:
        said.append(ask.calls.turn)
        for (id, *_), result in zip(ask.calls.calls, RESULTS):
            said.append({"role": "tool", "tool_call_id": id, "content": result})
    return said


def tools():
    function = {"name": TOOL["name"], "description": TOOL["description"], "parameters": TOOL["schema"]}
    return [{"type": "function", "function": function}]


def ask(client, model, ask):
    more = {"extra_body": {"invented": [1]}} if ask.odd else {}
    if ask.tool:
        more["tools"] = tools()
    if ask.stream:
        more |= {"stream": True, "stream_options": {"include_usage": True}}
    more = {"messages": messages(ask), **(LIMITS if ask.limits else {}), **more, **ask.more}
    answer = client.chat.completions.create(model=model, **more)
    return streamed(answer) if ask.stream else whole(answer)


# Those that clients go by; upstreams have many more, and a type beside each.
CODES = {
    "content_filter",
    "context_length_exceeded",
    "invalid_api_key",
    "model_not_found",
    "rate_limit_exceeded",
}


def raised(error):
    word = error.code if error.code in CODES else error.type
    wait = float(error.response.headers.get("retry-after", 0))
    return Wrong(type(error).__name__, error.status_code, word, error.body["message"], wait)


def whole(answer):
    (choice,) = answer.choices
    message = choice.message
    told = said(message.content or "", [call.to_dict() for call in message.tool_calls or []], choice.finish_reason,
                answer.usage, message.to_dict())  # fmt: skip
    # A member that many have, though OpenAI doesn't.
    told.thought = getattr(message, "reasoning_content", None) or ""
    told.refusal = message.refusal or ""
    return told


def streamed(chunks):
    text, refusal, calls, thought, blocks, finish, usage = "", "", [], "", [], None, None
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            refusal += choice.delta.refusal or ""
            thought += getattr(choice.delta, "reasoning_content", None) or ""
            blocks += getattr(choice.delta, "thinking_blocks", None) or []
            finish = choice.finish_reason or finish
            for piece in choice.delta.tool_calls or []:
                if piece.index == len(calls):
                    calls.append(piece.to_dict())
                else:
                    calls[piece.index]["function"]["arguments"] += piece.function.arguments or ""
    for call in calls:
        call.pop("index", None)
    turn = {"role": "assistant", "content": text or None}
    if calls:
        turn["tool_calls"] = calls
    if thought:
        turn["reasoning_content"] = thought
    if blocks:
        turn["thinking_blocks"] = blocks
    told = said(text, calls, finish, usage, turn)
    told.thought, told.refusal = thought, refusal
    return told


def said(text, calls, finish, usage, turn):
    calls = [(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, usage
    tokens = (usage.prompt_tokens, usage.completion_tokens)
    cached = usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens
    said = Said(text, calls, finish=FINISHES.get(finish), tokens=tokens, cached=cached, turn=turn)
    said.word = finish
    return said
