# SPDX-License-Identifier: Apache-2.0
"""Runs the penstock binary for black-box checks. Standard library only."""
import json
import os
import resource
import subprocess
import time

SOURCE_DIR = os.environ.get("PENSTOCK_SOURCE_DIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.join(os.environ.get("PENSTOCK_BINARY_DIR") or os.path.join(SOURCE_DIR, "build", "release"), "penstock")


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
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stdout=stdout or subprocess.PIPE,
                               stderr=subprocess.PIPE)
    out, err = _drain(process)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    ran = Ran(process.returncode, out, err, time.monotonic() - start, usage.ru_maxrss * 1024)
    if expect is not None and ran.code != expect:
        raise AssertionError(f"{' '.join(command)}: exit {ran.code}, not {expect}\n{err.decode(errors='replace')}")
    return ran


def _drain(process):
    """Both pipes to their end, without waiting for the process (wait4 does, for its usage)."""
    import threading
    out = []
    reader = None
    if process.stdout is not None:
        reader = threading.Thread(target=lambda: out.append(process.stdout.read()))
        reader.start()
    err = process.stderr.read()
    if reader is not None:
        reader.join()
    return (out[0] if out else b""), err


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
