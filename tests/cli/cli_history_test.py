# SPDX-License-Identifier: Apache-2.0
"""What was stored can be listed, told and compared."""

import json
import os
import unittest

from tool_case import ABSENT, EMPTY_FILE, USAGE, ToolCase


class History(ToolCase):
    def test_an_empty_store_has_an_empty_history(self):
        self.assertEqual(self.ok("log"), b"")
        self.assertEqual(self.json("log"), [])
        self.assertEqual(self.ok("heads"), b"")
        self.fails(ABSENT, "get", "HEAD")
        self.fails(ABSENT, "log", "HEAD")
        self.assertIn(b"no damage", self.ok("verify"))

    def test_log_goes_from_the_newest_to_the_oldest(self):
        commits = []
        for number in range(5):
            file = self.write("file", b"version %d" % number)
            commits.insert(0, self.json("put", file, "--name", f"v{number}")["commit"])
        lines = self.ok("log").decode().splitlines()
        self.assertEqual([line.split()[0] for line in lines], commits)
        self.assertEqual([line.split()[4] for line in lines], ["v4", "v3", "v2", "v1", "v0"])
        self.assertEqual([row["cid"] for row in self.json("log", "--limit", "2")], commits[:2])
        self.assertEqual([row["cid"] for row in self.json("log", commits[3])], commits[3:])
        self.assertEqual([row["cid"] for row in self.json("heads")], commits[:1])
        self.assertEqual(self.ok("log", "--limit", "0"), b"")
        for number, commit in enumerate(commits):
            self.assertEqual(self.ok("get", commit), b"version %d" % (4 - number))

    def test_a_commit_says_how_it_came_about(self):
        file = self.write("file", b"content")
        put = self.json("put", file, "--name", "a name", "--codec", "lz4", "--verify", "sample:0.5")
        commit = self.json("stat", "HEAD")
        self.assertEqual(commit["cid"], put["commit"])
        self.assertEqual(commit["kind"], "commit")
        self.assertEqual(commit["root"], put["root"])
        self.assertEqual(commit["name"], "a name")
        self.assertEqual(commit["paths"], [{"path": file}])
        self.assertEqual(commit["policy"]["codec"], "lz4")
        self.assertEqual(commit["verify"], "sample:0.5")
        self.assertEqual((commit["depth"], commit["seq"], len(commit["parents"])), (1, 1, 1))
        self.assertEqual(commit["sizes"]["content_bytes"], 7)
        text = self.ok("stat", put["commit"]).decode()
        for value in (put["commit"], put["root"], "a name", "lz4", "sample:0.5", file):
            self.assertIn(value, text)

    def test_a_commit_names_no_codec_that_a_device_did_not_use(self):
        file = self.write("file", b"content" * 1000)
        self.ok("put", file, "--codec", "auto", "--device", "card")
        self.assertEqual(self.json("stat", "HEAD")["policy"]["codec"], "auto")

    def test_stat_tells_what_an_object_is(self):
        self.write("tree/file", bytes(range(256)) * 4000)
        os.symlink("tar\nget", self.path("tree", "link"))
        cid = self.put(self.path("tree"))
        self.assertEqual(self.json("stat", cid)["kind"], "directory")
        file = self.json("stat", f"{cid}/file", "--blocks")
        self.assertEqual((file["kind"], file["content_bytes"]), ("file", 1024000))
        self.assertGreater(file["blocks"]["leaves"], 1)
        self.assertGreaterEqual(file["stored"]["segment"], 0)
        self.assertGreater(file["dag_bytes"], 1024000)
        link = self.json("stat", "HEAD/link")
        self.assertEqual((link["kind"], link["target"]), ("symlink", "tar\nget"))
        self.assertIn("tar\\nget", self.ok("stat", "HEAD/link").decode())
        self.assertIn("segment", self.ok("stat", "HEAD/file").decode())
        self.fails(ABSENT, "stat", EMPTY_FILE)

    def test_ls_lists_a_directory(self):
        self.write("tree/b file", b"12345")
        self.write("tree/a\nnew line")
        self.write(b"tree/\xff", b"")
        self.write("tree/directory/inner")
        os.symlink("b file", self.path("tree", "link"))
        cid = self.put(self.path("tree"))
        names = [b"a\\nnew line", b"b file", b"directory/", b"link", b"\xff"]
        self.assertEqual(self.ok("ls", cid).splitlines(), names)
        self.assertEqual(self.ok("ls", "HEAD").splitlines(), names)
        self.assertEqual(self.ok("ls", "HEAD/directory"), b"inner\n")
        self.assertEqual(self.ok("ls", "HEAD/b file"), b"b file\n")
        rows = self.ok("ls", "-l", cid).splitlines()
        self.assertRegex(rows[1], rb"\Afile +5 bafkrei[a-z2-7]+ b file\Z")
        self.assertRegex(rows[2], rb"\Adirectory +- bafybei[a-z2-7]+ directory/\Z")
        self.assertTrue(rows[3].endswith(b" link -> b file"))
        listed = {row["name"]: row for row in self.json("ls", cid)}
        self.assertEqual(listed["b file"]["content_bytes"], 5)
        self.assertEqual(listed["\ufffd"]["name_bytes"], "ff")
        self.assertEqual(listed["link"]["target"], "b file")
        self.assertEqual(listed["directory"]["kind"], "directory")

    def test_ls_lists_a_sharded_directory(self):
        names = [f"an entry with a rather long name, so that few are enough {number:05}" for number in range(4000)]
        for name in names:
            self.write("tree/" + name)
        cid = self.put(self.path("tree"))
        self.assertTrue(self.json("stat", cid)["sharded"])
        self.assertEqual(self.ok("ls", cid).decode().splitlines(), names)
        self.assertEqual(self.ok("get", f"{cid}/{names[1234]}"), b"")

    def test_diff_names_what_differs(self):
        self.write("tree/same", b"1")
        self.write("tree/changed", b"2")
        self.write("tree/removed", b"3")
        self.write("tree/sub/deep", b"4")
        before = self.json("put", self.path("tree"))
        self.write("tree/changed", b"two")
        self.write("tree/added\n", b"5")
        self.write("tree/sub/deep", b"four")
        self.write("tree/directory/x", b"6")
        os.remove(self.path("tree", "removed"))
        self.put(self.path("tree"))
        expected = ["A added\\n", "M changed", "A directory/", "D removed", "M sub/deep"]
        self.assertEqual(self.ok("diff", before["commit"], "HEAD").decode().splitlines(), expected)
        self.assertEqual(self.ok("diff", before["root"], "HEAD").decode().splitlines(), expected)
        rows = self.json("diff", before["commit"], "HEAD")
        self.assertEqual([row["change"] for row in rows], ["A", "M", "A", "D", "M"])
        self.assertIsNone(rows[0]["before"])
        self.assertEqual(rows[2]["after"]["kind"], "directory")
        self.assertEqual(self.ok("diff", "HEAD", "HEAD"), b"")
        self.assertEqual(self.json("diff", "HEAD", "HEAD"), [])
        self.assertEqual(self.ok("diff", before["root"] + "/sub", "HEAD/sub"), b"M deep\n")

    def test_a_cid_of_the_wrong_kind_is_said_to_be_that(self):
        file = self.put(self.write("file", b"content"))
        self.fails(USAGE, "ls", f"{file}/below")
        self.fails(USAGE, "log", file)

    def test_analyze_shows_where_reduction_comes_from(self):
        noise = self.random.randbytes(300_000)
        text = b"the same line again and again\n" * 20_000
        self.write("tree/noise", noise)
        self.write("tree/copy", noise)
        self.write("tree/text", text)
        self.write("tree/zeros", bytes(1 << 20))
        found = self.json("analyze", self.path("tree"))
        sizes = found["sizes"]
        self.assertEqual(sizes["content"], 600_000 + len(text) + (1 << 20))
        self.assertEqual(sizes["zero_runs"], 1 << 20)
        self.assertEqual(sizes["zero_runs"] + sizes["duplicate"] + sizes["unique"], sizes["content"])
        self.assertGreaterEqual(sizes["duplicate"], 300_000)
        self.assertLess(sizes["stored"], 310_000 + len(text) // 10)
        self.assertEqual(sum(found["byte_counts"]), sizes["unique"])
        self.assertEqual(found["root"], self.put(self.path("tree")))
        printed = self.ok("analyze", self.path("tree")).decode()
        for word in ("zero runs", "duplicates", "entropy", "ratio", "chunks by size"):
            self.assertIn(word, printed)

    def test_analyze_needs_no_store(self):
        found = json.loads(self.ok("analyze", "-", "--json", input=bytes(1 << 20), store=False))
        self.assertEqual(found["sizes"]["zero_runs"], 1 << 20)


if __name__ == "__main__":
    unittest.main()
