# SPDX-License-Identifier: Apache-2.0
"""What must and what must not stand in files."""

import re

SPDX = "SPDX-License-Identifier: Apache-2.0"
SPDX_WITHIN_LINES = 3

# Mirrors move and registries get replaced: the tools' own settings say where packages come from.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("ftp", "debian", "org"),
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("static", "crates", "io"),
        ("index", "crates", "io"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
    )
]

DRIVER_TABLE = "host/appliance/driver_table.cc"
CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b(.*)")


def check_spdx(tree):
    for path in tree.sources():
        if not any(SPDX in line for line in tree.lines(path)[:SPDX_WITHIN_LINES]):
            yield f"{path}: no '{SPDX}' in its first lines"


def check_pragma_once(tree):
    for path in tree.with_suffix(".h"):
        if "#pragma once" not in tree.lines(path):
            yield f"{path}: no #pragma once"


def check_registries(tree):
    for path in tree.paths:
        for number, line in enumerate(tree.lines(path), 1):
            for host in REGISTRIES:
                if re.search(rf"(?<![\w-]){re.escape(host)}", line):
                    yield f"{path}:{number}: names the package registry {host}"


def check_conditions(tree):
    """Optional dependencies are switched in the table of drivers; elsewhere #if asks about compiler and CPU alone,
    whose macros begin with two underscores."""
    for path in tree.cpp():
        if path == DRIVER_TABLE or not path.startswith(("host/", "drivers/")):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            match = CONDITION.match(line)
            if not match:
                continue
            names = re.findall(r"[A-Za-z_]\w*", match.group(1).split("//")[0])
            asked = [name for name in names if name != "defined" and (not name.startswith("__") or name == "__has_include")]
            if asked:
                yield f"{path}:{number}: #if on {asked[0]} belongs in {DRIVER_TABLE}"


def check_own_header_first(tree):
    """So each source shows that its header compiles alone; headers without a source are compiled by themselves."""
    headers = set(tree.with_suffix(".h"))
    for path in tree.with_suffix(".cc"):
        header = path.removesuffix(".cc") + ".h"
        if header not in headers:
            continue
        first = next((line for line in tree.lines(path) if line.startswith("#include")), "")
        included = re.fullmatch(r'#include "([^"]+)"', first.rstrip())
        if not included or not f"/{header}".endswith(f"/{included.group(1)}"):
            yield f"{path}: does not include {header} first"


def check(tree):
    yield from check_spdx(tree)
    yield from check_pragma_once(tree)
    yield from check_own_header_first(tree)
    yield from check_registries(tree)
    yield from check_conditions(tree)
