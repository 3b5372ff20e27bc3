"""cohere: chats of its version 2."""

import json

import cohere

from talk import LIMITS, STOP, Broke, Said, Wrong

from .openai_chat import messages, tools

PACKAGE = "cohere"
FINISHES = {"COMPLETE": "stop", "TOOL_CALL": "calls", "MAX_TOKENS": "length", "ERROR_TOXIC": "filter"}
STOPS = {"stop_sequences": [STOP]}


def connect(url, key):
    return cohere.ClientV2(base_url=url, api_key=key)


def ask(client, model, ask):
    more = {"additional_body_parameters": {"invented": [1]}} if ask.odd else {}
    more = {"request_options": {"max_retries": 0, **more, **ask.more.get("request_options", {})}}
    if ask.tool:
        more["tools"] = tools()
    more = {"messages": messages(ask), **(LIMITS if ask.limits else {}), **ask.more, **more}
    if ask.stream:
        return streamed(client.chat_stream(model=model, **more))
    answer = client.chat(model=model, **more)
    message = answer.message
    text = "".join(block.text for block in message.content or [] if block.type == "text")
    calls = [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or []]
    thought = "".join(block.thinking for block in message.content or [] if block.type == "thinking")
    return said(text, thought, calls, answer.finish_reason, answer.usage, message)


def raised(error):
    wait = float(error.headers.get("retry-after", 0))
    # The dialect has no words for kinds of failures.
    return Wrong(type(error).__name__, error.status_code, None, error.body["message"], wait)


def streamed(events):
    blocks, plan, calls = {}, "", []
    for event in events:
        if event.type == "content-start":
            # With members that the SDK doesn't know.
            blocks[event.index] = event.delta.message.content.dict()
        elif event.type == "content-delta":
            block, delta = blocks[event.index], event.delta.message.content.dict()
            for name, piece in delta.items():
                block[name] = block.get(name, "") + piece if name in ("text", "thinking") else piece
        elif event.type == "tool-plan-delta":
            plan += event.delta.message.tool_plan
        elif event.type == "tool-call-start":
            calls.append(event.delta.message.tool_calls.dict())
        elif event.type == "tool-call-delta":
            calls[event.index]["function"]["arguments"] += event.delta.message.tool_calls.function.arguments
    assert event.type == "message-end", event
    if event.delta.finish_reason in ("ERROR", "TIMEOUT"):
        raise Broke(event.delta.error)
    turn = {"role": "assistant"}
    if blocks:
        turn["content"] = list(blocks.values())
    text = "".join(block["text"] for block in blocks.values() if block["type"] == "text")
    thought = "".join(block["thinking"] for block in blocks.values() if block["type"] == "thinking")
    if plan:
        turn["tool_plan"] = plan
    if calls:
        turn["tool_calls"] = calls
    calls = [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls]
    return said(text, thought, calls, event.delta.finish_reason, event.delta.usage, turn)


def said(text, thought, calls, finish, usage, turn):
    calls = [(id, name, json.loads(arguments)) for id, name, arguments in calls]
    tokens = (usage.tokens.input_tokens, usage.tokens.output_tokens)
    said = Said(text, calls, thought, finish=FINISHES.get(finish), tokens=tokens, cached=usage.cached_tokens, turn=turn)
    said.word = finish
    return said
