# SPDX-License-Identifier: Apache-2.0
"""Names of files and types."""

import os
import re

# Files that each folder may have, and data that is named by what made it.
MAY_REPEAT = {"CMakeLists.txt", "README.md", ".gitignore", "package.json", "package-lock.json", ".npmrc"}
DATA = ("tests/fuzz/corpus/", "tests/vectors/")

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "misc"}
EMPTY_TYPE = re.compile(r"\b(?:class|struct|union|enum(?:\s+class)?|using)\s+(?:\[\[\w+\]\]\s+)?(\w*(?:Manager|Handler|Engine|Processor))\b")


def check_unique(tree):
    seen = {}
    stems = {}
    for path in tree.paths:
        folder, name = os.path.split(path)
        if name in MAY_REPEAT or path.startswith(DATA):
            continue
        if name in seen:
            yield f"{path}: {seen[name]} has the same file name"
        seen.setdefault(name, path)
        stem, suffix = os.path.splitext(name)
        if suffix in (".cc", ".h"):
            if stems.setdefault(stem, folder) != folder:
                yield f"{path}: {stems[stem]}/ has a {stem} too"


def check_words(tree):
    for path in tree.paths:
        for part in path.split("/"):
            for word in re.split(r"[^a-z]+", part.lower()):
                if word in EMPTY_WORDS:
                    yield f"{path}: '{word}' says nothing; name what is in it"
    for path in tree.cpp():
        for number, line in enumerate(tree.lines(path), 1):
            match = EMPTY_TYPE.search(line.split("//")[0])
            if match:
                yield f"{path}:{number}: type {match.group(1)}: name the thing it owns"


def check(tree):
    yield from check_unique(tree)
    yield from check_words(tree)
