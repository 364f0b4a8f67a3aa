# SPDX-License-Identifier: Apache-2.0
"""A server that is attacked: what it has before and behind it, and that nothing came in that nobody may bring."""

import contextlib
import os
import random
import subprocess
import sys

from program import ABSENT, BINARIES, DONE, Store, content, write_file
from serving import Server, wait_until

MIB = 1 << 20
SECONDS_MAX = 600
MEMORY_MAX = 768 * MIB  # of which 256 MiB are for answers that wait to be acknowledged
SECONDS_TO_FORGET = 90  # idle connections, and what they began


class Siege:
    def __init__(self, place, seed):
        self.place, self.rng, self.seed = place, random.Random(seed), seed
        self.server = Server(os.path.join(place, "store"))
        self.other = Store(os.path.join(place, "other"))
        self.other.must("init")
        self.commits = set()
        self.unwanted = []  # CIDs that must not be there
        self.files = 0

    def make_file(self, size):
        path = os.path.join(self.place, "files", str(self.files))
        self.files += 1
        write_file(path, content(self.rng, size) + self.rng.randbytes(32))
        return path

    def cid_of(self, path):
        return self.other.must("put", path, "--json").json()["root"]

    def send(self, path, *arguments, **how):
        command, environment = self.server.send_command(path, *arguments, **how)
        return subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS_MAX, check=False)

    def send_well(self, size=3 * MIB, **how):
        """An upload that must work; its CID."""
        path = self.make_file(size)
        done = self.send(path, **how)
        if done.returncode != DONE or done.stderr:
            self.fail(f"a good upload ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
        cid = done.stdout.split(b"  ", 1)[0].decode()
        if cid != self.cid_of(path):
            self.fail(f"a good upload has the root {cid}")
        self.files_sent += 1
        return cid

    def unwanted_file(self, size=MIB):
        """A file whose CID must be unknown at the end."""
        path = self.make_file(size)
        self.unwanted.append(self.cid_of(path))
        return path

    def tool(self, name, *arguments, **how):
        done = subprocess.run([os.path.join(BINARIES, name), *map(str, arguments)], capture_output=True, text=True,
                              timeout=SECONDS_MAX, check=False, **how)
        if done.returncode != 0:
            self.fail(f"{name} ended with {done.returncode}: {done.stderr}; the server: {self.server.said()}")
        return done.stdout

    def fail(self, why):
        sys.exit(f"siege (seed {self.seed}): {why}")

    @contextlib.contextmanager
    def of_server(self):
        """What happens within it must leave the server as it was."""
        self.files_sent = 0
        self.server.start()
        try:
            self.send_well()
            before = self.picture()
            yield before
            self.server.must_be_healthy()
            self.send_well()
            self.wait_until_forgotten()
            with contextlib.suppress(AssertionError):
                wait_until("closed sockets", lambda: self.server.descriptors() == before["descriptors"])
            after = self.picture()
            print(f"memory {before['memory'] / MIB:.0f} MiB, behind it {after['memory'] / MIB:.0f}, at most "
                  f"{self.server.memory('VmHWM') / MIB:.0f}; descriptors {before['descriptors']}, behind it {after['descriptors']}", flush=True)
            if after["descriptors"] != before["descriptors"]:
                self.fail(f"descriptors: {before['descriptors']}, then {after['descriptors']}")
            if after["memory"] > MEMORY_MAX:
                self.fail(f"it holds {after['memory']} bytes")
            self.server.end()
        finally:
            if self.server.running():
                self.server.kill()
        self.check_store()

    def wait_until_forgotten(self):
        wait_until("a server without connections", lambda: self.connections() == 0, SECONDS_TO_FORGET)

    def picture(self):
        return {"memory": self.server.memory(), "descriptors": self.server.descriptors()}

    def connections(self):
        return self.server.metrics()["penstock_quic_connections_open"]

    def check_store(self):
        store = self.server.store
        commits = store.commits()
        if len(commits) != self.files_sent:
            names = [row["name"] for row in store.must("log", "--json").json()]
            self.fail(f"{self.files_sent} good uploads, {len(commits)} commits: {names}")
        for cid in self.unwanted:
            outcome = store.run("stat", cid)
            if outcome.code != ABSENT:
                self.fail(f"{cid} came in without a right: {outcome}")
        store.must("verify")
        said = self.server.said()
        if "Sanitizer" in said or "runtime error" in said:
            self.fail(said)


if __name__ == "__main__":
    sys.exit("a module of the tests beside it")
