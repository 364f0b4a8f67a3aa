# SPDX-License-Identifier: Apache-2.0
"""Damage, locks and refusals of the system: the documented exit code, and the store usable after."""

import glob
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from tool_case import CORRUPT, DONE, FAILED, LOCKED, TOOL, USAGE, ToolCase, environment


def crc32c(data):
    """RFC 3720, appendix B.4."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


class Damage(ToolCase):
    settles_at_once = True

    def flip(self, path, offset):
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))

    def segments(self):
        return sorted(glob.glob(os.path.join(self.store, "segments", "*")))

    def damaged_store(self):
        """Flips a bit in the middle of 2 MB of noise. Returns the CID of that file and its content."""
        content = self.random.randbytes(2_000_000)
        cid = self.put(self.write("file", content))
        largest = max(self.segments(), key=os.path.getsize)
        self.flip(largest, os.path.getsize(largest) // 2)
        return cid, content

    def damaged_history(self, *damaged):
        """Commits v0 to v5, newest first, after a bit was flipped in the block of each of `damaged`."""
        commits = []
        for number in range(6):
            file = self.write("file", b"version %d" % number)
            commits.insert(0, self.json("put", file, "--name", f"v{number}")["commit"])
        places = [self.json("stat", commits[at])["stored"] for at in damaged]
        for place in places:
            self.flip(self.segments()[place["segment"] - 1], place["record"] + 200)
        return commits

    def list_damaged(self, *arguments):
        """The lines and JSON rows that a command prints, which must end in exit code 3, and its messages."""
        text, rows = self.run_tool(*arguments), self.run_tool(*arguments, "--json")
        self.assertEqual((text.returncode, rows.returncode), (CORRUPT, CORRUPT), text.stderr)
        self.assertEqual(text.stderr, rows.stderr)
        return text.stdout.decode().splitlines(), json.loads(rows.stdout), text.stderr.decode().splitlines()

    def test_log_goes_on_behind_damaged_commits(self):
        for damaged in ((0,), (2,), (1, 2), (5,), (0, 1, 2, 3, 4, 5)):
            with self.subTest(damaged=damaged):
                commits = self.damaged_history(*damaged)
                lines, rows, messages = self.list_damaged("log")
                self.assertEqual([line.split()[0] for line in lines], commits)
                self.assertEqual([row["cid"] for row in rows], commits)
                for at, (line, row) in enumerate(zip(lines, rows)):
                    self.assertEqual(row["kind"], None if at in damaged else "commit")
                    self.assertIn("  ?" if at in damaged else f"  v{5 - at}  from ", line)
                self.assertEqual(len(messages), len(damaged))
                for at, message in zip(damaged, messages):
                    self.assertIn(f"penstock: commit {commits[at]}: ", message)
                    self.assertIn("penstock verify", message)
                shutil.rmtree(self.store)
                self.ok("init")

    def test_log_begins_at_a_damaged_commit_and_ends_before_one(self):
        commits = self.damaged_history(3)
        lines, rows, _ = self.list_damaged("log", commits[3])
        self.assertEqual([line.split()[0] for line in lines], commits[3:])
        self.assertEqual([row["cid"] for row in rows], commits[3:])
        self.assertEqual(len(self.ok("log", "--limit", "3").splitlines()), 3)

    def test_heads_knows_a_damaged_commit_by_its_place(self):
        commits = self.damaged_history(2, 4)
        lines, rows, messages = self.list_damaged("heads")
        self.assertEqual([line.split()[0] for line in lines], commits[:1])
        self.assertEqual([row["kind"] for row in rows], ["commit"])
        self.assertEqual(len(messages), 2)

    def test_heads_lists_a_damaged_head(self):
        commits = self.damaged_history(0, 1)
        lines, rows, messages = self.list_damaged("heads")
        self.assertEqual(lines, [commits[0] + "  ?"])
        self.assertEqual(rows, [{"cid": commits[0], "kind": None}])
        self.assertEqual(len(messages), 2)

    def test_get_writes_nothing_wrong(self):
        cid, content = self.damaged_store()
        done = self.run_tool("get", cid)
        self.assertEqual(done.returncode, CORRUPT)
        self.assertTrue(content.startswith(done.stdout))
        self.assertLess(len(done.stdout), len(content))
        self.fails(CORRUPT, "get", cid, "-o", self.path("never"))
        self.assertFalse(os.path.exists(self.path("never")))

    def test_verify_names_the_damage(self):
        cid, _ = self.damaged_store()
        for arguments in (("verify",), ("verify", cid), ("verify", "HEAD")):
            done = self.run_tool(*arguments)
            self.assertEqual(done.returncode, CORRUPT, done.stderr)
            self.assertIn(b"penstock: ", done.stderr)
            self.assertIn(b"damage", done.stdout)

    def test_putting_the_same_again_heals_what_verify_found(self):
        cid, content = self.damaged_store()
        self.assertEqual(self.run_tool("verify").returncode, CORRUPT)
        again = self.run_tool("put", self.path("file"))
        self.assertEqual((again.returncode, again.stdout.split()[0].decode()), (0, cid))
        self.assertIn(b"unchanged files that are read again", again.stderr)
        self.assertEqual(self.ok("get", cid), content)
        self.assertIn(b"no damage", self.ok("verify"))

    def test_putting_the_same_again_heals_what_verify_found_in_one_object(self):
        for what in ("HEAD", None):
            shutil.rmtree(self.store)
            self.ok("init")
            cid, content = self.damaged_store()
            self.assertEqual(self.run_tool("verify", what or cid).returncode, CORRUPT)
            self.assertEqual(self.run_tool("put", self.path("file")).returncode, DONE)
            self.assertEqual(self.ok("get", cid), content)
            self.assertIn(b"no damage", self.ok("verify"))

    def test_a_segment_that_is_missing_is_said_to_be(self):
        self.put(self.write("file", b"content"))
        os.remove(self.segments()[0])
        told = self.run_tool("verify").stderr.decode()
        self.assertIn("the segment is missing", told)
        self.assertNotIn("the end of the file", told.splitlines()[0])

    def test_a_store_whose_store_toml_is_lost_is_told_from_no_store(self):
        self.put(self.write("file", b"content"))
        os.remove(os.path.join(self.store, "store.toml"))
        told = self.fails(CORRUPT, "log")
        self.assertIn("store.toml: is missing, and there are segments of a store (restore this file from a copy", told)
        self.assertNotIn("init", told)

    def test_bytes_that_are_whole_again_leave_the_quarantine(self):
        cid, content = self.damaged_store()
        segment = max(self.segments(), key=os.path.getsize)
        noted = os.path.join(self.store, "quarantine.log")
        self.assertEqual(self.run_tool("verify").returncode, CORRUPT)
        self.assertTrue(os.path.exists(noted))
        self.flip(segment, os.path.getsize(segment) // 2)
        self.assertEqual(self.ok("get", cid), content)
        self.assertIn(b"no damage", self.ok("verify"))
        self.assertFalse(os.path.exists(noted))
        self.assertEqual(self.ok("get", cid), content)
        size = os.path.getsize(segment)
        self.put(self.path("file"))
        self.assertLess(sum(map(os.path.getsize, self.segments())), size + 100_000, "nothing is stored twice")

    def test_verify_mends_what_follows_from_what_is_whole(self):
        self.put(self.write("file", b"content"))
        self.put(self.write("more", b"more"))
        log = os.path.join(self.store, "commits.log")
        for path, offset in ((log, 40), (self.segments()[0], 9)):
            self.flip(path, offset)
            done = self.run_tool("verify")
            self.assertEqual(done.returncode, CORRUPT)
            self.assertIn(os.path.basename(path).encode(), done.stderr)
            self.assertIn(b"mended", done.stderr)
            self.assertIn(b"no damage", self.ok("verify"))

    def test_what_the_damage_does_not_touch_is_still_there(self):
        other = self.put(self.write("other", b"safe"))
        self.damaged_store()
        self.assertEqual(self.run_tool("get", other).stdout, b"safe")

    def test_a_lost_index_is_rebuilt_and_said_so(self):
        content = self.random.randbytes(500_000)
        cid = self.put(self.write("file", content))
        shutil.rmtree(os.path.join(self.store, "index"))
        done = self.run_tool("put", self.write("more", b"more"))
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertIn(b"penstock: note: ", done.stderr)
        self.assertEqual(self.ok("get", cid), content)
        self.assertIn(b"no damage", self.ok("verify"))

    def test_quiet_leaves_notes_out(self):
        self.put(self.write("file", b"content"))
        shutil.rmtree(os.path.join(self.store, "index"))
        self.ok("put", "-q", self.write("more", b"more"))

    def test_a_damaged_store_toml_is_said_so(self):
        self.flip(os.path.join(self.store, "store.toml"), 20)
        self.assertIn("store.toml", self.fails(CORRUPT, "put", self.write("file")))

    def test_a_store_of_a_newer_format_is_refused(self):
        path = os.path.join(self.store, "store.toml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("format = 1", text)
        with open(path, "w", encoding="utf-8") as file:
            covered = text.replace("format = 1", "format = 2")[:text.rindex("crc32c")]
            file.write(f'{covered}crc32c = "{crc32c(covered.encode()):08x}"\n')
        self.assertIn("store.toml", self.fails(FAILED, "log"))

    def test_a_second_writer_is_refused_and_readers_are_not(self):
        cid = self.put(self.write("file", b"content"))
        writer = subprocess.Popen([TOOL, "put", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  env=environment(PENSTOCK_STORE=self.store))
        first = self.random.randbytes(1 << 20)
        writer.stdin.write(first)  # more than a pipe holds: when it is written, the store has been opened
        writer.stdin.flush()
        self.fails(LOCKED, "put", self.path("file"))
        self.assertEqual(self.ok("get", cid), b"content")
        self.ok("log")
        waiting = subprocess.Popen([TOOL, "put", "--lock-wait", "90", "--host", "other", self.path("file")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment(PENSTOCK_STORE=self.store))
        self.assertIn(b"it is waited for, up to 90 s", waiting.stderr.readline())
        output, _ = writer.communicate(timeout=100)
        self.assertEqual(writer.returncode, DONE)
        self.assertEqual(self.ok("get", output.split()[0].decode()), first)
        waiting.communicate(timeout=100)
        self.assertEqual(waiting.returncode, DONE)
        self.assertEqual(json.loads(self.ok("stat", "--json", "HEAD"))["host"], "other")
        self.fails(USAGE, "put", "--lock-wait", "long", self.path("file"))

    def test_a_killed_put_leaves_a_whole_store(self):
        cid = self.put(self.write("file", b"content"))
        for _ in range(5):
            writer = subprocess.Popen([TOOL, "put", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      env=environment(PENSTOCK_STORE=self.store))
            writer.stdin.write(self.random.randbytes(self.random.randrange(3_000_000)))
            writer.stdin.flush()
            writer.kill()
            writer.communicate()
            self.assertEqual(self.ok("get", cid), b"content")
        self.assertEqual(self.run_tool("put", self.write("more", b"more")).returncode, DONE)
        self.assertIn(b"no damage", self.ok("verify"))
        self.assertEqual(len(self.ok("log").splitlines()), 2)

    def segment_bytes(self):
        return sum(os.path.getsize(path) for path in self.segments())

    def test_a_killed_put_keeps_what_lies_before_its_last_checkpoint(self):
        whole, each = 96 << 20, 4 << 20
        content = self.random.randbytes(whole)
        folder = self.path("tree")
        for part in range(12):
            self.write(f"tree/{part}", content[part * (8 << 20):(part + 1) * (8 << 20)])
        put = subprocess.Popen([TOOL, "put", "-s", self.store, "--codec", "stored", "--checkpoint", str(each), folder],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while put.poll() is None and self.segment_bytes() < whole // 2:
            time.sleep(0.002)
        put.kill()
        self.assertEqual(put.wait(), -9, "it had ended before it was killed")
        done = self.run_tool("put", "--json", "--codec", "stored", folder)
        self.assertEqual(done.returncode, DONE, done.stderr)
        stored = json.loads(done.stdout)["sizes"]["stored"]
        # Each lane may have a batch or two under way.
        self.assertLess(stored, whole - whole // 2 + 4 * each)
        aside = self.path("store", "set-aside")
        self.assertLess(sum(os.path.getsize(os.path.join(aside, name)) for name in os.listdir(aside)), 4 * each)
        self.ok("verify")

    def test_a_put_that_is_told_to_end_keeps_what_it_has_stored(self):
        content = self.random.randbytes(96 << 20)
        path = self.write("file", content)
        for signal_sent, expected in (("INT", -2), ("TERM", -15)):
            put = subprocess.Popen([TOOL, "put", "-s", self.store, "--codec", "stored", path],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            before = self.segment_bytes()
            while put.poll() is None and self.segment_bytes() < before + (24 << 20):
                time.sleep(0.002)
            put.send_signal(getattr(signal, "SIG" + signal_sent))
            told = put.communicate(timeout=60)[1].decode()
            self.assertEqual(put.returncode, expected)
            self.assertIn("what was stored until then is kept without a commit", told)
        self.ok("verify")
        done = json.loads(self.ok("put", "--json", "--codec", "stored", path))
        self.assertLess(done["sizes"]["stored"], 49 << 20)
        self.assertEqual(os.listdir(self.path("store", "set-aside")), [])

    def test_checkpoints_can_be_left_out(self):
        self.fails(USAGE, "put", "--checkpoint", "often", self.write("file", b"content"))
        self.ok("put", "--checkpoint", "0", self.path("file"))

    def test_a_folder_that_is_no_store_is_refused(self):
        self.store = self.path("folder")
        os.makedirs(self.store)
        self.write("folder/something")
        self.fails(FAILED, "log")
        self.fails(FAILED, "put", self.write("file"))
        self.fails(FAILED, "init")
        self.assertEqual(os.listdir(self.store), ["something"])

    def test_init_refuses_a_store_that_is_there(self):
        cid = self.put(self.write("file", b"content"))
        self.fails(FAILED, "init")
        self.assertEqual(self.ok("get", cid), b"content")

    def modes(self):
        """The modes of the store's directory and of all that is in it, but the files of the index."""
        paths = [self.store] + glob.glob(self.store + "/**", recursive=True)
        return {os.path.relpath(path, self.store): os.stat(path).st_mode & 0o777 for path in paths
                if os.path.dirname(path) != os.path.join(self.store, "index")}

    def kill_put(self):
        """Leaves a segment that belongs to no commit."""
        put = subprocess.Popen([TOOL, "put", "-s", self.store, "-"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        put.stdin.write(self.random.randbytes(8 << 20))
        put.stdin.flush()
        put.kill()
        put.wait()
        put.stdin.close()

    def test_a_store_is_its_owners_whatever_the_umask(self):
        shutil.rmtree(self.store)
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.ok("init")
        self.put(self.write("file", b"content"))
        self.kill_put()
        self.run_tool("put", self.write("more", b"more"))
        modes = self.modes()
        self.assertTrue([name for name in modes if name.startswith("set-aside/")])
        for name, mode in modes.items():
            self.assertEqual(mode, 0o700 if os.path.isdir(os.path.join(self.store, name)) else 0o600, name)

    def test_what_is_made_in_a_store_that_its_group_reads_the_group_reads_too(self):
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.put(self.write("file", b"content"))
        subprocess.run(["chmod", "-R", "g+rX", self.store], check=True)
        self.kill_put()
        shutil.rmtree(os.path.join(self.store, "index"))
        self.run_tool("put", self.write("more", b"more"))
        modes = self.modes()
        self.assertGreater(len([name for name in modes if name.endswith(".seg")]), 1)
        for name, mode in modes.items():
            self.assertEqual(mode, 0o750 if os.path.isdir(os.path.join(self.store, name)) else 0o640, name)

    def test_who_puts_into_a_store_that_all_may_read_is_told(self):
        subprocess.run(["chmod", "-R", "go+rX", self.store], check=True)
        before = self.modes()
        done = self.run_tool("put", self.write("file", b"content"))
        self.assertEqual(done.returncode, DONE)
        self.assertIn(f"every user of this machine may read it, and so all that is put there (chmod -R go-rwx "
                      f"{self.store})", done.stderr.decode())
        after = self.modes()
        self.assertEqual(after.pop("lock") & 0o007, 0)  # who can open it can keep writers out
        del before["lock"]
        self.assertEqual({name: after[name] for name in before}, before)
        for name in set(after) - set(before):  # what read it yesterday reads it tomorrow
            self.assertEqual(after[name] & 0o004, 0o004, name)
        self.ok("log")
        os.chmod(self.store, 0o700)
        self.ok("put", self.path("file"))

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_store_that_may_not_be_written_can_be_read(self):
        cid = self.put(self.write("file", b"content"))
        paths = [self.store] + glob.glob(self.store + "/**", recursive=True)
        for path in paths:
            os.chmod(path, 0o555 if os.path.isdir(path) else 0o444)
        self.addCleanup(lambda: [os.chmod(path, 0o755) for path in paths if os.path.exists(path)])
        self.assertEqual(self.ok("get", cid), b"content")
        self.fails(FAILED, "put", self.write("more", b"more"))


if __name__ == "__main__":
    unittest.main()
