"""Bedrock's Converse and ConverseStream:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
Its streams are frames with checksums:
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html"""

import base64
import json
import re
import urllib.parse
import zlib

import botocore.loaders
import botocore.model
import botocore.validate

from talk import SIGNATURE, THOUGHT, TOKENS, WAIT, Seen

from .write import CUT, dump, fault, odd

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
STREAM = "application/vnd.amazon.eventstream"
PATH = re.compile(r"/model/([^/]+)/converse(-stream)?$")
SERVICE = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("bedrock-runtime", "service-2"))


def asks(path):
    return PATH.match(path)


def seen(path, body):
    model, stream = PATH.match(path).groups()
    found = Seen(model=urllib.parse.unquote(model), stream=bool(stream))
    # Against the model that AWS publishes; it knows all members.
    form = SERVICE.operation_model("ConverseStream" if stream else "Converse").input_shape
    found.left("", [name for name in body if name not in form.members])
    body = {name: value for name, value in body.items() if name in form.members}
    for tool in list(body.get("toolConfig", {}).get("tools", [])):
        if not {"toolSpec", "cachePoint"} & set(tool):
            found.left("tools.", tool)
            body["toolConfig"]["tools"].remove(tool)
            if not body["toolConfig"]["tools"]:
                del body["toolConfig"]
    report = botocore.validate.ParamValidator().validate({**body, "modelId": "m"}, form)
    assert not report.has_errors(), report.generate_report()
    for block in body.pop("system", []):
        read(found, "system", block)
    for message in body.pop("messages"):
        for block in message["content"]:
            read(found, message["role"], block)
    config = body.pop("toolConfig", {})
    for tool in config.pop("tools", []):
        if "cachePoint" in tool:
            found["cache"] = True
            continue
        spec = tool["toolSpec"]
        found["tools"].append((spec["name"], spec["description"], spec["inputSchema"]["json"]))
        found.put("strict", spec.get("strict"))
    if choice := config.pop("toolChoice", None):
        ((kind, value),) = choice.items()
        found.choose(value["name"] if kind == "tool" else {"any": "required"}.get(kind, kind))
    inference = body.pop("inferenceConfig", {})
    for ours, theirs in {
        "max_tokens": "maxTokens",
        "temperature": "temperature",
        "top_p": "topP",
        "stop": "stopSequences",
    }.items():
        found.put(ours, inference.pop(theirs, None))
    more = body.pop("additionalModelRequestFields", {})
    found.put("thinking", more.pop("thinking", {}).get("budget_tokens"))
    found.put("top_k", more.pop("top_k", None))
    text = body.pop("outputConfig", {}).get("textFormat", {})
    if text:
        found["schema"] = json.loads(text["structure"]["jsonSchema"]["schema"])
    found.put("metadata", body.pop("requestMetadata", None))
    found.put("tier", body.pop("serviceTier", {}).get("type"))
    found.put("stopped", body.pop("additionalModelResponseFieldPaths", None))
    found.left("additionalModelRequestFields.", more)
    found.left("toolConfig.", config)
    found.left("", body)
    return found


def read(found, role, block):
    ((kind, value),) = block.items()
    if kind == "text":
        found["turns"].append((role, value))
    elif kind == "image":
        source = value["source"]
        there = source["s3Location"]["uri"] if "s3Location" in source else base64.b64decode(source["bytes"])
        found["pictures"].append(there)
    elif kind in ("audio", "video"):
        found[{"audio": "sound", "video": "film"}[kind]] = base64.b64decode(value["source"]["bytes"])
    elif kind == "document":
        source = value["source"]
        found["document"] = source["text"] if "text" in source else base64.b64decode(source["bytes"])
        found.put("cited", value.get("citations", {}).get("enabled"))
    elif kind == "reasoningContent":
        thought = value.get("reasoningText", {})
        found["thoughts"].append((thought.get("text", ""), value.get("redactedContent", thought.get("signature"))))
    elif kind == "toolUse":
        found["calls"].append((value["toolUseId"], value["name"], value["input"]))
    elif kind == "toolResult":
        texts = [dump(part["json"]).decode() if "json" in part else part.get("text", "") for part in value["content"]]
        found["results"].append((value["toolUseId"], "".join(texts)))
        for part in value["content"]:
            if not {"text", "json"} & set(part):
                read(found, role, part)
        found.put("failed", value.get("status") == "error" or None)
    elif kind == "cachePoint":
        found["cache"] = True
    else:
        raise AssertionError(f"a block of {kind}")


