# SPDX-License-Identifier: Apache-2.0
"""find: entries of commits by pattern, kind, time and size."""

import fnmatch
import os
import subprocess
import unittest

from tool_case import ABSENT, CORRUPT, DONE, SEED, USAGE, ToolCase, environment

LONG_AGO = 1_000_000_000


class Find(ToolCase):
    def make_tree(self):
        """Returns its path."""
        for name, size in {"a.conf": 10, "etc/b.conf": 2000, "etc/deep/er/passwd": 5, "etc/passwd.d/x": 1, "big": 70_000}.items():
            self.write("tree/" + name, bytes(size))
        tree = self.path("tree")
        os.symlink("a.conf", os.path.join(tree, "link.conf"))
        os.mkfifo(os.path.join(tree, "etc", "pipe"))
        os.utime(os.path.join(tree, "a.conf"), (LONG_AGO, LONG_AGO))
        return tree

    def found(self, *arguments):
        done = self.run_tool("find", *arguments)
        told = done.stderr.decode()
        self.assertEqual((done.returncode, "no entry matches" in told), (DONE, False) if done.stdout else (ABSENT, True), told)
        return done.stdout.decode().splitlines()

    def test_patterns_are_of_names_and_of_paths(self):
        self.ok("put", self.make_tree())
        self.assertEqual(self.found("*.conf"), ["HEAD/a.conf", "HEAD/etc/b.conf", "HEAD/link.conf"])
        self.assertEqual(self.found("/*.conf"), ["HEAD/a.conf", "HEAD/link.conf"])
        self.assertEqual(self.found("/etc/**/passwd*"), ["HEAD/etc/deep/er/passwd", "HEAD/etc/passwd.d/"])
        self.assertEqual(self.found("PASSWD"), [])
        self.assertEqual(self.found("PASSWD", "-i"), ["HEAD/etc/deep/er/passwd"])
        self.assertEqual(self.found("none"), [])
        self.assertEqual(self.run_tool("find", "none", "--json").stdout, b"[]\n")
        for line in self.found("*"):
            self.ok("stat", line)

    def test_kinds_times_and_sizes(self):
        self.ok("put", self.make_tree())
        self.assertEqual(self.found("*", "--type", "p"), ["HEAD/etc/pipe"])
        self.assertEqual(self.found("*", "--type", "l"), ["HEAD/link.conf"])
        self.assertEqual(self.found("*", "--type", "d"), ["HEAD/etc/", "HEAD/etc/deep/", "HEAD/etc/deep/er/", "HEAD/etc/passwd.d/"])
        self.assertEqual(self.found("*", "--older", "2001-09-09"), [])
        self.assertEqual(self.found("*", "--older", "2001-09-10"), ["HEAD/a.conf"])
        self.assertEqual(self.found("*.conf", "--newer", "1d"), ["HEAD/etc/b.conf", "HEAD/link.conf"])
        self.assertEqual(self.found("*", "--larger", "2K"), ["HEAD/big"])
        self.assertEqual(self.found("*", "--larger", "1999", "--smaller", "2001"), ["HEAD/etc/b.conf"])
        self.assertEqual(self.found("*", "--larger", "2000", "--smaller", "2001"), [])

    def test_json_has_commit_path_and_metadata(self):
        tree = self.make_tree()
        commit = self.json("put", tree)["commit"]
        row, = self.json("find", "b.conf")
        self.assertEqual((row["commit"], row["path"], row["kind"], row["content_bytes"]), (commit, "etc/b.conf", "file", 2000))
        self.assertEqual(row["mtime_seconds"], os.stat(os.path.join(tree, "etc", "b.conf")).st_mtime_ns // 10**9)

    def test_all_commits_and_those_that_are_chosen(self):
        tree = self.make_tree()
        first = self.json("put", tree, "--name", "one")["commit"]
        os.remove(os.path.join(tree, "etc", "b.conf"))
        second = self.json("put", tree, "--name", "two")["commit"]
        self.assertEqual(self.found("b.conf"), [])
        self.assertEqual(self.found("b.conf", "--commit", first), [f"{first}/etc/b.conf"])
        self.assertEqual(self.found("b.conf", "--all"), [f"{first}/etc/b.conf"])
        self.assertEqual(self.found("a.conf", "--all"), [f"{second}/a.conf", f"{first}/a.conf"])
        self.assertEqual(self.found("a.conf", "--name", "one"), [f"{first}/a.conf"])
        self.assertEqual(self.found("a.conf", "--since", "1d", "--path", tree + "/etc"), [f"{second}/a.conf", f"{first}/a.conf"])
        self.assertEqual(self.found("a.conf", "--until", "1d"), [])

    def test_without_metadata_nothing_has_a_time(self):
        commit = self.json("put", "-", "--name", "stream", input=b"1")["commit"]
        self.assertEqual(self.found("*", "--commit", commit), [])
        self.ok("put", self.write("alone", b"12"))
        self.assertEqual(self.found("alone"), ["HEAD"])
        self.assertEqual(self.found("alone", "--larger", "2"), [])

    def test_names_are_told_without_control_characters(self):
        self.write("tree/\x1b[31m\n", b"1")
        self.ok("put", self.path("tree"))
        self.assertEqual(self.ok("find", "*"), b"HEAD/\\x1b[31m\\n\n")

    def test_what_cannot_be_asked_for(self):
        self.ok("put", self.make_tree())
        self.fails(USAGE, "find", "")
        self.fails(USAGE, "find", "!x")
        self.fails(USAGE, "find", "*", "--type", "x")
        self.fails(USAGE, "find", "*", "--type", "fd")
        self.fails(USAGE, "find", "*", "--newer", "soon")
        self.fails(USAGE, "find", "*", "--larger", "much")
        self.fails(USAGE, "find", "*", "--commit", "HEAD", "--all")
        self.fails(USAGE, "find", "*", "--commit", "HEAD/etc")

    def test_an_empty_store_has_nothing_to_find(self):
        self.fails(ABSENT, "find", "*")
        self.assertEqual(self.found("*", "--all"), [])

    def test_it_finds_what_find_does(self):
        """In random trees, against find(1) with the same name pattern."""
        for number in range(3):
            for _ in range(60):
                path = "/".join(self.random.choice(["a", "b", "ab", "ba.x", "c.x"]) for _ in range(self.random.randrange(1, 6)))
                try:
                    self.write(f"tree{number}/{path}/f{self.random.randrange(9)}", bytes(self.random.randrange(40)))
                except (NotADirectoryError, FileExistsError):
                    pass
            tree = self.path(f"tree{number}")
            commit = self.json("put", tree)["commit"]
            for pattern in ("*", "a*", "*.x", "f[0-4]", "?", "b?.x"):
                for letter in "fd":
                    found = subprocess.run(["find", ".", "-mindepth", "1", "-name", pattern, "-type", letter], cwd=tree,
                                           capture_output=True, text=True, check=True, env=environment(LC_ALL="C"))
                    expected = sorted(line[2:] for line in found.stdout.splitlines())
                    ours = sorted(line[len(commit) + 1:].rstrip("/") for line in self.found(pattern, "--commit", commit, "--type", letter))
                    self.assertEqual(ours, expected, f"seed {SEED}: {pattern}")

    def test_a_damaged_directory_is_said_and_passed_over(self):
        tree = self.make_tree()
        first = self.json("put", tree)
        os.chmod(os.path.join(tree, "etc"), 0o700)
        second = self.json("put", tree)
        self.assertEqual(first["root"], second["root"])
        stored = self.json("stat", second["meta"])["stored"]
        with open(os.path.join(self.store, "segments", f"{stored['segment']:08}.seg"), "r+b") as file:
            file.seek(stored["record"] + 200)
            file.write(bytes(16))
        done = self.run_tool("find", "*.conf", "--all")
        lines = done.stdout.decode().splitlines()
        self.assertEqual(done.returncode, CORRUPT, done.stderr)
        self.assertEqual(len(fnmatch.filter(lines, f"{second['commit']}/*")), 3)
        self.assertEqual(len(fnmatch.filter(lines, f"{first['commit']}/*")), 3)


if __name__ == "__main__":
    unittest.main()
