"""Runs every pair of a client's dialect and an upstream's:

    pairs.py JACKFIELD PLUGINS [PATTERN]

PATTERN picks among names such as `openai-chat over cohere-chat: tools, streamed`.
With `--tables` in its place it writes the tables of DIALECTS.md, as things are.
"""

import fnmatch
import sys
import time
import traceback
from importlib import import_module, metadata

import ends
import faults
import losses
from cases import CASES, Different, Pair, moved
from places import KEY, UPSTREAMS, places


def pairs(between, behind):
    for dialect in UPSTREAMS:
        client = import_module("clients." + dialect.replace("-", "_"))
        connection = client.connect(between.url, KEY)
        for upstream in UPSTREAMS.values():
            yield Pair(client, upstream, connection, between, behind)


def tests(between, behind):
    """All of them, by name."""
    tables = losses.listed()
    for pair in pairs(between, behind):
        name = f"{pair.dialect} over {pair.provider}"
        for case, run in CASES.items():
            for stream, how in [(False, "whole"), (True, "streamed")]:
                yield f"{name}: {case}, {how}", lambda: run(pair, stream)
        if name == "anthropic-messages over gemini-generate":
            home = Pair(pair.client, UPSTREAMS[pair.dialect], pair.connection, between, behind)
            for stream, how in [(False, "whole"), (True, "streamed")]:
                yield f"{name}: moved to its own, {how}", lambda: moved(pair, home, stream)
        for what, run in faults.tests(pair):
            yield f"{name}: fault: {what}", run
        for what, run in ends.tests(pair):
            yield f"{name}: end: {what}", run
        if pair.passed:
            continue
        table = tables.get(pair.dialect, {})
        for what in dict.fromkeys([*losses.probes(pair.dialect), *table]):
            yield f"{name}: {what}", lambda: losses.check(pair, what, table)


def run(pattern, between, behind):
    began, ran, failed = time.monotonic(), 0, 0
    for name, test in tests(between, behind):
        if not fnmatch.fnmatch(name, pattern):
            continue
        ran += 1
        try:
            test()
        except Exception as error:
            failed += 1
            print(f"--- {name}: {why(error, between, behind)}", flush=True)
    packages = {pair.client.PACKAGE for pair in pairs(between, behind)}
    versions = ", ".join(f"{package} {metadata.version(package)}" for package in sorted(packages))
    says = f"{ran - failed} passed" + (f", {failed} failed" if failed else "")
    print(f"pairs ({versions}): {says} ({time.monotonic() - began:.0f} s)")
    if not ran:
        sys.exit(f"{pattern} matches nothing")
    return failed == 0


def why(error, between, behind):
    if isinstance(error, Different):
        return str(error)
    lines = traceback.format_exception(error)[-4:]
    for what, place in [("the client", between), ("the gateway", behind)]:
        for asked in place.taken():
            lines.append(f"  {what} sent {asked.path} {asked.body[:1500]}\n")
            lines.append(f"  and got {asked.status} {asked.answer[:1500]}\n")
    return "".join(lines)


def write_tables(between, behind):
    found = {}
    for pair in pairs(between, behind):
        for what, probe in {} if pair.passed else losses.probes(pair.dialect).items():
            found.setdefault(pair.dialect, {})[what, pair.provider] = probe(pair)[0]
    for dialect, cells in found.items():
        print("\n".join(losses.table(dialect, cells)))
    return True


def main(jackfield, plugins, pattern="*"):
    with places(jackfield, plugins) as (between, behind):
        ok = write_tables(between, behind) if pattern == "--tables" else run(pattern, between, behind)
    sys.exit(not ok)


main(*sys.argv[1:])