def wrong(status, name, message, **headers):
    name += ":http://internal.amazon.com/coral/com.amazon.bedrock/"
    return fault(status, message, {"message": message}, x_amzn_errortype=name, **headers)


FAULTS = {
    "bad": wrong(400, "ValidationException", "Malformed input request: #/temperature: 0.25 is not allowed"),
    "long": wrong(400, "ValidationException", "Input is too long for requested model."),
    # It has no 401.
    "key": wrong(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "model": wrong(404, "ResourceNotFoundException", "This model version has reached the end of its life."),
    # How it says that of names that it doesn't know.
    "model, told as bad": wrong(400, "ValidationException", "The provided model identifier is invalid."),
    "rate": wrong(429, "ThrottlingException", "Too many requests, please wait before trying again.", retry_after=WAIT),
    "failed": wrong(500, "InternalServerException", "The system encountered an unexpected error. Try again."),
    "busy": wrong(503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
}
BROKEN = "The system encountered an unexpected error during processing. Try your request again."
ENDS = {
    "length": "max_tokens",
    "window": "model_context_window_exceeded",
    "filter": "content_filtered",
    "filter of a guardrail": "guardrail_intervened",
    "stop text": "stop_sequence",
}
SILENT = set()


def end(reply):
    return ENDS.get(reply.fate) or ("tool_use" if reply.calls else "end_turn")


USAGE = {
    # Tokens of the cache are counted beside the others here.
    "inputTokens": TOKENS[0] - 4,
    "cacheReadInputTokens": 4,
    "cacheWriteInputTokens": 0,
    "outputTokens": TOKENS[1],
    "totalTokens": sum(TOKENS),
}
METRICS = {"metrics": {"latencyMs": 5}}


def whole(reply):
    content = [{"text": reply.text}] if reply.text else []
    if reply.thinks:
        content.append({"reasoningContent": {"reasoningText": {"text": THOUGHT, "signature": SIGNATURE}}})
    for id, name, given in reply.calls:
        content.append({"toolUse": {"toolUseId": id, "name": name, "input": given}})
    message = {"role": "assistant", "content": content}
    return odd({"output": {"message": message}, "stopReason": end(reply), "usage": USAGE, **METRICS})


def frame(kind, value, of="event"):
    # Bedrock pads its events against those who count bytes.
    payload = dump({**value, "p": "abcdefghij"})
    head = b""
    for name, text in [(f":{of}-type", kind), (":content-type", "application/json"), (":message-type", of)]:
        head += bytes([len(name)]) + name.encode() + b"\x07" + len(text).to_bytes(2, "big") + text.encode()
    begin = (16 + len(head) + len(payload)).to_bytes(4, "big") + len(head).to_bytes(4, "big")
    begin += zlib.crc32(begin).to_bytes(4, "big") + head + payload
    return begin + zlib.crc32(begin).to_bytes(4, "big")


MODELS = {"originalStatusCode": 503, "originalMessage": BROKEN}
BREAKS = {
    "an error": [frame("internalServerException", {"message": BROKEN}, "exception")],
    "an error of the model's": [frame("modelStreamErrorException", {"message": BROKEN, **MODELS}, "exception")],
    **CUT,
}


def pieces(reply):
    yield frame("messageStart", {"role": "assistant"})
    at = 0
    if reply.thinks:
        for delta in ({"text": THOUGHT[:3]}, {"text": THOUGHT[3:]}, {"signature": SIGNATURE}):
            yield frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": delta}})
        yield frame("contentBlockStop", {"contentBlockIndex": 0})
    for at, (id, name, given) in enumerate(reply.calls, start=int(reply.thinks)):
        call = {"toolUse": {"toolUseId": id, "name": name}}
        yield frame("contentBlockStart", {"contentBlockIndex": at, "start": call})
        text = dump(given).decode()
        for piece in (text[:7], text[7:]):
            yield frame("contentBlockDelta", {"contentBlockIndex": at, "delta": {"toolUse": {"input": piece}}})
        yield frame("contentBlockStop", {"contentBlockIndex": at})
    if reply.text:
        for piece in reply.pieces():
            yield frame("contentBlockDelta", {"contentBlockIndex": at, "delta": {"text": piece}})
        yield frame("contentBlockStop", {"contentBlockIndex": at})
    yield frame("messageStop", {"stopReason": end(reply)})
    yield frame("metadata", {"usage": USAGE, **METRICS})
