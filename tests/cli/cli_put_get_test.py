# SPDX-License-Identifier: Apache-2.0
"""What goes in comes out: trees, odd names, holes, pipes, ranges."""

import os
import re
import subprocess
import unittest

from tool_case import ABSENT, DONE, EMPTY_FILE, FAILED, PARTIAL, TOOL, USAGE, ToolCase, environment


class PutGet(ToolCase):
    def awkward_tree(self):
        """A tree of all that tends to be forgotten. Returns its path."""
        noise = self.random.randbytes(700_000)
        self.write("tree/plain.txt", b"hello\n" * 1000)
        self.write("tree/empty", b"")
        self.write("tree/one", b"x")
        self.write("tree/deep/er/still/noise", noise)
        self.write("tree/deep/twin", noise)
        self.write("tree/name with spaces and 'quotes'", b"1")
        self.write("tree/line\nbreak", b"2")
        self.write("tree/-dash", b"3")
        self.write("tree/back\\slash", b"4")
        self.write("tree/ünïcode", b"5")
        self.write(b"tree/not utf-8 \xff\xfe", b"6")
        self.write("tree/.hidden", b"7")
        os.makedirs(self.path("tree", "no entries"))
        os.symlink("nowhere/at all", self.path("tree", "dangling"))
        os.symlink("/etc/hostname", self.path("tree", "absolute"))
        os.symlink("deep", self.path("tree", "to a directory"))
        with open(self.path("tree", "sparse"), "wb") as file:
            file.truncate(5 << 20)
            file.seek(3 << 20)
            file.write(b"island")
        return self.path("tree")

    def test_a_tree_comes_back_as_it_was(self):
        tree = self.awkward_tree()
        cid = self.put(tree)
        for number, name in enumerate((cid, "HEAD")):
            back = self.path(f"back{number}")
            self.ok("get", name, "-o", back, "-q")
            self.same_tree(tree, back)

    def test_putting_again_gives_the_same_root_and_stores_no_content(self):
        tree = self.awkward_tree()
        first = self.json("put", tree)
        again = self.json("put", tree)
        self.assertEqual(first["root"], again["root"])
        self.assertNotEqual(first["commit"], again["commit"])
        self.assertEqual(again["sizes"]["stored"], 0)
        self.assertEqual(again["sizes"]["unique"], 0)

    def test_ratios_are_null_where_nothing_was_stored(self):
        file = self.write("file", self.random.randbytes(100_000))
        first, again = self.json("put", file)["ratios"], self.json("put", file)["ratios"]
        self.assertAlmostEqual(first["reduction"], 1, delta=0.01)
        self.assertAlmostEqual(first["encoding"], 1, delta=0.01)
        self.assertEqual(again, {"reduction": None, "encoding": None})
        self.assertIn("ratio", self.ok("analyze", file).decode())
        self.assertNotIn("ratio", self.ok("analyze", self.write("zeros", b"")).decode().split("stored")[1])

    def test_the_report_says_how_much_a_directory_holds(self):
        self.write("tree/a", b"content")
        self.write("tree/below/b", b"more")
        self.assertEqual(self.json("put", self.path("tree"))["roots"][0]["content_bytes"], 11)

    def test_without_a_terminal_a_summary_is_for_those_who_ask(self):
        self.write("tree/a", b"content")
        self.ok("put", self.path("tree"))
        told = self.run_tool("put", "-v", self.path("tree")).stderr.decode()
        self.assertRegex(told, r"^penstock: note: 7 B in 1 file .*; commit bafy\w+\n$")
        self.ok("put", "-v", "-q", self.path("tree"))

    def test_each_path_has_a_line(self):
        one, two = self.write("one", b"1"), self.write("line\nbreak\\", b"2")
        lines = self.ok("put", one, two).decode().splitlines()
        self.assertEqual(sorted(line.split("  ", 1)[1] for line in lines), ["line\\nbreak\\\\", "one"])
        for line in lines:
            self.ok("get", line.split("  ", 1)[0])
        self.assertEqual(self.ok("get", "HEAD/one"), b"1")
        self.assertEqual(self.ok("get", "HEAD/line\nbreak\\"), b"2")

    def test_the_same_bytes_have_the_same_root_dense_sparse_and_piped(self):
        content = self.random.randbytes(300_000) + bytes(4 << 20) + self.random.randbytes(100_000)
        dense = self.write("dense", content)
        sparse = self.path("sparse")
        subprocess.run(["cp", "--sparse=always", dense, sparse], check=True)
        self.assertLess(os.stat(sparse).st_blocks, os.stat(dense).st_blocks)
        with open(dense, "rb") as file:
            redirected = self.put("-", stdin=file)
        roots = {self.put(dense), self.put(sparse), self.put("-", input=content), redirected}
        self.assertEqual(len(roots), 1)

    def test_read_size_does_not_matter(self):
        content = self.random.randbytes(400_000)
        process = subprocess.Popen([TOOL, "put", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env=environment(PENSTOCK_STORE=self.store))
        at = 0
        while at < len(content):
            size = self.random.choice((1, 100, 4095, 4097, 65536))
            process.stdin.write(content[at:at + size])
            process.stdin.flush()
            at += size
        output, _ = process.communicate(timeout=100)
        self.assertEqual(output.split()[0].decode(), self.put("-", input=content))

    def test_standard_input_is_called_by_its_name(self):
        self.assertEqual(self.ok("put", "-", input=b"x").split(b"  ")[1], b"-\n")
        self.assertEqual(self.ok("put", "-", "--name", "db", input=b"x").split(b"  ")[1], b"db\n")

    def test_empty_standard_input_is_the_empty_file(self):
        self.assertEqual(self.put("-", input=b""), EMPTY_FILE)
        self.assertEqual(self.ok("get", EMPTY_FILE), b"")

    def test_holes_stay_holes(self):
        sparse = self.path("big")
        with open(sparse, "wb") as file:
            file.truncate(1 << 34)
            file.seek((1 << 34) - 100)
            file.write(b"end")
        cid = self.put(sparse)
        back = self.path("back")
        self.ok("get", cid, "-o", back, "-q")
        self.assertEqual(os.stat(back).st_size, 1 << 34)
        self.assertLess(os.stat(back).st_blocks * 512, 4 << 20)
        self.assertEqual(self.ok("get", cid, "--range", f"{(1 << 34) - 100}:3"), b"end")
        self.assertEqual(self.ok("get", cid, "--range", "15G:1M"), bytes(1 << 20))

    def test_ranges(self):
        content = self.random.randbytes(900_000)
        cid = self.put(self.write("file", content))
        for _ in range(10):
            offset = self.random.randrange(len(content))
            length = self.random.randrange(len(content) - offset + 1)
            self.assertEqual(self.ok("get", cid, "--range", f"{offset}:{length}"), content[offset:offset + length])
        self.assertEqual(self.ok("get", cid, "--range", f"{len(content)}:0"), b"")
        self.assertEqual(self.ok("get", cid, "--range", "899999:"), content[-1:])
        self.assertEqual(self.ok("get", "HEAD", "--range", "1K:1K"), content[1024:2048])
        part = self.path("part")
        self.ok("get", cid, "--range", "10:20", "-o", part)
        with open(part, "rb") as file:
            self.assertEqual(file.read(), content[10:30])

    def test_a_path_within_a_tree(self):
        tree = self.awkward_tree()
        cid = self.put(tree)
        self.assertEqual(self.ok("get", f"{cid}/plain.txt"), b"hello\n" * 1000)
        self.assertEqual(self.ok("get", os.fsencode(cid) + b"/not utf-8 \xff\xfe"), b"6")
        self.ok("get", "HEAD/deep/er/", "-o", self.path("part"))
        self.same_tree(self.path("tree", "deep", "er"), self.path("part"))
        self.ok("get", f"{cid}/dangling", "-o", self.path("link"), "-q")
        self.assertEqual(os.readlink(self.path("link")), "nowhere/at all")
        self.fails(ABSENT, "get", f"{cid}/no such name")

    def test_codecs_and_profiles_keep_the_content(self):
        content = b"some text that repeats itself, " * 20_000
        file = self.write("file", content)
        for codec in ("auto", "lz4", "zstd", "zstd:9", "deflate", "stored"):
            self.store = self.path("store-" + codec)
            self.ok("init")
            cid = self.put(file, "--codec", codec)
            self.assertEqual(self.ok("get", cid), content, codec)
        for level in ("full", "payload", "sample:0.5"):
            self.assertEqual(self.put(file, "--verify", level), cid)

    def test_every_way_to_hash_gives_the_same(self):
        content = os.urandom(300_000) + bytes(200_000) + b"text" * 50_000
        file = self.write("file", content)
        paths = re.search(r"its fastest way, or (.*?) \(default auto", " ".join(self.ok("put", "--help").decode().split()))
        names = ["auto", *paths.group(1).split(", ")]
        self.assertIn("reference", names)
        roots = {self.put(file, "--sha256", name) for name in names}
        self.assertEqual(len(roots), 1)
        for name in names:
            self.ok("verify", "--sha256", name)
            self.assertEqual(self.ok("get", next(iter(roots)), "--sha256", name), content)

    def test_the_ipfs_profile_has_a_root_of_its_own(self):
        content = self.random.randbytes(3 << 20)
        file = self.write("file", content)
        cid = self.put(file, "--profile", "ipfs")
        self.assertNotEqual(cid, self.put(file, "--parent", "none"))
        self.assertEqual(self.ok("get", cid), content)

    def test_max_size_refuses_what_is_larger(self):
        cid = self.put(self.write("file", bytes(range(256)) * 1000))
        self.assertEqual(len(self.ok("get", cid, "--max-size", "256000")), 256000)
        message = self.fails(FAILED, "get", cid, "--max-size", "255999")
        self.assertIn("max-size", message)
        self.fails(FAILED, "get", cid, "--max-size", "10", "-o", self.path("never"))
        self.assertFalse(os.path.exists(self.path("never")))

    def test_what_is_there_is_not_overwritten(self):
        cid = self.put(self.write("file", b"new"))
        there = self.write("there", b"old")
        self.fails(FAILED, "get", cid, "-o", there)
        with open(there, "rb") as file:
            self.assertEqual(file.read(), b"old")

    def test_what_cannot_be_stored_is_named_and_the_rest_is_committed(self):
        tree = self.path("tree")
        self.write("tree/good", b"good")
        done = self.run_tool("put", tree, "/proc/self/mem", "--json")  # its first page is never mapped
        self.assertEqual(done.returncode, PARTIAL)
        self.assertRegex(done.stderr.decode(), r"\Apenstock: [^\n]*/proc/self/mem: [^\n]+\n\Z")
        self.assertIn(b"/proc/self/mem", done.stdout)
        self.assertEqual(self.ok("get", "HEAD/tree/good"), b"good")
        self.assertEqual(self.ok("ls", "HEAD"), b"tree/\n")

    def test_a_store_within_the_tree_is_left_out_of_itself(self):
        self.write("file", b"content")
        done = self.run_tool("put", self.place)
        self.assertEqual(done.returncode, DONE)
        self.assertRegex(done.stderr, rb"\Apenstock: note: [^\n]+/store: [^\n]+\n\Z")
        self.assertEqual(self.ok("ls", "HEAD"), b"file\n")

    def test_no_readable_path_leaves_no_commit(self):
        self.fails(FAILED, "put", self.path("none"))
        self.fails(FAILED, "put", self.write("one"), self.path("none"))
        self.assertEqual(self.ok("log"), b"")

    def test_two_paths_of_one_name_clash(self):
        self.write("a/same")
        self.write("b/same")
        self.fails(USAGE, "put", self.path("a/same"), self.path("b/same"))
        self.assertEqual(self.ok("log"), b"")

    def test_names_that_look_like_syntax(self):
        for name in ("[a,b]", "++", "log", "{}", "--json", "-q"):
            self.write(name, name.encode())
            cid = self.put("--", name, cwd=self.place)
            self.assertEqual(self.ok("get", cid), name.encode())
            self.assertEqual(self.put("--name", "[x,y]", "./" + name, cwd=self.place), cid)


if __name__ == "__main__":
    unittest.main()
