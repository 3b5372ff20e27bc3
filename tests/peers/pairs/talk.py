"""What is said in the cases, in no dialect: what a client asks, what a provider
sees of it and answers, and what the client is told."""

import zlib
from dataclasses import dataclass, field


def picture(width=2, height=2):
    """A real one, since some SDKs look."""
    chunk = lambda kind, data: (
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    )
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    lines = (b"\0" + b"\xd0\x40\x10" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


# Letters that take several bytes, and what JSON escapes.
SYSTEM = 'Be "brief", s\'il vous pla\u00eet.'
# Any value.
SOME = object()
EARLIER = [("user", "One\n"), ("assistant", "1")]
THINK = "Think first."
QUESTION = "What is it like in Z\u00fcrich \u2603?"
PICTURE = picture()
TOOL = {
    "name": "weather",
    "description": "Tells the weather.",
    "schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Where"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
}
# Two of the same tool: results must find theirs.
CALLS = [("weather", {"city": "Z\u00fcrich", "days": 1}), ("weather", {"city": "Bern", "days": 2})]
# What a model thinks before it calls them, where its provider shows that, and what
# the provider wants back with it: base64, since some clients look.
THOUGHT = "Two cities \u2026"
SIGNATURE = "c2lnbmVkIGJ5IHRoZSBwcm92aWRlcg=="
RESULTS = ["It \u201crains\u201d.", "It snows."]
TOKENS = (21, 9)
CACHED = 4
# The text that an answer is to end before.
STOP = "END"
LIMITS = {"max_tokens": 300, "temperature": 0.25}


@dataclass
class Ask:
    """What a client asks for."""

    stream: bool = False
    picture: bool = False
    tool: bool = False
    # Whether the model is to show what it thinks.
    think: bool = False
    earlier: list = field(default_factory=list)
    # Whether a member goes along that nobody has heard of.
    odd: bool = False
    limits: bool = True
    # What was answered before, where it was calls whose results go up now.
    calls: object = None
    # More members for the client's own method.
    more: dict = field(default_factory=dict)
    # What becomes of it at the provider, where that isn't the usual: a name among
    # its module's FAULTS, BREAKS or ENDS.
    fate: str = ""

    @property
    def question(self):
        return f"{THINK} {QUESTION}" if self.think else QUESTION


@dataclass
class Said:
    """What a client is told."""

    text: str = ""
    calls: list = field(default_factory=list)  # (id, name, arguments)
    thought: str = ""
    finish: str = ""
    tokens: tuple = ()
    cached: int = 0
    # The turn, as the dialect sends it back.
    turn: object = None
    # Why it ended, as the dialect says it; `finish` is what that means.
    word: object = None
    refusal: str = ""

    def plain(self):
        """Without what differs from one answer to the next."""
        calls = [(name, arguments) for _, name, arguments in self.calls]
        told = {"text": self.text, "calls": calls, "thought": self.thought, "finish": self.finish}
        return {**told, "tokens": self.tokens, "cached": self.cached}


@dataclass
class Wrong:
    """What a client's SDK raises."""

    name: str  # of its class
    status: int
    word: str
    message: str
    wait: float | None = None  # in seconds


class Broke(Exception):
    """A stream whose SDK hands an error out like any other event."""


@dataclass
class Fault:
    """An answer of a provider's that is none."""

    status: int
    message: str
    body: bytes
    headers: list = field(default_factory=list)
    # Where it isn't the status that tells of it: what comes as a stream.
    events: bytes | None = None


# How many seconds a provider asks to be left alone.
WAIT = 12


@dataclass
class Reply:
    """What a provider answers."""

    text: str = ""
    calls: list = field(default_factory=list)  # (id, name, arguments)
    thinks: bool = False
    fate: str = ""

    def pieces(self):
        """Its text in the pieces of a stream; in one of them half of a letter's bytes
        would be, if they were cut by bytes."""
        return [self.text[at : at + 5] for at in range(0, len(self.text), 5)]


class Seen(dict):
    """What a provider has found in a request. What it doesn't know is in `unread`."""

    def __init__(self, **what):
        super().__init__(turns=[], pictures=[], tools=[], calls=[], thoughts=[], results=[], unread=[], **what)

    def put(self, name, value):
        if value is not None:
            self[name] = value

    def left(self, place, rest):
        self["unread"] += [f"{place}{name}" for name in rest]

    def choose(self, choice):
        """What of its tools the model is to call. To have to call the only one is to
        have to call that one."""
        only = self["tools"][0][0] if len(self["tools"]) == 1 else None
        self.put("tool_choice", only if choice == "required" and only else choice)
        # As plugins ask for JSON where an API has no better way.
        if only == "json_answer":
            schema = self["tools"][0][2]
            self.update({"json": True} if schema == {"type": "object"} else {"schema": schema})

    def answer(self):
        """What is answered to it."""
        if self["results"]:
            told = " ".join(text for _, text in self["results"])
            return Reply(text=f"It was told: {told}")
        if self["tools"] and self.get("tool_choice") != "none":
            calls = CALLS if self["tools"][0][0] == TOOL["name"] else [(self["tools"][0][0], {})]
            calls = [(f"call_{at:09}", name, given) for at, (name, given) in enumerate(calls)]
            return Reply(calls=calls, thinks=THINK in self["turns"][-1][1])
        if self["pictures"]:
            return Reply(text=f"\u00abA picture of {len(self['pictures'][0])} bytes\u00bb")
        return Reply(text="You asked: " + self["turns"][-1][1])
