#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""reader_test.py MAKER PENSTOCK: reads stores that these two make with penstock_reader.py and compares."""
import os, shutil, stat, subprocess, sys, tempfile, unittest, unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "..", "..", "cli")]
import penstock_reader  # noqa: E402
from odd_tree import make_odd_tree, whole_picture  # noqa: E402

MAKER, PENSTOCK = sys.argv.pop(1), sys.argv.pop(1)


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

    def test_knows_all_metadata_of_an_odd_tree(self):
        store, tree = self.home + "/odd-store", self.home + "/odd"
        make_odd_tree(tree)
        for number in range(3000):  # enough for a list of several blocks
            os.mknod(tree + "/names/entry-%d" % number)
        for arguments in (["init"], ["put", tree]):
            subprocess.run([PENSTOCK, arguments[0], "-s", store, *arguments[1:]], check=True, capture_output=True)
        opened = penstock_reader.Store(store)
        found = {}
        for path, kind, entry, content in penstock_reader.metadata_of(opened, opened.commits[-1]):
            found[path.partition(b"/")[2]] = (kind, entry, content)
        picture = whole_picture(tree)
        self.assertEqual(sorted(found), sorted(picture))
        for name, seen in picture.items():
            kind, entry, content = found[name]
            self.assertEqual((entry["m"], entry.get("u", 0), entry.get("g", 0)), (seen["mode"], *seen["owner"]), name)
            self.assertEqual(entry["t"][0] * 10**9 + entry["t"][1], seen["mtime"], name)
            self.assertEqual({os.fsdecode(key): value for key, value in penstock_reader.xattrs(opened, entry).items()}, seen["xattrs"], name)
            self.assertEqual(os.makedev(*entry["d"]) if "d" in entry else None, seen.get("device"), name)
            if stat.S_ISREG(seen["mode"]):
                self.assertEqual(entry.get("s", 0), seen["size"], name)
        shared = {seen["names"] for seen in picture.values() if "names" in seen}
        groups = penstock_reader.hard_links(opened, opened.commits[-1])
        self.assertEqual(sorted((os.fsencode("odd/") + first, count) for first, count, _ in shared), sorted(groups))
        told = reader(store, "meta", penstock_reader.cid_text(*opened.commits[-1]))
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn(b"socket 14", told.stdout)
        self.assertEqual(penstock_reader.put_record(opened, opened.commits[-1]), ([0, 0, []], {}))
        chosen = subprocess.run([PENSTOCK, "put", "-s", store, tree + "/names", "/proc/self/mem", "--exclude", "entry-1*", "-x"], capture_output=True)
        self.assertEqual(chosen.returncode, 6, chosen.stderr)
        opened = penstock_reader.Store(store)
        told = reader(store, "record", penstock_reader.cid_text(*opened.commits[-1]))
        self.assertEqual(told.stdout, b"reported 1, missing 1\nmissing mem\none_fs True\nexclude entry-1*\n", told.stderr)

    def test_names_metadata_that_does_not_fit(self):
        class Blocks(dict):
            def block(self, digest):
                return self[digest]
        entry = {"m": 0o100644, "n": b"a", "t": [0, 0]}
        with unittest.mock.patch.object(penstock_reader, "cbor", lambda block: (block, 0)):
            blocks = Blocks({1: {"entries": [entry]}, 2: {"entries": [dict(entry, n=b"b"), entry]}})
            for digest in (1, 2):
                with self.assertRaises(penstock_reader.Damaged):
                    list(penstock_reader.described(blocks, None, (0x71, digest)))

    def test_knows_the_published_check_values(self):
        self.assertEqual(penstock_reader.crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(penstock_reader.lz4_block(b"\x1fa\x01\x00\xff\x00\x50bcdef", 280), b"a" * 275 + b"bcdef")


if __name__ == "__main__":
    unittest.main()
