"""Runs one client's tests and says how many passed:

    report.py MODULE

A test module names the packages that it is about in PACKAGES.
"""

import importlib
import sys
import unittest
from importlib import metadata


def main():
    module = importlib.import_module(sys.argv[1])
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(stream=Quiet(), verbosity=0).run(suite)
    broken = result.failures + result.errors
    for test, traceback in broken:
        print(f"--- {test}\n{traceback}")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in module.PACKAGES)
    # Of a test with several parts, each can fail.
    failed = {id(getattr(test, "test_case", test)) for test, _ in broken}
    says = [f"{result.testsRun - len(result.skipped) - len(failed)} passed"]
    if failed:
        says.append(f"{len(failed)} failed")
    if result.skipped:
        says.append(f"{len(result.skipped)} not for this version or place")
    if not result.testsRun:
        says.append("there are none")
    print(f"{sys.argv[1]} ({versions}): {', '.join(says)}", flush=True)
    sys.exit(bool(broken) or not result.testsRun)


class Quiet:
    """Its own lines say less than those above."""

    def write(self, text):
        pass

    def writeln(self, text=""):
        pass

    def flush(self):
        pass


main()
