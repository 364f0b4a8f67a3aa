# SPDX-License-Identifier: Apache-2.0
"""Runs the penstock binary for black-box checks. Standard library only."""
import json
import os
import resource
import subprocess
import sys
import time

SOURCE_DIR = os.environ.get("PENSTOCK_SOURCE_DIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.join(os.environ.get("PENSTOCK_BINARY_DIR") or os.path.join(SOURCE_DIR, "build", "release"), "penstock")


# Runs a command from a process that is small itself: at exec Linux counts the memory of the process that a program was
# started from as the program's own peak. Writes that peak, in KiB, to the descriptor named first.
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
with open(int(sys.argv[1]), 'w') as peak:
    peak.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code if code >= 0 else 128 - code)
"""


class Ran:
    """A finished run: exit code, output, errors, wall seconds, peak resident bytes."""

    def __init__(self, code, out, err, seconds, peak):
        self.code, self.out, self.err, self.seconds, self.peak = code, out, err, seconds, peak

    def json(self):
        return json.loads(self.out)


def run(*arguments, store=None, stdin=None, stdout=None, expect=0):
    """Runs penstock; fails unless it exits with `expect` (None: whatever it does)."""
    command = [BINARY, *map(str, arguments)]
    if store is not None:
        command[2:2] = ["-s", str(store)]
    peak_read, peak_write = os.pipe()
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(peak_write), *command], pass_fds=[peak_write],
                               stdin=stdin or subprocess.DEVNULL, stdout=stdout or subprocess.PIPE,
                               stderr=subprocess.PIPE)
    os.close(peak_write)
    out, err = process.communicate()
    seconds = time.monotonic() - start
    with open(peak_read) as peak:
        peak_kib = peak.read()
    ran = Ran(process.returncode, out or b"", err, seconds, int(peak_kib or 0) * 1024)
    if expect is not None and ran.code != expect:
        raise AssertionError(f"{' '.join(command)}: exit {ran.code}, not {expect}\n{err.decode(errors='replace')}")
    return ran


def put(store, *arguments, **options):
    """The JSON report of a put."""
    ran = run("put", "--json", *arguments, store=store, **options)
    return ran.json() | {"peak": ran.peak, "wall": ran.seconds}


def make_store(path, *options):
    run("init", *options, store=path)
    return path


def stored_bytes(store):
    """Bytes of the store's files, as their sizes say."""
    return sum(os.lstat(os.path.join(d, n)).st_size for d, _, names in os.walk(store) for n in names)


def raise_descriptor_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    return soft
