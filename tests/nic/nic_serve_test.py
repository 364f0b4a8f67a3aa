#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`penstock serve --nic` on a veth pair (on_veth): what goes wrong with ports, and a card behind one."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))

from listening import NIC  # noqa: E402
from served_case import ServedCase  # noqa: E402 (it lies in tests/cli)
from tool_case import DONE, FAILED, SEED, TOOL, USAGE, environment  # noqa: E402

SECONDS_TO_END = 60


def changed(old, new):
    """--nic with one thing changed."""
    assert old in NIC, NIC
    return NIC.replace(old, new)


class NicServeTest(ServedCase):
    def sender(self, server, path):
        process = subprocess.Popen(
            [TOOL, "send", "https://" + server.places["listen"], path, "--fingerprint", server.places["fingerprint"], "--json"],
            env=environment(PENSTOCK_TOKEN=self.token, XDG_STATE_HOME=self.path("state")), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for release in (process.stderr.close, process.stdout.close, process.wait, process.kill):
            self.addCleanup(release)
        return process

    def send(self, server, path):
        """The CID of an upload that must work."""
        sender = self.sender(server, path)
        out, errors = sender.communicate(timeout=100)
        self.assertEqual((sender.returncode, errors), (DONE, b""), f"seed {SEED}")
        return json.loads(out.splitlines()[0])

    def cid_of(self, path):
        """What a put into another store makes of it."""
        other = self.path("other")
        if not os.path.exists(other):
            self.ok("init", "-s", other)
        return self.put("-s", other, path)

    def metrics(self, server):
        connection = http.client.HTTPConnection(server.places["http"], timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/metrics", headers={"Authorization": "Bearer " + self.token})
        lines = connection.getresponse().read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}

    def figure(self, server, name):
        return sum(value for each, value in self.metrics(server).items() if each.startswith(f"penstock_port_{name}{{"))

    def silent_neighbours(self, server):
        return self.figure(server, "neighbours_silent")

    def stored(self):
        total = 0
        for folder, _, names in os.walk(self.store):
            for name in names:
                try:
                    total += os.path.getsize(os.path.join(folder, name))
                except FileNotFoundError:
                    continue
        return total

    def stop_at_half(self, sender, size):
        """The sender stands still then, so that what becomes of the link happens in the midst of its upload."""
        while self.stored() < size // 2:
            self.assertIsNone(sender.poll(), "the upload ended early")
            time.sleep(0.005)
        sender.send_signal(signal.SIGSTOP)
        self.assertIsNone(sender.poll(), "the upload ended early")

    def test_from_the_wire_through_a_card_to_a_commit(self):
        content = self.random.randbytes(6_000_000) + bytes(3_000_000) + b"all work and no play " * 400_000
        path = self.write("file", content)
        server = self.serve("--device", "card")
        sent = self.send(server, path)
        metrics = self.metrics(server)
        self.end(server)
        self.assertEqual(sent["cid"], self.cid_of(path))
        self.assertEqual(self.ok("get", sent["commit"], "-o", "-"), content)
        self.ok("verify")
        # Each stage has counted what went through it.
        for stage, least in (("penstock_port_packets_in_total", 1000), ("penstock_quic_bytes_decrypted_total", 6_000_000),
                             ("penstock_ingest_body_bytes_total", 6_000_000), ("penstock_ingest_chunks_total", 50),
                             ('penstock_device_jobs_total{device="1",kind="card"}', 5), ("penstock_ingest_compressed_bytes_total", 6_000_000),
                             ("penstock_store_bytes_written_total", 6_000_000), ("penstock_commits_total", 1)):
            counted = sum(value for name, value in metrics.items() if name.startswith(stage))
            self.assertGreaterEqual(counted, least, f"{stage}, seed {SEED}")

    def test_a_link_that_is_down_for_a_while_costs_nothing(self):
        path = self.write("file", self.random.randbytes(120_000_000))
        server = self.serve()
        sender = self.sender(server, path)
        self.stop_at_half(sender, 120_000_000)
        subprocess.run(["ip", "link", "set", "pen0", "down"], check=True)
        while self.figure(server, "link_up") != 0:
            time.sleep(0.01)
        sender.send_signal(signal.SIGCONT)
        time.sleep(1.5)
        self.assertIsNone(sender.poll(), "the upload ended without a link")
        said = self.figure(server, "announcements_sent_total")
        subprocess.run(["ip", "link", "set", "pen0", "up"], check=True)
        out, errors = sender.communicate(timeout=100)
        self.assertEqual(sender.returncode, DONE, errors)
        self.assertGreaterEqual(self.figure(server, "links_lost_total"), 1)
        self.assertEqual(self.figure(server, "link_up"), 1)
        self.assertGreater(self.figure(server, "announcements_sent_total"), said)
        self.end(server)
        self.assertEqual(json.loads(out.splitlines()[0])["cid"], self.cid_of(path))

    def test_an_interface_that_is_removed_ends_the_server_and_loses_nothing(self):
        small = self.write("small", b"committed before")
        path = self.write("file", self.random.randbytes(120_000_000))
        server = self.serve()
        made = self.send(server, small)
        sender = self.sender(server, path)
        self.stop_at_half(sender, 120_000_000)
        subprocess.run(["ip", "link", "del", "pen0"], check=True)
        sender.send_signal(signal.SIGCONT)
        self.addCleanup(self.restore_veth)
        self.assertEqual(server.wait(SECONDS_TO_END), FAILED)
        self.assertRegex(server.stderr.read().decode(), r"(?m)^penstock: [^\n]*port[^\n]*\n")
        sender.kill()
        self.assertEqual(self.ok("get", made["commit"], "-o", "-"), b"committed before")
        self.ok("verify")

    @staticmethod
    def restore_veth():
        subprocess.run([os.path.join(HERE, "on_veth"), "--make-link"], check=True)

    def test_what_is_wrong_with_a_port_is_said(self):
        for nic, code, words in (
                ("dpdk", USAGE, "port="),
                ("pigeon:", USAGE, "pigeon"),
                (changed("port=net_af_packet0", "port=nowhere0"), FAILED, "nowhere0"),
                (changed("addr=10.77.0.2/24", "addr=10.77.0.2"), USAGE, "10.77.0.2"),
                (changed("addr=10.77.0.2/24", "addr=10.77.0.2/24,gw=192.0.2.1"), USAGE, "192.0.2.1"),
                (changed("iface=pen1", "iface=absent1"), FAILED, "net_af_packet0"),
                (changed("-m 256", "-m 1"), FAILED, "memory"),
                (changed("--no-pci", "--no-such-option"), USAGE, "no-such-option"),
                (changed("--lcores", "-l 900 --lcores"), USAGE, "lcore")):
            message = self.fails(code, "serve", "--nic", nic, "--listen", ":4433")
            self.assertIn(words, message)

    def test_a_gateway_that_does_not_answer_is_seen_and_neighbours_are_served(self):
        path = self.write("file", self.random.randbytes(3_000_000))
        server = self.serve(nic=changed("addr=10.77.0.2/24", "addr=10.77.0.2/24,gw=10.77.0.99"))
        self.assertEqual(self.send(server, path)["cid"], self.cid_of(path))
        while self.silent_neighbours(server) == 0:  # it is asked three times, a second apart
            self.assertIsNone(server.poll())
            time.sleep(0.1)
        self.assertEqual(self.silent_neighbours(server), 1)
        self.end(server)


if __name__ == "__main__":
    unittest.main()
