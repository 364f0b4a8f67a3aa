# SPDX-License-Identifier: Apache-2.0
"""get_kill_test.py [--rounds N]: kills gets at random moments; the same command goes on and ends with the right tree.

Each round restores one tree to a place of some kind: nothing there, an empty directory, or an earlier version of the
tree with an --overwrite rule. It is killed one to four times and then let through. While it is not, no file stands
under its name in part; in the end all is as the commit says, and nothing else is left behind."""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

from odd_tree import make_odd_tree, whole_picture  # noqa: E402
from program import DONE, Store, scratch, seed_of_run, write_file  # noqa: E402

PLACES = ("absent", "empty", "if-changed", "always", "never")


def noise(rng, size):
    return bytes(byte or 1 for byte in rng.randbytes(size))


def make_tree(top, rng):
    make_odd_tree(top, links=20)
    for number in range(1200):
        write_file(f"{top}/many/{number % 40}/{number}", noise(rng, rng.randrange(1, 5000)))
    for number in range(6):
        write_file(f"{top}/large/{number}", noise(rng, 3_000_000))
        os.link(f"{top}/large/{number}", f"{top}/many/{number}/large")
    for number in range(0, 40, 3):
        os.chmod(f"{top}/many/{number}", 0o555)
        os.utime(f"{top}/many/{number}", ns=(0, 10**18 + number))


def age(top, rng):
    """Makes an earlier version of the tree: files are missing, others, or more."""
    for number in rng.sample(range(1200), 700):
        path = f"{top}/many/{number % 40}/{number}"
        os.chmod(os.path.dirname(path), 0o755)
        os.unlink(path)
        if number % 3 == 0:
            write_file(path, b"old " + noise(rng, rng.randrange(5000)))
    for name in rng.sample(os.listdir(f"{top}/many"), 8):
        shutil.rmtree(f"{top}/many/{name}")
    shutil.rmtree(f"{top}/links")
    os.unlink(f"{top}/up")


class Trial:
    def __init__(self, folder, rng):
        self.folder, self.rng = folder, rng
        self.store = Store(os.path.join(folder, "store"))
        self.source = os.path.join(folder, "source")
        self.older = os.path.join(folder, "older")
        self.killed = self.went_on = self.kept = 0
        make_tree(self.source, rng)
        subprocess.run(["cp", "-a", self.source, self.older], check=True)
        subprocess.run(["chmod", "-R", "u+w", self.older], check=True)
        age(self.older, rng)
        self.store.must("init")
        self.store.must("put", self.source)
        self.new, self.old = whole_picture(self.source), whole_picture(self.older)
        begun = time.monotonic()
        self.store.must("get", "HEAD", "-o", os.path.join(folder, "first"))
        self.seconds = time.monotonic() - begun

    def fail(self, why):
        sys.exit(f"get_kill_test: {why}")

    def nothing_was_left(self, arguments, folder):
        """Whether a get may say that the target stands: one before it had done all but end."""
        return "--overwrite" not in arguments and os.listdir(folder) == ["target"]

    def run_and_kill(self, arguments, folder):
        """Whether it was killed."""
        child = subprocess.Popen(self.store.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            _, err = child.communicate(timeout=self.rng.uniform(0, 1.2) ** 0.5 * self.seconds)
            if child.returncode != DONE and not self.nothing_was_left(arguments, folder):
                self.fail(f"{arguments}: exit {child.returncode}, not killed: {err.decode(errors='replace')}")
            return False
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            self.killed += 1
            return True

    def check_nothing_in_part(self, target):
        """A file that stands under its name is the old one or the new one."""
        if not os.path.lexists(target):
            return
        for name, entry in whole_picture(target).items():
            if b".penstock-partial" in name or "content" not in entry:
                continue
            wholes = [picture[name] for picture in (self.new, self.old) if name in picture]
            if not any(entry["content"] == whole.get("content") and entry["size"] == whole["size"] for whole in wholes):
                self.fail(f"{name} stands there in part")

    def expected(self, place):
        if place in ("absent", "empty"):
            return self.new
        return {**self.old, **self.new} if place != "never" else {**self.new, **self.old}

    def compare(self, target, place):
        found, wanted = whole_picture(target), self.expected(place)
        if sorted(found) != sorted(wanted):
            self.fail(f"{place}: names differ: {sorted(set(found) ^ set(wanted))[:10]}")
        for name, entry in wanted.items():
            seen = dict(found[name])
            entry = dict(entry)
            if place in PLACES[2:]:
                # Names that an earlier version shares are others; and directories that it has have new entries.
                seen.pop("names", None)
                entry.pop("names", None)
                if place == "never" and name in self.old and "content" not in entry:
                    seen.pop("mtime"), entry.pop("mtime")
            if seen != entry:
                different = {key for key in {*seen, *entry} if seen.get(key) != entry.get(key)}
                self.fail(f"{place}: {name} differs in {different}")

    def go_on(self, arguments, folder):
        done = self.store.run(*arguments, "--json")
        if done.code == DONE:
            resumed = done.json()["entries"]["resumed"]
            self.went_on += resumed > 0
            self.kept += resumed
        elif not self.nothing_was_left(arguments, folder):
            self.fail(str(done))

    def round(self, number):
        place = self.rng.choice(PLACES)
        folder = os.path.join(self.folder, f"round{number}")
        os.mkdir(folder)
        target = os.path.join(folder, "target")
        arguments = ["get", "HEAD", "-o", target]
        if place == "empty":
            os.mkdir(target)
        elif place != "absent":
            subprocess.run(["cp", "-a", self.older, target], check=True)
            arguments += ["--overwrite", place]
        for _ in range(self.rng.randint(1, 4)):
            if not self.run_and_kill(arguments, folder):
                break
            self.check_nothing_in_part(target)
        else:
            self.go_on(arguments, folder)
        self.compare(target, place)
        left = [name for name in os.listdir(folder) + os.listdir(target) if name.startswith(".penstock")]
        if left or os.listdir(folder) != ["target"]:
            self.fail(f"{place}: left behind: {left}")
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    rng = random.Random(seed_of_run())
    with scratch("get_kill") as folder:
        trial = Trial(folder, rng)
        for number in range(options.rounds):
            trial.round(number)
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
        if options.rounds >= 20 and trial.went_on == 0:
            trial.fail("no get went on with what another had restored")
        print(f"{trial.killed} kills in {options.rounds} rounds; {trial.went_on} gets went on with "
              f"{trial.kept} whole files, and every tree was right in the end")


if __name__ == "__main__":
    main()
