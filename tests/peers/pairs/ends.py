"""What a client is told of why an answer ended, in its dialect's own word."""

from cases import same
from talk import QUESTION, Ask

# By the kind of end: the first words of the upstream's ENDS.
WORDS = {
    "openai-chat": {
        "length": "length",
        "window": "length",
        "filter": "content_filter",
        "refusal": "content_filter",
        "refusal in words": "stop",
        "stop text": "stop",
    },
    "openai-responses": {
        "length": ("incomplete", "max_output_tokens"),
        "window": ("incomplete", "max_output_tokens"),
        "filter": ("incomplete", "content_filter"),
        "refusal": ("incomplete", "content_filter"),
        "refusal in words": ("completed", None),
        "stop text": ("completed", None),
    },
    "anthropic-messages": {
        "length": "max_tokens",
        "window": "model_context_window_exceeded",
        "filter": "refusal",
        "refusal": "refusal",
        "refusal in words": "refusal",
        "stop text": "stop_sequence",
    },
    "gemini-generate": {
        "length": "MAX_TOKENS",
        "window": "MAX_TOKENS",
        "filter": "SAFETY",
        "refusal": "SAFETY",
        "refusal in words": "SAFETY",
        "stop text": "STOP",
    },
    "cohere-chat": {
        "length": "MAX_TOKENS",
        "window": "MAX_TOKENS",
        "filter": "ERROR_TOXIC",
        "refusal": "ERROR_TOXIC",
        "refusal in words": "ERROR_TOXIC",
        "stop text": "STOP_SEQUENCE",
    },
    "bedrock-converse": {
        "length": "max_tokens",
        "window": "model_context_window_exceeded",
        "filter": "content_filtered",
        "refusal": "content_filtered",
        "refusal in words": "content_filtered",
        "stop text": "stop_sequence",
    },
}


def ends(pair, fate, stream):
    kind = fate.partition(" of ")[0]
    more = pair.client.STOPS if kind == "stop text" else {}
    said, _ = pair.ask(Ask(stream=stream, fate=fate, more=more))
    same("why it ended", said.word, pair.upstream.ENDS[fate] if pair.passed else WORDS[pair.dialect][kind])
    text = "" if fate in pair.upstream.SILENT else f"You asked: {QUESTION}"
    in_words = kind == "refusal in words" and pair.dialect.startswith("openai-")
    same("what was said", (said.text, said.refusal), ("", text) if in_words else (text, ""))


def tests(pair):
    for fate in pair.upstream.ENDS:
        for stream, how in [(False, "whole"), (True, "streamed")]:
            yield f"{fate}, {how}", lambda: ends(pair, fate, stream)
