# SPDX-License-Identifier: Apache-2.0
"""The data: files of this machine, copied into the work folder so that every program reads the same warm bytes.

The choice depends on the files alone. Each source is listed in a fixed order; the sources share the wanted size
evenly, what a small one leaves going to the others, and each gives its first files until its share is full.
"""
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass

SOURCES = ["/usr/bin", "/usr/include", "/usr/lib/gcc", "/usr/lib/python3", "/usr/lib/x86_64-linux-gnu",
           "/usr/share/doc", "/usr/share", "/usr/lib"]
BLOCK = 1 << 20


@dataclass
class ListedFile:
    path: str
    size: int  # bytes; 0 for a symlink


def fair_shares(sizes, wanted):
    """How much to take of each so that the sum is `wanted`, or all there is: none gets more than another that has more
    to give."""
    shares = [0] * len(sizes)
    left = min(wanted, sum(sizes))
    rising = sorted(range(len(sizes)), key=lambda i: sizes[i])
    for position, i in enumerate(rising):
        shares[i] = min(sizes[i], left // (len(rising) - position))
        left -= shares[i]
    return shares


def files_below(top, seen):
    """Regular files and symlinks at or below `top`, on its own file system: a directory's own before those of the
    directories in it, each in the order of names. Files whose (device, inode) is in `seen` are left out, and those listed are added to it: a second hard link is no more data."""
    if os.path.isfile(top) or os.path.islink(top):
        paths = [top]
    else:
        paths = []
        device = os.lstat(top).st_dev
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(name for name in folders if os.lstat(os.path.join(folder, name)).st_dev == device)
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            paths += [os.path.join(folder, name) for name in sorted(names + links)]
    listed = []
    for path in paths:
        status = os.lstat(path)
        identity = (status.st_dev, status.st_ino)
        if identity in seen or not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            continue
        seen.add(identity)
        listed.append(ListedFile(path, status.st_size if stat.S_ISREG(status.st_mode) else 0))
    return listed


def first_files(listed, share):
    """The first files whose sum does not pass `share`; one that alone would is stepped over."""
    chosen, total = [], 0
    for file in listed:
        if total + file.size <= share:
            chosen.append(file)
            total += file.size
    return chosen


@dataclass
class RealFiles:
    """A tree of copies, and the same as a tar file beside it."""

    tree: str
    tar: str
    parts: list  # (source, files, bytes)
    left_out: int  # files that could not be read

    @property
    def content_bytes(self):
        return sum(size for _, _, size in self.parts)

    @property
    def files(self):
        return sum(files for _, files, _ in self.parts)


def copy_real_files(sources, wanted, base):
    """Copies about `wanted` bytes of `sources`, or all if there are less, into `base`/data, under the paths that they have, and
    makes `base`/data.tar of it."""
    seen = set()
    present = [os.path.realpath(source) for source in sources if os.path.exists(source)]
    listed = [files_below(source, seen) for source in present]
    sizes = [sum(file.size for file in files) for files in listed]
    shares = fair_shares(sizes, wanted)
    tree = os.path.join(base, "data")
    os.mkdir(tree)
    parts, left_out = [], 0
    for source, files, share in zip(present, listed, shares):
        count = copied_bytes = 0
        for file in first_files(files, share):
            target = tree + file.path
            os.makedirs(os.path.dirname(target), exist_ok=True)
            try:
                shutil.copy2(file.path, target, follow_symlinks=False)
            except OSError:
                left_out += 1
                continue
            count += 1
            copied_bytes += 0 if os.path.islink(target) else os.path.getsize(target)
        parts.append((source, count, copied_bytes))
    tar = os.path.join(base, "data.tar")
    subprocess.run(["tar", "-C", base, "--sort=name", "-cf", tar, "data"], check=True)
    return RealFiles(tree, tar, parts, left_out)


def write_random_file(path, size):
    with open(path, "wb") as handle:
        for at in range(0, size, BLOCK):
            handle.write(os.urandom(min(BLOCK, size - at)))


def stored_bytes(*paths):
    """Bytes of files at and below `paths`, as their sizes say."""
    total = 0
    for path in paths:
        if os.path.isfile(path):
            total += os.path.getsize(path)
        total += sum(os.lstat(os.path.join(folder, name)).st_size
                     for folder, _, names in os.walk(path) for name in names)
    return total
