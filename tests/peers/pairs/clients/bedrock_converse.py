"""boto3: Converse, signed."""

import json
import os

# Read when a client is made. Nothing of the caller's may get in between.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3
from botocore.config import Config

from talk import LIMITS, PICTURE, RESULTS, STOP, SYSTEM, TOOL, Said, Wrong

PACKAGE = "boto3"
FINISHES = {"end_turn": "stop", "tool_use": "calls", "max_tokens": "length", "content_filtered": "filter"}
INFERENCE = {"maxTokens": LIMITS["max_tokens"], "temperature": LIMITS["temperature"]}
STOPS = {"inferenceConfig": {**INFERENCE, "stopSequences": [STOP]}}


def connect(url, key):
    return boto3.client(
        "bedrock-runtime",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="team",
        aws_secret_access_key=key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def messages(ask):
    said = [{"role": role, "content": [{"text": text}]} for role, text in ask.earlier]
    content = [{"text": ask.question}]
    if ask.picture:
        content.append({"image": {"format": "png", "source": {"bytes": PICTURE}}})
    said.append({"role": "user", "content": content})
    if ask.calls:
        results = [
            {"toolResult": {"toolUseId": id, "content": [{"text": result}]}}
            for (id, *_), result in zip(ask.calls.calls, RESULTS)
        ]
        said += [ask.calls.turn, {"role": "user", "content": results}]
    return said


def ask(client, model, ask):
    more = {"system": [{"text": SYSTEM}], "messages": messages(ask)}
    if ask.limits:
        more["inferenceConfig"] = INFERENCE
    if ask.tool:
        schema = {"json": TOOL["schema"]}
        spec = {"name": TOOL["name"], "description": TOOL["description"], "inputSchema": schema}
        more["toolConfig"] = {"tools": [{"toolSpec": spec}]}
    if ask.odd:
        more["additionalModelRequestFields"] = {"invented": [1]}
    more = {"modelId": model, **more, **ask.more}
    if ask.stream:
        return streamed(client.converse_stream(**more)["stream"])
    answer = client.converse(**more)
    return said(answer["output"]["message"], answer["stopReason"], answer["usage"])


def raised(error):
    told, body = error.response["ResponseMetadata"], error.response["Error"]
    wait = float(told["HTTPHeaders"].get("retry-after", 0))
    return Wrong(type(error).__name__, told["HTTPStatusCode"], body["Code"], body["Message"], wait)


def streamed(events):
    blocks, finish, usage = {}, None, None
    for event in events:
        ((kind, value),) = event.items()
        if kind == "contentBlockStart":
            call = value["start"]["toolUse"]
            blocks[value["contentBlockIndex"]] = {"toolUse": {**call, "input": ""}}
        elif kind == "contentBlockDelta":
            delta = value["delta"]
            place = value["contentBlockIndex"]
            if "text" in delta:
                blocks.setdefault(place, {"text": ""})["text"] += delta["text"]
            elif "toolUse" in delta:
                blocks[place]["toolUse"]["input"] += delta["toolUse"]["input"]
            elif "redactedContent" in delta["reasoningContent"]:
                blocks[place] = delta
            else:
                block = blocks.setdefault(place, {"reasoningContent": {"reasoningText": {"text": ""}}})
                thought = block["reasoningContent"]["reasoningText"]
                for name, piece in delta["reasoningContent"].items():
                    thought[name] = thought.get(name, "") + piece
        elif kind == "messageStop":
            finish = value["stopReason"]
        elif kind == "metadata":
            usage = value["usage"]
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"])
    return said({"role": "assistant", "content": list(blocks.values())}, finish, usage)


def said(message, finish, usage):
    calls = [block["toolUse"] for block in message["content"] if "toolUse" in block]
    cached = usage.get("cacheReadInputTokens", 0)
    thoughts = [block.get("reasoningContent", {}).get("reasoningText", {}) for block in message["content"]]
    return Said(
        "".join(block.get("text", "") for block in message["content"]),
        [(call["toolUseId"], call["name"], call["input"]) for call in calls],
        thought="".join(thought.get("text", "") for thought in thoughts),
        finish=FINISHES.get(finish),
        word=finish,
        # Without those of the cache.
        tokens=(usage["inputTokens"] + cached, usage["outputTokens"]),
        cached=cached,
        turn=message,
    )
