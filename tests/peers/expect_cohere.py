"""Expectations by the official cohere client, of its API's second version.

neutral, neutral-stream: see neutral.py. The plan for calls is a thought, and the
model the one that was asked for, as the API doesn't tell it.
embeddings, error: see expect_openai.py.
"""

import functools
import json

import cohere
import cohere.core
import httpx

import neutral
from expect_openai import vector
from recorded_http import http_client

open_client = functools.partial(http_client, httpx)


def call_for(path):
    """The function that replays a request to this path, or None."""
    return CALLS.get(path)


def api(http, exchange):
    return cohere.ClientV2(
        api_key="unused", base_url=f"https://{exchange['host']}", httpx_client=http
    )


def chat(http, exchange, request, stream):
    client = api(http, exchange)
    model, messages = request["model"], [{"role": "user", "content": "Well?"}]
    try:
        if stream:
            told = streamed(model, client.chat_stream(model=model, messages=messages))
        else:
            told = whole(model, client.chat(model=model, messages=messages))
        return neutral.kind(stream), told
    except cohere.core.ApiError as error:
        return "error", status_error(error)


def embed(http, exchange, request, stream):
    try:
        told = api(http, exchange).embed(
            model=request["model"],
            input_type=request["input_type"],
            embedding_types=request["embedding_types"],
            texts=request["texts"],
        )
    except cohere.core.ApiError as error:
        return "error", status_error(error)
    billed = told.meta and told.meta.billed_units
    return "embeddings", {
        "model": request["model"],
        "usage": billed and {"prompt": number(billed.input_tokens)},
        "vectors": [
            vector(index, numbers) for index, numbers in enumerate(told.embeddings.float_)
        ],
    }


CALLS = {"/v2/chat": chat, "/v2/embed": embed}


def whole(model, told):
    choice, message = neutral.Told(), told.message
    if message.tool_plan:
        choice.thought(message.tool_plan)
    before = []
    for block in message.content or []:
        before.append(len(choice.whole_text()))
        if block.type == "thinking":
            choice.thought(block.thinking)
        else:
            choice.text(block.text)
    for call in message.tool_calls or []:
        add_call(choice, call.id, call.function.name, call.function.arguments)
    for citation in message.citations or []:
        cite(choice, before, citation)
    choice.finish_reason = told.finish_reason
    return neutral.answer(told.id, model, [choice], usage_of(told.usage))


def streamed(model, events):
    choice, before, call = neutral.Told(streamed=True), {}, None
    identity = usage = None
    for event in events:
        message = getattr(getattr(event, "delta", None), "message", None)
        if event.type == "message-start":
            identity = event.id
        elif event.type == "tool-plan-delta":
            choice.thought(message.tool_plan)
        elif event.type in ("content-start", "content-delta"):
            before.setdefault(event.index, len(choice.whole_text()))
            if message.content.thinking:
                choice.thought(message.content.thinking)
            choice.text(message.content.text or "")
        elif event.type == "tool-call-start":
            function = message.tool_calls.function
            call = [message.tool_calls.id, function.name, function.arguments or ""]
        elif event.type == "tool-call-delta":
            call[2] += message.tool_calls.function.arguments
        elif event.type == "tool-call-end":
            add_call(choice, *call)
        elif event.type == "citation-start":
            cite(choice, before, message.citations)
        elif event.type == "message-end":
            choice.finish_reason = event.delta.finish_reason
            usage = usage_of(event.delta.usage)
    return neutral.answer(identity, model, [choice], usage)


def add_call(choice, identity, name, arguments):
    choice.call(identity, name, json.loads(arguments or "{}"))


def cite(choice, before, citation):
    """Its places are counted within its block of the content."""
    if citation.type in ("THINKING_CONTENT", "PLAN"):
        return
    start = before[citation.content_index or 0]
    source = citation.sources[0] if citation.sources else None
    record = getattr(source, "document", None) or getattr(source, "tool_output", None) or {}
    quotes = [record[name] for name in ("snippet", "text", "content") if name in record]
    choice.cite(
        start + citation.start,
        start + citation.end,
        record.get("title"),
        record.get("url"),
        quotes[0] if quotes else None,
    )


def usage_of(told):
    if told is None:
        return None
    return neutral.usage_of(
        input=number(told.tokens.input_tokens),
        output=number(told.tokens.output_tokens),
        cache_read=number(told.cached_tokens),
    )


def number(count):
    """The API counts in numbers with a fraction."""
    return None if count is None else int(count)


def status_error(error):
    return {
        "exception": type(error).__name__,
        "status": error.status_code,
        "code": None,
        "type": None,
        "message": error.body["message"],
    }
