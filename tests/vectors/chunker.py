#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Chunker v1 in the plainest form, written from docs/chunker.md alone, and the vectors made with it.

  chunker.py --make           writes chunker.json beside this file
  chunker.py --check [NAME]   cuts the inputs (or those whose name starts with NAME) again and compares
  chunker.py --cut SPEC FILE  prints the pieces of a file
  chunker.py --gear-table     prints host/chunking/gear_table.h

An input is a list of parts, one behind the other:
  {"random": SEED, "bytes": N}  the first N bytes of SHA-256(SEED || 0) || SHA-256(SEED || 1) || ..., the
                                number as 8 bytes, little-endian
  {"repeat": HEX, "bytes": N}   the bytes HEX over and over, N bytes of them
  {"file": PATH, "times": K}    a file's content, K times
A case's pieces are written in order, divided by spaces: a data piece as its length, a zero run as 'z' and its
length. Long lists are given by their count, their first pieces, and the SHA-256 of the whole list so written.
"""
import hashlib
import json
import os
import re
import sys

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "chunker.json")
LIST_PIECES_MAX = 100  # longer lists are given by their digest
FIRST_PIECES = 12


def gear_table():
    return [
        int.from_bytes(hashlib.sha256(b"penstock gear v1" + bytes([b])).digest()[:4], "little")
        for b in range(256)
    ]


GEAR = gear_table()


# --- the definition ---------------------------------------------------------------------------------------


def cut_region(d, least, average, most):
    """The lengths of a data region's chunks."""
    a = average.bit_length() - 1
    lengths = []
    g = 0
    c = 0  # where the open chunk began
    for i in range(len(d)):
        g = (2 * g + GEAR[d[i]]) % 2**32
        length = i - c + 1
        if length == most:
            cut = True
        elif length < least:
            cut = False
        elif length < average:
            cut = g < 2 ** (32 - (a + 2))
        else:
            cut = g < 2 ** (32 - (a - 2))
        if cut or i == len(d) - 1:
            lengths.append(length)
            c = i + 1
    return lengths


def cut_cdc(s, least, average, most):
    pieces = []
    region_begin = 0
    for run in re.finditer(b"\\x00{%d,}" % least, s):
        pieces += [("data", n) for n in cut_region(s[region_begin:run.start()], least, average, most)]
        pieces.append(("zero_run", run.end() - run.start()))
        region_begin = run.end()
    pieces += [("data", n) for n in cut_region(s[region_begin:], least, average, most)]
    return pieces


def cut_fixed(s, size):
    return [("data", len(s[at:at + size])) for at in range(0, len(s), size)]


def parse_size(text):
    factor = {"K": 2**10, "M": 2**20}.get(text[-1], 1)
    return int(text.rstrip("KM")) * factor


def cut(s, spec):
    kind, *sizes = spec.split(":")
    sizes = [parse_size(size) for size in sizes]
    return cut_cdc(s, *sizes) if kind == "cdc" else cut_fixed(s, *sizes)


# --- inputs -----------------------------------------------------------------------------------------------


