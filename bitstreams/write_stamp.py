#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes down what a kernel is compiled from: write_stamp.py KERNEL FILE.json, as it is compiled."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ABI_VERSION = ("kernels/abi/penstock_abi.h", r"#define PENSTOCK_ABI_VERSION (\d+)u")
KERNEL_VERSION = ("hls/describe/describe.cc", r"kKernelVersion = (\d+);")


def constant(path, pattern):
    found = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"bitstreams: {path} has no {pattern}")
    return int(found.group(1))


def commit():
    """None where the tree is not under git."""
    done = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def versions_of_tree():
    return {"abi_version": constant(*ABI_VERSION), "kernel_version": constant(*KERNEL_VERSION), "commit": commit()}


def main(arguments):
    if len(arguments) != 2 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    kernel, path = arguments
    try:
        Path(path).write_text(json.dumps({"kernel": kernel, **versions_of_tree()}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        sys.exit(f"write_stamp: {error.filename}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
