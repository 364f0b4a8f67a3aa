# SPDX-License-Identifier: Apache-2.0
"""A put keeps the metadata of what it reads, beside the content: what its report says of it."""

import hashlib
import json
import os
import unittest

from tool_case import PARTIAL, ToolCase

LONG_AGO = (1_000_000_000_123_456_789,) * 2


class Metadata(ToolCase):
    def odd_tree(self, top):
        """A tree with something of each kind, the same every time; returns its path."""
        self.write(f"{top}/tree/file", b"content")
        self.write(f"{top}/tree/sub/more", b"more")
        tree = self.path(top, "tree")
        os.link(os.path.join(tree, "file"), os.path.join(tree, "sub", "again"))
        os.symlink("file", os.path.join(tree, "link"))
        os.mkfifo(os.path.join(tree, "pipe"))
        os.chmod(os.path.join(tree, "file"), 0o640)
        for folder, folders, files in os.walk(tree, topdown=False):
            for name in folders + files + ["."]:
                os.utime(os.path.join(folder, name), ns=LONG_AGO, follow_symlinks=False)
        return tree

    def test_every_kind_is_counted_and_nothing_is_left_out(self):
        report = self.json("put", self.odd_tree("a"))
        self.assertEqual(report["entries"], {"files": 3, "directories": 2, "symlinks": 1, "specials": 1, "hard_links": 1})
        self.assertEqual(report["left_out"], [])
        self.assertEqual(report["sizes"]["content"], 18)
        self.assertEqual(report["sizes"]["read"], 11)
        self.assertIsNotNone(report["meta"])
        self.ok("verify")

    def test_metadata_changes_no_content(self):
        tree = self.odd_tree("a")
        first = self.json("put", tree)
        os.chmod(os.path.join(tree, "file"), 0o600)
        os.utime(os.path.join(tree, "link"), ns=(1, 2), follow_symlinks=False)
        second = self.json("put", tree)
        self.assertEqual(first["root"], second["root"])
        self.assertNotEqual(first["meta"], second["meta"])
        self.assertEqual(second["sizes"]["unique"], 0)

    def test_a_commit_says_what_its_put_could_not_take_and_what_it_was_told_to_leave_out(self):
        tree = self.path("tree")
        self.write("tree/good", b"good")
        whole = self.json("put", tree)
        self.assertEqual(whole["put"], {"incomplete": None, "choice": None})
        os.mkdir(tree + "/d")
        mem = "/proc/self/mem"  # its first page is never mapped
        options = ["--exclude", "*.o", "--iexclude", "!X", "--exclude-caches", "--exclude-if-present", ".skip:no", "-x", "--exclude-larger-than", "1M"]
        done = self.run_tool("put", tree, mem, *options, "--json")
        self.assertEqual(done.returncode, PARTIAL, done.stderr)
        record = json.loads(done.stdout)["put"]
        self.assertEqual(record["incomplete"], {"reported": 1, "missing": 1, "all_named": True, "paths": [{"path": "mem"}]})
        self.assertEqual(record["choice"], {
            "exclude": [{"pattern": "*.o"}], "iexclude": [{"pattern": "!X"}], "exclude_if_present": [{"mark": ".skip:no"}], "exclude_caches": True,
            "exclude_larger_than": 1 << 20, "one_file_system": True, "store": [], "list_sha256": None, "patterns_dropped": None})
        self.assertEqual(self.json("stat", "HEAD")["put"], record)
        self.assertEqual([commit["put"] for commit in self.json("log")], [record, whole["put"]])
        newest, oldest = self.ok("log").splitlines()
        self.assertEqual((newest.endswith(b"  (incomplete)"), b"incomplete" in oldest), (True, False))
        for line in (b"incomplete 1 missing\nmissing    mem\nchosen     --exclude *.o\n", b"chosen     --exclude-larger-than 1048576\n"):
            self.assertIn(line, self.ok("stat", "HEAD"))
        listed = self.json("put", "--files-from", "-", input=tree.encode() + b"/good\n")["put"]["choice"]
        self.assertEqual(listed["list_sha256"], hashlib.sha256(os.path.realpath(tree).encode() + b"/good\0").hexdigest())

    def test_standard_input_has_none(self):
        report = self.json("put", "-", input=b"content")
        self.assertIsNone(report["meta"])

    def test_the_order_of_paths_changes_nothing_but_the_order_of_lines(self):
        one, two = self.write("one", b"1"), self.write("two", b"2")
        self.assertEqual([line.split(b"  ")[1] for line in self.ok("put", two, one).splitlines()], [b"two", b"one"])
        self.assertEqual([line.split(b"  ")[1] for line in self.ok("put", one, two).splitlines()], [b"one", b"two"])

    def test_a_fifo_alone_is_stored(self):
        os.mkfifo(self.path("pipe"))
        report = self.json("put", self.path("pipe"))
        self.assertEqual((report["roots"], report["entries"]["specials"]), ([], 1))
        self.assertEqual(self.ok("ls", "HEAD"), b"pipe\n")

    def test_later_commits_find_the_metadata_of_a_tree_that_did_not_change(self):
        tree = self.odd_tree("a")
        first = self.json("put", tree)
        while True:  # until the tick in which the tree was made has passed
            again = self.json("put", tree)
            if again["meta"] == first["meta"]:
                break
            first = again
        self.assertEqual(again["blocks"]["nodes"], 0)


if __name__ == "__main__":
    unittest.main()
