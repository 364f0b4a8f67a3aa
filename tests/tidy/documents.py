# SPDX-License-Identifier: Apache-2.0
"""Markdown: every document can be found from the index, and links lead somewhere."""

import os
import re

INDEX = "docs/README.md"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def without_code(text):
    text = re.sub(r"^(```|~~~).*?^\1[^\n]*$", lambda match: "\n" * match.group().count("\n"), text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def links(text):
    """Yields (line number, target)."""
    for number, line in enumerate(without_code(text).splitlines(), 1):
        for match in LINK.finditer(line):
            yield number, match.group(1) or match.group(2)


def anchors(text):
    """The names that headings can be linked by, as GitHub makes them."""
    names = set()
    for heading in re.findall(r"^#+\s+(.*?)\s*#*$", without_code(text.replace("`", "")), flags=re.M):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.add(name)
    return names


def resolve(path, target):
    return os.path.normpath(os.path.join(os.path.dirname(path), target))


def check_links(tree):
    folders = {os.path.dirname(path) for path in tree.paths}
    folders |= {os.path.dirname(folder) for folder in folders}
    for path in tree.with_suffix(".md"):
        for number, target in links(tree.text(path)):
            if ELSEWHERE.match(target):
                continue
            name, _, anchor = target.partition("#")
            found = resolve(path, name) if name else path
            if found not in tree.paths and found not in folders:
                yield f"{path}:{number}: {target} leads nowhere"
            elif anchor and found.endswith(".md") and anchor not in anchors(tree.text(found)):
                yield f"{path}:{number}: {found} has no heading '{anchor}'"


def check_index(tree):
    if INDEX not in tree.paths:
        yield f"{INDEX}: missing"
        return
    linked = {resolve(INDEX, target.partition("#")[0]) for _, target in links(tree.text(INDEX))}
    for path in tree.with_suffix(".md"):
        if path != INDEX and os.path.dirname(path) == "docs" and path not in linked:
            yield f"{path}: not linked from {INDEX}"


def check(tree):
    yield from check_links(tree)
    yield from check_index(tree)
