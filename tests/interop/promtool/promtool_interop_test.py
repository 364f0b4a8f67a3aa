# SPDX-License-Identifier: Apache-2.0
"""promtool_interop_test.py KEPT: Prometheus' own `promtool check metrics` finds nothing wrong with /metrics.

Debian has promtool in the package `prometheus`, whose installation would start a service. So the package is downloaded and
unpacked under KEPT, unless there is a promtool already.
"""

import glob
import os
import shutil
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cli"))

from served_case import ServedCase  # noqa: E402 (it lies in tests/cli)

KEPT = os.path.abspath(sys.argv.pop(1))
HELP = "put promtool on the PATH, or let `apt-get download prometheus` work here (apt-get update)"


def promtool():
    """Where it is; it is fetched if it is nowhere."""
    kept = os.path.join(KEPT, "usr", "bin", "promtool")
    found = shutil.which("promtool") or (kept if os.path.exists(kept) else None)
    if found:
        return found
    os.makedirs(KEPT, exist_ok=True)
    for packed in glob.glob(os.path.join(KEPT, "*.deb")):
        os.remove(packed)
    # Not as apt's own user, who may not write here.
    download = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "prometheus"]
    done = subprocess.run(download, cwd=KEPT, capture_output=True, text=True, timeout=300)
    if done.returncode != 0 and os.geteuid() == 0:
        # Its lists of packages may be old, or not there.
        subprocess.run(["apt-get", "update", "-qq"], timeout=300)
        done = subprocess.run(download, cwd=KEPT, capture_output=True, text=True, timeout=300)
    packed = glob.glob(os.path.join(KEPT, "*.deb"))
    if done.returncode != 0 or not packed:
        raise AssertionError(f"there is no promtool: {HELP}\n{done.stderr}")
    unpacked = os.path.join(KEPT, "unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    subprocess.run(["dpkg", "-x", packed[0], unpacked], check=True, timeout=300)
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    os.replace(os.path.join(unpacked, "usr", "bin", "promtool"), kept)
    shutil.rmtree(unpacked)
    os.remove(packed[0])
    return kept


class PromtoolTest(ServedCase):
    def ask(self, server, method, path, content=None):
        asked = urllib.request.Request(f"http://{server.places['http']}{path}", data=content, method=method,
                                       headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.read()

    def check(self, text):
        return subprocess.run([promtool(), "check", "metrics"], input=text, capture_output=True, timeout=60)

    def test_it_finds_nothing_wrong(self):
        server = self.serve()
        self.ask(server, "PUT", "/objects/a", self.random.randbytes(100_000))
        self.ask(server, "GET", "/v1/store")
        metrics = self.ask(server, "GET", "/metrics")
        self.end(server)
        self.assertGreater(len(metrics.splitlines()), 50)
        done = self.check(metrics)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_it_would_find_what_is_wrong(self):
        self.assertNotEqual(self.check(b"# TYPE penstock_requests counter\npenstock_requests 1\n").returncode, 0)
        self.assertNotEqual(self.check(b"penstock requests 1\n").returncode, 0)


if __name__ == "__main__":
    unittest.main()
