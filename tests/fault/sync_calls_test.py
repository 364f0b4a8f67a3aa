# SPDX-License-Identifier: Apache-2.0
"""How often a put of the real program waits for the disk: by segments, not by files."""

import os
import random
import unittest

from program import BINARIES, Store, scratch, seed_of_run, write_file

SEED = seed_of_run()
SYNC_CALLS = os.path.join(BINARIES, "tests", "fault", "libsync_calls.so")


class SyncCallsTest(unittest.TestCase):
    def setUp(self):
        self.rng = random.Random(SEED)
        self.scratch = scratch("sync_calls")
        self.folder = self.scratch.name
        self.addCleanup(self.scratch.cleanup)

    def syncs_of_put(self, name, files, size_max):
        """The syncs of a put of so many new small files into a new store, a line each, and the store's segments."""
        source = os.path.join(self.folder, name)
        for number in range(files):
            write_file(os.path.join(source, str(number % 50), str(number)), self.rng.randbytes(self.rng.randint(1, size_max)))
        store = Store(os.path.join(self.folder, name + "-store"))
        store.must("init")
        log = os.path.join(self.folder, name + "-log")
        store.must("put", source, environment={"LD_PRELOAD": SYNC_CALLS, "PENSTOCK_SYNC_CALLS": log})
        segments = len([path for path in store.files() if os.sep + "segments" + os.sep in path])
        with open(log, encoding="utf-8") as lines:
            calls = [line.rstrip("\n").replace(store.directory, "") for line in lines]
        return calls, segments

    def test_small_files_cost_no_syncs_of_their_own(self):
        few, segments = self.syncs_of_put("few", 100, 2000)
        self.assertEqual(segments, 1)
        self.assertGreater(len(few), 2, "the shim saw nothing")
        self.assertTrue(any("commits.log" in call for call in few), few)
        self.assertTrue(any("/segments" in call for call in few), few)
        many, segments = self.syncs_of_put("many", 20_000, 2000)
        self.assertEqual(segments, 1)
        self.assertEqual(len(many), len(few), (few, many))

    def test_more_segments_cost_a_sync_or_two_each(self):
        few, before = self.syncs_of_put("few", 100, 2000)
        many, segments = self.syncs_of_put("large", 6000, 60_000)
        self.assertGreater(segments, before)
        self.assertLessEqual(len(many), len(few) + 4 * (segments - before), (few, many))


if __name__ == "__main__":
    unittest.main()
