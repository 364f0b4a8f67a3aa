# SPDX-License-Identifier: Apache-2.0
"""What a put takes: patterns, sizes, marks, lists, and the dry run that says so. Where restic is installed it is asked
the same."""

import json
import os
import re
import shutil
import subprocess
import time
import unittest

from tool_case import DONE, FAILED, PARTIAL, SEED, TOOL, USAGE, ToolCase, environment

ROOT = os.geteuid() == 0
TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n"
FILES = {
    "a/x.o": b"1", "a/x.c": b"1", "a/X.O": b"1", "a/[br].txt": b"1", "a/sp ace": b"1", "a/\u00fc.o": b"1",
    "a/-dash": b"1", "a/#hash": b"1", "a/!bang": b"1", "a/back\\slash": b"1", "a/new\nline": b"1", "a/.hidden": b"1",
    "foo/bar/file": b"1", "foo/a/bar/file": b"1", "foo/foobar": b"1", "foobar/x": b"1",
    "cache/CACHEDIR.TAG": TAG, "cache/data": b"1", "cache/deep/x": b"1", "mark/.skip": b"skip me", "mark/x": b"1",
    "mark/.sub/y": b"1", "deep/1/2/3/4/file": b"1", "big": bytes(2000), "small": b"1",
}
# Options, and what they leave out; all that is below it goes too. {T} is the tree's absolute path.
TABLE = [
    ([], []),
    (["--exclude", "*.o"], ["a/x.o", "a/\u00fc.o"]),
    (["--iexclude", "*.o"], ["a/x.o", "a/\u00fc.o", "a/X.O"]),
    (["--iexclude", "FOO"], ["foo"]),
    (["--exclude", "FOO"], []),
    (["--exclude", "foo"], ["foo"]),
    (["--exclude", "foo/"], ["foo"]),
    (["--exclude", "/foo"], []),
    (["--exclude", "{T}/foo"], ["foo"]),
    (["--exclude", "{T}/*/x"], ["foobar/x", "mark/x"]),
    (["--exclude", "foo/bar"], ["foo/bar"]),
    (["--exclude", "foo/**/bar"], ["foo/bar", "foo/a/bar"]),
    (["--exclude", "foo/**/file"], ["foo/bar/file", "foo/a/bar/file"]),
    (["--exclude", "{T}/**/file"], ["foo/bar/file", "foo/a/bar/file", "deep/1/2/3/4/file"]),
    (["--exclude", "a/x.?"], ["a/x.o", "a/x.c"]),
    (["--exclude", "[br].txt"], []),
    (["--exclude", "\\[br\\].txt"], ["a/[br].txt"]),
    (["--exclude", "[x-z].[a-c]"], ["a/x.c"]),
    (["--exclude", "[^a-z].o"], ["a/\u00fc.o"]),
    (["--exclude", "?.o"], ["a/x.o", "a/\u00fc.o"]),
    (["--exclude", "#hash"], ["a/#hash"]),
    (["--exclude", "!bang"], []),
    (["--exclude", "\\!bang"], ["a/!bang"]),
    (["--exclude=-dash"], ["a/-dash"]),
    (["--exclude", "sp ace"], ["a/sp ace"]),
    (["--exclude", "new?line"], ["a/new\nline"]),
    (["--exclude", "back\\\\slash"], ["a/back\\slash"]),
    (["--exclude", ".*"], ["a/.hidden", "mark/.skip", "mark/.sub"]),
    (["--exclude", "foo", "--exclude", "!foo/bar"], ["foo"]),
    (["--exclude", "foo/*", "--exclude", "!foo/bar"], ["foo/a", "foo/foobar"]),
    (["--exclude", "!x.o", "--exclude", "*.o"], ["a/x.o", "a/\u00fc.o"]),
    (["--exclude", "*.o", "--exclude", "!x.o"], ["a/\u00fc.o"]),
    (["--exclude", "*.o", "--iexclude", "!x.o"], ["a/x.o", "a/\u00fc.o"]),
    (["--exclude", "deep/**/4"], ["deep/1/2/3/4"]),
    (["--exclude", "deep/*/2"], ["deep/1/2"]),
    (["--exclude-caches"], ["cache/data", "cache/deep"]),
    (["--exclude-if-present", ".skip"], ["mark/x", "mark/.sub"]),
    (["--exclude-if-present", ".skip:skip"], ["mark/x", "mark/.sub"]),
    (["--exclude-if-present", ".skip:no"], []),
    (["--exclude-if-present", "1"], []),
    (["--exclude-if-present", ".skip", "--exclude", ".skip"], ["mark/x", "mark/.sub", "mark/.skip"]),
    (["--exclude-larger-than", "1999"], ["big"]),
    (["--exclude-larger-than", "2000"], []),
    (["--exclude-larger-than", "1K"], ["big"]),
    (["--exclude-larger-than", "0"], None),  # all files but empty ones
    (["--one-file-system"], []),
]


