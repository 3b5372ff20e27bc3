"""The gateway between a client and the pretended providers, and what goes by on
both of its sides."""

import contextlib
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile

from upstreams import (
    anthropic_messages,
    bedrock_converse,
    cohere_chat,
    gemini_generate,
    openai_chat,
    openai_responses,
)
from upstreams.write import dump
from wire import Place, between

UPSTREAMS = {
    "openai-chat": openai_chat,
    "openai-responses": openai_responses,
    "anthropic-messages": anthropic_messages,
    "gemini-generate": gemini_generate,
    "cohere-chat": cohere_chat,
    "bedrock-converse": bedrock_converse,
}
HERE = pathlib.Path(__file__).parent
KEY = "sk-" + secrets.token_hex(24)
UPSTREAM_KEY = "sk-" + secrets.token_hex(24)
UPSTREAM_NAME = "AKIA" + secrets.token_hex(8).upper()


def answer(exchange):
    """What the pretended provider of that path answers."""
    upstream = next(module for module in UPSTREAMS.values() if module.asks(exchange.path))
    try:
        # Bedrock's key is signed with, and not shown.
        shown = str(exchange.headers)
        assert KEY not in shown and (UPSTREAM_KEY in shown or f"Credential={UPSTREAM_NAME}/" in shown), shown
        exchange.seen = upstream.seen(exchange.path, json.loads(exchange.body))
        reply = exchange.seen.answer()
        reply.fate = exchange.fate
    except Exception as error:
        exchange.seen = error
        return 500, [("content-type", "text/plain")], [repr(error).encode()]
    if fault := upstream.FAULTS.get(reply.fate):
        if fault.events and exchange.seen["stream"]:
            return fault.status, [("content-type", upstream.STREAM)], [fault.events]
        return fault.status, [("content-type", "application/json"), *fault.headers], [fault.body]
    if reply.fate in upstream.SILENT:
        reply.text = ""
    if not exchange.seen["stream"]:
        return 200, [("content-type", "application/json")], [upstream.whole(reply)]
    pieces = upstream.pieces(reply)
    if reply.fate.partition(", ")[0] in upstream.BREAKS:
        pieces = broken(upstream, reply, pieces)
    return 200, [("content-type", upstream.STREAM)], halves(pieces)


def broken(upstream, reply, pieces):
    """The head alone, or some pieces of the text too; then the provider says why
    there is no more of it, or nothing at all."""
    how, _, where = reply.fate.partition(", ")
    missing = dump(reply.pieces()[0 if where == "at once" else 2])
    for piece in pieces:
        if missing in piece:
            break
        yield piece
        if where == "at once":
            break
    for piece in upstream.BREAKS[how]:
        if piece is None:
            raise ConnectionAbortedError
        yield piece


def halves(pieces):
    """Each with its end in front of the next: cut where none of them ends."""
    kept = b""
    for piece in pieces:
        yield kept + piece[: len(piece) // 2]
        kept = piece[len(piece) // 2 :]
    yield kept


@contextlib.contextmanager
def places(jackfield, plugins):
    """What clients connect to, and the upstream."""
    upstream = Place(answer)
    config = (HERE / "gateway.toml").read_text()
    config = config.replace("@UPSTREAM@", upstream.url).replace("@PLUGINS@", plugins)
    secret = {"GATEWAY_KEY": KEY, "UPSTREAM_KEY": UPSTREAM_KEY, "UPSTREAM_NAME": UPSTREAM_NAME}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "gateway.toml"
        path.write_text(config)
        log = pathlib.Path(folder) / "log"
        with log.open("wb") as told:
            gateway = subprocess.Popen(
                [jackfield, "serve", "--config", path, "--listen", "127.0.0.1:0"],
                env={**os.environ, **secret},
                stdout=subprocess.PIPE,
                stderr=told,
            )
        try:
            url = next((line for line in gateway.stdout if line.startswith(b"http")), b"").decode().strip()
            if not url:
                sys.exit(f"the gateway ended before it could say where it listens:\n{log.read_text()}")
            yield between(url), upstream
        finally:
            gateway.terminate()
            gateway.wait()
