"""Puts a streamed chat completion together from the openai client's chunks."""

import openai
from openai.lib.streaming.chat import ChatCompletionStreamState

from openai_fields import (
    body_error,
    joined,
    logprobs_of,
    reasoning_of,
    split_content,
    usage_of,
    whole_choice,
)


class StreamedChoice:
    """One choice put together from its deltas."""

    def __init__(self, index):
        self.index = index
        self.text, self.refusal, self.reasoning = [], [], []
        self.parts, self.logprobs = None, None
        self.calls, self.function = {}, None
        self.finish_reason = None

    def add(self, choice):
        delta = choice.delta
        text, thinking, kinds = split_content(delta.content)
        for pieces, piece in (
            (self.text, text),
            (self.refusal, delta.refusal),
            (self.reasoning, reasoning_of(delta)),
            (self.reasoning, thinking),
        ):
            if piece is not None:
                pieces.append(piece)
        if kinds is not None:
            self.parts = (self.parts or []) + kinds
        for call in delta.tool_calls or []:
            self.add_call(call)
        if delta.function_call is not None:
            merged = self.function or {"name": "", "arguments": ""}
            merged["name"] += delta.function_call.name or ""
            merged["arguments"] += delta.function_call.arguments or ""
            self.function = merged
        logprobs = logprobs_of(choice)
        if logprobs is not None:
            self.logprobs = (self.logprobs or []) + logprobs
        if choice.finish_reason is not None:
            self.finish_reason = choice.finish_reason

    def add_call(self, call):
        merged = self.calls.setdefault(
            call.index, {"id": None, "type": None, "name": None, "arguments": ""}
        )
        # Some servers repeat id and name in every delta: the first ones count.
        merged["id"] = merged["id"] or call.id
        merged["type"] = merged["type"] or call.type
        if call.function is not None:
            merged["name"] = merged["name"] or call.function.name
            merged["arguments"] += call.function.arguments or ""

    def finished(self):
        return {
            "index": self.index,
            "text": joined(self.text),
            "refusal": joined(self.refusal),
            "reasoning": joined(self.reasoning),
            "parts": self.parts,
            "tool_calls": [self.calls[index] for index in sorted(self.calls)],
            "function_call": self.function,
            "finish_reason": self.finish_reason,
            "logprobs": self.logprobs,
        }


def accumulated(chunks):
    identity, model, usage, error = None, None, None, None
    choices = {}
    # The SDK's own accumulator runs along, to check the one above against.
    state = ChatCompletionStreamState()
    comparable = True
    try:
        for chunk in chunks:
            identity, model = identity or chunk.id, model or chunk.model
            usage = usage_of(chunk) or usage
            for choice in chunk.choices:
                choices.setdefault(choice.index, StreamedChoice(choice.index)).add(choice)
            # It takes no lists as content.
            comparable = comparable and not any(
                isinstance(choice.delta.content, list) for choice in chunk.choices
            )
            if comparable:
                state.handle_chunk(chunk)
    except openai.APIError as caught:
        error = body_error(None, caught.body)
        error["exception"] = type(caught).__name__
    finished = [choices[index].finished() for index in sorted(choices)]
    if comparable and finished:
        agree(finished, state.current_completion_snapshot.choices)
    result = {"id": identity, "model": model, "choices": finished, "usage": usage}
    if error is not None:
        result["error"] = error
    return result


def agree(ours, theirs):
    assert len(ours) == len(theirs), "number of choices"
    for our, their in zip(ours, theirs):
        their = whole_choice(their)
        for field in ("text", "refusal", "reasoning", "function_call", "finish_reason"):
            same = (our[field] or None) == (their[field] or None)
            assert same, f"{field}: {our[field]!r} against {their[field]!r}"
        calls = [
            [call["arguments"] for call in side["tool_calls"]] for side in (our, their)
        ]
        assert calls[0] == calls[1], f"tool calls: {calls}"
