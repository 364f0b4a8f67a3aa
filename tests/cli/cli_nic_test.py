# SPDX-License-Identifier: Apache-2.0
"""--nic: `penstock serve` and `send` by ports that a module opens. The module is a test's, and opens kernel sockets."""

import atexit
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

PROGRAM = os.environ["PENSTOCK"]
MODULE = os.environ["PENSTOCK_TEST_PORTS"]
FOLDER = tempfile.mkdtemp(prefix="penstock-nic-")
atexit.register(shutil.rmtree, FOLDER)


def beside(folder, *files):
    """Copies of files in a folder of their own."""
    os.makedirs(folder)
    for file in files:
        try:
            os.link(file, os.path.join(folder, os.path.basename(file)))
        except OSError:
            shutil.copy(file, folder)
    return os.path.join(folder, os.path.basename(PROGRAM))


ALONE = beside(os.path.join(FOLDER, "alone"), PROGRAM)
os.environ["PENSTOCK"] = beside(os.path.join(FOLDER, "whole"), PROGRAM, MODULE)

from served_case import ServedCase  # noqa: E402 (it looks for the program)
from tool_case import DONE, FAILED, USAGE, environment  # noqa: E402

NIC = "dpdk:-l 0-1 --no-pci;port=net_none,addr=127.0.0.1/8,gw=127.0.0.2"


class NicTest(ServedCase):
    def samples(self, text):
        lines = (line for line in text.splitlines() if line and not line.startswith("#"))
        return dict(line.rsplit(" ", 1) for line in lines)

    def test_a_store_is_served_by_it_and_reached_by_it(self):
        server = self.serve("--nic", NIC, "--workers", "2", "--open-metrics", listen_at=":0")
        self.assertEqual(server.places["nic"], 'dpdk sockets "0"')
        self.assertRegex(server.places["listen"], r"\A127\.0\.0\.1:\d+\Z")
        content = self.random.randbytes(3_000_000)
        path = self.write("file", content)
        url = "https://" + server.places["listen"]
        for way in ((), ("--nic", NIC)):
            sent = self.run_tool("send", url, path, "--fingerprint", server.places["fingerprint"], *way, store=False,
                                 env=environment(PENSTOCK_TOKEN=self.token))
            self.assertEqual((sent.returncode, sent.stderr), (DONE, b""), way)
        with urllib.request.urlopen(f"http://{server.places['http']}/metrics", timeout=60) as shown:
            self.must_show_the_port(self.samples(shown.read().decode()))
        self.end(server)
        self.assertEqual(self.ok("get", sent.stdout.split(b"  ", 1)[0].decode(), "-o", "-"), content)

    def must_show_the_port(self, samples):
        port = r'port="dpdk sockets \"0\""'
        self.assertEqual(samples[f'penstock_port_frames_dropped_total{{{port},queue="0",reason="other_port"}}'], "7")
        self.assertEqual(samples[f'penstock_port_frames_dropped_total{{{port},queue="0",reason="fragment"}}'], "0")
        self.assertEqual(samples[f'penstock_port_answers_sent_total{{{port}}}'], "3")
        self.assertEqual(samples[f'penstock_port_frames_dropped_known{{{port},reason="no_memory"}}'], "0")
        self.assertNotIn(f'penstock_port_frames_dropped_total{{{port},reason="no_memory"}}', samples)
        received = [int(samples[f'penstock_port_bytes_in_total{{{port},queue="{queue}"}}']) for queue in (0, 1)]
        self.assertGreater(sum(received), 3_000_000)

    def test_wrong_options_are_refused(self):
        self.fails(USAGE, "serve", "--nic", NIC, "--listen", "127.0.0.1:4433")
        self.fails(USAGE, "serve", "--nic", NIC, "--listen", ":x")
        self.fails(USAGE, "serve", "--nic", "vpp:eth0", "--listen", ":0")
        self.assertIn("addr=", self.fails(USAGE, "serve", "--nic", "dpdk:-l 0;port=x", "--listen", ":0"))
        path = self.write("file", b"content")
        self.fails(USAGE, "send", "https://127.0.0.1:1", path, "--nic", "vpp:eth0", "--retries", "0")

    def test_without_the_module_it_says_what_is_missing(self):
        for command in (("serve", "--nic", NIC), ("send", "https://127.0.0.1:1", self.write("file"), "--nic", NIC)):
            done = subprocess.run([ALONE, *command], env=environment(PENSTOCK_STORE=self.store), capture_output=True, timeout=100,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout), (FAILED, b""), command)
            for part in (b"penstock-dpdk.so, is not beside this program", b"librte-eal23", b"librte-net-", b"libdpdk-dev"):
                self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
