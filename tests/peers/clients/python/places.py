"""Where the tests find the gateway and what is behind it: see ../run.sh."""

import asyncio
import atexit
import base64
import functools
import json
import os
import urllib.request
import uuid

GATEWAY = os.environ["GATEWAY"]
KEY = os.environ["GATEWAY_KEY"]
NARROW_KEY = os.environ["NARROW_KEY"]
OPEN_GATEWAY = os.environ["OPEN_GATEWAY"]
UPSTREAM_KEY = os.environ["UPSTREAM_KEY"]
LIVE = os.environ.get("LIVE") == "1"

# The same pretended model: once at a provider that speaks OpenAI's protocol, once
# at one that speaks Anthropic's. One of them has the client's bytes passed on, the
# other has them decoded.
OPENAI = "openai/gpt-4o-mini"
ANTHROPIC = "anthropic/claude-haiku-4-5"
# A route whose first target fails, and one that ends in the other protocol then.
FALLBACK = "gpt-4"
CROSSING = "gpt-4-turbo"
CHATS = [OPENAI, ANTHROPIC, FALLBACK, CROSSING]

# What begins like a picture: nobody here looks further.
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(22)).decode()

# One for all tests of a module: clients share their connections, which belong to it.
LOOP = asyncio.new_event_loop()
run = LOOP.run_until_complete
# Streams that weren't read to their end are closed before it is.
atexit.register(lambda: run(LOOP.shutdown_asyncgens()))


def said(text, prompt):
    """Whether this is what the pretended model says to a prompt."""
    return text.startswith(f"You said: {prompt}") and len(text.split()) > 40


def fresh(knobs, provider="openai"):
    """A model nobody has asked for yet: the upstream counts by name."""
    name = "gpt-4o-mini" if provider == "openai" else "claude-haiku-4-5"
    return f"{provider}/{name}-{uuid.uuid4().hex}+{knobs}"


def arrived():
    """The last request as the upstream got it: its headers and its body."""
    with urllib.request.urlopen(os.environ["UPSTREAM"] + "/last") as answer:
        last = json.load(answer)
    headers = {name.lower(): value for name, value in dict(last["headers"]).items()}
    body = last["body"]
    return headers, json.loads(body) if isinstance(body, str) else body


def each(*models):
    """Runs a test of a model with each of these."""

    def decorate(test):
        @functools.wraps(test)
        def all_of_them(self):
            for model in models:
                with self.subTest(model=model):
                    test(self, model)

        return all_of_them

    return decorate


chats = each(*CHATS)
