# SPDX-License-Identifier: Apache-2.0
"""What the environment refuses, with the real program: the exit code and message are those documented, nothing
acknowledged is lost, and the store is usable after."""

import contextlib
import os
import random
import subprocess
import unittest

from program import BINARIES, DONE, FAILED, LOCKED, Store, content, scratch, seed_of_run, write_file

SEED = seed_of_run()
FAILING_CALLS = os.path.join(BINARIES, "tests", "fault", "libfailing_calls.so")


PRIVILEGED = [] if os.geteuid() == 0 else ["sudo", "-n"]


@contextlib.contextmanager
def mounted(folder, options):
    """A tmpfs of our own."""
    os.makedirs(folder)
    mount = [*PRIVILEGED, "mount", "-t", "tmpfs", "-o", f"mode=1777,{options}", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        raise unittest.SkipTest("nothing may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run([*PRIVILEGED, "umount", folder], check=True)


def remount(folder, options):
    subprocess.run([*PRIVILEGED, "mount", "-o", f"remount,{options}", folder], check=True)


class RefusalTest(unittest.TestCase):
    def setUp(self):
        self.rng = random.Random(SEED)
        self.scratch = scratch("refusal")
        self.folder = self.scratch.name
        self.addCleanup(self.scratch.cleanup)
        self.path = os.path.join(self.folder, "store")
        self.sources = 0

    def source(self, size):
        self.sources += 1
        path = os.path.join(self.folder, "sources", f"file{self.sources}")
        write_file(path, self.rng.randbytes(size // 2) + content(self.rng, size - size // 2))
        return path

    def store_with_a_commit(self, path=None):
        store = Store(path or self.path)
        store.must("init")
        self.old = self.source(300_000)
        self.old_cid = self.put(store, self.old)
        return store

    def put(self, store, path):
        return store.must("put", path).out.decode().split()[0]

    def assert_holds(self, store, cid, path):
        with open(path, "rb") as file:
            self.assertEqual(store.must("get", cid, "-o", "-").out, file.read())

    def assert_refused(self, outcome, code, *words):
        self.assertEqual(outcome.code, code, str(outcome))
        self.assertEqual(outcome.out, b"")
        message = outcome.err.decode()
        self.assertRegex(message, r"(?m)^penstock: .+: .+")
        for word in words:
            self.assertIn(word, message)

    def assert_usable(self, store):
        """Nothing is lost, a further put works, all of it is verified."""
        self.assert_holds(store, self.old_cid, self.old)
        more = self.source(200_000)
        self.assert_holds(store, self.put(store, more), more)
        store.must("verify")

    # ---- the disk is full

    def test_a_put_on_a_full_disk_says_so_and_loses_nothing(self):
        with mounted(os.path.join(self.folder, "small"), "size=12m") as small:
            store = self.store_with_a_commit(os.path.join(small, "store"))
            commits = store.commits()
            self.assert_refused(store.run("put", self.source(40_000_000)), FAILED, "No space left on device")
            self.assertEqual(store.commits(), commits, "a put that fails leaves no commit")
            self.assert_holds(store, self.old_cid, self.old)
            store.must("verify")
            remount(small, "size=64m")
            self.assert_usable(store)

    def test_a_store_on_a_full_disk_is_read_and_refuses_writers_until_there_is_space(self):
        with mounted(os.path.join(self.folder, "small"), "size=12m") as small:
            store = self.store_with_a_commit(os.path.join(small, "store"))
            ballast = os.path.join(small, "ballast")
            with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
                while file.write(bytes(4096)) == 4096:
                    pass
            self.assert_refused(store.run("put", self.source(1_000_000)), FAILED, "No space left on device")
            self.assert_holds(store, self.old_cid, self.old)
            os.remove(ballast)
            self.assert_usable(store)

    def test_init_on_a_full_disk_says_so(self):
        with mounted(os.path.join(self.folder, "small"), "size=8k,nr_inodes=3") as small:
            self.assert_refused(Store(os.path.join(small, "store")).run("init"), FAILED, "No space left on device")

    # ---- the disk fails

    def fail_put(self, calls, path):
        store = self.store_with_a_commit()
        commits = store.commits()
        failing = {"LD_PRELOAD": FAILING_CALLS, "PENSTOCK_FAIL_CALLS": calls, "PENSTOCK_FAIL_PATH": path}
        outcome = store.run("put", self.source(3_000_000), environment=failing)
        self.assert_refused(outcome, FAILED, "Input/output error")
        after = store.commits()
        self.assertEqual(after, commits, "a put that fails leaves no commit")
        self.assert_usable(store)

    def test_a_failed_write_of_a_segment_fails_the_put(self):
        self.fail_put("write:1", "/segments/")

    def test_a_later_failed_write_of_a_segment_fails_the_put(self):
        self.fail_put("write:2", "/segments/")

    def test_a_failed_fsync_of_a_segment_fails_the_put(self):
        self.fail_put("sync:1", "/segments/")

    def test_a_failed_fsync_of_the_segments_directory_fails_the_put(self):
        self.fail_put("sync:1", "/segments")

    def test_a_failed_write_of_the_log_fails_the_put(self):
        self.fail_put("write:1", "/commits.log")

    def test_a_failed_fsync_of_the_log_fails_the_put(self):
        self.fail_put("sync:1", "/commits.log")

    # ---- the store is read-only

    def test_a_read_only_store_is_read_and_refuses_writers(self):
        with mounted(os.path.join(self.folder, "frozen"), "size=64m") as frozen:
            store = self.store_with_a_commit(os.path.join(frozen, "store"))
            remount(frozen, "ro")
            self.assert_refused(store.run("put", self.source(1000)), FAILED, "Read-only file system")
            self.assert_holds(store, self.old_cid, self.old)
            store.must("verify")
            store.must("ls", self.old_cid)
            remount(frozen, "rw")
            self.assert_usable(store)

    # ---- somebody else writes

    def test_a_second_writer_is_refused_and_readers_are_not(self):
        store = self.store_with_a_commit()
        fed = self.source(400_000)
        with open(fed, "rb") as file:
            data = file.read()
        first = subprocess.Popen(store.command("put", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        first.stdin.write(data)
        first.stdin.flush()
        while True:  # until the first has the lock: before that, the second is the one who gets it
            outcome = store.run("put", self.source(10))
            if outcome.code != DONE:
                break
            self.assertIsNone(first.poll())
        self.assert_refused(outcome, LOCKED, "lock")
        self.assert_holds(store, self.old_cid, self.old)
        store.must("verify")
        out, _ = first.communicate()
        self.assertEqual(first.returncode, DONE)
        self.assert_holds(store, out.decode().split()[0], fed)
        self.assert_usable(store)

    # ---- the index is lost

    def index_files(self):
        return [path for path in Store(self.path).files() if "/index/" in path]

    def assert_rebuilt(self, store):
        """Read without it, rebuilt by the next writer, which says so and finds the duplicate again."""
        self.assert_holds(store, self.old_cid, self.old)
        put = store.must("put", self.old, "--json")
        self.assertIn("index", put.err.decode())
        self.assertEqual(put.json()["sizes"]["unique"], 0)
        again = store.must("put", self.old)
        self.assertNotIn("index", again.err.decode())
        self.assert_usable(store)

    def test_a_deleted_index_is_rebuilt(self):
        store = self.store_with_a_commit()
        subprocess.run(["rm", "-r", os.path.join(self.path, "index")], check=True)
        self.assert_rebuilt(store)

    def test_an_index_of_garbage_is_rebuilt(self):
        store = self.store_with_a_commit()
        for path in self.index_files():
            write_file(path, self.rng.randbytes(max(64, os.path.getsize(path))))
        self.assert_rebuilt(store)

    def test_an_index_of_empty_files_is_rebuilt(self):
        store = self.store_with_a_commit()
        for path in self.index_files():
            write_file(path, b"")
        self.assert_rebuilt(store)

    def test_an_index_that_lacks_any_one_file_does_no_harm(self):
        store = self.store_with_a_commit()
        for path in self.index_files():
            if os.path.exists(path):
                os.remove(path)
            self.assert_holds(store, self.old_cid, self.old)
            store.must("put", self.old)
        self.assert_usable(store)

    def test_the_index_of_another_store_is_not_believed(self):
        store = self.store_with_a_commit()
        other = Store(os.path.join(self.folder, "other"))
        other.must("init")
        for _ in range(3):
            self.put(other, self.source(500_000))
        subprocess.run(["rm", "-r", os.path.join(self.path, "index")], check=True)
        subprocess.run(["cp", "-r", os.path.join(other.directory, "index"), self.path], check=True)
        self.assert_usable(store)


if __name__ == "__main__":
    unittest.main()
