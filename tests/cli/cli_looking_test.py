# SPDX-License-Identifier: Apache-2.0
"""What the commands that look say of metadata: diff, ls, stat."""

import os
import unittest

from tool_case import CORRUPT, ToolCase

LONG_AGO = (1_000_000_000_123_456_789,) * 2


class Looking(ToolCase):
    def settle(self, tree):
        """Gives all of a tree the same times."""
        for folder, folders, files in os.walk(tree, topdown=False):
            for name in folders + files + ["."]:
                os.utime(os.path.join(folder, name), ns=LONG_AGO, follow_symlinks=False)

    def odd_tree(self):
        """A tree with something of each kind; returns its path."""
        self.write("tree/file", b"content")
        self.write("tree/sub/more", b"more")
        tree = self.path("tree")
        os.link(os.path.join(tree, "file"), os.path.join(tree, "sub", "again"))
        os.symlink("file", os.path.join(tree, "link"))
        os.mkfifo(os.path.join(tree, "pipe"))
        os.chmod(os.path.join(tree, "file"), 0o4640)
        self.settle(tree)
        return tree

    def commit_without_its_metadata(self, tree):
        """Puts the tree twice, with other metadata the second time, and damages what that added; that commit."""
        first = self.json("put", tree)
        os.chmod(tree, 0o700)
        second = self.json("put", tree)
        self.assertEqual(first["root"], second["root"])
        stored = self.json("stat", second["meta"])["stored"]
        self.assertNotEqual(stored["record"], self.json("stat", second["commit"])["stored"]["record"])
        with open(os.path.join(self.store, "segments", f"{stored['segment']:08}.seg"), "r+b") as file:
            file.seek(stored["record"] + 200)
            file.write(bytes(16))
        return second["commit"]


class Differences(Looking):
    def test_metadata_alone_is_told_apart_from_content(self):
        tree = self.odd_tree()
        before = self.json("put", tree)
        os.chmod(os.path.join(tree, "sub"), 0o700)
        os.chmod(os.path.join(tree, "pipe"), 0o600)
        os.utime(os.path.join(tree, "sub", "more"), ns=(1, 2))
        self.write("tree/new", b"new")
        self.write("tree/file", b"other content")
        self.ok("put", tree)
        expected = ["M file", "A new", "U pipe", "U sub/", "M sub/again", "U sub/more"]
        self.assertEqual(self.ok("diff", before["commit"], "HEAD").decode().splitlines(), expected)
        self.assertEqual(self.ok("diff", before["commit"] + "/sub", "HEAD/sub").decode().splitlines(),
                         ["U ./", "M again", "U more"])
        rows = {row["path"]: row for row in self.json("diff", before["commit"], "HEAD")}
        self.assertEqual([row["change"] for row in rows.values()], [line[0] for line in expected])
        self.assertEqual((rows["sub"]["before"]["mode"], rows["sub"]["after"]["mode"]), ("040755", "040700"))
        self.assertEqual(rows["sub/more"]["after"]["mtime"], "1970-01-01T00:00:00.000000002Z")
        self.assertEqual(rows["sub/more"]["before"]["cid"], rows["sub/more"]["after"]["cid"])
        self.assertEqual((rows["file"]["before"]["content_bytes"], rows["file"]["after"]["content_bytes"]), (7, 13))
        self.assertEqual((rows["pipe"]["after"]["kind"], rows["pipe"]["after"]["cid"]), ("fifo", None))
        self.assertIsNone(rows["new"]["before"])

    def test_a_special_file_comes_and_goes(self):
        tree = self.odd_tree()
        before = self.json("put", tree)["commit"]
        os.remove(os.path.join(tree, "pipe"))
        self.settle(tree)
        self.ok("put", tree)
        self.assertEqual(self.ok("diff", before, "HEAD"), b"D pipe\n")
        self.assertEqual(self.ok("diff", "HEAD", before), b"A pipe\n")

    def test_what_one_side_does_not_know_is_no_difference(self):
        report = self.json("put", self.odd_tree())
        self.assertEqual(self.ok("diff", report["root"], "HEAD"), b"")
        self.assertEqual(self.ok("diff", "HEAD", report["root"]), b"")

    def test_equal_trees_and_equal_metadata_are_no_difference(self):
        tree = self.odd_tree()
        before = self.json("put", tree)["commit"]
        self.ok("put", tree)
        self.assertEqual(self.ok("diff", before, "HEAD"), b"")

    def test_names_are_told_without_control_characters(self):
        self.write("tree/a\x1b[31m\n", b"1")
        before = self.json("put", self.path("tree"))["commit"]
        os.chmod(self.path("tree", "a\x1b[31m\n"), 0o600)
        self.ok("put", self.path("tree"))
        self.assertEqual(self.ok("diff", before, "HEAD"), b"U a\\x1b[31m\\n\n")

    def test_damaged_metadata_is_said_and_contents_are_compared(self):
        tree = self.odd_tree()
        damaged = self.commit_without_its_metadata(tree)
        self.write("tree/file", b"other")
        self.ok("put", tree)
        done = self.run_tool("diff", damaged, "HEAD")
        self.assertEqual((done.returncode, done.stdout), (CORRUPT, b"M file\nM sub/again\n"), done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1)


if __name__ == "__main__":
    unittest.main()
