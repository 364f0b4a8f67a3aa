# SPDX-License-Identifier: Apache-2.0
"""The penstock program under test, and content for it."""

import filecmp
import json
import os
import random
import subprocess
import sys
import tempfile

BINARIES = os.path.abspath(os.environ.get("PENSTOCK_BINARY_DIR", "build/release"))
PENSTOCK = os.path.join(BINARIES, "penstock")
SECONDS_MAX = 300

DONE, FAILED, USAGE, CORRUPT, LOCKED, ABSENT = 0, 1, 2, 3, 4, 5


class Outcome:
    """How a run ended."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def __str__(self):
        return f"penstock {' '.join(self.arguments)}: exit {self.code}\n{self.err.decode(errors='replace')}"

    def json(self):
        return json.loads(self.out)


class Store:
    """A store in a directory, through the command line alone."""

    def __init__(self, directory, environment=None):
        self.directory = directory
        self.environment = {**os.environ, **(environment or {})}

    def command(self, *arguments):
        return [PENSTOCK, arguments[0], "-s", self.directory, *arguments[1:]]

    def run(self, *arguments, environment=None, **options):
        """Hangs and deaths by a signal are never right: they raise."""
        done = subprocess.run(self.command(*arguments), capture_output=True, timeout=SECONDS_MAX,
                              env={**self.environment, **(environment or {})}, check=False, **options)
        outcome = Outcome(arguments, done.returncode, done.stdout, done.stderr)
        if outcome.code < 0:
            raise AssertionError(f"killed by signal {-outcome.code}: {outcome}")
        return outcome

    def must(self, *arguments, **options):
        outcome = self.run(*arguments, **options)
        if outcome.code != DONE:
            raise AssertionError(str(outcome))
        return outcome

    def commits(self):
        """CIDs, newest first."""
        return [row["cid"] for row in self.must("log", "--json").json()]

    def files(self):
        for folder, _, names in os.walk(self.directory):
            for name in sorted(names):
                yield os.path.join(folder, name)


def seed_of_run():
    """PENSTOCK_SEED or a new one; printed, so that a failure can be seen again."""
    seed = int(os.environ.get("PENSTOCK_SEED") or random.SystemRandom().getrandbits(32))
    print(f"PENSTOCK_SEED={seed}", flush=True)
    return seed


def content(rng, size):
    """Bytes that shrink by about half: noise and text by turns."""
    out = bytearray()
    while len(out) < size:
        if rng.random() < 0.4:
            out += rng.randbytes(rng.randint(1, 60000))
        else:
            out += (rng.randbytes(rng.randint(1, 500)) * rng.randint(1, 100))[:60000]
    return bytes(out[:size])


def write_file(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def same_trees(one, other):
    """The first difference between two directories; nothing if there is none."""
    compared = filecmp.dircmp(one, other, ignore=[], hide=[])
    if compared.left_only or compared.right_only or compared.funny_files:
        return f"{one}: only in one: {compared.left_only + compared.right_only + compared.funny_files}"
    _, differ, errors = filecmp.cmpfiles(one, other, compared.common_files, shallow=False)
    if differ or errors:
        return f"{one}: differ: {differ + errors}"
    for name in compared.common_dirs:
        found = same_trees(os.path.join(one, name), os.path.join(other, name))
        if found:
            return found
    return None


def scratch(name):
    return tempfile.TemporaryDirectory(prefix=f"penstock_{name}_", dir=os.environ.get("TMPDIR"))


if __name__ == "__main__":
    sys.exit("a module of the tests beside it")
