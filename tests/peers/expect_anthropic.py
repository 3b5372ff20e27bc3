"""Expectations by the official anthropic client, for Claude on Bedrock too.

messages, messages-stream:
    {"id", "model", "role", "blocks", "stop_reason", "stop_sequence", "usage"}
    block, by its "type": text {"text"}, thinking {"thinking", "signature"},
    redacted_thinking {"data"}, tool_use and other *_tool_use {"id", "name",
    "input"}, *_tool_result {"tool_use_id"}, others bare. A text block also has
    "citations": how many there are.
    usage: {"input", "cache_creation", "cache_read", "output", "reasoning"}
count-tokens:
    {"input_tokens"}
error:
    {"exception", "status", "type", "message", "request_id"}
    For an error event inside a stream the status is 200.
"""

import functools
import re

import anthropic
import httpx2

from recorded_http import Skip, http_client

open_client = functools.partial(http_client, httpx2)
ON_BEDROCK = re.compile(r"/model/[^/]*anthropic\.claude[^/]*/invoke")


def call_for(path):
    """The function that replays a request to this path, or None."""
    if path.endswith("/v1/messages") or ON_BEDROCK.match(path):
        return messages
    if path.endswith("/v1/messages/count_tokens"):
        return count_tokens
    return None


def resource(http, exchange):
    if ON_BEDROCK.match(exchange["path"]):
        return anthropic.AnthropicBedrock(
            aws_access_key="unused",
            aws_secret_key="unused",
            aws_region="us-east-1",
            http_client=http,
            max_retries=0,
        ).messages
    client = anthropic.Anthropic(
        api_key="unused",
        base_url=f"https://{exchange['host']}",
        http_client=http,
        max_retries=0,
    )
    # The beta types know blocks that the stable ones don't.
    beta = "beta=true" in exchange["path"]
    return client.beta.messages if beta else client.messages


def messages(http, exchange, request, stream):
    if "prompt" in request:
        raise Skip("Claude's older completions, which no plugin asks for")
    arguments = {
        "model": request.get("model", "unknown"),
        "messages": request.get("messages", []),
        "max_tokens": request.get("max_tokens", 1),
    }
    try:
        if stream:
            with resource(http, exchange).stream(**arguments) as events:
                return "messages-stream", message(events.get_final_message())
        return "messages", message(resource(http, exchange).create(**arguments))
    except anthropic.APIStatusError as error:
        return "error", status_error(error)


def count_tokens(http, exchange, request, stream):
    assert not stream, "count_tokens doesn't stream"
    try:
        answer = resource(http, exchange).count_tokens(
            model=request.get("model", "unknown"), messages=request.get("messages", [])
        )
    except anthropic.APIStatusError as error:
        return "error", status_error(error)
    return "count-tokens", {"input_tokens": answer.input_tokens}


def message(answer):
    usage = answer.usage
    details = getattr(usage, "output_tokens_details", None)
    return {
        "id": answer.id,
        "model": answer.model,
        "role": answer.role,
        "blocks": [block(content) for content in answer.content],
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "usage": {
            "input": usage.input_tokens,
            "cache_creation": usage.cache_creation_input_tokens,
            "cache_read": usage.cache_read_input_tokens,
            "output": usage.output_tokens,
            "reasoning": getattr(details, "thinking_tokens", None),
        },
    }


def block(content):
    kind = content.type
    if kind == "text":
        fields = {"text": content.text, "citations": len(content.citations or [])}
    elif kind == "thinking":
        fields = {"thinking": content.thinking, "signature": content.signature}
    elif kind == "redacted_thinking":
        fields = {"data": content.data}
    elif kind.endswith("tool_use"):
        fields = {"id": content.id, "name": content.name, "input": content.input}
    elif kind.endswith("tool_result"):
        fields = {"tool_use_id": content.tool_use_id}
    else:
        fields = {}
    return {"type": kind, **fields}


def status_error(error):
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error") or {}
    return {
        "exception": type(error).__name__,
        "status": error.status_code,
        "type": inner.get("type"),
        "message": inner.get("message", error.message),
        "request_id": error.request_id or body.get("request_id"),
    }
