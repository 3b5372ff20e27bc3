"""One shape for the answers of the SDKs that have each a shape of their own.

neutral, neutral-stream:
    {"id", "model", "choices", "usage"}
    choice: {"index", "blocks", "citations", "finish_reason", "stop_sequence",
             "logprobs"}
    finish_reason is the provider's own word, or null where it said none.
    logprobs is null or [[token, logprob], ...].
    block, by its "type", in the provider's order: text {"text"}, thinking
    {"thinking", "signature"}, redacted_thinking {"data"}, tool_use {"id",
    "name", "input", "signature"}, native {"value"}: one of the provider's own,
    as it came. Empty texts are left out. The id of a call is null where the
    provider gave none.
    A signature of anything but a thought or a call is a thought of its own
    behind it, without text: that is how the contract carries it.
    In a stream neighbouring texts are joined, and neighbouring thoughts too,
    unless the first of them is signed.
    citation: [start, end, title, url, quote]; start and end are characters of
    the choice's whole text. They are in the order of these.
    usage: null or {"input", "output", "cache_read", "cache_write",
    "reasoning", "audio_input", "audio_output"}, input being all of it, with
    what caches gave and took, output with the reasoning.
"""

USAGE = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "reasoning",
    "audio_input",
    "audio_output",
)


class Told:
    """A choice put together from parts or from the pieces of a stream."""

    def __init__(self, index=0, streamed=False):
        self.index = index
        self.streamed = streamed
        self.blocks = []
        self.citations = []
        self.finish_reason = None
        self.stop_sequence = None
        self.logprobs = None

    def text(self, text, signature=None):
        if text and self.goes_on("text"):
            self.blocks[-1]["text"] += text
        elif text:
            self.blocks.append({"type": "text", "text": text})
        self.sign(signature)

    def thought(self, text, signature=None):
        if self.goes_on("thinking") and self.blocks[-1]["signature"] is None:
            self.blocks[-1]["thinking"] += text
            self.blocks[-1]["signature"] = signature
        else:
            self.blocks.append(
                {"type": "thinking", "thinking": text, "signature": signature}
            )

    def goes_on(self, kind):
        return self.streamed and self.blocks and self.blocks[-1]["type"] == kind

    def sign(self, signature):
        if signature:
            self.blocks.append(
                {"type": "thinking", "thinking": "", "signature": signature}
            )

    def redacted(self, data):
        self.blocks.append({"type": "redacted_thinking", "data": data})

    def call(self, identity, name, arguments, signature=None):
        self.blocks.append(
            {
                "type": "tool_use",
                "id": identity or None,
                "name": name,
                "input": arguments,
                "signature": signature,
            }
        )

    def native(self, value):
        self.blocks.append({"type": "native", "value": value})

    def whole_text(self):
        return "".join(block.get("text", "") for block in self.blocks)

    def cite(self, start, end, title=None, url=None, quote=None):
        self.citations.append([start, end, title or None, url or None, quote or None])

    def add_logprobs(self, tokens):
        self.logprobs = (self.logprobs or []) + tokens

    def finished(self):
        def place(citation):
            return [-1 if part is None else part for part in citation[:2]]

        return {
            "index": self.index,
            "blocks": self.blocks,
            "citations": sorted(self.citations, key=place),
            "finish_reason": self.finish_reason,
            "stop_sequence": self.stop_sequence,
            "logprobs": self.logprobs,
        }


def answer(identity, model, choices, usage):
    return {
        "id": identity,
        "model": model,
        "choices": [choice.finished() for choice in choices],
        "usage": usage,
    }


def usage_of(**counts):
    return {name: counts.get(name) for name in USAGE}


def kind(streamed):
    return "neutral-stream" if streamed else "neutral"


def total(*counts):
    """The sum of those that are there; null where none is."""
    told = [count for count in counts if count is not None]
    return sum(told) if told else None
