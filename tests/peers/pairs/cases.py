"""What is asked of each pair, and what must come of it on both sides."""

import json

from talk import CACHED, CALLS, EARLIER, LIMITS, PICTURE, QUESTION, RESULTS, SIGNATURE, SYSTEM, TOKENS, TOOL, Ask, Said


class Different(Exception):
    """What differed from what was to come."""


def same(what, is_, should):
    if is_ != should:
        raise Different(f"{what}:\n    is     {is_!r}\n    should {should!r}")


def dialect(module):
    return module.__name__.split(".")[1].replace("_", "-")


class Pair:
    """A client's dialect and an upstream's, which may be the same one."""

    def __init__(self, client, upstream, connection, between, behind):
        self.client, self.upstream = client, upstream
        self.connection, self.between, self.behind = connection, between, behind
        self.dialect, self.provider = dialect(client), dialect(upstream)
        self.model = f"{self.provider}/{upstream.MODEL}"
        self.passed = self.dialect == self.provider

    def ask(self, ask):
        """What the client is told, and the exchange in front of the gateway and
        that behind it."""
        self.between.taken(), self.behind.taken()
        self.behind.fate = ask.fate
        try:
            said = self.client.ask(self.connection, self.model, ask)
        finally:
            self.behind.fate = ""
        (front,), (back,) = self.between.taken(), self.behind.taken()
        same("the way", front.header("x-jackfield-mode"), "passthrough" if self.passed else "decoded")
        same("warnings", front.warnings, [])
        same("model", back.seen["model"], self.upstream.MODEL)
        same("stream", back.seen["stream"], ask.stream)
        same("members nobody knows", [name for name in back.seen["unread"] if "invented" not in name], [])
        for name, value in LIMITS.items():
            same(name, back.seen.get(name), value)
        if self.passed:
            self.untouched(front, back, ask)
        return said, back.seen

    def untouched(self, front, back, ask):
        """Byte for byte; but a body that names the model names it as the upstream
        knows it."""
        sent = front.body.replace(self.model.encode(), self.upstream.MODEL.encode(), 1)
        same("the request's bytes", back.body, sent)
        assert b"invented" in sent or not ask.odd, sent
        same("the answer's bytes", front.answer, back.answer)
        kind = front.header("content-type").split(";")[0]
        same("the answer's type", kind, back.header("content-type").split(";")[0])

    def turns(self, ask, more=()):
        """What must have been said to the upstream, and in which role."""
        said = [("system", SYSTEM), *ask.earlier, ("user", QUESTION)]
        return [*said, *more]


def plain(pair, stream):
    ask = Ask(stream=stream, earlier=EARLIER, odd=pair.passed)
    said, seen = pair.ask(ask)
    same("what was said to the upstream", seen["turns"], pair.turns(ask))
    told(said, text=f"You asked: {QUESTION}", finish="stop")


def tools(pair, stream):
    ask = Ask(stream=stream, tool=True)
    said, seen = pair.ask(ask)
    same("tools", seen["tools"], [(TOOL["name"], TOOL["description"], TOOL["schema"])])
    told(said, calls=CALLS, finish="calls")
    ids = [id for id, _, _ in said.calls]
    # Gemini's own answers have none.
    own = pair.dialect == pair.provider == "gemini-generate"
    if not own:
        assert all(ids) and len(set(ids)) == len(ids), ids
    ask.calls = said
    said, seen = pair.ask(ask)
    same("what was said to the upstream", seen["turns"], pair.turns(ask))
    same("calls", [call[1:] for call in seen["calls"]], CALLS)
    same("results", [text for _, text in seen["results"]], RESULTS)
    same("what results are of", [id for id, _ in seen["results"]], [call[0] for call in seen["calls"]])
    if pair.provider == "gemini-generate":
        same("signatures", seen.get("signatures"), [SIGNATURE])
    told(said, text="It was told: " + " ".join(RESULTS), finish="stop")


def image(pair, stream):
    ask = Ask(stream=stream, picture=True)
    said, seen = pair.ask(ask)
    same("what was said to the upstream", seen["turns"], pair.turns(ask))
    same("pictures", seen["pictures"], [PICTURE])
    told(said, text=f"\u00abA picture of {len(PICTURE)} bytes\u00bb", finish="stop")


def moved(pair, home, stream):
    """A conversation that one provider began goes on with the client's own, which
    would refuse what the other had signed."""
    ask = Ask(stream=stream, tool=True)
    ask.calls, _ = pair.ask(ask)
    home.between.taken(), home.behind.taken()
    said = home.client.ask(home.connection, home.model, ask)
    (back,) = home.behind.taken()
    same("thoughts", back.seen["thoughts"], [])
    same("members nobody knows", back.seen["unread"], [])
    same("results", [text for _, text in back.seen["results"]], RESULTS)
    told(said, text="It was told: " + " ".join(RESULTS), finish="stop")


def told(said, **what):
    should = Said(tokens=TOKENS, cached=CACHED, **{key: value for key, value in what.items() if key != "calls"})
    should.calls = [(None, *call) for call in what.get("calls", [])]
    same("what the client was told", said.plain(), should.plain())


CASES = {"plain": plain, "tools": tools, "image": image}
