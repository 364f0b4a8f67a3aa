# SPDX-License-Identifier: Apache-2.0
"""A put that has a parent reads changed files alone, and misses no change."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from tool_case import ABSENT, DONE, SEED, TOOL, USAGE, ToolCase, at_once, environment


class Incremental(ToolCase):
    settles_at_once = True

    def tree(self, files=40):
        """Files of some sizes, in directories, that are settled."""
        for number in range(files):
            self.write(f"tree/{number % 7}/{number}", self.random.randbytes(self.random.choice((0, 10, 3000, 700_000))))
        os.symlink("0/0", self.path("tree", "link"))
        os.link(self.path("tree", "1", "1"), self.path("tree", "more"))
        time.sleep(0.05)
        return self.path("tree")

    def test_what_was_written_in_the_last_minute_is_read_again(self):
        tree = self.tree()
        self.settles_at_once = False
        first = self.json("put", tree)
        again = self.json("put", tree)
        self.assertEqual((again["root"], again["parent"]), (first["root"], first["commit"]))
        self.assertEqual(again["sizes"]["read"], first["sizes"]["read"])
        for wrong in ("-1", "x", "1.5", "1000001"):
            self.fails(USAGE, "put", tree, "--settle-seconds=" + wrong)
        for few in ("0", "60"):  # marks that were made at once are trusted whatever is asked of new ones
            self.json("put", tree, "--settle-seconds", "0")
            self.assertEqual(self.json("put", tree, "--settle-seconds", few)["sizes"]["read"], 0)

    def root_of(self, tree):
        """What a first put into another store gives."""
        with tempfile.TemporaryDirectory() as place:
            store = os.path.join(place, "store")
            self.ok("init", "--store", store, store=False)
            return self.json("put", tree, "--store", store, store=False)["root"]

    def test_an_unchanged_tree_is_not_read(self):
        tree = self.tree()
        first = self.json("put", tree)
        self.assertIsNone(first["parent"])
        self.assertIsNone(first["changes"])
        again = self.json("put", tree)
        self.assertEqual(again["parent"], first["commit"])
        self.assertEqual(again["changes"], {"new": 0, "changed": 0, "unchanged": 41, "gone": 0})
        self.assertEqual(again["sizes"]["read"], 0)
        self.assertEqual(again["sizes"]["content"], first["sizes"]["content"])
        for field in ("root", "meta", "roots", "entries"):
            self.assertEqual(again[field], first[field], field)
        self.ok("verify")

    @unittest.skipUnless(os.geteuid() == 0, "one user puts what another cannot read: needs root")
    def test_files_that_are_unchanged_are_not_even_opened(self):
        tree = self.tree()
        for folder, _, files in os.walk(tree):
            for name in files:
                if not os.path.islink(os.path.join(folder, name)):
                    os.chmod(os.path.join(folder, name), 0o600)
        time.sleep(0.05)
        first = self.json("put", tree)
        os.chmod(self.place, 0o755)
        for folder, _, files in os.walk(self.store):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                os.chown(path, 65534, 65534)
        again = self.json("put", tree, user=65534, group=65534, extra_groups=[])
        self.assertEqual((again["root"], again["left_out"]), (first["root"], []))
        reread = self.run_tool("put", tree, "--reread", user=65534, group=65534, extra_groups=[])
        self.assertIn(b"ermission denied", reread.stderr, "they could not be read")

    def test_a_change_that_keeps_size_and_time_is_found(self):
        tree = self.tree()
        file = self.write("tree/file", b"one")
        os.utime(file, ns=(10**18, 10**18))
        time.sleep(0.05)
        self.ok("put", tree)
        with open(file, "r+b") as changed:
            changed.write(b"two")
        os.utime(file, ns=(10**18, 10**18))
        time.sleep(0.05)
        report = self.json("put", tree)
        self.assertEqual((report["changes"]["changed"], report["sizes"]["read"]), (1, 3))
        self.assertEqual(report["root"], self.root_of(tree))
        self.assertEqual(self.ok("get", "HEAD/file"), b"two")
        # Another file of the same size and time in its place.
        other = self.write("other", b"six")
        os.utime(other, ns=(10**18, 10**18))
        os.rename(other, file)
        self.assertEqual(self.json("put", tree)["changes"]["changed"], 1)
        self.assertEqual(self.ok("get", "HEAD/file"), b"six")

    def test_writes_between_puts_are_never_missed(self):
        file = self.write("file", b"00000000")
        for number in range(40):
            before = os.stat(file).st_mtime_ns
            with open(file, "r+b") as changed:
                changed.write(b"%08d" % number)
            if self.random.random() < 0.5:
                os.utime(file, ns=(before, before))
            self.ok("put", file)
            self.assertEqual(self.ok("get", "HEAD"), b"%08d" % number, f"seed {SEED}")

    def test_random_changes_give_what_a_first_put_gives(self):
        tree = self.tree()
        self.ok("put", tree)
        for _ in range(12):
            for _ in range(self.random.randrange(1, 6)):
                self.change(tree)
            report = self.json("put", tree)
            self.assertEqual(report["root"], self.root_of(tree), f"seed {SEED}")
            self.assertEqual(report["changes"]["new"] + report["changes"]["changed"] + report["changes"]["unchanged"],
                             report["entries"]["files"])
        shutil.rmtree(self.path("back"), ignore_errors=True)
        self.ok("get", "HEAD", "-o", self.path("back"))
        self.same_tree(tree, self.path("back"))

    def change(self, tree):
        found = [os.path.join(folder, name) for folder, folders, files in os.walk(tree) for name in files + folders]
        path = self.random.choice(found)
        what = self.random.randrange(7)
        if what == 0:
            self.write(os.path.relpath(os.path.join(tree, str(self.random.randrange(9)), "new"), self.place), self.random.randbytes(50))
        elif os.path.islink(path) or what == 1:
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
        elif what == 2:
            os.rename(path, os.path.join(tree, "renamed-%d" % self.random.randrange(10**6)))
        elif os.path.isdir(path):
            os.chmod(path, self.random.choice((0o755, 0o700)))
        elif what == 3:
            os.utime(path, ns=(5, 5))
        elif what == 4:
            os.remove(path)
            os.mkdir(path)
        else:
            with open(path, "r+b") as file:
                file.seek(self.random.randrange(1 + os.path.getsize(path)))
                file.write(self.random.randbytes(3))

    def test_a_parent_can_be_named(self):
        tree = self.tree()
        first = self.json("put", tree)
        dated = self.json("put", tree, "--name", "of-today")
        self.assertEqual((dated["parent"], dated["sizes"]["read"]), (first["commit"], 0), "the name is new, the paths are not")
        self.ok("put", tree, "--name", "other", "--parent", "none")
        for parent, expected in (("none", None), (first["commit"], first["commit"])):
            self.assertEqual(self.json("put", tree, "--parent", parent)["parent"], expected)
        named = self.json("put", tree, "--name", "third", "--parent", "HEAD")
        self.assertEqual(named["sizes"]["read"], 0)
        reread = self.json("put", tree, "--reread")
        self.assertEqual(reread["sizes"]["read"] + first["sizes"]["content"] - first["sizes"]["read"], first["sizes"]["content"])
        self.assertEqual((reread["changes"]["unchanged"], reread["sizes"]["unchanged"]), (41, 0))
        self.fails(USAGE, "put", tree, "--parent", "nothing")
        self.fails(USAGE, "put", tree, "--parent", "HEAD/link")
        self.fails(USAGE, "put", tree, "--parent", first["root"])
        self.fails(ABSENT, "put", tree, "--parent", "bafyreigi4bqwko2if2ejl7lotoel23np2c2b6frkvqtfwvv2zbravsk5a4")
        self.fails(USAGE, "put", "-", "--parent", "HEAD", input=b"")
        self.fails(USAGE, "put", "-", "--reread", input=b"")

    def test_a_parent_without_metadata_is_a_note(self):
        commit = self.json("put", "-", input=b"x")["commit"]
        done = self.run_tool("put", self.tree(), "--parent", commit)
        self.assertEqual(done.returncode, DONE)
        self.assertIn(b"has no metadata: every file is read", done.stderr)

    def test_another_way_of_cutting_reads_all(self):
        tree = self.tree()
        self.ok("put", tree)
        done = self.run_tool("put", tree, "--profile", "ipfs")
        self.assertEqual(done.returncode, DONE)
        self.assertIn(b"was cut otherwise", done.stderr)
        ipfs = self.json("put", tree, "--profile", "ipfs")
        self.assertEqual((ipfs["root"], ipfs["sizes"]["read"]), (done.stdout.split()[0].decode(), 0))
        self.assertEqual(self.json("put", tree)["sizes"]["read"], 0, "the older one, that was cut alike")

    def test_a_put_that_was_killed_is_no_parent(self):
        tree = self.tree()
        first = self.json("put", tree)
        self.write("tree/large", self.random.randbytes(60 << 20))
        for _ in range(5):
            put = subprocess.Popen([TOOL, *at_once(("put", tree))], env=environment(PENSTOCK_STORE=self.store), stdout=subprocess.PIPE)
            time.sleep(self.random.uniform(0.01, 0.2))
            put.send_signal(signal.SIGKILL)
            put.communicate()
        os.remove(self.path("tree", "large"))
        again = self.run_tool("put", tree, "--json")
        self.assertEqual(again.returncode, DONE)
        self.assertIn(first["root"].encode(), again.stdout)
        self.ok("verify")

    def test_damage_of_the_parent_costs_reading_alone(self):
        """Whatever byte of a store is damaged, and noticed or not: the next put takes the same tree, or says why not."""
        tree = self.tree(20)
        root = self.json("put", tree)["root"]
        folder = os.path.join(self.store, "segments")
        segment = max((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getsize)
        whole = self.path("whole")
        shutil.copytree(self.store, whole)
        for _ in range(25):
            shutil.rmtree(self.store)
            shutil.copytree(whole, self.store)
            size = os.path.getsize(segment)
            for _ in range(self.random.choice((1, 20))):
                # Metadata lies at the end.
                at = size - 1 - self.random.randrange(min(size, self.random.choice((8000, 200_000, size))))
                with open(segment, "r+b") as file:
                    file.seek(at)
                    byte = file.read(1)
                    file.seek(at)
                    file.write(bytes([byte[0] ^ 1 << self.random.randrange(8)]))
            done = self.run_tool("put", tree)
            self.assertEqual(done.returncode, DONE, f"seed {SEED}: {done.stderr}")
            self.assertEqual(done.stdout.split()[0].decode(), root, f"seed {SEED}")


if __name__ == "__main__":
    unittest.main()
