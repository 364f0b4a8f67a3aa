#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""bench/peers from end to end on a few megabytes, with the peers that are installed: that what it reports hangs together.
Nothing is asserted about time."""
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

SOURCE_DIR = os.environ.get("PENSTOCK_SOURCE_DIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = os.path.join(SOURCE_DIR, "bench", "peers")
PENSTOCK = os.environ.get("PENSTOCK") or os.path.join(SOURCE_DIR, "build", "release", "penstock")
TOOLS = {"restic": "restic", "borg": "borg -C zstd,1", "casync": "casync", "zstd": "zstd -1 -T2", "lz4": "lz4 -1"}
OPERATIONS = ["put", "again", "unchanged", "get", "verify"]
UNIQUE_BYTES, TEXT_BYTES = 1_500_000, 1_000_000


class PeersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="penstock-peers-test-")
        self.addCleanup(folder.cleanup)
        self.place = folder.name
        self.data = os.path.join(self.place, "data of mine")
        os.mkdir(self.data)
        unique = random.Random(1).randbytes(UNIQUE_BYTES)
        for name, content in (("one", unique), ("the same", unique), ("text", b"again " * (TEXT_BYTES // 6)), ("empty", b"")):
            with open(os.path.join(self.data, name), "wb") as handle:
                handle.write(content)
        os.symlink("text", os.path.join(self.data, "link"))
        self.content_bytes = 2 * UNIQUE_BYTES + TEXT_BYTES // 6 * 6

    def path(self, name):
        return os.path.join(self.place, name)

    def peers(self, *arguments, expect=0, **environment):
        """The finished process of bench/peers on the data, its work folder having been left empty."""
        work = self.path("work")
        os.makedirs(work, exist_ok=True)
        done = subprocess.run([PEERS, "--penstock", PENSTOCK, "--dir", work, "--data", self.data, "--files", "300", "--settle", "0", *arguments],
                              capture_output=True, text=True, env=os.environ | environment, timeout=500, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        self.assertEqual(os.listdir(work), [])
        return done

    def report(self):
        with open(self.path("report.json"), encoding="utf-8") as handle:
            return json.load(handle)

    def check_row(self, row, rounds):
        samples = row["rounds"]
        self.assertEqual([sample["round"] for sample in samples], list(range(rounds)), row)
        for sample in samples:
            for figure in ("seconds", "core_seconds", "peak_bytes", "content_bytes", "stored_bytes"):
                self.assertGreater(sample[figure], 0, row)
            self.assertLessEqual(sample["grown_bytes"], sample["stored_bytes"])
        for spread in ("seconds", "bytes_per_second", "core_seconds_per_gb", "first_program_times_as_fast"):
            self.assertLessEqual(row[spread]["least"], row[spread]["median"])
            self.assertLessEqual(row[spread]["median"], row[spread]["most"])

    def path_with(self, *tools):
        """A folder for PATH that has what the script needs, and `tools`."""
        folder = self.path("bin")
        os.mkdir(folder)
        for tool in ("tar", "true", "stat", "diff", *tools):
            os.symlink(shutil.which(tool), os.path.join(folder, tool))
        return folder

    def fake(self, folder, tool, script):
        path = os.path.join(folder, tool)
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)

    def test_every_installed_peer_is_measured_in_every_round(self):
        done = self.peers("--runs", "2", "--json", self.path("report.json"), "--markdown", self.path("report.md"),
                          "--plot", self.path("report.svg"))
        report = self.report()
        installed = {name for tool, name in TOOLS.items() if shutil.which(tool)}
        self.assertEqual(set(report["left_out"]) - {"cores"}, set(TOOLS.values()) - installed)
        self.assertEqual(report["data"]["content_bytes"], self.content_bytes)
        self.assertEqual(report["data"]["files"], 5)
        rows = {(row["measurement"], row["program"]): row for row in report["measurements"]}
        for row in rows.values():
            self.check_row(row, 2)
        self.assertEqual({program for measurement, program in rows if measurement == "put"}, installed | {"penstock"})
        for operation in OPERATIONS:
            self.assertIn((operation, "penstock"), rows)
        ours = [rows["put", "penstock"]["rounds"][0], rows["again", "penstock"]["rounds"][0]]
        self.assertLess(ours[0]["stored_bytes"], self.content_bytes)
        self.assertGreaterEqual(ours[0]["stored_bytes"], UNIQUE_BYTES)
        self.assertEqual(ours[1]["stored_bytes"], ours[0]["stored_bytes"] + ours[1]["grown_bytes"])
        raw = rows["verify", "penstock"]["rounds"][0]["raw_bytes"]
        self.assertTrue(UNIQUE_BYTES <= raw < self.content_bytes, raw)
        self.assertGreaterEqual(rows["urandom", "penstock"]["stored_bytes"], self.content_bytes)
        for measurement in ("small-put", "small-get", "many-unchanged"):
            self.assertEqual({program for name, program in rows if name == measurement},
                             {"penstock"} | installed & {"restic", "borg -C zstd,1"})
        few, many = rows["small-put", "penstock"]["rounds"][0], rows["many-unchanged", "penstock"]["rounds"][0]
        self.assertTrue(300 * 1000 <= few["content_bytes"] <= 300 * 4000, few)
        self.assertGreater(many["content_bytes"], few["content_bytes"])
        self.assertTrue(report["targets"])
        for verdict in report["targets"]:
            self.assertIn(verdict["target"], done.stdout)
        self.assertIn("a trial, no figures to quote", done.stdout)
        with open(self.path("report.md"), encoding="utf-8") as handle:
            self.assertIn("## put: ", handle.read())
        root = xml.etree.ElementTree.parse(self.path("report.svg")).getroot()
        self.assertTrue(root.tag.endswith("svg"))

    def test_missing_peers_are_named_with_how_to_install_them(self):
        done = self.peers("--runs", "1", "--only", "put,get", "--rows", "none", "--json", self.path("report.json"),
                          PATH=self.path_with())
        self.assertIn("left out: restic: not installed (apt-get install restic)", done.stdout)
        self.assertIn("left out: borg -C zstd,1: not installed (apt-get install borgbackup)", done.stdout)
        report = self.report()
        self.assertEqual(set(report["left_out"]), set(TOOLS.values()))
        self.assertEqual([(row["measurement"], row["program"]) for row in report["measurements"]],
                         [("put", "penstock"), ("get", "penstock")])

    def test_a_peer_that_fails_or_gives_back_something_else_is_left_out(self):
        folder = self.path_with()
        self.fake(folder, "restic", "echo no luck >&2; exit 7")
        self.fake(folder, "casync", "exit 0")
        done = self.peers("--runs", "2", "--only", "put,get", "--rows", "none", "--json", self.path("report.json"),
                          PATH=folder)
        self.assertIn("exit 7: no luck", done.stdout)
        report = self.report()
        self.assertIn("casync: ", report["left_out"]["casync"])
        self.assertEqual({row["program"] for row in report["measurements"]}, {"penstock"})
        for row in report["measurements"]:
            self.check_row(row, 2)

    def test_a_penstock_that_fails_ends_the_run(self):
        folder = self.path_with()
        self.fake(folder, "penstock", "echo broken >&2; exit 1")
        done = self.peers("--penstock", os.path.join(folder, "penstock"), "--runs", "1", expect=1, PATH=folder)
        self.assertRegex(done.stderr, "peers: .*penstock init.*: exit 1: broken")

    def test_data_without_content_is_refused(self):
        empty = os.path.join(self.data, "empty")
        self.assertIn("no content", self.peers("--data", empty, expect=1).stderr)

    def test_wrong_usage_exits_with_2(self):
        for arguments in (["--only", "put,nothing"], ["--rows", "x"], ["--runs", "0"], ["--penstock", "/no/such"],
                          ["--data", "/no/such"], ["--files", "0"]):
            self.assertIn(arguments[1].split(",")[-1], self.peers(*arguments, expect=2).stderr)


if __name__ == "__main__":
    unittest.main()
