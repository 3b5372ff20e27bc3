"""Expectations by boto3: Converse, and models' own bodies.

neutral, neutral-stream: see neutral.py. Of a model's own body boto3 says nothing
but its bytes; bedrock_bodies.py reads those. A guardrail's intervention is the
finish reason `guardrail_intervened`, as in Converse. The id is that of the
request, and the model the one that was asked for.
embeddings, error: see expect_openai.py.
count-tokens: see expect_anthropic.py.
"""

import base64
import json
import urllib.parse

import botocore.exceptions

import bedrock_bodies
import neutral
from expect_openai import vector
from recorded_http import AwsClient

open_client = AwsClient
OPERATIONS = {
    "converse": "converse",
    "converse-stream": "converse_stream",
    "invoke": "invoke_model",
    "invoke-with-response-stream": "invoke_model_with_response_stream",
    "count-tokens": "count_tokens",
}
HELLO = [{"role": "user", "content": [{"text": "Well?"}]}]
ARGUMENTS = {
    "converse": {"messages": HELLO},
    "converse_stream": {"messages": HELLO},
    "invoke_model": {"body": b"{}"},
    "invoke_model_with_response_stream": {"body": b"{}"},
    "count_tokens": {"input": {"converse": {"messages": HELLO}}},
}


def call_for(path):
    """The function that replays a request to this path, or None."""
    place = path.split("/")
    return replay if place[1:2] == ["model"] and place[-1] in OPERATIONS else None


def replay(client, exchange, request, stream):
    _, _, model, operation = exchange["path"].split("/")
    model, operation = urllib.parse.unquote(model), OPERATIONS[operation]
    try:
        told = getattr(client, operation)(modelId=model, **ARGUMENTS[operation])
    except botocore.exceptions.ClientError as error:
        return "error", status_error(error)
    identity = told["ResponseMetadata"].get("RequestId")
    if operation == "count_tokens":
        return "count-tokens", {"input_tokens": told["inputTokens"]}
    if operation == "converse":
        return neutral.kind(stream), converse(identity, model, told)
    if operation == "converse_stream":
        return neutral.kind(stream), converse_stream(identity, model, told["stream"])
    headers = told["ResponseMetadata"]["HTTPHeaders"]
    if stream:
        chunks = [json.loads(event["chunk"]["bytes"]) for event in told["body"]]
    else:
        chunks = [json.loads(told["body"].read())]
    if not stream and bedrock_bodies.embeds(model):
        return "embeddings", embeddings(model, headers, chunks[0])
    return neutral.kind(stream), invoked(identity, model, headers, chunks, stream)


def converse(identity, model, told, counts=()):
    """`counts` are those that came beside the body."""
    choice = neutral.Told()
    for block in told["output"]["message"]["content"]:
        add_block(choice, block)
    choice.finish_reason = told["stopReason"]
    usage = usage_of(dict(counts) | told.get("usage", {}))
    return neutral.answer(identity, model, [choice], usage)


def add_block(choice, block):
    ((kind, inner),) = block.items()
    if kind == "text":
        choice.text(inner)
    elif kind == "toolUse" and inner.get("type") != "server_tool_use":
        choice.call(inner["toolUseId"], inner["name"], inner["input"])
    elif kind == "reasoningContent" and "reasoningText" in inner:
        choice.thought(inner["reasoningText"]["text"], inner["reasoningText"].get("signature"))
    elif kind == "reasoningContent":
        choice.redacted(base64.b64encode(inner["redactedContent"]).decode())
    elif kind == "citationsContent":
        start = len(choice.whole_text())
        choice.text("".join(piece["text"] for piece in inner.get("content", [])))
        for citation in inner.get("citations", []):
            cite(choice, start, citation)
    else:
        choice.native(block)


def cite(choice, start, citation):
    address = citation.get("location", {}).get("web", {}).get("url")
    quote = "".join(piece["text"] for piece in citation.get("sourceContent", []))
    choice.cite(start, len(choice.whole_text()), citation.get("title"), address, quote)


