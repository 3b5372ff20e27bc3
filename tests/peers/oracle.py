"""Works out what recorded provider traffic means, by the providers' own SDKs.

    oracle.py RECORDED_DIR OUT.jsonl

Every recorded exchange is fed to the official client of its provider (openai,
anthropic, google-genai, boto3, cohere, ollama) through a transport that answers
with the recorded status, headers and bytes. What the client makes of it becomes
one line of OUT:

    {"file", "line", "kind", "host", "path", "status", "stream", "model", "req",
     "expect"}

`file` and `line` (from 1) name the exchange, `model` is the one that was asked
for or null, `req` is the decoded request body, or null where none or a broken
one was recorded, `kind` says which shape `expect` has; expect_openai.py,
expect_anthropic.py and neutral.py document the shapes. The plugins must agree with `expect`.
OUT holds recorded data: keep it out of the repository.
"""

import base64
import collections
import json
import os
import pathlib
import re
import sys
import urllib.parse
import warnings

import expect_anthropic
import expect_bedrock
import expect_cohere
import expect_google
import expect_ollama
import expect_openai
from recorded_http import Answer, Skip

OPENAI_FILES = (
    "openai-chat-completions",
    "openai-embeddings",
    "openai-responses",
    "openai-completions",
    "voyage",
    "azure-openai",
    "groq",
    "mistral",
    "vllm",
    "deepseek",
    "together",
    "heroku",
    "huggingface",
)
# Which SDKs read a file: the first that has a call for the path.
FAMILIES = dict.fromkeys(OPENAI_FILES, (expect_openai,)) | {
    "anthropic": (expect_anthropic,),
    "gemini": (expect_google, expect_openai),
    "vertex": (expect_google,),
    "bedrock": (expect_anthropic, expect_bedrock),
    "cohere": (expect_cohere,),
    "ollama": (expect_ollama, expect_openai),
}
STREAMS = (
    "text/event-stream",
    "application/x-ndjson",
    "application/vnd.amazon.eventstream",
)
# They describe the transfer, which the recording has already undone.
TRANSFER_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}
# Where the model isn't in the body: Google's paths, and Bedrock's.
MODEL_IN_PATH = re.compile(r"/models/([^/:]+):|/model/([^/]+)/")


def bytes_of(part):
    """The bytes of a recorded body, which is text or base64."""
    if "text" in part:
        return part["text"].encode()
    if "b64" in part:
        return base64.b64decode(part["b64"])
    raise Skip("unknown body encoding")


def request_of(exchange):
    """The decoded request body; None where the recording has none that is JSON."""
    try:
        body = json.loads(bytes_of(exchange["req"]))
    except ValueError:
        return None
    if not isinstance(body, dict):
        raise Skip("request body is not an object")
    return body


def model_of(path, request):
    """The model that was asked for; None where nothing says it."""
    found = MODEL_IN_PATH.search(path)
    if found:
        return urllib.parse.unquote(found[1] or found[2])
    return (request or {}).get("model")


def replay(families, exchange):
    """One exchange through an SDK: an output line without file and line."""
    if exchange["method"].upper() != "POST":
        raise Skip("not a POST")
    path = exchange["path"].split("?")[0]
    for family in families:
        call = family.call_for(path)
        if call is not None:
            break
    else:
        # A method behind a colon says more than the resource before it.
        what = path.rsplit(":", 1)[1:] or path.rsplit("/", 2)[1:]
        raise Skip("no SDK call for " + "/".join(what))
    request = request_of(exchange)
    headers = {
        name: value
        for name, value in exchange["headers"].items()
        if name.lower() not in TRANSFER_HEADERS
    }
    content_type = next(
        (value for name, value in headers.items() if name.lower() == "content-type"), ""
    )
    stream = content_type.startswith(STREAMS)
    answer = Answer(exchange["status"], headers, bytes_of(exchange["resp"]))
    with family.open_client(answer) as http:
        kind, expect = call(http, exchange, request or {}, stream)
    return {
        "kind": kind,
        "host": exchange["host"],
        "path": exchange["path"],
        "status": exchange["status"],
        "stream": stream,
        "model": model_of(path, request),
        "req": request,
        "expect": expect,
    }


def run(recorded, out):
    """Replays every file that is there; returns (kinds, skipped) counts."""
    kinds, skipped = collections.Counter(), collections.Counter()
    for name, families in FAMILIES.items():
        path = recorded / f"{name}.jsonl"
        if not path.exists():
            skipped[name, "file missing"] += 1
            continue
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    result = replay(families, json.loads(line))
                except Skip as reason:
                    skipped[name, str(reason)] += 1
                    continue
                except Exception as error:
                    error.add_note(f"while replaying {path}:{number}")
                    raise
                result = {"file": path.name, "line": number, **result}
                out.write(json.dumps(result, ensure_ascii=False, allow_nan=False) + "\n")
                kinds[name, result["kind"]] += 1
    return kinds, skipped


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    recorded, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    # The recordings name models that the SDKs have since deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    if not recorded.is_dir():
        sys.exit(f"{recorded} is not a directory")
    # A name of its own and a rename: readers never see half a file.
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8") as out:
            kinds, skipped = run(recorded, out)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    for title, counts in (("replayed", kinds), ("skipped", skipped)):
        print(f"{title} {counts.total()}")
        for (name, what), count in sorted(counts.items()):
            print(f"  {count:4} {name}: {what}")


if __name__ == "__main__":
    main()
