#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`penstock serve` and `send` by DPDK ports that share memory (memif): a process each, without privileges."""

import http.client
import json
import os
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))

from served_case import ServedCase  # noqa: E402 (it lies in tests/cli)
from tool_case import DONE, FAILED, SEED, TOOL, USAGE, environment  # noqa: E402

NOT_HERE = 77
SERVER, CLIENT = 1, 2
PLACE = f"10.78.0.{SERVER}:4433"
ALIKE = 9280  # bytes of a shared buffer


class MemifTest(ServedCase):
    def nic(self, end, bsize=ALIKE):
        role = "server" if end == SERVER else "client"
        cpus = ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0)))
        return (f"dpdk:--no-huge -m 512 --no-shconf --no-pci --no-telemetry --lcores 0@({cpus}) "
                f"--vdev net_memif0,role={role},socket={self.path('memif')},socket-abstract=no,bsize={bsize},rsize=9;"
                f"port=net_memif0,addr=10.78.0.{end}/24,mtu=9000")

    def server(self):
        return self.serve(nic=self.nic(SERVER))

    def sender(self, fingerprint, path, bsize=ALIKE):
        process = subprocess.Popen(
            [TOOL, "send", "--nic", self.nic(CLIENT, bsize), "https://" + PLACE, path, "--fingerprint", fingerprint, "--json", "-q"],
            env=environment(PENSTOCK_TOKEN=self.token, XDG_STATE_HOME=self.path("state")), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for release in (process.stderr.close, process.stdout.close, process.wait, process.kill):
            self.addCleanup(release)
        return process

    def sent(self, sender):
        """The CID of an upload that must work."""
        out, errors = sender.communicate(timeout=100)
        self.assertEqual(sender.returncode, DONE, f"seed {SEED}: {errors}")
        return json.loads(out.splitlines()[0])["cid"]

    def cid_of(self, path):
        """What a put into another store makes of it."""
        other = self.path("other")
        if not os.path.exists(other):
            self.ok("init", "-s", other)
        return self.put("-s", other, path)

    def figure(self, server, name):
        connection = http.client.HTTPConnection(server.places["http"], timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/metrics", headers={"Authorization": "Bearer " + self.token})
        lines = connection.getresponse().read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"penstock_port_{name}{{"))

    def stored(self):
        return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(self.store) for name in names)

    def test_one_sender_after_another_is_served(self):
        server = self.server()
        senders = 5
        for number in range(senders):
            path = self.write(f"file{number}", self.random.randbytes(5_000_000))
            self.assertEqual(self.sent(self.sender(server.places["fingerprint"], path)), self.cid_of(path))
        # Whoever comes, the first one too, is told who is where.
        self.assertGreater(self.figure(server, "announcements_sent_total"), senders)
        self.assertEqual(self.figure(server, "held_out_total"), 0)
        self.end(server)
        self.ok("verify")

    def test_buffers_of_another_size_at_the_other_end_do_no_harm(self):
        server = self.server()
        path = self.write("file", self.random.randbytes(5_000_000))
        self.assertEqual(self.sent(self.sender(server.places["fingerprint"], path, bsize=16_384)), self.cid_of(path))
        self.end(server)

    def test_a_sender_that_is_killed_leaves_the_server_to_the_next_one(self):
        server = self.server()
        size = 60_000_000
        path = self.write("file", self.random.randbytes(size))
        for _ in range(2):
            before = self.stored()
            killed = self.sender(server.places["fingerprint"], path)
            while self.stored() < before + size // 10:
                self.assertIsNone(killed.poll(), f"the upload ended early: {killed.returncode}")
                time.sleep(0.005)
            killed.kill()
            killed.wait()
            self.assertIsNone(server.poll(), f"seed {SEED}: the server died of it")
            small = self.write("small", self.random.randbytes(2_000_000))
            self.assertEqual(self.sent(self.sender(server.places["fingerprint"], small)), self.cid_of(small))
        server.kill()  # it would wait for those that were killed
        server.wait()
        self.ok("verify")

    def test_a_server_comes_first_and_one_that_was_killed_leaves_its_socket(self):
        path = self.write("file", self.random.randbytes(2_000_000))
        server = self.server()
        server.kill()
        server.wait()
        alone = self.sender(server.places["fingerprint"], path)
        self.assertIn(b"role=server", alone.communicate(timeout=100)[1])
        self.assertEqual(alone.returncode, FAILED)
        self.assertIn("remove what it left", self.fails(FAILED, "serve", "--listen", ":4433", "--nic", self.nic(SERVER)))
        os.remove(self.path("memif"))
        server = self.server()
        self.assertEqual(self.sent(self.sender(server.places["fingerprint"], path)), self.cid_of(path))
        self.end(server)

    def test_what_is_wrong_is_said(self):
        server = self.server()
        arguments = ("serve", "--listen", ":4433", "--nic")
        # One store has one server: the second one's is another.
        other = self.path("second")
        self.ok("init", "-s", other)
        self.ok("serve", "--init", "-s", other)
        self.assertIn("another process serves", self.fails(FAILED, *arguments, self.nic(SERVER), "-s", other))
        self.assertIn("give --vdev bsize=9152", self.fails(USAGE, *arguments, self.nic(CLIENT, bsize=2048), "-s", other))
        self.end(server)


if __name__ == "__main__":
    probe = subprocess.run([TOOL, "serve", "--nic", "dpdk:--no-huge --no-shconf -m 64 --no-pci --no-telemetry --vdev net_memif0;port=absent,addr=10.0.0.1/24",
                            "--listen", ":1"], capture_output=True, check=False, env=environment())
    if b"driver is not known" in probe.stderr:
        print("memif's driver is not installed", file=sys.stderr)
        sys.exit(NOT_HERE)
    unittest.main()
