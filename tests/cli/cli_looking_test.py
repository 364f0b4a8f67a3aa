# SPDX-License-Identifier: Apache-2.0
"""What the commands that look say of metadata: diff, ls, stat, log."""

import grp
import json
import os
import pwd
import unittest

import odd_tree
from tool_case import ABSENT, CORRUPT, DONE, USAGE, ToolCase

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
        behind = self.json("stat", second["commit"])["stored"]
        self.assertEqual(stored["segment"], behind["segment"])
        self.assertGreater(behind["record"], stored["record"])
        with open(os.path.join(self.store, "segments", f"{stored['segment']:08}.seg"), "r+b") as file:
            for at in range(stored["record"] + 128, behind["record"], 32):  # whatever block it is that lies there
                file.seek(at)
                file.write(bytes(4))
        return second["commit"]


class Addresses(Looking):
    def setUp(self):
        super().setUp()
        self.commits = []
        for number, name in enumerate(("home", "etc", "home", "etc", "a:b")):
            self.write(f"{name}/docs/x:y", b"%d" % number)
            self.commits.append(self.json("put", "-q", self.path(name), "--name", name)["commit"])

    def commit_of(self, text):
        return self.json("stat", text)["cid"]

    def content_of(self, text):
        return self.ok("get", text)

    def test_commits_before_another(self):
        for back, commit in enumerate(reversed(self.commits)):
            self.assertEqual(self.commit_of(f"HEAD~{back}"), commit)
            self.assertEqual(self.commit_of(f"{self.commits[-1]}~{back}"), commit)
        self.assertEqual(self.content_of("HEAD~1/docs/x:y"), b"3")
        self.assertIn("only 4 commits", self.fails(ABSENT, "ls", "HEAD~5"))
        self.assertIn("only 0 commits", self.fails(ABSENT, "stat", self.commits[0] + "~1"))
        for malformed in ("HEAD~", "HEAD~x", "HEAD~-1", "HEAD~1~1", "HEAD~9999999999999999"):
            self.fails(USAGE, "ls", malformed)

    def test_commits_by_name(self):
        self.assertEqual([self.commit_of(text) for text in ("home:", "etc:", "home~1:", "etc~1:", "home~0:/")],
                         [self.commits[at] for at in (2, 3, 0, 1, 2)])
        self.assertEqual([self.content_of(text) for text in ("home:docs/x:y", "home:/docs/x:y", "etc~1:docs/x:y")], [b"2", b"2", b"1"])
        self.assertIn("only 2 commits", self.fails(ABSENT, "ls", "home~2:"))
        self.assertIn("no commit is called that", self.fails(ABSENT, "ls", "nobody:docs"))
        self.fails(USAGE, "ls", ":docs")
        self.assertEqual(self.ok("ls", "home:docs"), b"x:y\n")
        self.assertEqual(self.ok("diff", "home~1:", "home:"), b"M docs/x:y\n")
        self.assertEqual(self.ok("find", "x*", "--commit", "home:"), b"home:/docs/x:y\n")
        self.assertEqual(self.content_of("home:/docs/x:y"), b"2")
        self.assertEqual(self.json("log", "home:")[0]["cid"], self.commits[2])
        self.ok("verify", "home:docs")
        self.assertEqual(self.json("put", self.path("etc"), "--parent", "etc~1:")["parent"], self.commits[1])

    def test_names_that_cannot_be_written_are_never_taken_for_others(self):
        self.write("a/b/f", b"file of a")
        for name in ("a", "home~1", "x:y~2"):
            told = self.run_tool("put", self.path("a"), "--name", name)
            self.assertEqual((told.returncode, b"log --name" in told.stderr), (DONE, name != "a"))
        for text in ("a:b", "a:b/f", "a:b:f", "a:b~1:f"):
            self.assertIn("'a:b' too", self.fails(USAGE, "get", text))
        self.assertIn("'home~1' too", self.fails(USAGE, "ls", "home~1:"))
        self.assertIn("'x:y~2' too", self.fails(USAGE, "ls", "x:y~2:f"))
        self.assertEqual(self.content_of("a:/b/f"), b"file of a")
        self.fails(ABSENT, "get", "a:bc/f")
        self.assertEqual(self.commit_of("home~0:"), self.commits[2])
        self.assertEqual(self.commit_of("home~1~0:"), self.json("log", "--name", "home~1")[0]["cid"])

    def test_commits_by_some_letters(self):
        at = max(len(os.path.commonprefix([one, other])) for one in self.commits for other in self.commits if one != other)
        for commit in self.commits:
            self.assertEqual(self.commit_of(commit[:max(at + 1, 8)]), commit)
            self.assertEqual(self.commit_of(commit[-8:]), commit)
            self.assertEqual(self.commit_of(commit[:40]), commit)
        self.assertEqual(self.content_of(self.commits[1][-10:] + "/docs/x:y"), b"1")
        self.assertEqual(self.commit_of(self.commits[1][-10:] + "~1"), self.commits[0])
        self.fails(USAGE, "ls", self.commits[0][:7])
        self.assertIn("begins with that, or ends in it", self.fails(ABSENT, "ls", "bafyreia" + "q" * 20))
        root = self.json("stat", "HEAD")["root"]
        self.fails(ABSENT, "stat", root[:20])

    def test_letters_of_several_commits_are_refused_with_all_of_them(self):
        for number in range(40):  # of 32 letters in the eighth place
            self.ok("put", "-", input=b"%d" % number)
        commits = [row["cid"] for row in self.json("log")]
        starts = [commit[:8] for commit in commits]
        start = next(one for one in starts if starts.count(one) > 1)
        told = self.fails(USAGE, "stat", start)
        self.assertIn(f"{starts.count(start)} commits have these letters", told)
        self.assertEqual(sum(commit in told for commit in commits), min(starts.count(start), 5))

    def test_paths_of_this_machine_are_told_so(self):
        for path in ("/etc", "./home", "..", "."):
            self.assertIn("a path of this machine", self.fails(USAGE, "ls", path))
        self.assertIn("NAME:", self.fails(USAGE, "ls", "home"))
        self.assertIn("a path of this machine", self.fails(USAGE, "diff", "HEAD", "/home/me"))

    def test_a_commit_that_is_one_file(self):
        self.ok("put", self.write("alone", b"1"))
        self.assertEqual(self.ok("ls", "HEAD"), b"alone\n")
        self.assertIn("without a path", self.fails(USAGE, "get", "HEAD/alone"))
        self.ok("put", "-", "--name", "stream", input=b"2")
        self.assertEqual(self.ok("ls", "HEAD"), b"stream\n")
        self.assertEqual(self.content_of("stream:"), b"2")

    def test_the_first_name_of_a_file_is_told_as_commands_take_it(self):
        self.ok("put", self.odd_tree(), "--name", "odd")
        for start in ("HEAD/", "odd:"):
            line, = (line for line in self.ok("stat", start + "sub/again").decode().splitlines() if line.startswith("same as"))
            self.assertEqual(line.split()[2], start + "file")
            self.assertEqual(self.content_of(line.split()[2]), b"content")

    def test_a_damaged_commit_may_be_the_one_of_that_name(self):
        self.ok("put", "-", "--name", "other", input=b"3")
        head = self.json("log", "--limit", "1")[0]["cid"]
        stored = self.json("stat", head)["stored"]
        with open(os.path.join(self.store, "segments", f"{stored['segment']:08}.seg"), "r+b") as file:
            file.seek(stored["record"] + 150)
            byte = file.read(1)[0]
            file.seek(stored["record"] + 150)
            file.write(bytes([byte ^ 1]))
        self.assertIn("may be the one called 'home'", self.fails(CORRUPT, "ls", "home:"))
        self.ok("put", self.path("home"), "--name", "home")
        self.assertEqual(self.ok("ls", "home:"), b"docs/\n")
        self.assertEqual(self.commit_of("HEAD~2"), self.commits[-1])


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


