# SPDX-License-Identifier: Apache-2.0
"""net_kill_test.py [--kills N]: kills the server at random moments of uploads and starts it again; what it had
answered with 201 is all there each time, and the senders end right.

One `penstock send` uploads objects small and large, several at once, over HTTP/3, and goes on by itself; others put
small ones over HTTP/1.1. After each kill all commits that were acknowledged to either are listed and the whole store
is verified; objects are read back and compared."""

import argparse
import filecmp
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

from program import DONE, content, scratch, seed_of_run, write_file
from serving import Server, wait_until

SECONDS_MAX = 300
KILLS_A_STORE = 25  # then a new one, so that verifying it stays short
RETRIES = 1000
KB, MB = 1000, 1_000_000


class Sender:
    """A send of one folder: its acknowledged lines as they come."""

    def __init__(self, server, folder, prefix):
        command, environment = server.send_command(folder, "--json", "--prefix", prefix, "--parallel", "12",
                                                   "--retries", str(RETRIES))
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def acknowledged(self):
        return [line for line in list(self.lines) if "commit" in line]

    def ended(self):
        return self.process.poll() is not None

    def finish(self):
        """The sums, when it has ended right."""
        try:
            code = self.process.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            sys.exit("net_kill: send does not end")
        self.reader.join()
        messages = self.process.stderr.read().decode(errors="replace")
        self.process.stderr.close()
        if code != DONE or messages:
            sys.exit(f"net_kill: send ended with {code}: {messages}")
        return self.lines[-1]


class PlainUploads:
    """Small objects over HTTP/1.1, one after the other, whether the server is there or not."""

    def __init__(self, server, seed):
        self.server, self.rng = server, random.Random(seed)
        self.acknowledged = []  # (commit, content)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        number = 0
        while not self.over.wait(0.02):
            body = self.rng.randbytes(self.rng.randrange(100 * KB))
            number += 1
            try:
                status, answer = self.server.ask("PUT", f"/objects/plain-{number}", body)
            except (OSError, http.client.HTTPException):
                continue
            if status == 201:
                self.acknowledged.append((json.loads(answer)["commit"], body))
            elif status != 503:
                self.acknowledged.append((f"an answer {status} {answer!r}", body))

    def end(self):
        self.over.set()
        self.thread.join()


class Trial:
    def __init__(self, place, rng):
        self.place, self.rng = place, rng
        self.server = Server(os.path.join(place, "store"))
        self.server.start()
        self.plain = PlainUploads(self.server, rng.random())
        self.known = {}  # commit → the file that it is of
        self.seconds = 1.0  # what a send takes
        self.kills = self.rounds = 0
        self.bytes_content = self.bytes_sent = 0

    def make_folder(self):
        folder = os.path.join(self.place, "sent", str(self.rounds))
        for number, size in enumerate((24 * MB, 6 * MB, 3 * MB)):
            write_file(os.path.join(folder, f"large{number}"), content(self.rng, size))
        for number in range(80):
            size = self.rng.choice([0, 100, 5 * KB, 60 * KB, 300 * KB])
            write_file(os.path.join(folder, f"small{number}"), content(self.rng, size))
        return folder

    def round(self, kills_max):
        """One send, and as many kills of the server as come to pass within it."""
        folder = self.make_folder()
        self.rounds += 1
        before = self.requests()
        begun = time.monotonic()
        sender = Sender(self.server, folder, f"r{self.rounds}")
        # A server that is away when a sender first asks it is an error; uploads that have begun go on.
        wait_until("a first upload", lambda: sender.ended() or self.requests() > before + 1)
        killed = 0
        while not sender.ended() and killed < kills_max:
            moment = time.monotonic() + self.rng.uniform(0, self.seconds)
            while time.monotonic() < moment and not sender.ended():
                time.sleep(0.002)
            if sender.ended():
                break
            self.kill(sender, folder)
            killed += 1
            if self.rng.random() < 0.5:
                break
        sums = sender.finish()
        if killed == 0:
            self.seconds = 0.7 * self.seconds + 0.3 * (time.monotonic() - begun)
        self.bytes_content += sums["bytes"]
        self.bytes_sent += sums["sent"]
        self.note(sender, folder)
        files = os.listdir(folder)
        if sums["objects"] != len(files) or sums["refused"] or sums["left_out"]:
            sys.exit(f"net_kill: {len(files)} files were sent as {sums}")
        self.compare(3)

    def requests(self):
        return self.server.metrics()["penstock_quic_requests_total"]

    def note(self, sender, folder):
        for line in sender.acknowledged():
            self.known[line["commit"]] = os.path.join(folder, os.path.basename(line["name"]))

    def kill(self, sender, folder):
        self.server.kill()
        self.kills += 1
        # What it sent before it died is still read.
        time.sleep(0.05)
        self.note(sender, folder)
        self.check()
        self.server.start()

    def check(self):
        """While no server runs."""
        acknowledged = {*self.known, *(commit for commit, _ in list(self.plain.acknowledged))}
        lost = acknowledged - set(self.server.store.commits())
        if lost:
            sys.exit(f"net_kill: acknowledged, but not listed after kill {self.kills}: {lost}")
        self.server.store.must("verify")

    def compare(self, count):
        restored = os.path.join(self.place, "restored")
        for commit in self.rng.sample(sorted(self.known), min(count, len(self.known))):
            self.server.store.must("get", commit, "-o", restored)
            if not filecmp.cmp(restored, self.known[commit], shallow=False):
                sys.exit(f"net_kill: {commit} is not {self.known[commit]}")
            os.unlink(restored)

    def finish(self):
        self.plain.end()
        self.server.must_be_healthy()
        self.server.end()
        self.check()
        self.compare(40)
        plain = list(self.plain.acknowledged)
        for commit, body in self.rng.sample(plain, min(20, len(plain))):
            if self.server.store.must("get", commit, "-o", "-").out != body:
                sys.exit(f"net_kill: {commit} is not what was put over HTTP/1.1")
        if not plain:
            sys.exit("net_kill: nothing was put over HTTP/1.1")
        print(f"{self.kills} kills in {self.rounds} sends: {len(self.known)} commits acknowledged over HTTP/3, {len(plain)} over "
              f"HTTP/1.1, none lost; {self.bytes_sent / self.bytes_content:.2f} bytes sent for each of content", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    rng = random.Random(seed_of_run())
    left = options.kills
    while left > 0:
        with scratch("net_kill") as place:
            trial = Trial(place, rng)
            wanted = min(left, KILLS_A_STORE)
            try:
                for _ in range(20 * wanted):
                    if trial.kills >= wanted:
                        break
                    trial.round(wanted - trial.kills)
            finally:
                trial.plain.over.set()
            if trial.kills < wanted:
                sys.exit("net_kill: sends end too soon to be killed")
            trial.finish()
            left -= wanted


if __name__ == "__main__":
    main()
