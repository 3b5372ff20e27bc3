"""Expectations by the official openai client.

chat, chat-stream:
    {"id", "model", "choices", "usage", "error"?}
    choice: {"index", "text", "refusal", "reasoning", "parts", "tool_calls",
             "function_call", "finish_reason", "logprobs"}
    text and reasoning are null where the provider sent none. parts is null,
    or the types of the content parts where content was an array (Mistral);
    their text and thinking are then joined into text and reasoning.
    tool call: {"id", "type", "name", "arguments"}, arguments being the
    provider's own string. logprobs is null or [[token, logprob], ...].
    usage: null or {"prompt", "completion", "total", "cached", "reasoning",
    "audio_input", "audio_output", "source"}; source is "usage" or "x_groq".
    error: set when the stream broke off with an error after status 200.
responses, responses-stream, completions, completions-stream:
    The shape of chat with one choice or more. The reason for the end of a
    response is worded as a chat's.
embeddings:
    {"model", "usage", "vectors": [{"index", "dims", "sha256", "values"}]}
    values are 32-bit floats, sha256 is over their little-endian bytes.
error:
    {"exception", "status", "code", "type", "param", "message"}
    exception is null when the client took an error body with status 200 for
    an answer.
"""

import functools
import hashlib

import httpx2
import numpy
import openai

import openai_others
from openai_fields import (
    body_error,
    client,
    extra,
    status_error,
    usage_of,
    whole_choice,
)
from openai_stream import accumulated
from recorded_http import http_client

open_client = functools.partial(http_client, httpx2)


def call_for(path):
    """The function that replays a request to this path, or None."""
    if path.endswith("/chat/completions"):
        return chat
    if path.endswith("/completions"):
        return openai_others.completions
    if path.endswith("/v1/responses"):
        return openai_others.responses
    if path.endswith("/embeddings") and not path.startswith("/api/"):
        return embeddings
    return None


def chat(http, exchange, request, stream):
    completions = client(http, exchange, "/chat/completions").chat.completions
    model = request.get("model", "unknown")
    messages = request.get("messages", [])
    try:
        if stream:
            chunks = completions.create(model=model, messages=messages, stream=True)
            return "chat-stream", accumulated(chunks)
        answer = completions.create(model=model, messages=messages)
    except openai.APIStatusError as error:
        return "error", status_error(error)
    if answer.choices is None:
        return "error", body_error(exchange["status"], extra(answer, "error"))
    return "chat", {
        "id": answer.id,
        "model": answer.model,
        "choices": [whole_choice(choice) for choice in answer.choices],
        "usage": usage_of(answer),
    }


def embeddings(http, exchange, request, stream):
    assert not stream, "embeddings don't stream"
    try:
        # Without encoding_format the client decodes base64 answers itself.
        answer = client(http, exchange, "/embeddings").embeddings.create(
            model=request.get("model", "unknown"), input=request.get("input", "")
        )
    except openai.APIStatusError as error:
        return "error", status_error(error)
    usage = usage_of(answer)
    # Voyage counts only in total, and embeddings have nothing but input.
    if usage and usage["prompt"] is None:
        usage["prompt"] = usage["total"]
    return "embeddings", {
        "model": answer.model,
        "usage": usage,
        "vectors": [vector(item.index, item.embedding) for item in answer.data],
    }


def vector(index, numbers):
    values = numpy.asarray(numbers, dtype="<f4")
    return {
        "index": index,
        "dims": len(values),
        "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
        # numpy's repr is the shortest decimal that gives the same f32 back.
        "values": [float(str(value)) for value in values],
    }
