# SPDX-License-Identifier: Apache-2.0
"""cli_large_directory_test.py [--entries N] [--mib LIMIT]: one directory of many files, put and put again, restored,
listed and verified.

Each tenth file has content of its own. LIMIT is what each may take of memory; none where nothing is said."""

import argparse
import json
import os
import subprocess
import sys
import unittest

from tool_case import DONE, TOOL, ToolCase, at_once, environment

parser = argparse.ArgumentParser()
parser.add_argument("--entries", type=int, default=20_000)
parser.add_argument("--mib", type=int)
OPTIONS, REST = parser.parse_known_args()


class LargeDirectory(ToolCase):
    def make(self, tree):
        os.mkdir(tree)
        folder = os.open(tree, os.O_RDONLY | os.O_DIRECTORY)
        for number in range(OPTIONS.entries):
            file = os.open(self.name(number), os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=folder)
            if number % 10 == 0:
                os.write(file, b"%d\n" % number)
            os.close(file)
        os.close(folder)

    @staticmethod
    def name(number):
        return "a-name-of-usual-length-%08d.txt" % number

    def measured(self, *arguments):
        """The JSON report of a call, whose memory is held against the limit."""
        return json.loads(self.printed(*arguments, "--json"))

    def printed(self, *arguments):
        put = subprocess.Popen([TOOL, *at_once(arguments)], stdout=subprocess.PIPE, env=environment(PENSTOCK_STORE=self.store))
        report = put.stdout.read()
        put.stdout.close()
        _, status, used = os.wait4(put.pid, 0)
        put.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(put.returncode, DONE)
        print(f"{' '.join(arguments[:1])}: {used.ru_maxrss // 1024} MiB", file=sys.stderr)
        if OPTIONS.mib is not None:
            self.assertLess(used.ru_maxrss, OPTIONS.mib * 1024)
        return report

    def test_put_and_put_again_keep_within_memory(self):
        tree = self.path("tree")
        self.make(tree)
        first = self.measured("put", tree)
        self.assertEqual(first["entries"]["files"], OPTIONS.entries)
        self.measured("put", tree, "--parent", "none")  # what was settled too late for its mark is by now
        again = self.measured("put", tree)
        self.assertEqual((again["root"], again["sizes"]["read"], again["blocks"]["chunks"]), (first["root"], 0, 0))
        self.assertEqual(again["changes"], {"new": 0, "changed": 0, "unchanged": OPTIONS.entries, "gone": 0})

        os.remove(os.path.join(tree, self.name(7)))
        self.write(os.path.join("tree", self.name(8)), b"changed")
        self.write(os.path.join("tree", "new"), b"new")
        changed = self.measured("put", tree)
        self.assertEqual(changed["changes"], {"new": 1, "changed": 1, "unchanged": OPTIONS.entries - 2, "gone": 1})
        # The way to three names, of directory and metadata: not the whole of either.
        self.assertLess(changed["blocks"]["nodes"], 40)
        os.remove(os.path.join(tree, "new"))
        self.assertEqual(self.measured("put", tree)["changes"]["gone"], 1)
        self.read_back(tree)

    def read_back(self, tree):
        back = self.path("back")
        report = self.measured("get", "HEAD", "-o", back, "--verify")
        names = sorted(os.listdir(tree))
        self.assertEqual((report["entries"]["verified"], report["difference_count"]), (len(names), 0))
        self.assertEqual(sorted(os.listdir(back)), names)
        report = self.measured("get", "HEAD", "-o", back, "--overwrite", "if-changed", "--delete")
        self.assertEqual((report["entries"]["kept"], report["entries"]["removed"], report["sizes"]["written"]), (len(names), 0, 0))
        self.assertEqual(self.printed("ls", "HEAD").decode().splitlines(), names)
        self.assertEqual(self.measured("verify")["damages"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + REST)
