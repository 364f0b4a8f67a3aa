#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""reader_test.py MAKER: reads a store that MAKER makes with penstock_reader.py and compares."""
import os, shutil, subprocess, sys, tempfile, unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import penstock_reader  # noqa: E402

MAKER = sys.argv.pop(1)


def reader(*arguments):
    return subprocess.run(["/usr/bin/python3", os.path.join(HERE, "..", "penstock_reader.py"), *arguments],
                          capture_output=True)


class ReaderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="penstock-reader-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        cls.store, cls.tree = cls.home + "/store", cls.home + "/tree"
        made = subprocess.run([MAKER, cls.store, cls.tree], check=True, capture_output=True)
        cls.commits = [line.split() for line in made.stdout.decode().splitlines()]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    def test_lists_the_commits_in_order(self):
        listed = reader(self.store, "commits")
        self.assertEqual([line.split() for line in listed.stdout.decode().splitlines()], self.commits, listed.stderr)

    def test_extracts_the_head_as_it_was(self):
        out = self.home + "/out"
        got = reader(self.store, "get", self.commits[-1][0], out)
        self.assertEqual(got.returncode, 0, got.stderr)
        compared = subprocess.run(["diff", "-r", "--no-dereference", self.tree, out], capture_output=True)
        self.assertEqual(compared.returncode, 0, compared.stdout)

    def test_names_damage(self):
        damaged = self.home + "/damaged"
        shutil.copytree(self.store, damaged)
        for name, at in (("store.toml", 90), ("segments/00000001.seg", 20), ("segments/00000001.seg", 100)):
            path = os.path.join(damaged, name)
            with open(path, "r+b") as file:
                whole = file.read()
                file.seek(at)
                file.write(bytes([whole[at] ^ 4]))
            self.assertRaises(penstock_reader.Damaged, penstock_reader.Store, damaged)
            with open(path, "wb") as file:
                file.write(whole)

    def test_loses_nothing_to_a_flipped_bit_in_the_log(self):
        store = penstock_reader.Store(self.store)
        log = penstock_reader.read(self.store + "/commits.log")
        for at in range(32, len(log), 7):
            flipped = bytearray(log)
            flipped[at] ^= 16
            store.commits, store.watermarks = [], {}
            store.read_log(bytes(flipped))
            self.assertEqual([penstock_reader.cid_text(*cid) for cid in store.commits], [c for c, _ in self.commits])

    def test_knows_the_published_check_values(self):
        self.assertEqual(penstock_reader.crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(penstock_reader.lz4_block(b"\x1fa\x01\x00\xff\x00\x50bcdef", 280), b"a" * 275 + b"bcdef")


if __name__ == "__main__":
    unittest.main()
