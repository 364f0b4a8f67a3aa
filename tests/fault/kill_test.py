# SPDX-License-Identifier: Apache-2.0
"""kill_test.py [--kills N]: kills puts at random moments; what was acknowledged is all there, each time.

A put is acknowledged once it has printed its commit, killed behind that or not. After each kill every
acknowledged commit is listed and one of them is restored and compared; each tenth time, and at the end, the whole
store is verified."""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from program import DONE, Store, content, same_trees, scratch, seed_of_run, write_file

TREES = 12  # sources that puts take turns with, so that content repeats


class Trial:
    def __init__(self, folder, rng):
        self.folder, self.rng = folder, rng
        self.store = Store(os.path.join(folder, "store"))
        self.acknowledged = []  # (commit, copy of the source)
        self.copies = 0
        self.killed = 0
        self.seconds = 5  # what a put takes: about, once some were let through

    def fail(self, why):
        sys.exit(f"kill_test: {why}")

    def make(self):
        """init is killed too: what it leaves is a store, or init makes one of it."""
        for _ in range(5):
            self.run_and_kill("init", limit=0.05)
            if self.store.run("log").code == DONE:
                return
        self.store.must("init")

    def run_and_kill(self, *arguments, limit):
        """Its standard output, and whether it was killed."""
        child = subprocess.Popen(self.store.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        begun = time.monotonic()
        try:
            out, err = child.communicate(timeout=self.rng.uniform(0, limit))
            if child.returncode != DONE and arguments[0] != "init":
                self.fail(f"{arguments}: exit {child.returncode}, not killed: {err.decode(errors='replace')}")
            self.seconds = 0.5 * self.seconds + 0.5 * (time.monotonic() - begun)
            return out, False
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            out, _ = child.communicate()
            self.seconds *= 1.05
            return out, True

    def source(self):
        """A tree of which much was there before: a random one of a few, with some files new."""
        path = os.path.join(self.folder, f"source{self.rng.randrange(TREES)}")
        for _ in range(self.rng.randint(1, 6)):
            name = os.path.join(path, f"d{self.rng.randrange(3)}", f"f{self.rng.randrange(8)}")
            write_file(name, content(self.rng, self.rng.choice([0, 1, 3000, 200_000, 1_500_000, 4_000_000])))
        return path

    def put_and_kill(self):
        source = self.source()
        out, killed = self.run_and_kill("put", source, "--json", limit=1.5 * self.seconds)
        self.killed += killed
        try:
            commit = json.loads(out)["commit"]
        except ValueError:
            if not killed:
                self.fail(f"a put that ended well printed {out!r}")
            return
        copy = os.path.join(self.folder, "copies", str(self.copies))
        self.copies += 1
        shutil.copytree(source, os.path.join(copy, os.path.basename(source)))
        self.acknowledged.append((commit, copy))

    def compare(self, commit, copy):
        target = os.path.join(self.folder, "restored")
        shutil.rmtree(target, ignore_errors=True)
        self.store.must("get", commit, "-o", target)
        name = os.listdir(copy)[0]
        inner = os.path.join(target, name)
        different = same_trees(os.path.join(copy, name), inner if os.path.isdir(inner) else target)
        if different:
            self.fail(f"{commit} came back different: {different}")

    def check(self):
        listed = set(self.store.commits())
        for commit, _ in self.acknowledged:
            if commit not in listed:
                self.fail(f"acknowledged commit {commit} is not listed")
        if self.acknowledged:
            self.compare(*(self.acknowledged[-1] if self.rng.random() < 0.5 else self.rng.choice(self.acknowledged)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    rng = random.Random(seed_of_run())
    with scratch("kill") as folder:
        trial = Trial(folder, rng)
        trial.make()
        puts = 0
        while trial.killed < options.kills:
            puts += 1
            if puts > 20 * options.kills:
                trial.fail("puts end too soon to be killed")
            trial.put_and_kill()
            trial.check()
            if puts % 10 == 0:
                trial.store.must("verify")
        trial.store.must("verify")
        for commit, copy in trial.acknowledged[-20:]:
            trial.compare(commit, copy)
        recovered = len(trial.store.commits()) - len(trial.acknowledged)
        print(f"{trial.killed} kills in {puts} puts: {len(trial.acknowledged)} commits acknowledged, "
              f"{recovered} more recovered, nothing lost")


if __name__ == "__main__":
    main()