class Listings(Looking):
    def test_ls_long_tells_metadata(self):
        tree = self.odd_tree()
        os.symlink("\x1b[31m", os.path.join(tree, "red\n"))
        self.settle(tree)
        self.ok("put", tree)
        lines = [line.split() for line in self.ok("ls", "-l", "HEAD").decode().splitlines()]
        owner = [pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.stat(tree).st_gid).gr_name]
        time = "2001-09-09T01:46:40Z"
        self.assertEqual(lines, [
            ["-rwSr-----", "2", *owner, "7", time, "file"],
            ["lrwxrwxrwx", "1", *owner, "-", time, "link", "->", "file"],
            ["prw-r--r--", "1", *owner, "-", time, "pipe"],
            ["lrwxrwxrwx", "1", *owner, "-", time, "red\\n", "->", "\\x1b[31m"],
            ["drwxr-xr-x", "1", *owner, "-", time, "sub/"]])
        self.assertEqual(self.ok("ls", "HEAD/sub"), b"again\nmore\n")
        self.assertEqual(self.ok("ls", "-l", "HEAD/sub").decode().split()[1], "2")
        self.assertEqual(self.ok("ls", "-l", "HEAD/pipe").decode().split(), lines[2])

    def test_ls_long_of_content_alone_is_kind_bytes_and_cid(self):
        report = self.json("put", self.odd_tree())
        rows = [line.split() for line in self.ok("ls", "-l", report["root"]).decode().splitlines()]
        self.assertEqual([(row[0], row[3]) for row in rows], [("file", "file"), ("symlink", "link"), ("directory", "sub/")])

    def test_json_has_all_that_a_tree_was_made_of(self):
        tree = self.odd_tree()
        file = os.path.join(tree, "file")
        os.setxattr(file, "user.short", b"\0value")
        os.setxattr(file, "user.long", bytes(300))
        self.settle(tree)
        self.ok("put", tree)
        rows = {row["name"]: row for row in self.json("ls", "HEAD")}
        self.assertEqual(list(rows), ["file", "link", "pipe", "sub"])
        for name, row in rows.items():
            status = os.lstat(os.path.join(tree, name))
            self.assertEqual(row["mode"], f"{status.st_mode:06o}")
            self.assertEqual((row["uid"], row["gid"]), (status.st_uid, status.st_gid))
            self.assertEqual(row["mtime_seconds"] * 10**9 + row["mtime_nanoseconds"], status.st_mtime_ns)
            self.assertEqual(row["hard_links"], status.st_nlink if name == "file" else 1)
        self.assertEqual(rows["pipe"]["kind"], "fifo")
        long, short = rows["file"]["xattrs"]
        self.assertEqual(short, {"name": "user.short", "value_hex": b"\0value".hex()})
        self.assertEqual(self.ok("get", long["value_cid"], "-o", "-"), bytes(300))
        again = {row["name"]: row for row in self.json("ls", "HEAD/sub")}["again"]
        self.assertEqual((again["hard_link"], again["hard_links"]), ("tree/file", 2))
        self.assertEqual({**again, "name": "file"}, {**rows["file"], "hard_link": "tree/file"})

    def test_damaged_metadata_is_said_and_contents_are_listed(self):
        damaged = self.commit_without_its_metadata(self.odd_tree())
        done = self.run_tool("ls", damaged)
        self.assertEqual((done.returncode, done.stdout), (CORRUPT, b"file\nlink\nsub/\n"), done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1)
        done = self.run_tool("stat", damaged + "/file")
        self.assertEqual((done.returncode, b"mode" in done.stdout), (CORRUPT, False), done.stderr)


