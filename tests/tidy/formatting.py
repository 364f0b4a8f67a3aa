# SPDX-License-Identifier: Apache-2.0
"""C++ is formatted as .clang-format says."""

import re
import subprocess


def check(tree):
    paths = tree.cpp()
    if not paths:
        return
    command = ["clang-format", "--dry-run", "--style=file", *paths]
    output = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
    if output.returncode != 0:
        yield f"clang-format: {output.stderr.strip()}"
        return
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: warning:", output.stderr, flags=re.M)))
    for path in wrong:
        yield f"{path}: not formatted (run: clang-format -i {path})"
