#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the project against its rules: tidy.py [RULE]... prints what breaks them; exit code 1 if anything does."""

import sys
from pathlib import Path

import contents
import dependency_law
import documents
import formatting
import hls_rules
import names
import sizes
from source_tree import SourceTree

RULES = {
    "dependencies": dependency_law.check,
    "sizes": sizes.check,
    "names": names.check,
    "contents": contents.check,
    "documents": documents.check,
    "formatting": formatting.check,
    "hls": hls_rules.check,
}


def main(arguments):
    unknown = [name for name in arguments if name not in RULES]
    if unknown:
        print(f"tidy: {unknown[0]}: no such rule (there are: {', '.join(RULES)})", file=sys.stderr)
        return 2
    tree = SourceTree(Path(__file__).resolve().parents[2])
    broken = 0
    for name in arguments or RULES:
        for complaint in RULES[name](tree):
            print(complaint)
            broken += 1
        if name == "sizes":
            for remark in sizes.warn_files(tree):
                print(f"note: {remark}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
