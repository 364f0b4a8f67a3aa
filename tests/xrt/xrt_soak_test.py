# SPDX-License-Identifier: Apache-2.0
"""Ten thousand launches by the driver over the real XRT, and that with-card leaves nothing behind then.

usage: xrt_soak_test.py PROGRAM [LAUNCHES]     PROGRAM: xrt_soak_test
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import unittest

from left_behind import left_behind, wait_until_nothing_is_left

WITH_CARD = os.path.join(os.environ["PENSTOCK_SOURCE_DIR"], "emulation", "with-card")
BUILD = os.environ["PENSTOCK_BINARY_DIR"]
SAMPLED = " launches: host "  # a line of the program's: there it is at work
PR_SET_THP_DISABLE = 41


def without_huge_pages():
    """For this process and all below it: where buffers come to lie, and not how many there are, would decide whether a
    touched page counts as 4 KiB or as 2 MiB."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_THP_DISABLE)")


class XrtSoakTest(unittest.TestCase):
    def test_nothing_grows_and_nothing_is_left_behind(self):
        with tempfile.TemporaryDirectory(prefix="penstock-soak-") as place, tempfile.TemporaryFile("w+") as err:
            # Where files that nobody should make would be seen.
            surroundings = os.environ | {"HOME": place, "TMPDIR": place}
            process = subprocess.Popen([WITH_CARD, "--build", BUILD, "--", *COMMAND], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=err, text=True, cwd=place, env=surroundings, start_new_session=True,
                                       preexec_fn=without_huge_pages)
            while_it_ran = None
            with process.stdout as lines:
                for line in lines:
                    print(line, end="", flush=True)
                    if while_it_ran is None and SAMPLED in line:
                        while_it_ran = left_behind(process.pid)
            code = process.wait()
            left = wait_until_nothing_is_left(process.pid)
            err.seek(0)
            self.assertEqual((code, err.read()), (0, ""))
            # Else what is looked for would never be found.
            folders, processes, sockets = while_it_ran
            self.assertEqual(len(folders), 1)
            self.assertGreaterEqual(len(processes), 3, "with-card, the host, the card")
            self.assertGreaterEqual(len(sockets), 1)
            self.assertEqual(left, ([], [], []))
            self.assertEqual(os.listdir(place), [])


if __name__ == "__main__":
    COMMAND = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
