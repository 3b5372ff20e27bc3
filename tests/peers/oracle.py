"""Works out what recorded provider traffic means, by the providers' own SDKs.

    oracle.py RECORDED_DIR OUT.jsonl

Every recorded exchange is fed to the official openai or anthropic client
through a transport that answers with the recorded status, headers and bytes.
What the client makes of it becomes one line of OUT:

    {"file", "line", "kind", "host", "path", "status", "stream", "req", "expect"}

`file` and `line` (from 1) name the exchange, `req` is its decoded request body
or null, `kind` says which shape `expect` has; expect_openai.py and
expect_anthropic.py document the shapes. The plugins must agree with `expect`.
OUT holds recorded data: keep it out of the repository.
"""

import base64
import collections
import json
import os
import pathlib
import sys
import warnings

import httpx2

import expect_anthropic
import expect_openai

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
    "ollama",
)
ANTHROPIC_FILES = ("anthropic",)
# They describe the transfer, which the recording has already undone.
TRANSFER_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}


class Skip(Exception):
    """The exchange is of a kind that no SDK call here covers."""


class Recorded(httpx2.BaseTransport):
    """Answers any request with one recorded response."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def handle_request(self, request):
        return httpx2.Response(
            self.status, headers=self.headers, content=self.body, request=request
        )


def bytes_of(part):
    """The bytes of a recorded body, which is text or base64."""
    if "text" in part:
        return part["text"].encode()
    if "b64" in part:
        return base64.b64decode(part["b64"])
    raise Skip("unknown body encoding")


def request_of(exchange):
    """The decoded request body; None where the recording has none."""
    raw = bytes_of(exchange["req"])
    if not raw.strip():
        return None
    try:
        body = json.loads(raw)
    except ValueError:
        raise Skip("request body is not JSON") from None
    if not isinstance(body, dict):
        raise Skip("request body is not an object")
    return body


def replay(family, exchange):
    """One exchange through the SDK: an output line without file and line."""
    if exchange["method"].upper() != "POST":
        raise Skip("not a POST")
    path = exchange["path"].split("?")[0]
    call = family.call_for(path)
    if call is None:
        raise Skip("no SDK call for " + "/".join(path.rsplit("/", 2)[1:]))
    request = request_of(exchange)
    headers = {
        name: value
        for name, value in exchange["headers"].items()
        if name.lower() not in TRANSFER_HEADERS
    }
    content_type = httpx2.Headers(headers).get("content-type", "")
    stream = content_type.startswith("text/event-stream")
    transport = Recorded(exchange["status"], headers, bytes_of(exchange["resp"]))
    with httpx2.Client(transport=transport) as http:
        kind, expect = call(http, exchange, request or {}, stream)
    return {
        "kind": kind,
        "host": exchange["host"],
        "path": exchange["path"],
        "status": exchange["status"],
        "stream": stream,
        "req": request,
        "expect": expect,
    }


def run(recorded, out):
    """Replays every file that is there; returns (kinds, skipped) counts."""
    families = dict.fromkeys(OPENAI_FILES, expect_openai)
    families.update(dict.fromkeys(ANTHROPIC_FILES, expect_anthropic))
    kinds, skipped = collections.Counter(), collections.Counter()
    for name, family in families.items():
        path = recorded / f"{name}.jsonl"
        if not path.exists():
            skipped[name, "file missing"] += 1
            continue
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    result = replay(family, json.loads(line))
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
