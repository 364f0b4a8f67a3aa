# SPDX-License-Identifier: Apache-2.0
"""Eight readers beside a put that runs: none is refused, none waits for it, and what they read is right."""

import os
import shutil
import subprocess
import threading
import unittest

from tool_case import DONE, SEED, TOOL, ToolCase, environment, picture

READERS = 8


class Readers(ToolCase):
    def setUp(self):
        super().setUp()
        self.failed = []

    def state(self, number):
        """A tree that shares most of its files with the one before; the path of it."""
        before, tree = self.path(f"state{number - 1}"), self.path(f"state{number}")
        if number > 0:
            shutil.copytree(before, tree, symlinks=True)
        for file in range(300 if number == 0 else 20):
            place = file if number == 0 else self.random.randrange(300)
            size = self.random.choice((0, 100, 3000, 70_000))
            self.write(f"state{number}/{place % 7}/{place}", self.random.randbytes(size))
        return tree

    def read_in_threads(self, work):
        """Runs work(number of the reader) in eight threads; the threads."""
        def guarded(number):
            try:
                work(number)
            except BaseException as error:  # told by the test's own thread
                self.failed.append(f"reader {number}: {error}")
        threads = [threading.Thread(target=guarded, args=[number]) for number in range(READERS)]
        for thread in threads:
            thread.start()
        return threads

    def settle(self, threads):
        for thread in threads:
            thread.join(timeout=250)
            self.assertFalse(thread.is_alive(), "a reader hangs")
        self.assertEqual(self.failed, [], f"seed {SEED}")

    def got(self, name, number):
        """The picture of what a reader restores."""
        back = self.path(f"back{number}")
        self.ok("get", name, "-o", back)
        found = picture(os.fsencode(back))
        shutil.rmtree(back)
        return found

    def test_read_while_a_put_holds_the_lock(self):
        tree = self.state(0)
        self.ok("put", tree)
        expected = picture(os.fsencode(tree))
        listed = self.ok("ls", "HEAD/3", "-l")
        head = self.ok("heads")
        # More than one segment, so that one is sealed and in the index, without a commit.
        writer = subprocess.Popen([TOOL, "put", "-", "--codec", "stored"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=environment(PENSTOCK_STORE=self.store))
        try:
            for _ in range(70):
                writer.stdin.write(self.random.randbytes(1 << 20))
            writer.stdin.flush()

            def read(number):
                for _ in range(2):
                    self.assertEqual(self.got("HEAD", number), expected)
                    self.assertEqual(self.ok("ls", "HEAD/3", "-l"), listed)
                    self.assertEqual(self.ok("heads"), head)
                    self.assertRegex(self.ok("verify"), rb"\A[^\n]+\n\Z")
            self.settle(self.read_in_threads(read))
            self.assertIsNone(writer.poll(), "the put did not last as long as the readers")
        finally:
            out, told = writer.communicate(timeout=100)
        self.assertEqual((writer.returncode, told), (DONE, b""))
        self.ok("verify")
        self.assertEqual(len(out.splitlines()), 1)

    def test_read_while_commits_come(self):
        states = [self.state(number) for number in range(8)]
        pictures = {self.put(states[0]): picture(os.fsencode(states[0]))}
        done = threading.Event()
        seen = []

        def read(number):
            rounds = 0
            while not done.is_set() or rounds < 2:
                rounds += 1
                if number % 4 == 3:
                    self.ok("verify")
                    continue
                commit = self.json("log", "--limit", "1")[0]
                self.ok("ls", commit["cid"], "-l")
                seen.append((commit["root"], self.got(commit["cid"], number)))
        threads = self.read_in_threads(read)
        try:
            for state in states[1:]:
                pictures[self.put(state)] = picture(os.fsencode(state))
        finally:
            done.set()
        self.settle(threads)
        self.assertGreaterEqual(len(seen), READERS)
        for root, found in seen:
            self.assertEqual(found, pictures[root], f"seed {SEED}: {root}")


if __name__ == "__main__":
    unittest.main()