class Entries(Looking):
    def test_what_damaged_metadata_may_have_closed_is_restored_closed(self):
        damaged = self.commit_without_its_metadata(self.odd_tree())
        done = self.run_tool("get", damaged, "-o", self.path("back"))
        self.assertEqual(done.returncode, CORRUPT, done.stderr)
        modes = {name: os.stat(self.path("back", name)).st_mode & 0o777 for name in ("", "file", "sub", "sub/more")}
        self.assertEqual(modes, {"": 0o700, "file": 0o600, "sub": 0o700, "sub/more": 0o600})

    def test_stat_of_a_path_tells_metadata(self):
        tree = self.odd_tree()
        os.setxattr(os.path.join(tree, "file"), "user.note", b"a\nb")
        self.settle(tree)
        self.ok("put", tree)
        fields = [line.split(None, 1) for line in self.ok("stat", "HEAD/sub/again").decode().splitlines()]
        for field in (["mode", "104640 -rwSr-----"], ["mtime", "2001-09-09T01:46:40.123456789Z"], ["names", "2"],
                      ["same", "as    HEAD/file"], ["attribute", "user.note a\\nb"]):
            self.assertIn(field, fields)
        told = self.json("stat", "HEAD/sub/again")
        listed = {row["name"]: row for row in self.json("ls", "HEAD/sub")}["again"]
        self.assertEqual({**told, **listed, "name": None}, {**told, "name": None})

    def test_stat_of_a_special_file(self):
        self.ok("put", self.odd_tree())
        self.assertIn(b"kind       fifo\n", self.ok("stat", "HEAD/pipe"))
        told = self.json("stat", "HEAD/pipe")
        self.assertEqual((told["cid"], told["kind"], told["mode"], told["stored"]), (None, "fifo", "010644", None))

    def test_stat_of_an_acl_spells_it_out(self):
        tree = self.odd_tree()
        try:
            os.setxattr(os.path.join(tree, "sub"), "system.posix_acl_access", odd_tree.ACCESS)
        except OSError:
            self.skipTest("this file system has no ACLs")
        self.ok("put", tree)
        self.assertIn(b"posix_acl_access user::rwx,user:1234:r-x,group::r--,mask::r-x,other::---\n", self.ok("stat", "HEAD/sub"))
        self.assertTrue([line for line in self.ok("ls", "-l", "HEAD").splitlines() if line.startswith(b"drwxr-x---+ ")])

    def test_stat_of_what_is_not_there(self):
        self.ok("put", self.odd_tree())
        self.fails(ABSENT, "stat", "HEAD/none")
        self.fails(USAGE, "stat", "HEAD/pipe/below")


