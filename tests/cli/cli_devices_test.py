#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One tree through every device and several at once: the same root, and a store that anyone can read back.

usage: cli_devices_test.py [--mib N]     so much of this machine's own files (default: 12)
"""

import contextlib
import os
import signal
import subprocess
import time
import unittest

from sample_tree import gather, take_mib
from tool_case import TOOL, ToolCase, environment

MIB = 12
DEVICES = ("software", "card", "card,software", "card,card:1,card:2", "card:3,software,card")


class DevicesTest(ToolCase):
    def all_worked(self, names, devices):
        """Each card that was named did a share, and nothing had to be done again."""
        cards = [device for device in devices if device["kind"] == "card"]
        self.assertEqual(len(cards), names.count("card"))
        for card in cards:
            self.assertGreater(card["jobs"], 0, card)
            self.assertGreater(card["bytes_in"], 0, card)
            self.assertEqual(card["health"], "healthy", card)
            for count in ("failed", "wrong", "impossible", "discarded", "abandoned", "stale"):
                self.assertEqual(card[count], 0, card)

    def test_every_choice_of_devices_gives_the_same_root(self):
        tree = self.path("tree")
        number, total = gather(tree, MIB << 20)
        print(f"{number} files, {total >> 20} MiB")
        self.assertGreater(total, (MIB << 20) * 0.9)
        roots = {}
        for devices in DEVICES:
            store = self.path("store-" + devices.replace(",", "-").replace(":", ""))
            self.ok("init", "-s", store)
            put = self.json("put", "-s", store, "--codec", "auto", "--device", devices, tree)
            roots[devices] = put["root"]
            self.all_worked(devices, put["devices"])
            self.assertEqual(self.json("verify", "-s", store)["damages"], 0)
            if devices != "software":
                back = self.path("back")
                self.ok("get", "-s", store, put["root"], "-o", back, "-q")
                subprocess.run(["diff", "-r", tree, back], check=True)
                subprocess.run(["rm", "-r", back], check=True)
            subprocess.run(["rm", "-r", store], check=True)
        self.assertEqual(len(set(roots.values())), 1, roots)

    @contextlib.contextmanager
    def long_put(self):
        """In the midst of it: of a file with so many names that it takes far longer than it takes to see that it has begun."""
        tree = self.path("tree")
        if not os.path.exists(tree):
            file = self.write("tree/0", self.random.randbytes(16 << 20))
            for number in range(1, 64):
                os.link(file, self.path("tree", str(number)))
        command = [TOOL, "put", "--device", "card", tree]
        with subprocess.Popen(command, env=environment(PENSTOCK_STORE=self.store), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as put:
            while put.poll() is None and self.stored() < 1 << 20:
                time.sleep(0.01)
            try:
                yield put
            finally:
                put.kill()

    def test_a_put_that_is_told_to_end_waits_for_the_card_and_commits_nothing(self):
        before = self.ok("log")
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.long_put() as put:
                put.send_signal(number)
                output, message = put.communicate(timeout=100)
            self.assertEqual((put.returncode, output), (-number, b""), message)
            self.assertIn(b"nothing of it is committed", message)
            self.assertEqual(self.ok("log"), before)
            self.assertEqual(self.json("verify")["damages"], 0)
            subprocess.run(["rm", "-r", self.store], check=True)
            self.ok("init")

    def test_a_second_signal_kills_a_put_at_once_also_where_it_is_another(self):
        before = self.ok("log")
        with self.long_put() as put:
            # Both are there when it goes on, and it takes them in any order.
            for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
                put.send_signal(number)
            output, message = put.communicate(timeout=100)
        self.assertIn(put.returncode, (-signal.SIGINT, -signal.SIGTERM), message)
        self.assertEqual((output, message), (b"", b""))
        self.assertEqual(self.ok("log"), before)

    def stored(self):
        """Bytes in the store's segments."""
        segments = os.path.join(self.store, "segments")
        return sum(os.path.getsize(os.path.join(segments, name)) for name in os.listdir(segments))


if __name__ == "__main__":
    MIB = take_mib(MIB)
    unittest.main()
