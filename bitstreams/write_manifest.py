#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the manifest of an FPGA program beside it, FILE.xclbin.json.

usage: write_manifest.py FILE.xclbin [STAMP.json]...

The kernels are the program's own. Their versions are those of the stamps (write_stamp.py), one for each kernel;
without a stamp they are of the tree that this script lies in, and the manifest says so ("versions_from").
"""

import hashlib
import json
import struct
import sys
import uuid
from pathlib import Path

from write_stamp import versions_of_tree

# Of struct axlf, axlf_section_header, ip_layout and ip_data (XRT's xclbin.h).
LENGTH_AT, PLATFORM_AT, PLATFORM_BYTES, UUID_AT, SECTION_COUNT_AT, SECTIONS_AT = 304, 352, 64, 416, 448, 456
SECTION_BYTES, SECTION_PLACE_AT = 40, 24
IP_LAYOUT, IP_KERNEL = 8, 1
UNITS_AT, UNIT_BYTES, UNIT_NAME_AT = 8, 80, 16


class NoManifest(Exception):
    pass


def text_of(field):
    return field.split(b"\0", 1)[0].decode("ascii", "replace")


def section(program, wanted):
    count = struct.unpack_from("<I", program, SECTION_COUNT_AT)[0]
    if count > (len(program) - SECTIONS_AT) // SECTION_BYTES:
        raise NoManifest("its table of sections is cut off")
    for at in range(SECTIONS_AT, SECTIONS_AT + count * SECTION_BYTES, SECTION_BYTES):
        kind = struct.unpack_from("<I", program, at)[0]
        offset, size = struct.unpack_from("<QQ", program, at + SECTION_PLACE_AT)
        if kind == wanted:
            if offset + size > len(program):
                raise NoManifest("a section is cut off")
            return program[offset : offset + size]
    raise NoManifest("it does not say what its compute units are")


def kernels(program):
    """Each kernel's compute units, which are named KERNEL:UNIT."""
    layout = section(program, IP_LAYOUT)
    if len(layout) < UNITS_AT or UNITS_AT + struct.unpack_from("<I", layout)[0] * UNIT_BYTES > len(layout):
        raise NoManifest("its table of compute units is cut off")
    units = {}
    for index in range(struct.unpack_from("<I", layout)[0]):
        unit = layout[UNITS_AT + index * UNIT_BYTES :][:UNIT_BYTES]
        if struct.unpack_from("<I", unit)[0] == IP_KERNEL:
            kernel, _, name = text_of(unit[UNIT_NAME_AT:]).partition(":")
            units.setdefault(kernel, []).append(name)
    return units


def kernel_versions(names, stamps):
    """Of each kernel, and from where they are."""
    if not stamps:
        tree = versions_of_tree()
        return {name: tree for name in names}, "the tree of write_manifest.py"
    stamped = {stamp["kernel"]: stamp for stamp in stamps}
    if missing := [name for name in names if name not in stamped]:
        raise NoManifest(f"no stamp for {', '.join(missing)}")
    return {name: stamped[name] for name in names}, "the build"


def manifest(name, program, stamps):
    if len(program) < SECTIONS_AT or program[:8] != b"xclbin2\0":
        raise NoManifest("is not an xclbin")
    if struct.unpack_from("<Q", program, LENGTH_AT)[0] != len(program):
        raise NoManifest("is cut off")
    units = kernels(program)
    if not units:
        raise NoManifest("has no kernels")
    versions, origin = kernel_versions(units, stamps)
    contracts = {version["abi_version"] for version in versions.values()}
    if len(contracts) != 1:
        raise NoManifest(f"its kernels speak several versions of the batch contract: {', '.join(map(str, sorted(contracts)))}")
    return {
        "file": name,
        "sha256": hashlib.sha256(program).hexdigest(),
        "uuid": str(uuid.UUID(bytes=program[UUID_AT : UUID_AT + 16])),
        "platform": text_of(program[PLATFORM_AT : PLATFORM_AT + PLATFORM_BYTES]),
        "abi_version": contracts.pop(),
        "versions_from": origin,
        "kernels": [
            {"name": kernel, "units": units[kernel], "version": version["kernel_version"], "commit": version["commit"]}
            for kernel, version in versions.items()
        ],
    }


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    path = Path(arguments[0])
    try:
        stamps = [json.loads(Path(stamp).read_text(encoding="utf-8")) for stamp in arguments[1:]]
        text = json.dumps(manifest(path.name, path.read_bytes(), stamps), indent=2) + "\n"
        Path(f"{path}.json").write_text(text, encoding="utf-8")
    except NoManifest as why:
        sys.exit(f"write_manifest: {path}: {why}")
    except OSError as error:
        sys.exit(f"write_manifest: {error.filename}: {error.strerror}")
    except (json.JSONDecodeError, KeyError):
        sys.exit(f"write_manifest: {path}: a stamp is none; make clean, and build it again")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
