#!/usr/bin/env python3
"""Counts what Meson ran: doctest cases where a test reports them, else the test itself.

Usage: count.py LOG...   (meson-logs/testlog*.json). Prints "N passed, N failed"; status 1 if any failed or none ran.
"""
import json
import re
import sys

SUMMARY = re.compile(r"\[doctest\] test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")


def count(test):
    """(passed, failed) of one Meson test."""
    if test["result"] == "SKIP":
        return 0, 0
    passed = failed = 0
    for match in SUMMARY.finditer(test.get("stdout", "")):
        passed += int(match[2])
        failed += int(match[3])
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if not good and failed == 0:
        failed = 1
    if good and not SUMMARY.search(test.get("stdout", "")):
        passed = 1
    return passed, failed


def main(logs):
    passed = failed = 0
    for log in logs:
        try:
            with open(log, encoding="utf-8", errors="replace") as lines:
                results = [count(json.loads(line)) for line in lines if line.strip()]
        except OSError as error:
            print(f"count.py: {error}", file=sys.stderr)
            results = [(0, 1)]
        passed += sum(p for p, _ in results)
        failed += sum(f for _, f in results)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