class Choose(ToolCase):
    def setUp(self):
        super().setUp()
        self.tree = self.path("t")
        for name, content in FILES.items():
            self.write("t/" + name, content)
        os.mkdir(self.tree + "/empty")

    def options(self, options):
        return [option.replace("{T}", self.tree) for option in options]

    def below(self, root, left_out):
        """All of `root` as (path, is it a directory), but for `left_out` and what is below these."""
        found = set()
        for at, directories, files in os.walk(root):
            here = os.path.relpath(at, root)
            found.add((here, True))
            found |= {(os.path.normpath(os.path.join(here, name)), False) for name in files}
        out = lambda path: any(path == one or path.startswith(one + "/") for one in left_out)
        return {entry for entry in found if not out(entry[0])}

    def put_and_listed(self, *arguments):
        """What the last commit has of self.tree, in the same form."""
        back = self.path("back")
        shutil.rmtree(back, ignore_errors=True)
        self.ok("put", *arguments)
        self.ok("get", "HEAD", "-o", back)
        return self.below(back, [])

    def planned(self, *arguments):
        """What a dry run takes, in the same form."""
        found = set()
        for line in self.ok("put", "-n", "-v", *arguments).decode().splitlines()[:-1]:
            path = re.sub(r"\\(n|\\)", lambda escape: "\n" if escape[1] == "n" else "\\", line[2:])
            if not line.startswith(("x ", "- ", "would ")):
                found.add((os.path.relpath(path, self.tree), path.endswith("/")))
        return found

    def test_patterns_choose_what_the_table_says(self):
        for row, (options, left_out) in enumerate(TABLE):
            if left_out is None:
                left_out = list(FILES)
            with self.subTest(options=options):
                expected = self.below(self.tree, left_out)
                self.assertEqual(self.planned(self.tree, *self.options(options)), expected)
                if row % 6 == 1:
                    self.assertEqual(self.put_and_listed(self.tree, *self.options(options)), expected)

    @unittest.skipIf(shutil.which("restic") is None, "no restic here")
    def test_restic_chooses_the_same(self):
        variables = environment(RESTIC_PASSWORD="x", RESTIC_REPOSITORY=self.path("restic"))
        subprocess.run(["restic", "init", "-q", "--no-cache"], env=variables, check=True, timeout=100, cwd=self.place)
        for options, left_out in TABLE:
            if left_out is None:
                left_out = list(FILES)
            with self.subTest(options=options):
                told = subprocess.run(
                    ["restic", "backup", "-n", "-vv", "--json", "--no-cache", *self.options(options), "t"], env=variables,
                    cwd=self.place, capture_output=True, check=True, timeout=100).stdout
                items = [json.loads(line) for line in told.splitlines()]
                items = [item["item"] for item in items if item.get("action") == "new"]
                found = {(os.path.relpath(item, "/t"), item.endswith("/")) for item in items}
                self.assertEqual(found, self.below(self.tree, left_out))

    def test_a_file_of_patterns(self):
        patterns = self.write("patterns", b"\xef\xbb\xbf# no pattern\n\n  *.o \r\n!x.o\nfoo/\n#hash\n\\#hash")
        self.assertEqual(self.put_and_listed(self.tree, "--exclude-from", patterns),
                         self.below(self.tree, ["a/\u00fc.o", "foo", "a/#hash"]))
        # Those of the command line come first.
        self.assertEqual(self.put_and_listed(self.tree, "--exclude-file", patterns, "--exclude", "x.o"),
                         self.below(self.tree, ["a/\u00fc.o", "foo", "a/#hash"]))
        self.assertEqual(self.put_and_listed(self.tree, "--iexclude-from", patterns),
                         self.below(self.tree, ["a/\u00fc.o", "foo", "a/#hash"]))

    def test_refuses_what_is_malformed(self):
        for options in (["--exclude", "[a"], ["--exclude", ""], ["--exclude", "!"], ["--exclude", "a/../b"], ["--exclude", "a\\"],
                        ["--iexclude", "[]"], ["--exclude-if-present", ":x"], ["--exclude-if-present", "a/b"],
                        ["--exclude-larger-than", "much"], ["--exclude-larger-than", "-1"]):
            self.fails(USAGE, "put", self.tree, *options)
        bad = self.write("bad", b"ok\n\n[a\n")
        self.assertIn("bad:3: ", self.fails(USAGE, "put", self.tree, "--exclude-from", bad))
        for option in ("--exclude-from", "--iexclude-from", "--files-from", "--files-from0"):
            self.assertIn("none: No such file", self.fails(FAILED, "put", self.tree, option, self.path("none")))
        self.fails(FAILED, "put", self.tree, "--exclude-from", self.tree)
        self.fails(USAGE, "put")
        self.fails(USAGE, "put", "-", "--exclude", "x")
        self.fails(USAGE, "put", "-", "--files-from", bad)
        self.fails(USAGE, "put", "-", "--dry-run")
        self.fails(USAGE, "put", self.tree, "--dry-run", "--verbose", "--json")

    def test_names_that_are_not_utf_8(self):
        self.write(b"raw/\xff\xfe.o", b"1")
        self.write(b"raw/\xfd", b"1")
        self.ok("put", self.path("raw"), "--exclude", b"\xff?.o")
        self.assertEqual(self.ok("ls", "HEAD"), b"\xfd\n")
        self.ok("put", self.path("raw"), "--exclude", b"[^\xfe]")
        self.assertEqual(self.ok("ls", "HEAD"), b"\xff\xfe.o\n")

    def test_paths_are_those_of_the_place_and_named_ones_are_matched_too(self):
        os.symlink("t", self.path("link"))
        self.ok("put", self.path("link/foo"), "--exclude", self.tree + "/foo/bar")
        self.assertEqual(self.ok("ls", "HEAD"), b"a/\nfoobar\n")
        done = self.run_tool("put", self.tree, "--exclude", "t")
        self.assertEqual((done.returncode, done.stdout), (FAILED, b""))
        self.assertIn(b"was left out", done.stderr)
        self.ok("put", self.tree + "/a/x.o", self.tree + "/a/x.c", "--exclude", "*.o")
        self.assertEqual(self.ok("log", "--limit", "1").count(b"\n"), 1)

    def test_a_dry_run_names_what_is_new_changed_unchanged_and_gone(self):
        tree = self.path("signs")
        for name in ("same", "changed", "gone", "d/gone", "old/deep/file"):
            self.write("signs/" + name, b"1")
        os.symlink("same", tree + "/link")
        os.mkfifo(tree + "/fifo")
        time.sleep(0.05)
        self.ok("put", "--settle-seconds", "0", tree)
        for name in ("gone", "d/gone"):
            os.remove(tree + "/" + name)
        shutil.rmtree(tree + "/old")
        self.write("signs/changed", b"22")
        self.write("signs/new", b"1")
        lines = [f"  {tree}/", f"  {tree}/link", f"  {tree}/fifo", f"M {tree}/changed", f"  {tree}/d/", f"- {tree}/d/gone", f"- {tree}/gone", f"+ {tree}/new", f"- {tree}/old/", f"= {tree}/same"]
        told = self.ok("put", "-n", "-v", tree).decode().splitlines()
        self.assertEqual(sorted(told[:-1]), sorted(lines))
        self.assertIn("1 new, 1 changed, 1 unchanged, 3 gone", told[-1])

    def test_what_is_left_out_does_not_change_the_shape_of_the_commit(self):
        both = [self.tree + "/big", self.tree + "/small"]
        for options in ([], ["--exclude-larger-than", "1K"], ["--exclude", "big"]):
            self.ok("put", *both, *options)
            self.assertEqual(self.ok("ls", "HEAD").split(), [b"small"] if options else [b"big", b"small"])
            self.assertEqual(self.ok("get", "HEAD/small", "-o", "-"), b"1")
            self.ok("verify")

    def test_counts_and_names_what_is_left_out(self):
        options = ["--exclude", "*.o", "--exclude-caches", "--exclude-larger-than", "1K", "--exclude-if-present", ".skip"]
        report = self.json("put", self.tree, *options)
        self.assertEqual(report["excluded"], {"patterns": 2, "larger_than": 1, "file_systems": 0, "caches": 1, "if_present": 1, "store": 0})
        self.assertEqual(report["left_out_count"], 0)
        done = self.run_tool("put", self.tree, "-v", *options)
        self.assertEqual(done.returncode, DONE)
        notes = done.stderr.decode().splitlines()
        self.assertEqual(len(notes), 7)  # two of them sum up
        self.assertIn(f"penstock: note: {self.tree}/big: left out: too large", notes)

    def test_what_is_excluded_now_is_gone_and_comes_back_as_new(self):
        self.ok("put", self.tree)
        changes = self.json("put", self.tree, "--exclude", "foo")["changes"]
        self.assertEqual((changes["new"], changes["gone"]), (0, 3))
        changes = self.json("put", self.tree)["changes"]
        self.assertEqual((changes["new"], changes["gone"]), (3, 0))


