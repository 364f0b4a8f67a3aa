# SPDX-License-Identifier: Apache-2.0
"""A root file system's tree through put and get, beside what rsync and diff say of the two."""
import os
import re
import subprocess
import sys

from appliance import SOURCE_DIR, make_store, put, run

sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "cli"))
from odd_tree import make_odd_tree  # noqa: E402

SMALL = ["/etc", "/usr/share/doc"]
FULL = ["/etc", "/var/lib", "/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/python3", "/usr/share"]
LINES_SHOWN = 20
# diff has nothing to say of the content of two entries that have none, but says it.
SAME_SPECIAL_KIND = re.compile(r"^File .* is a (?P<kind>[a-z ]+) while file .* is a (?P=kind)$", re.DOTALL)


def copy_of_root(target, parts):
    """Copies of the parts of this machine's root file system that are there, under their paths, and an odd tree beside them."""
    os.mkdir(target)
    there = [part for part in parts if os.path.isdir(part)]
    copied = subprocess.run(["rsync", "-aHAXxR", "--ignore-missing-args", *there, target + "/"], capture_output=True, text=True)
    if copied.returncode not in (0, 23, 24):  # 23 and 24: some could not be read, or went meanwhile
        raise AssertionError(f"rsync could not copy: {copied.stderr[:1000]}")
    for name in ("usr/bin", "usr/sbin"):
        os.symlink(name, os.path.join(target, os.path.basename(name)))
    make_odd_tree(os.path.join(target, "odd"))


def differences(source, restored):
    """What rsync would change in `restored`, and what diff finds: lines."""
    told = subprocess.run(["rsync", "-aHAXn", "--delete", "-i", "--modify-window=-1", source + "/", restored + "/"],
                          capture_output=True, text=True, errors="replace")
    if told.returncode != 0:
        raise AssertionError(f"rsync: exit {told.returncode}: {told.stderr[:1000]}")
    compared = subprocess.run(["diff", "-r", "--no-dereference", source, restored], capture_output=True, text=True,
                              errors="replace")
    if compared.returncode not in (0, 1):
        raise AssertionError(f"diff: exit {compared.returncode}: {compared.stderr[:1000]}")
    return told.stdout.splitlines() + [line for line in compared.stdout.splitlines() if not SAME_SPECIAL_KIND.match(line)]


def count_by_kind(top):
    """Entries below `top`, and of these hard links, and what is neither file, directory nor symlink."""
    entries = links = special = 0
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            status = os.lstat(os.path.join(folder, name))
            entries += 1
            kind = status.st_mode & 0o170000
            links += kind != 0o040000 and status.st_nlink > 1
            special += kind not in (0o100000, 0o040000, 0o120000)
    return entries, links, special


def check_whole_root(base, full):
    """a root file system's tree comes back as rsync -aHAXn --delete and diff -r want it"""
    source, back = os.path.join(base, "root"), os.path.join(base, "back")
    copy_of_root(source, FULL if full else SMALL)
    store = make_store(os.path.join(base, "store"))
    stored = put(store, source)
    got = run("get", "HEAD", "-o", back, store=store)
    found = differences(source, back)
    if found:
        raise AssertionError(f"{len(found)} differences:\n" + "\n".join(found[:LINES_SHOWN]))
    entries, links, special = count_by_kind(source)
    who = "as root" if os.geteuid() == 0 else "NOT as root: no devices, owners or capabilities"
    return (f"{entries} entries, {links} of them names of several, {special} special files, {stored['sizes']['content'] / 1e6:.0f} MB, "
            f"{who}: no difference; put {stored['wall']:.1f} s, get {got.seconds:.1f} s")
