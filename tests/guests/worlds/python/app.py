"""A guest for the world `llm-plugin`, written in Python.

It does what the `llm` of guest-everything does, without tools: it echoes the
last user text, asks `{base-url}/echo` or `{base-url}/stream` where the model is
`upstream`, fails where it is `error-KIND`, and counts words as tokens.
"""

import json
from typing import List, Optional

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import llm
from wit_world.imports import config, http
from wit_world.imports.types import Error, ErrorKind, Usage


def fail(kind: ErrorKind, message: str, status: Optional[int] = None, code: Optional[str] = None, sent: bool = False) -> Err[Error]:
    return Err(Error(kind, message, status, None, code, None, sent))


def fail_on_demand(model: str) -> None:
    if not model.startswith("error-"):
        return
    name = model.removeprefix("error-")
    kind = ErrorKind.__members__.get(name.replace("-", "_").upper())
    if kind is None:
        raise fail(ErrorKind.INVALID_REQUEST, f"there is no kind of error called `{name}`")
    error = Error(kind, f"failed on demand: {name}", 418, None, "on-demand", None, False)
    if kind in (ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED):
        error.retry_after_ms = 1500
    raise Err(error)


def texts(message: llm.Message) -> List[str]:
    return [part.value.text for part in message.content if isinstance(part, llm.Part_Text)]


def last_user_text(request: llm.ChatRequest) -> str:
    for message in reversed(request.messages):
        if message.role == llm.Role.USER and texts(message):
            return " ".join(texts(message))
    raise fail(ErrorKind.INVALID_REQUEST, "there is no user message with text to echo")


def input_tokens(request: llm.ChatRequest) -> int:
    return sum(len(text.split()) for message in request.messages for text in texts(message))


def usage(request: llm.ChatRequest, text: str) -> Usage:
    return Usage(input_tokens(request), len(text.split()), None, None, None, None, None, [], None)


def post(path: str, text: str) -> http.Response:
    base = config.get("base-url")
    if not isinstance(base, config.Value_Text):
        raise fail(ErrorKind.INVALID_REQUEST, "the provider has no value for `base-url`")
    body = http.RequestBody_Bytes(json.dumps({"text": text}).encode())
    headers = [("content-type", "application/json")]
    response = http.send(http.Request(http.Method.POST, f"{base.value}/{path}", headers, body, None, None))
    if response.status >= 400:
        with response.body as answer:
            said = answer.read(64 * 1024).decode(errors="replace")
        raise fail(ErrorKind.UNAVAILABLE, f"the upstream answered {response.status}: {said}", response.status, sent=True)
    return response


def start(model: str) -> llm.ChatEvent:
    return llm.ChatEvent_Start(llm.StreamStart("echo-1", model, 0, []))


def stop() -> llm.ChatEvent:
    return llm.ChatEvent_Finish(llm.Finish(0, llm.FinishReason_Stop(), None))


def said(text: str) -> llm.ChatEvent:
    return llm.ChatEvent_Text(llm.TextDelta(0, text))


class ChatStream(llm.ChatStream):
    """Either batches that are ready or an upstream's events."""

    def __init__(self, batches: List[List[llm.ChatEvent]], body: Optional[http.IncomingBody]):
        self.batches = batches
        self.body = body

    def next(self) -> List[llm.ChatEvent]:
        if self.batches:
            return self.batches.pop(0)
        if self.body is None:
            return []
        events = self.body.next_events()
        if not events:
            self.close()
            raise fail(ErrorKind.BAD_UPSTREAM_ANSWER, "the upstream's stream ended without [DONE]", sent=True)
        out: List[llm.ChatEvent] = []
        for event in events:
            if event.data == "[DONE]":
                self.close()
                out.append(stop())
                break
            out.append(said(event.data))
        return out

    def close(self) -> None:
        body, self.body = self.body, None
        if body is not None:
            body.__exit__(None, None, None)

    def __exit__(self, *_: object) -> None:
        self.close()


class Llm(exports.Llm):
    def chat(self, request: llm.ChatRequest) -> llm.ChatResponse:
        fail_on_demand(request.model)
        text = last_user_text(request)
        if request.model == "upstream":
            with post("echo", text).body as body:
                text = body.read_all(2**64 - 1).decode()
        part = llm.Part_Text(llm.TextPart(text, []))
        choice = llm.Choice(0, [part], llm.FinishReason_Stop(), None, [])
        return llm.ChatResponse("echo-1", request.model, 0, [choice], usage(request, text), [], None)

    def stream_chat(self, request: llm.ChatRequest) -> llm.ChatStream:
        fail_on_demand(request.model)
        text = last_user_text(request)
        head = [start(request.model)]
        if request.model == "upstream":
            return ChatStream([head], post("stream", text).body)
        words = text.split(" ")
        deltas = [[said(word + " ")] for word in words[:-1]] + [[said(words[-1])]]
        end = [stop(), llm.ChatEvent_Usage(usage(request, text))]
        return ChatStream([head, *deltas, end], None)

    def count_tokens(self, request: llm.ChatRequest) -> int:
        fail_on_demand(request.model)
        return input_tokens(request)
