# SPDX-License-Identifier: Apache-2.0
"""Many small files, made of pieces of real ones."""
import os
import random

LEAST_BYTES, MOST_BYTES = 1000, 4000
FILES_IN_FOLDER = 250
SEED = 20


class NoTextToTake(Exception):
    """Fewer real bytes than one small file has."""


def regular_files(paths):
    """The regular files at and below `paths`, in an order that the names decide."""
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, folders, names in os.walk(path):
            folders.sort()
            files = (os.path.join(folder, name) for name in sorted(names))
            yield from (file for file in files if os.path.isfile(file) and not os.path.islink(file))


def pooled(paths, wanted):
    """About `wanted` bytes of the regular files at and below `paths`, one behind the other."""
    pool = bytearray()
    for file in regular_files(paths):
        with open(file, "rb") as handle:
            pool += handle.read(wanted - len(pool))
        if len(pool) >= wanted:
            break
    return bytes(pool)


def write_small_files(top, count, sources):
    """Writes `count` files of 1 to 4 kB, 250 in a folder, into `top`. Each is a piece of what the real files in `sources`
    hold, begun with its number, so that no two are equal; the same machine gives the same files. Returns their bytes."""
    pool = pooled(sources, 64 << 20)
    if len(pool) <= MOST_BYTES:
        raise NoTextToTake(f"{', '.join(sources)}: less than {MOST_BYTES} bytes of files to make small ones of (leave the rows small and many "
                           "out, with --rows)")
    chance = random.Random(SEED)
    written = 0
    for number in range(count):
        if number % FILES_IN_FOLDER == 0:
            folder = os.path.join(top, f"{number // FILES_IN_FOLDER:05}")
            os.makedirs(folder)
        size = chance.randint(LEAST_BYTES, MOST_BYTES)
        at = chance.randrange(len(pool) - size)
        with open(os.path.join(folder, f"file-{number:07}.txt"), "wb") as handle:
            written += handle.write((b"%d " % number + pool[at:at + size])[:size])
    return written
