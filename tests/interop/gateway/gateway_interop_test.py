# SPDX-License-Identifier: Apache-2.0
"""gateway_interop_test.py KEPT: npm's clients of trustless gateways read a tree from `penstock serve`, and check it.

The locked packages are installed in KEPT, once for each state of the lock file.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "cli"))

from served_case import ServedCase  # noqa: E402 (it lies in tests/cli)
from tool_case import SEED  # noqa: E402

KEPT = os.path.abspath(sys.argv.pop(1))
PROGRAM = "read_gateway.mjs"


def program(name):
    found = shutil.which(name)
    if not found:
        raise AssertionError(f"there is no {name}: install Debian's packages nodejs and npm")
    return found


def install():
    """The packages that the lock file names; without those that only their peers want, and without their scripts."""
    os.makedirs(KEPT, exist_ok=True)
    for name in ("package.json", "package-lock.json", PROGRAM):
        shutil.copy(os.path.join(HERE, name), KEPT)
    with open(os.path.join(HERE, "package-lock.json"), "rb") as file:
        lock = hashlib.sha256(file.read()).hexdigest()
    mark = os.path.join(KEPT, "installed")
    if os.path.exists(mark):
        with open(mark, encoding="ascii") as file:
            if file.read() == lock:
                return
    command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]
    subprocess.run(command, cwd=KEPT, check=True, timeout=500)
    with open(mark, "w", encoding="ascii") as file:
        file.write(lock)


class GatewayTest(ServedCase):
    def make_tree(self):
        """Contents by path: small and large, a zero run, names of all kinds, a directory that is sharded."""
        contents = {"small.txt": b"small", "empty": b"", "below/and below/large": self.random.randbytes(5_000_000),
                    "below/zeros": self.random.randbytes(300_000) + bytes(3_000_000) + b"end",
                    "names/grün ☂ 100%": b"unicode", "names/a?b#c&d": b"of a query", "one chunk": self.random.randbytes(10_000)}
        # Its node would be larger than 262,144 bytes.
        contents |= {f"many/{i:04}-{'n' * 60}": b"%d" % i for i in range(3000)}
        for name, content in contents.items():
            self.write("tree/" + name, content)
        return contents

    def read(self, server, root, contents):
        asked = {"gateway": "http://" + server.places["http"], "token": self.token, "root": root,
                 "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}}
        return subprocess.run([program("node"), PROGRAM], cwd=KEPT, input=json.dumps(asked).encode(), timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_clients_read_a_tree_and_find_every_block_right(self):
        install()
        contents = self.make_tree()
        root = self.put(self.path("tree"))
        chosen = {name: content for name, content in contents.items() if not name.startswith("many/")}
        chosen |= {name: contents[name] for name in self.random.sample([name for name in contents if name.startswith("many/")], 5)}
        server = self.serve()
        done = self.read(server, root, chosen)
        self.assertEqual(done.returncode, 0, f"seed {SEED}\n" + done.stdout.decode())
        self.assertIn(b"verified-fetch of what is not there", done.stdout)
        # It would see a difference.
        done = self.read(server, root, {"small.txt": b"other"})
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"DIFFERS  verified-fetch of small.txt:", done.stdout)
        self.end(server)


if __name__ == "__main__":
    unittest.main()