class Lists(ToolCase):
    def commit(self, text, *arguments, option="--files-from"):
        """Puts what a list names, and gives what the commit has below self.place: names with a / behind directories."""
        self.ok("put", option, "-", *arguments, input=text, cwd=self.place)
        found, waiting = set(), [os.fsencode(self.place)[1:]]
        while waiting:
            at = waiting.pop()
            for name in self.ok("ls", b"HEAD/" + at).splitlines():
                path = at + b"/" + name.rstrip(b"/")
                found.add(os.path.relpath(path, os.fsencode(self.place)[1:]) + (b"/" if name.endswith(b"/") else b""))
                if name.endswith(b"/"):
                    waiting.append(path)
        return found

    def setUp(self):
        super().setUp()
        for name in ("d/a", "d/b", "d/e/f", "d/e/g", "other/x"):
            self.write(name, b"1")
        os.symlink("d", self.path("link"))

    def test_takes_what_is_listed_under_its_whole_path(self):
        self.assertEqual(self.commit(b"d/a\n\nother\n"), {b"d/", b"d/a", b"other/", b"other/x"})
        self.assertEqual([path["path"] for path in self.json("stat", "HEAD")["paths"]], [self.place])
        self.assertEqual(self.commit(b"d/e"), {b"d/", b"d/e/", b"d/e/f", b"d/e/g"})
        self.assertEqual([path["path"] for path in self.json("stat", "HEAD")["paths"]], [self.path("d/e")])
        self.assertEqual(self.commit(b"d/e/f\n", "other"), {b"d/", b"d/e/", b"d/e/f", b"other/", b"other/x"})

    def test_paths_named_twice_nested_or_in_a_roundabout_way(self):
        whole = {b"d/", b"d/a", b"d/b", b"d/e/", b"d/e/f", b"d/e/g"}
        self.assertEqual(self.commit(b"d\nd/e\nd/e/f\nd\n"), whole)
        self.assertEqual(self.commit(b"d/e/f\nd/\n"), whole)
        self.assertEqual(self.commit(b"other/../d/./a\nlink/a\n./d//a\n"), {b"d/", b"d/a"})
        self.assertEqual(self.commit(b"d/e/..\n"), whole)
        self.assertEqual(self.commit(os.fsencode(self.path("d", "a"))), {b"d/", b"d/a"})
        self.assertEqual(self.commit(b"link\n"), {b"link"})
        self.assertEqual(self.commit(b"link/\n"), whole)

    def test_names_are_literal(self):
        for name in (b"# no comment", b" blanks ", b"*", b"new\nline", b"\xff"):
            self.write(b"odd/" + name, b"1")
        self.assertEqual(self.commit(b"odd/# no comment\nodd/*\nodd/ blanks \nodd/\xff\n"),
                         {b"odd/", b"odd/# no comment", b"odd/*", b"odd/ blanks ", b"odd/\xff"})
        self.ok("put", "--files-from0", "-", input=b"odd/new\nline\0odd/\xff\0", cwd=self.place)
        self.assertEqual(self.ok("ls", f"HEAD{self.place}/odd"), b"new\\nline\n\xff\n")

    def test_says_which_line_is_wrong(self):
        tell = lambda code, text, option="--files-from": self.fails(code, "put", option, "-", input=text, cwd=self.place)
        self.assertIn("standard input:2: d/none: No such file", tell(FAILED, b"d/a\nd/none\n"))
        self.assertIn("standard input:3: d/a/x: ", tell(FAILED, b"d/a\n\nd/a/x\n"))
        self.assertIn("standard input:1: has a NUL", tell(USAGE, b"d/a\0d/b\0"))
        self.assertIn("standard input:2: is an empty path", tell(USAGE, b"d/a\0\0d/b\0", "--files-from0"))
        tell(USAGE, b"")
        tell(USAGE, b"\n\n")
        tell(USAGE, b"", "--files-from0")
        self.fails(USAGE, "put", "--files-from", "-", "--files-from0", "-")
        self.assertEqual(self.ok("log"), b"")

    def test_patterns_and_the_parent_hold_for_lists(self):
        self.assertEqual(self.commit(b"d\n", "--exclude", "f"), {b"d/", b"d/a", b"d/b", b"d/e/", b"d/e/g"})
        report = self.json("put", "--files-from", "-", input=b"d/a\nother\n", cwd=self.place)
        self.assertEqual(report["changes"]["gone"], 2)
        self.assertEqual(report["changes"]["new"], 1)
        self.assertEqual(report["roots"][0]["name"], "root")

    def test_a_list_of_which_nothing_is_left_makes_no_commit(self):
        os.mkfifo(self.path("pipe"))
        self.assertEqual(self.commit(b"d/e\n", "--exclude", "f", "--exclude", "g"), {b"d/", b"d/e/"})
        self.assertEqual(self.json("put", "--files-from", "-", input=b"pipe\n", cwd=self.place)["entries"]["specials"], 1)
        before = self.ok("log")
        for text, options in ((b"d/a\n", ["--exclude", "a"]), (b"d/a\nother\n", ["--exclude", "/" + self.place[1:]]),
                              (b"d/a\nd/b\n", ["--exclude-larger-than", "0"]), (os.fsencode(os.path.join(self.store, os.listdir(self.store)[0])), [])):
            for more in ([], ["--dry-run"]):
                done = self.run_tool("put", "--files-from", "-", *options, *more, input=text, cwd=self.place)
                self.assertEqual((done.returncode, done.stdout), (FAILED, b""), text)
                self.assertIn(b"nothing of what was named was taken", done.stderr)
        self.fails(FAILED, "put", "--dry-run", self.path("d/a"), "--exclude", "a")
        self.assertEqual(self.ok("log"), before)

    def test_many_paths_of_many_directories(self):
        names = {f"many/{i % 97}/{i}" for i in range(3000)}
        for name in names:
            self.write(name, b"")
        chosen = self.random.sample(sorted(names), 1000)
        found = self.commit("\n".join(chosen).encode())
        self.assertEqual({name.decode() for name in found if not name.endswith(b"/")}, set(chosen), f"seed {SEED}")


