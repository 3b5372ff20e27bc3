"""How the pretended providers write."""

import base64
import json

from talk import Fault

# Nobody knows it, and nobody who reads and writes JSON anew would write it so.
ODD = b'{ "invented" :\t{"pi": 3.1400e+00} ,\n'


# Streams that break off without a word: at their end, and where it is missing.
CUT = {"nothing": [], "a cut connection": [None]}


def dump(value):
    return json.dumps(value, ensure_ascii=False).encode()


def odd(value):
    """As a JSON object that only bytes that are passed on look like."""
    return ODD + dump(value)[1:]


def event(value, name=None):
    """A server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + dump(value) + b"\n\n"


def fault(status, message, body, **headers):
    """A failure; one that tells how long to wait says so in the usual header."""
    headers = [(name.replace("_", "-"), str(value)) for name, value in headers.items()]
    return Fault(status, message, json.dumps(body, indent=2).encode(), headers)


def of_data_url(url):
    """The kind and the bytes; of another address the address."""
    if not url.startswith("data:"):
        return url
    head, data = url[5:].split(",", 1)
    assert head.endswith(";base64"), head
    return base64.b64decode(data)
