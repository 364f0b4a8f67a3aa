#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the manifest of an FPGA program beside it: write_manifest.py FILE.xclbin makes FILE.xclbin.json."""

import hashlib
import json
import re
import struct
import subprocess
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Of struct axlf (XRT's xclbin.h).
LENGTH_AT, PLATFORM_AT, PLATFORM_BYTES, UUID_AT, HEADER_BYTES = 304, 352, 64, 416, 456


def constant(path, pattern):
    found = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"write_manifest: {path} has no {pattern}")
    return int(found.group(1))


def commit():
    done = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def manifest(name, program):
    if len(program) < HEADER_BYTES or program[:8] != b"xclbin2\0":
        sys.exit(f"write_manifest: {name}: is not an xclbin")
    if struct.unpack_from("<Q", program, LENGTH_AT)[0] != len(program):
        sys.exit(f"write_manifest: {name}: is cut off")
    platform = program[PLATFORM_AT : PLATFORM_AT + PLATFORM_BYTES].split(b"\0", 1)[0]
    return {
        "file": name,
        "sha256": hashlib.sha256(program).hexdigest(),
        "uuid": str(uuid.UUID(bytes=program[UUID_AT : UUID_AT + 16])),
        "platform": platform.decode("ascii", "replace"),
        "abi_version": constant("kernels/abi/penstock_abi.h", r"#define PENSTOCK_ABI_VERSION (\d+)u"),
        "kernels": ["describe", "digest_batch", "encode_batch", "decode_batch"],
        "commit": commit(),
    }


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    path = Path(arguments[0])
    try:
        text = json.dumps(manifest(path.name, path.read_bytes()), indent=2) + "\n"
        Path(f"{path}.json").write_text(text, encoding="utf-8")
    except OSError as error:
        sys.exit(f"write_manifest: {error.filename}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