class DryRun(ToolCase):
    settles_at_once = True

    def setUp(self):
        super().setUp()
        for name in ("t/a", "t/b/c", "t/b/d"):
            self.write(name, b"12345")
        os.symlink("a", self.path("t/link"))
        os.mkfifo(self.path("t/pipe"))
        os.link(self.path("t/a"), self.path("t/z"))
        for name in ("t/a", "t/b/c", "t/b/d"):
            os.utime(self.path(name), (10**9, 10**9))

    def picture(self):
        found = {}
        for at, _, files in os.walk(self.store):
            for name in files:
                status = os.stat(os.path.join(at, name))
                found[os.path.join(at, name)] = (status.st_size, status.st_mtime_ns, status.st_ino)
        return found

    def test_says_what_a_put_would_take_and_changes_nothing(self):
        before = self.picture()
        lines = self.ok("put", "-n", "-v", "t", "--exclude", "d", cwd=self.place).decode().splitlines()
        self.assertEqual(lines[:-2], ["  t/", "+ t/a", "  t/b/", "+ t/b/c", "x t/b/d (left out: a pattern matches)", "  t/link", "  t/pipe", "+ t/z"])
        self.assertIn("15 bytes in 3 files", lines[-2])
        self.assertIn("read 10 bytes", lines[-2])
        self.assertEqual(lines[-1], "would leave out: 1 by patterns")
        self.assertEqual(self.picture(), before)
        self.assertEqual(self.ok("log"), b"")

    def test_counts_as_the_put_does(self):
        gone = []
        for _ in range(3):
            planned = self.json("put", "--dry-run", self.path("t"))
            done = self.json("put", self.path("t"))
            for field in ("entries", "excluded", "parent", "changes", "left_out_count"):
                self.assertEqual(planned[field], done[field], field)
            for field in ("content", "read", "unchanged"):
                self.assertEqual(planned["sizes"][field], done["sizes"][field], field)
            self.write("t/b/c", b"123")
            self.write("t/new", b"1234567")
            if os.path.exists(self.path("t/b/d")):
                os.unlink(self.path("t/b/d"))
            gone.append((done["changes"] or {}).get("gone"))
        self.assertEqual(gone, [None, 1, 0])

    def test_needs_no_lock(self):
        writer = subprocess.Popen([TOOL, "put", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=environment(PENSTOCK_STORE=self.store))
        try:
            writer.stdin.write(bytes(8 << 20))  # more than a pipe holds: it reads, so it has the lock
            writer.stdin.flush()
            self.assertIn(b"3 files", self.ok("put", "-n", self.path("t"), "--exclude", "d"))
        finally:
            writer.communicate(timeout=100)
        self.assertEqual(writer.returncode, DONE)

    @unittest.skipUnless(ROOT and shutil.which("setpriv"), "only root can become nobody")
    def test_opens_no_file(self):
        os.chmod(self.path("t/b/c"), 0)
        os.chmod(self.place, 0o755)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
        run = lambda *more: subprocess.run([*nobody, TOOL, "put", "-n", *more, self.path("t")], capture_output=True, timeout=100,
                                           env=environment(PENSTOCK_STORE=self.store))
        subprocess.run(["chmod", "-R", "a+rX", self.store], check=True)
        done = run()
        self.assertEqual((done.returncode, done.stderr), (DONE, b""))
        os.chmod(self.path("t/b"), 0)
        done = run("--json")
        self.assertEqual(done.returncode, PARTIAL)
        self.assertEqual(json.loads(done.stdout)["left_out_count"], 1)
        self.assertIn(b"t/b: Permission denied", done.stderr)


if __name__ == "__main__":
    unittest.main()
