# SPDX-License-Identifier: Apache-2.0
"""Trees of this machine's own files, as large as a test wants them."""

import os
import sys

# What users keep: programs, sources, text, pictures; each gives a part.
SOURCES = ("/usr/lib/python3", "/usr/share", "/usr/bin", "/usr/include", "/usr/lib")


def gather(target, size):
    """Hard copies of files below SOURCES, until they are `size` bytes together; their number and bytes."""
    number = total = 0
    for source in SOURCES:
        end = total + (size - total) // (len(SOURCES) - SOURCES.index(source))
        for folder, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if total >= end or os.path.islink(path) or not os.path.isfile(path):
                    continue
                total += os.path.getsize(path)
                number += 1
                to = target + folder
                os.makedirs(to, exist_ok=True)
                with open(path, "rb") as read, open(os.path.join(to, name), "wb") as write:
                    write.write(read.read())
    return number, total


def take_mib(default):
    """The N of --mib N, which is taken off the command line; the default where it is not there."""
    if "--mib" not in sys.argv:
        return default
    at = sys.argv.index("--mib")
    mib = int(sys.argv[at + 1])
    del sys.argv[at:at + 2]
    return mib
