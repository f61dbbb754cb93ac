#!/usr/bin/env python3
"""Every source and header of a folder is named in its meson.build, so that nothing is built or installed by halves.

Usage: listed.py ROOT
"""
import pathlib
import sys


def unlisted(root):
    for folder in ("lib", "analytic", "tools", "tests", "validation"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".cpp", ".hpp") or (path.suffix == ".hpp" and folder in ("tools", "tests", "validation")):
                continue
            build = path.parent / "meson.build"
            text = build.read_text(encoding="utf-8") if build.exists() else ""
            if f"'{path.name}'" not in text and not (path.parent.name == "model" and f"'{path.stem}'" in text):
                yield path.relative_to(root)


def main(root):
    missing = list(unlisted(pathlib.Path(root)))
    for path in missing:
        print(f"{path}: not in {path.parent}/meson.build")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
