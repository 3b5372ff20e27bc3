"""What of a client's request is lost on the way to an upstream of another dialect,
beside the tables of ../../../host/gateway/DIALECTS.md that say so."""

import pathlib
from importlib import import_module

from cases import Different
from talk import SIGNATURE, SOME, THOUGHT, Ask

DIALECTS = pathlib.Path(__file__).parents[3] / "host/gateway/DIALECTS.md"
# As it is said there.
YES, AS_IS, WARNED, REFUSED = "yes", "as is", "warned", "refused"
# As it never is.
LOST = "LOST"
# The row of each table that isn't about a request alone.
THOUGHTS = "thoughts of answers"


def probes(dialect):
    """By what the client says: what must become of it at an upstream."""
    found = import_module("probes." + dialect.replace("-", "_")).PROBES
    rows = {what: lambda pair, probe=probe: outcome(pair, *probe) for what, probe in found.items()}
    return {**rows, THOUGHTS: thoughts}


def check(pair, what, table):
    """That it is as the table says."""
    is_, why = probes(pair.dialect)[what](pair)
    listed = table.get(what, {}).get(pair.provider, "not listed")
    if is_ != listed:
        raise Different(f"{is_}, but {DIALECTS.name} says: {listed}\n    " + "\n    ".join(why))


def outcome(pair, more, name, value=SOME):
    """What becomes of members at an upstream where `name`, a function of what it
    sees or the name of a member of that, must be this."""
    pair.between.taken(), pair.behind.taken()
    refused = None
    try:
        pair.client.ask(pair.connection, pair.model, Ask(limits=False, more=more))
    except Exception as error:
        refused = error
    (front,), back = pair.between.taken(), pair.behind.taken()
    if refused and not back and 400 <= front.status < 500:
        return REFUSED, [front.answer.decode(errors="replace")]
    if refused or isinstance(back[-1].seen, Exception):
        raise refused or back[-1].seen
    seen = back[-1].seen
    if front.warnings:
        return WARNED, front.warnings
    if name(seen) if callable(name) else name in seen and alike(seen[name], value):
        return YES, []
    return (AS_IS if seen["unread"] else LOST), [str(seen)]


def thoughts(pair):
    """What the client sees of a thought, and what of it the provider gets back with
    the results of the calls that followed it."""
    whole, streamed = shown(pair, False), shown(pair, True)
    if whole[0] != streamed[0]:
        raise Different(f"whole:\n    is     {whole}\n    but streamed\n    is     {streamed}")
    return whole


def shown(pair, stream):
    pair.between.taken(), pair.behind.taken()
    ask = Ask(stream=stream, limits=False, tool=True, think=True)
    ask.calls = pair.client.ask(pair.connection, pair.model, ask)
    pair.client.ask(pair.connection, pair.model, ask)
    back = pair.behind.taken()[-1].seen["thoughts"]
    warnings = pair.between.taken()[-1].warnings
    told = ["shown"] if ask.calls.thought == THOUGHT else []
    if any(text == THOUGHT for text, _ in back):
        told.append("sent back")
    if any(signature == SIGNATURE for _, signature in back):
        told.append("signed")
    elif not back:
        told.append(WARNED if warnings else LOST)
    return ", ".join(told), [*warnings, str(ask.calls), str(back)]


def alike(is_, should):
    """A text may have become bytes."""
    if isinstance(is_, bytes) and isinstance(should, str):
        is_ = is_.decode()
    return should is SOME or is_ == should


def listed():
    """The tables: by the client's dialect, by what is said, by the upstream's."""
    tables, dialect, columns = {}, None, []
    for line in DIALECTS.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith("### From "):
            dialect = line.removeprefix("### From ").strip("`")
            tables[dialect] = {}
        elif line.startswith("#"):
            dialect = None
        elif dialect and line.startswith("| |"):
            columns = [cell.strip("`| ") for cell in cells]
        elif dialect and line.startswith("| "):
            tables[dialect][cells[0]] = dict(zip(columns, cells[1:], strict=True))
    return tables


def table(dialect, found):
    """The lines of one, from what was found by what is said and the upstream."""
    others = list(dict.fromkeys(other for _, other in found))
    yield f"### From `{dialect}`\n"
    yield "| | " + " | ".join(f"`{other}`" for other in others) + " |"
    yield "|---" * (len(others) + 1) + "|"
    for what in dict.fromkeys(what for what, _ in found):
        yield f"| {what} | " + " | ".join(found[what, other] for other in others) + " |"
    yield ""