def part_bytes(part):
    if "random" in part:
        seed = part["random"].encode()
        blocks = (part["bytes"] + 31) // 32
        stream = b"".join(hashlib.sha256(seed + k.to_bytes(8, "little")).digest() for k in range(blocks))
        return stream[:part["bytes"]]
    if "repeat" in part:
        pattern = bytes.fromhex(part["repeat"])
        return (pattern * (part["bytes"] // len(pattern) + 1))[:part["bytes"]]
    with open(part["file"], "rb") as file:
        return file.read() * part["times"]


def input_bytes(parts):
    return b"".join(part_bytes(part) for part in parts)


def random(seed, size):
    return {"random": seed, "bytes": size}


def repeat(pattern, size):
    return {"repeat": pattern, "bytes": size}


def zeros(size):
    return repeat("00", size)


def text_file(name, times):
    return {"file": "/usr/share/common-licenses/" + name, "times": times}


def inputs_and_specs():
    """Name -> (parts, specs)."""
    K, M = 2**10, 2**20
    default, small, middle, narrow = "cdc:16K:64K:256K", "cdc:64:256:1K", "cdc:2K:8K:64K", "cdc:4K:4K:4K"
    every = [default, small, middle, narrow, "fixed:100"]
    made = {
        "empty": ([], every + ["fixed:1M"]),
        "one byte": ([random("one", 1)], every),
        "one zero byte": ([zeros(1)], every),
        "random 4M": ([random("large", 4 * M)], [default, middle, "cdc:64K:128K:1M", "fixed:1M"]),
        "random 256K": ([random("medium", 256 * K)],
                        [small, narrow, "cdc:64:4K:4K", "cdc:1000:1K:3000", "cdc:16K:32K:33333"]),
        "random 64K": ([random("little", 64 * K)], ["cdc:64:256:256", "cdc:256:256:1M", "cdc:64:64K:1M", "fixed:1"]),
        "the largest MIN": ([random("floor", 3 * M + 5)], ["cdc:1M:1M:1M"]),
        "ones, which never cut": ([repeat("01", 600 * K + 1)], [default, middle, "cdc:64:256:1K"]),
        "a row of each byte value": ([repeat("%02x" % b, 100) for b in range(256)], [small]),
        "period of 31 bytes": ([repeat("00" * 10 + "0102030405060708090a0b0c0d0e0f101112131415", 200 * K)], every),
        "zeros 3M and 7": ([zeros(3 * M + 7)], [default, small, "fixed:1M"]),
        "one byte in zeros": ([zeros(2 * M), repeat("2a", 1), zeros(1 * M + 1)], [default, small, "cdc:1M:1M:1M"]),
        "text once": ([text_file("GPL-3", 1)], every),
        "text again and again": ([text_file("GPL-3", 20)], [default, small, middle]),
        "texts in a row": ([text_file(n, 3) for n in ("Apache-2.0", "GPL-2", "GPL-3", "LGPL-2.1", "Artistic")],
                           [default, small, middle]),
        "text between zeros": ([text_file("GPL-3", 2), zeros(100 * K), text_file("GPL-2", 1), zeros(3 * K),
                                text_file("GPL-3", 1), zeros(70)], every),
    }
    for spec in (default, small, middle, narrow):
        least, average, most = [parse_size(size) for size in spec.split(":")[1:]]
        around = [n + d for n in (least, average, most) for d in (-1, 0, 1)]
        for n in sorted(set(around)):
            made["random of %d for %s" % (n, spec)] = ([random("size", n)], [spec])
            made["zeros of %d for %s" % (n, spec)] = ([zeros(n)], [spec])
            made["zeros of %d in random data for %s" % (n, spec)] = (
                [random("before", average + 77), zeros(n), random("behind", average + 99)], [spec])
        for n in (least - 1, least, least + 1):
            made["zeros of %d at both ends for %s" % (n, spec)] = (
                [zeros(n), repeat("ff", 1), random("inside", most), repeat("ff", 1), zeros(n)], [spec])
            made["rows of %d zeros, bytes between, for %s" % (n, spec)] = (
                [zeros(n), repeat("01", 1)] * 5 + [zeros(n)], [spec])
        made["zeros over the cut at MAX for %s" % spec] = (
            [repeat("01", most - 10), zeros(least - 1), repeat("01", most), zeros(least), repeat("01", 9)], [spec])
    return made


# --- vectors ----------------------------------------------------------------------------------------------


def described(pieces):
    words = [("z%d" if kind == "zero_run" else "%d") % length for kind, length in pieces]
    text = " ".join(words)
    if len(words) <= LIST_PIECES_MAX:
        return {"pieces": text}
    return {
        "count": len(words),
        "first": " ".join(words[:FIRST_PIECES]),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def make():
    vectors = []
    for name, (parts, specs) in inputs_and_specs().items():
        s = input_bytes(parts)
        vectors.append({
            "name": name,
            "parts": parts,
            "bytes": len(s),
            "sha256": hashlib.sha256(s).hexdigest(),
            "cuts": [{"spec": spec, **described(cut(s, spec))} for spec in specs],
        })
    with open(VECTORS, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(vector) for vector in vectors) + "\n]\n")


def check(prefix):
    with open(VECTORS) as file:
        vectors = [vector for vector in json.load(file) if vector["name"].startswith(prefix)]
    checked = wrong = 0
    for vector in vectors:
        try:
            s = input_bytes(vector["parts"])
        except FileNotFoundError as error:
            print("%s: not checked: %s" % (vector["name"], error))
            continue
        if hashlib.sha256(s).hexdigest() != vector["sha256"]:
            print("%s: the input is not the one that the vectors were made from" % vector["name"])
            wrong += not any("file" in part for part in vector["parts"])  # another system's file may differ
            continue
        checked += 1
        for expected in vector["cuts"]:
            if {"spec": expected["spec"], **described(cut(s, expected["spec"]))} != expected:
                print("%s: %s: cut differently" % (vector["name"], expected["spec"]))
                wrong += 1
    print("%d inputs checked, %d wrong" % (checked, wrong))
    return 1 if wrong or not checked else 0


def print_gear_table():
    print("// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n#include <array>\n#include <cstdint>\n")
    print("namespace penstock {\n")
    print("// T[b]: the first 4 bytes, little-endian, of SHA-256(\"penstock gear v1\" followed by b); docs/chunker.md.")
    print("// Written by tests/vectors/chunker.py --gear-table.")
    print("inline constexpr std::array<uint32_t, 256> kGearTable = {")
    for row in range(0, 256, 8):
        print("    " + " ".join("0x%08x," % word for word in GEAR[row:row + 8]))
    print("};\n\n}  // namespace penstock")


def main(arguments):
    if arguments == ["--make"]:
        make()
    elif arguments[:1] == ["--check"] and len(arguments) <= 2:
        return check(arguments[1] if len(arguments) == 2 else "")
    elif arguments[:1] == ["--cut"] and len(arguments) == 3:
        with open(arguments[2], "rb") as file:
            for kind, length in cut(file.read(), arguments[1]):
                print(kind, length)
    elif arguments == ["--gear-table"]:
        print_gear_table()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
