# SPDX-License-Identifier: Apache-2.0
"""Bad input: one clear line, the documented code, and nothing done."""

import os
import unittest

from tool_case import ABSENT, EMPTY_FILE, FAILED, NOBODYS_FILE, USAGE, ToolCase, environment


class WrongUsage(ToolCase):
    def test_malformed_cids(self):
        file = self.put(self.write("file", b"content"))
        for command in ("get", "ls", "stat", "log", "verify"):
            for cid in ("x", "bafy", file[:-1], file + "a", file.upper(), file[:-1] + "1", "Qm", "HEADS", "../etc"):
                self.fails(USAGE, command, cid)
        self.fails(USAGE, "diff", file, "x")
        self.fails(USAGE, "diff", "x", file)

    def test_absent_objects(self):
        self.put(self.write("file", b"content"))
        for command in ("get", "ls", "stat", "verify"):
            self.assertIn(NOBODYS_FILE, self.fails(ABSENT, command, NOBODYS_FILE))
        self.fails(ABSENT, "diff", "HEAD", NOBODYS_FILE)

    def test_malformed_and_unfit_ranges(self):
        cid = self.put(self.write("file", bytes(range(100))))
        for text in ("x", "1", ":", ":1", "1:x", "-1:2", "0:1:2", "0:99999999999999999999"):
            self.fails(USAGE, "get", cid, "--range", text)
        for text in ("0:101", "100:1", "101:0", "101:", "1:18446744073709551614"):
            self.assertIn("100 bytes", self.fails(USAGE, "get", cid, "--range", text))
        self.write("tree/file")
        tree = self.put(self.path("tree"))
        self.fails(USAGE, "get", tree, "--range", "0:1", "-o", self.path("never"))

    def test_malformed_sizes_and_counts(self):
        cid = self.put(self.write("file", b"content"))
        for text in ("", "x", "-1", "1X", "1.5M", "17E"):
            self.fails(USAGE, "get", cid, "--max-size=" + text)
        for text in ("x", "-1", "1.5"):
            self.fails(USAGE, "log", "--limit=" + text)
        for text in ("0", "x", "-1", "1025"):
            self.fails(USAGE, "get", cid, "--threads=" + text)

    def test_unknown_choices(self):
        file = self.write("file", b"content")
        for choice in ("--codec=zip", "--codec=zstd:99", "--codec=", "--device=gpu", "--verify=none", "--verify=cross",
                       "--verify=sample:2", "--profile=ipf", "--threads=0", "--sha256=md5", "--sha256="):
            self.fails(USAGE, "put", file, choice)
        for chunker in ("cdc", "cdc:1:2:3", "cdc:16K:60K:256K", "fixed:2M", "fixed:0"):
            self.fails(USAGE, "init", "-s", self.path("never"), "--chunker", chunker)
        self.fails(USAGE, "init", "-s", self.path("never"), "--codec", "zip")
        self.assertFalse(os.path.exists(self.path("never")))
        self.assertEqual(self.ok("log"), b"")

    def test_a_device_that_this_build_lacks(self):
        message = self.fails(FAILED, "put", self.write("file"), "--device", "xrt")
        self.assertIn("absent", message)

    def test_no_such_path(self):
        for arguments in (("put", self.path("none")), ("analyze", self.path("none")), ("put", "")):
            self.fails(FAILED, *arguments)

    def test_standard_input_goes_alone(self):
        self.fails(USAGE, "put", "-", self.write("file"))

    def test_a_directory_does_not_go_to_standard_output(self):
        self.write("tree/file")
        tree = self.put(self.path("tree"))
        self.assertIn("-o", self.fails(USAGE, "get", tree))
        self.fails(USAGE, "get", tree, "-o", "-")

    def test_json_does_not_mix_with_the_file_itself(self):
        cid = self.put(self.write("file", b"content"))
        self.fails(USAGE, "get", cid, "--json")

    def test_no_store(self):
        self.store = self.path("none")
        file = self.write("file")
        for arguments in (("put", file), ("get", EMPTY_FILE), ("ls", "HEAD"), ("log",), ("heads",), ("verify",)):
            self.assertIn(f"penstock init -s {self.store}", self.fails(FAILED, *arguments))
        self.assertFalse(os.path.exists(self.store))

    def test_nowhere_to_look_for_a_store(self):
        bare = environment()
        bare.pop("HOME", None)
        self.assertIn("-s DIR", self.fails(USAGE, "log", env=bare))

    def test_the_command_line_itself(self):
        for arguments in ((), ("putt",), ("put",), ("put", "--bogus", "x"), ("stat", "a", "b"), ("diff", "a"),
                          ("put", "x", "--name", "a", "--name", "b"), ("put", "x", "--codec"), ("log", "-z")):
            message = self.fails(USAGE, *arguments)
            self.assertRegex(message, r"\(.+\)\n\Z")

    def test_a_name_must_be_utf8(self):
        self.fails(USAGE, "put", "--name", b"\xff", self.write("file"))


if __name__ == "__main__":
    unittest.main()