class Log(Looking):
    def names(self, *arguments):
        """Of the commits; none: exit code 5."""
        done = self.run_tool("log", "--json", *arguments)
        rows = json.loads(done.stdout)
        self.assertEqual(done.returncode, DONE if rows else ABSENT, done.stderr)
        return [row["name"] for row in rows]

    def test_a_line_tells_where_a_commit_is_from(self):
        tree = os.path.dirname(self.write("tree/file", b"1"))
        self.ok("put", "tree/.", cwd=self.place)
        self.assertTrue(self.ok("log").decode().endswith(f"  from {os.uname().nodename}:{tree}\n"), self.ok("log"))
        self.assertIn(f"from       {tree}\n", self.ok("stat", "HEAD").decode())
        self.assertEqual(self.json("stat", "HEAD")["from"], [{"path": tree}])
        self.ok("put", "-", "--name", "stream", input=b"2")
        self.assertTrue(self.ok("log", "--limit", "1").decode().endswith(f"  stream  from {os.uname().nodename}:-\n"))

    def test_commits_are_chosen_by_name_host_and_time(self):
        for name in ("one", "two", "one"):
            self.ok("put", self.write("file", name.encode()), "--name", name)
        newest = self.json("log", "--limit", "1")[0]
        self.assertEqual(self.names(), ["one", "two", "one"])
        self.assertEqual(self.names("--name", "one"), ["one", "one"])
        self.assertEqual(self.names("--name", "one", "--limit", "1"), ["one"])
        self.assertEqual(self.names("--name", "two", "--limit", "1"), ["two"])
        self.assertEqual(self.names("--name", "on"), [])
        self.assertEqual(len(self.names("--host", newest["host"])), 3)
        self.assertEqual(self.names("--host", newest["host"] + "x"), [])
        self.assertEqual(len(self.names("--since", "1d")), 3)
        self.fails(ABSENT, "log", "--until", "1d")
        self.assertEqual(len(self.names("--since", "2020-01-01", "--until", "9999-01-01T00:00:00Z")), 3)
        self.assertIn(newest["cid"], [row["cid"] for row in self.json("log", "--since", newest["time"][:19] + "Z")])
        self.fails(ABSENT, "log", "--name", "none")
        self.assertEqual(self.ok("log", "--name", "none", "--limit", "0"), b"")
        self.assertEqual(self.run_tool("log", "--name", "none", "--json").stdout, b"[]\n")
        self.assertIn("is later than", self.fails(USAGE, "log", "--since", "1d", "--until", "2d"))
        self.assertEqual(len(self.names("--since", "yesterday", "--until", "9999-01-01 00:00")), 3)

    def test_commits_are_chosen_by_path(self):
        tree, other = self.odd_tree(), self.write("other", b"1")
        self.ok("put", tree, "--name", "tree")
        self.ok("put", "other", "--name", "other", cwd=self.place)
        self.ok("put", "-", "--name", "stdin", input=b"1")
        self.assertEqual(self.names("--path", tree), ["tree"])
        self.assertEqual(self.names("--path", tree + "/"), ["tree"])
        self.assertEqual(self.names("--path", tree + "/sub/more"), ["tree"])
        self.assertEqual(self.names("--path", tree + "2"), [])
        self.assertEqual(self.names("--path", "other"), ["other"])
        self.assertEqual(self.names("--path", other), ["other"])
        self.assertEqual([row["name"] for row in self.json("log", "--path", "sub/../other", cwd=self.place)], ["other"])
        self.assertEqual(self.names("--path", self.place), [])

    def test_what_is_no_time_is_wrong_usage(self):
        for option in ("--since", "--until"):
            self.assertIn("'soon'", self.fails(USAGE, "log", option, "soon"))

    def test_damaged_metadata_is_said_where_a_path_is_looked_for(self):
        tree = self.odd_tree()
        damaged = self.commit_without_its_metadata(tree)
        done = self.run_tool("log", "--path", tree + "/sub", "--json")
        rows = json.loads(done.stdout)
        self.assertEqual((done.returncode, len(rows), done.stderr.count(b"\n")), (CORRUPT, 1, 1), done.stderr)
        self.assertNotEqual(rows[0]["cid"], damaged)
        self.assertEqual(len(self.json("log")), 2)


if __name__ == "__main__":
    unittest.main()