def converse_stream(identity, model, events):
    """Texts have no event that begins them; calls have."""
    choice, usage = neutral.Told(streamed=True), None
    calls, natives, starts = {}, {}, {}
    for event in events:
        ((kind, inner),) = event.items()
        index = inner.get("contentBlockIndex")
        if kind == "contentBlockStart":
            use, result = inner["start"].get("toolUse"), inner["start"].get("toolResult")
            if result or (use and use.get("type") == "server_tool_use"):
                natives[index] = [inner["start"], ""]
            elif use:
                calls[index] = [use, ""]
        elif kind == "contentBlockDelta":
            delta = inner["delta"]
            starts.setdefault(index, len(choice.whole_text()))
            if "text" in delta:
                choice.text(delta["text"])
            elif "toolUse" in delta:
                (calls.get(index) or natives[index])[1] += delta["toolUse"]["input"]
            elif "reasoningContent" in delta:
                think(choice, delta["reasoningContent"])
            elif "citation" in delta:
                cite(choice, starts[index], delta["citation"])
            elif "toolResult" in delta:
                content = natives[index][0]["toolResult"].setdefault("content", [])
                content.extend(delta["toolResult"])
            else:
                raise AssertionError(f"nothing reads {delta}")
        elif kind == "contentBlockStop":
            if index in calls:
                use, arguments = calls[index]
                choice.call(use["toolUseId"], use["name"], json.loads(arguments or "{}"))
            elif index in natives:
                native, arguments = natives[index]
                if "toolUse" in native:
                    native["toolUse"]["input"] = json.loads(arguments or "{}")
                choice.native(native)
        elif kind == "messageStop":
            choice.finish_reason = inner["stopReason"]
        elif kind == "metadata":
            usage = usage_of(inner.get("usage"))
    return neutral.answer(identity, model, [choice], usage)


def think(choice, delta):
    if "redactedContent" in delta:
        choice.redacted(base64.b64encode(delta["redactedContent"]).decode())
    else:
        choice.thought(delta.get("text", ""), delta.get("signature"))


def invoked(identity, model, headers, chunks, stream):
    """The answer in a model's own body, or in the chunks of one."""
    counts = bedrock_bodies.counted(headers)
    if bedrock_bodies.is_converse(model):
        if stream:
            events = (event for chunk in chunks for event in bedrock_bodies.events(chunk))
            told = converse_stream(identity, model, events)
        else:
            told = converse(identity, model, chunks[0], counts)
    else:
        choice = neutral.Told(streamed=stream)
        for chunk in chunks:
            text, end, more = bedrock_bodies.read(chunk)
            choice.text(text)
            choice.finish_reason = end or choice.finish_reason
            counts |= {name: count for name, count in more.items() if count is not None}
        told = neutral.answer(identity, model, [choice], usage_of(counts))
    if any(map(bedrock_bodies.intervened, chunks)):
        told["choices"][0]["finish_reason"] = "guardrail_intervened"
    return told


def embeddings(model, headers, body):
    count = bedrock_bodies.counted(headers).get("inputTokens")
    return {
        "model": model,
        "usage": None if count is None else {"prompt": count},
        "vectors": [
            vector(index, numbers)
            for index, numbers in enumerate(bedrock_bodies.vectors(body))
        ],
    }


def usage_of(told):
    """Converse's counts; what caches gave and took is beside the input. Nova's own
    body counts that under longer names.
    """
    if not told:
        return None
    cached = [
        told.get(name, told.get(name.replace("Tokens", "TokenCount")))
        for name in ("cacheReadInputTokens", "cacheWriteInputTokens")
    ]
    return neutral.usage_of(
        input=neutral.total(told.get("inputTokens"), *cached),
        output=told.get("outputTokens"),
        cache_read=cached[0],
        cache_write=cached[1],
    )


def status_error(error):
    told = error.response
    status, code = told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"]
    return {
        "exception": type(error).__name__,
        "status": status,
        # Where the answer has no code, boto3 tells the status.
        "code": None if code == str(status) else code,
        "type": None,
        "message": told["Error"]["Message"],
        "request_id": told["ResponseMetadata"].get("RequestId"),
    }
