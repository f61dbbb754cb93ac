#!/usr/bin/env python3
"""Builds a user's program against the installed library, found by pkg-config, and runs it.

Usage: third_party.py BUILD_DIRECTORY SOURCE.cpp COMPILER...
Installs into a temporary directory; status 77 (skipped) without pkg-config.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def call(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def main(build, source, *compiler):
    if not shutil.which("pkg-config"):
        print("pkg-config is not installed: skipped")
        return 77
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place)
        call("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root / "stage")
        found = next((root / "stage").rglob("calor.pc"))
        # As if it had been installed with the staging directory as prefix.
        text = found.read_text(encoding="utf-8")
        prefix = next(line for line in text.splitlines() if line.startswith("prefix=")).removeprefix("prefix=")
        (root / "calor.pc").write_text(text.replace(f"prefix={prefix}", f"prefix={root}/stage{prefix}"), encoding="utf-8")
        environment = dict(os.environ, PKG_CONFIG_PATH=str(root))
        flags = call("pkg-config", "--cflags", "--libs", "calor", env=environment).split()
        program = root / "program"
        call(*compiler, "-std=c++20", "-O1", source, *flags, "-o", program)
        print(call(program), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
