"""boto3: Converse."""

import json

from talk import PICTURE, SOME

from .common import PAPER, PDF, SCHEMA, functions, film, told_failed, cited, told_json


def said(*blocks):
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def gave(*content, **more):
    call = {"toolUseId": "t_1", "name": "weather", "input": {}}
    result = {"toolUseId": "t_1", "content": list(content), **more}
    turns = [("user", {"text": "Well?"}), ("assistant", {"toolUse": call}), ("user", {"toolResult": result})]
    return {"toolConfig": specs(), "messages": [{"role": role, "content": [block]} for role, block in turns]}


def choice(**choice):
    return {"toolConfig": {**specs(), "toolChoice": choice}}


def fields(**more):
    return {"additionalModelRequestFields": more}


TEXT = {"text": "Well?"}


def specs(**more):
    wrapped = lambda function: {**function, "inputSchema": {"json": function["inputSchema"]}}
    return {"tools": [{"toolSpec": wrapped(function)} for function in functions("inputSchema", **more)]}


PNG = {"image": {"format": "png", "source": {"bytes": PICTURE}}}
S3 = {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://pictures/cat.png"}}}}
GUARDRAIL = {"guardrailIdentifier": "g", "guardrailVersion": "1"}
FILE = {"document": {"format": "pdf", "name": "a", "source": {"bytes": PDF}}}
PAPERS = {"format": "txt", "name": "Moon", "source": {"text": PAPER}}
# The API wants the schema as a text.
FORM = {"type": "json_schema", "structure": {"jsonSchema": {"schema": json.dumps(SCHEMA), "name": "mood"}}}

PROBES = {
    "`topP`": ({"inferenceConfig": {"topP": 0.5}}, "top_p", 0.5),
    "`stopSequences`": ({"inferenceConfig": {"stopSequences": ["END"]}}, "stop", ["END"]),
    "field `top_k`": (fields(top_k=5), "top_k", 5),
    "field `seed`": (fields(seed=7), "seed", 7),
    "field `thinking`": (fields(thinking={"type": "enabled", "budget_tokens": 1024}), "thinking", SOME),
    "other fields": (fields(invented=[1]), "invented", [1]),
    "`toolChoice` `any`": (choice(any={}), "tool_choice", "required"),
    "`toolChoice` of one tool": (choice(tool={"name": "weather"}), "tool_choice", "weather"),
    "`strict` tools": ({"toolConfig": specs(strict=True)}, "strict", True),
    "`outputConfig.textFormat`": ({"outputConfig": {"textFormat": FORM}}, "schema", SCHEMA),
    "`requestMetadata`": ({"requestMetadata": {"plan": "paid"}}, "metadata", {"plan": "paid"}),
    "`serviceTier`": ({"serviceTier": {"type": "flex"}}, "tier", "flex"),
    "`performanceConfig`": ({"performanceConfig": {"latency": "optimized"}}, "performance", SOME),
    "`guardrailConfig`": ({"guardrailConfig": GUARDRAIL}, "guardrail", SOME),
    "`guardContent`": (said({"guardContent": {"text": {"text": "Well?"}}}), "guarded", True),
    "`cachePoint`": (said(TEXT, {"cachePoint": {"type": "default"}}), "cache", True),
    "an image in S3": (said(TEXT, S3), "pictures", ["s3://pictures/cat.png"]),
    "a PDF": (said(TEXT, FILE), "document", PDF),
    "a text as `document`": (said(TEXT, {"document": PAPERS}), "document", PAPER),
    "`citations` of a document": (said(TEXT, {"document": {**PAPERS, "citations": {"enabled": True}}}), cited),
    "a film": (said(TEXT, {"video": {"format": "mp4", "source": {"bytes": PDF}}}), film),
    "`status` `error` of a result": (gave({"text": "No."}, status="error"), told_failed),
    "JSON in a result": (gave({"json": {"sky": "blue"}}), told_json),
    "an image in a result": (gave(TEXT, PNG), "pictures", [PICTURE]),
}  # fmt: skip
