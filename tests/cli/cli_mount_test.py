# SPDX-License-Identifier: Apache-2.0
"""mount: commits as a read-only file system, as tar, rsync and the system calls see them. Skipped (77) where nothing can be mounted."""

import ctypes
import errno
import hashlib
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from odd_tree import make_odd_tree, whole_picture
from tool_case import DONE, FAILED, SEED, TOOL, ToolCase, environment

SKIPPED = 77
WATCHDOG_S = 120


def why_nothing_can_be_mounted():
    """The reason, or nothing where it can."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse is not there or not ours"
    if shutil.which("fusermount3") is None:
        return "fusermount3 is not installed (Debian: fuse3)"
    with tempfile.TemporaryDirectory(prefix="penstock-mount-") as place:
        store, folder = os.path.join(place, "store"), os.path.join(place, "mnt")
        os.mkdir(folder)
        subprocess.run([TOOL, "init", "-s", store], check=True, capture_output=True)
        process = subprocess.Popen([TOOL, "mount", "-s", store, folder, "--nice", "0"], stderr=subprocess.PIPE)
        said = process.stderr.readline().decode()
        process.send_signal(signal.SIGTERM)
        said += process.stderr.read().decode()
        process.wait(WATCHDOG_S)
        process.stderr.close()
        return "" if "the commits are in" in said else said.strip()


def tar_of(tree, *options):
    """Digest of a tar of all in a tree that tar keeps, and whether tar was content."""
    tar = subprocess.Popen(["tar", "--sort=name", "--xattrs", "--acls", "--format=posix", "--pax-option=delete=atime,delete=ctime",
                            "--pax-option=exthdr.name=%d/x/%f", *options, "-cf", "-", "-C", tree, "."], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    digest = hashlib.sha256()
    for piece in iter(lambda: tar.stdout.read(1 << 20), b""):
        digest.update(piece)
    said = tar.stderr.read().replace(b"tar: ./socket: socket ignored\n", b"")
    tar.stdout.close()
    tar.stderr.close()
    return digest.hexdigest(), tar.wait(), said


def acl_for(user):
    """An access ACL that lets this user read, and none but the owner beside: version 2, then tag, permissions and id of each entry."""
    none = 0xFFFFFFFF
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", *entry) for entry in ((1, 6, none), (2, 4, user), (4, 0, none), (16, 4, none), (32, 0, none)))


class MountCase(ToolCase):
    def setUp(self):
        super().setUp()
        self.folder = self.path("mnt")
        os.mkdir(self.folder)
        self.messages = self.path("messages")

    def mount(self, *options):
        """The process, when all is there. Unless told otherwise it does not stand back: the tests' machine may have much to do."""
        options = options if "--nice" in options else (*options, "--nice", "0")
        with open(self.messages, "wb") as messages:
            process = subprocess.Popen([TOOL, "mount", self.folder, *options], env=environment(PENSTOCK_STORE=self.store), stderr=messages)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(subprocess.run, ["fusermount3", "-u", "-q", "-z", self.folder], stderr=subprocess.DEVNULL)
        watchdog = threading.Timer(WATCHDOG_S, process.kill)
        watchdog.start()
        while process.poll() is None and "the commits are in" not in self.said():
            time.sleep(0.01)
        watchdog.cancel()
        self.assertIsNone(process.poll(), self.said())
        return process

    def said(self):
        with open(self.messages, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def complaints(self):
        return [line for line in self.said().splitlines() if not line.startswith("penstock: note: ")]

    def unmount(self, process):
        subprocess.run(["fusermount3", "-u", self.folder], check=True)
        self.ended(process)

    def ended(self, process):
        self.assertEqual(process.wait(WATCHDOG_S), DONE, self.said())
        self.assertFalse(os.path.ismount(self.folder))
        self.assertEqual(os.listdir(self.folder), [])

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def folder_of(self, commit):
        """The folder of a commit, which may have been made since."""
        ends = [name for name in self.wait_for("commits", lambda names: any(name.endswith("_" + commit[-8:]) for name in names))
                if name.endswith("_" + commit[-8:])]
        return self.at("commits", ends[0])

    def wait_for(self, where, wanted):
        """The names in an upper folder, once they are as wanted."""
        late = threading.Event()
        watchdog = threading.Timer(WATCHDOG_S, late.set)
        watchdog.start()
        try:
            while True:
                names = os.listdir(self.at(where))
                if wanted(names):
                    return names
                self.assertFalse(late.is_set(), names)
                time.sleep(0.01)
        finally:
            watchdog.cancel()


class Trees(MountCase):
    def test_a_mounted_commit_is_what_get_restores(self):
        source, restored = self.path("source"), self.path("restored")
        make_odd_tree(source)
        self.addCleanup(os.chmod, os.path.join(source, "locked"), 0o755)
        self.ok("put", source, "--name", "odd")
        self.run_tool("get", "HEAD", "-o", restored)
        self.addCleanup(os.chmod, os.path.join(restored, "locked"), 0o755)
        process = self.mount()
        mounted = os.path.realpath(self.at("names", "odd", "latest"))
        there, here = whole_picture(restored), whole_picture(mounted)
        self.assertEqual([name for name in sorted({*there, *here}) if there.get(name) != here.get(name)], [])
        self.assertEqual(tar_of(mounted, "--exclude=./sparse"), tar_of(restored, "--exclude=./sparse"))
        if shutil.which("rsync"):
            told = subprocess.run(["rsync", "-aHAXn", "--delete", "-i", "--modify-window=-1", mounted + "/", restored + "/"],
                                  capture_output=True, check=True)
            self.assertEqual(told.stdout, b"")
        self.assertEqual(self.complaints(), [])
        self.unmount(process)

    def test_names_of_one_file_have_one_inode(self):
        self.write("tree/a", b"1")
        os.mkdir(self.path("tree", "sub"))
        for name in ("b", "sub/c"):
            os.link(self.path("tree", "a"), self.path("tree", name))
        self.write("tree/other", b"1")
        self.ok("put", self.path("tree"))
        process = self.mount()
        statuses = [os.stat(self.at("commits", "latest", name)) for name in ("a", "b", "sub/c", "other")]
        self.assertEqual([status.st_nlink for status in statuses], [3, 3, 3, 1])
        self.assertEqual(len({status.st_ino for status in statuses}), 2)
        self.assertEqual(len({status.st_ino for status in statuses[:3]}), 1)
        self.unmount(process)

    def test_any_part_of_a_file_can_be_read(self):
        content = self.random.randbytes(3_000_000) + bytes(5_000_000) + self.random.randbytes(1_000_001)
        self.ok("put", self.write("file", content))
        process = self.mount()
        with open(self.at("commits", "latest", "file"), "rb") as file:
            self.assertEqual(os.fstat(file.fileno()).st_size, len(content))
            for _ in range(300):
                offset = self.random.randrange(len(content) + 5000)
                length = self.random.choice((1, 4095, 4097, 131_073, 2_000_000))
                self.assertEqual(os.pread(file.fileno(), length, offset), content[offset:offset + length], f"seed {SEED}: {offset} {length}")
            hole = os.lseek(file.fileno(), 0, os.SEEK_HOLE)
            data = os.lseek(file.fileno(), hole, os.SEEK_DATA)
            self.assertTrue(3_000_000 <= hole < data <= 8_000_000, (hole, data))
            self.assertEqual(content[hole:data].strip(b"\0"), b"")
            self.assertEqual(os.lseek(file.fileno(), data, os.SEEK_HOLE), len(content))
            with self.assertRaises(OSError) as refused:
                os.lseek(file.fileno(), len(content), os.SEEK_DATA)
            self.assertEqual(refused.exception.errno, errno.ENXIO)
        self.unmount(process)

    def test_holes_take_no_blocks(self):
        os.mkdir(self.path("tree"))
        data = self.random.randbytes(1_000_000)
        with open(self.path("tree", "sparse"), "wb") as file:
            file.seek(60_000_000)
            file.write(data)
            file.truncate(100_000_000)
        with open(self.path("tree", "hole"), "wb") as file:
            file.truncate(65536)
        self.write("tree/dense", self.random.randbytes(3_000_001))
        self.write("tree/small", b"1")
        self.ok("put", self.path("tree"))
        process = self.mount()
        latest = os.path.realpath(self.at("commits", "latest"))
        blocks = {name: os.stat(os.path.join(latest, name)).st_blocks for name in os.listdir(latest)}
        self.assertEqual({name: blocks[name] for name in ("hole", "dense", "small")}, {"hole": 0, "dense": 5860, "small": 1})
        self.assertTrue(1_000_000 <= blocks["sparse"] * 512 <= 2_000_000, blocks)
        subprocess.run(["cp", "-a", latest, self.path("copy")], check=True)
        with open(self.path("copy", "sparse"), "rb") as file:
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_HOLE), 0)
            self.assertLessEqual(os.fstat(file.fileno()).st_blocks * 512, 2_000_000)
        self.same_tree(self.path("tree"), self.path("copy"))
        tar = subprocess.run(["tar", "-cSf", "-", "-C", latest, "sparse"], check=True, capture_output=True)
        self.assertLess(len(tar.stdout), 2_000_000)
        self.unmount(process)

    def test_holes_behind_more_data_than_is_looked_at_are_found_by_who_copies(self):
        shutil.rmtree(self.store)
        self.ok("init", "--chunker", "fixed:4096")
        with open(self.write("many", self.random.randbytes(4096 * 4097)), "r+b") as file:
            file.truncate(4096 * 8192)
        self.ok("put", self.path("many"))
        process = self.mount()
        many = self.at("commits", "latest", "many")
        self.assertEqual(os.stat(many).st_blocks, 8 * 8192 - 1)
        subprocess.run(["cp", "-a", many, self.path("copy")], check=True)
        self.assertLess(os.stat(self.path("copy")).st_blocks, 8 * 4200)
        with open(self.path("copy"), "rb") as copy, open(self.path("many"), "rb") as source:
            self.assertEqual(copy.read(), source.read())
        self.unmount(process)

    def test_nothing_can_be_changed(self):
        self.ok("put", self.write("tree/file", b"1") and self.path("tree"))
        process = self.mount()
        file = self.at("commits", "latest", "file")
        for change in (lambda: open(file, "wb"), lambda: open(file + "2", "xb"), lambda: os.remove(file), lambda: os.mkdir(self.at("x")),
                       lambda: os.chmod(file, 0), lambda: os.rename(file, file + "3"), lambda: os.setxattr(file, "user.x", b"1")):
            with self.assertRaises(OSError) as refused:
                change()
            self.assertEqual(refused.exception.errno, errno.EROFS)
        self.unmount(process)

    @unittest.skipIf(os.geteuid() != 0, "only root can be others")
    def test_others_are_held_to_modes_and_acls(self):
        tree = self.path("tree")
        for name, mode in (("open", 0o644), ("closed", 0o600), ("acl", 0o600)):
            os.chmod(self.write("tree/" + name, b"1"), mode)
        try:
            os.setxattr(os.path.join(tree, "acl"), "system.posix_acl_access", acl_for(65534))
        except OSError:
            self.skipTest("this file system has no ACLs")
        os.chmod(self.place, 0o755)
        self.ok("put", tree)

        def may_read(name):
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", self.at("commits", "latest", name)],
                                  capture_output=True, check=False)
            return done.returncode == 0

        process = self.mount("--allow-other")
        self.assertEqual([may_read(name) for name in ("open", "closed", "acl")], [True, False, True])
        self.unmount(process)
        process = self.mount()
        self.assertEqual([may_read(name) for name in ("open", "closed", "acl")], [False, False, False])
        self.unmount(process)

    def test_commits_that_are_no_directory(self):
        stream = self.json("put", "-", "--name", "stream", input=b"of a pipe")["commit"]
        alone = self.json("put", self.write("alone", b"a file"))["commit"]
        process = self.mount()
        self.assertEqual(os.listdir(self.folder_of(stream)), ["stream"])
        self.assertEqual(os.listdir(self.folder_of(alone)), ["alone"])
        with open(os.path.join(self.folder_of(alone), "alone"), "rb") as file:
            self.assertEqual(file.read(), b"a file")
        with open(self.at("names", "stream", "latest", "stream"), "rb") as file:
            self.assertEqual(file.read(), b"of a pipe")
        self.unmount(process)


class Folders(MountCase):
    def test_new_commits_appear(self):
        process = self.mount()
        self.assertEqual(sorted(os.listdir(self.folder)), ["commits", "hosts", "names"])
        self.assertEqual(os.listdir(self.at("commits")), [])
        for number in range(3):
            commit = self.json("put", self.write("tree/file", b"%d" % number) and self.path("tree"), "--name", "n")["commit"]
            folder = self.folder_of(commit)
            with open(os.path.join(folder, "file"), "rb") as file:
                self.assertEqual(file.read(), b"%d" % number)
            self.assertEqual(len(os.listdir(self.at("commits"))), number + 2)
            self.wait_for(os.path.join("names", "n"), lambda names: len(names) == number + 2)
            self.wait_for("commits", lambda names: os.readlink(self.at("commits", "latest")) == os.path.basename(folder))
        self.assertEqual(len(os.listdir(self.at("hosts"))), 1)
        self.unmount(process)

    def test_names_of_commits_lead_nowhere_else(self):
        names = ["a/b", "..", ".", "100%", "\x1b[31m\n", "é", "\u0085", "x" * 300, "latest"]
        for name in names:
            self.ok("put", "-q", self.write("file", b"1"), "--name", name)
        process = self.mount()
        self.assertEqual(sorted(os.listdir(self.at("names"))),
                         sorted(["a%2Fb", "%2E%2E", "%2E", "100%25", "%1B[31m%0A", "é", "%C2%85", "latest"]))
        self.assertEqual(len(os.listdir(self.at("commits"))), len(names) + 1)
        for name in os.listdir(self.at("names")):
            self.assertEqual(os.listdir(self.at("names", name, "latest")), ["file"])
        self.unmount(process)

    def test_a_directory_of_many_names_can_be_read_from_anywhere(self):
        count = 100_500
        os.mkdir(self.path("tree"))
        for number in range(count):
            os.close(os.open(self.path("tree", f"{number:06}"), os.O_CREAT | os.O_WRONLY))
        self.ok("put", self.path("tree"))
        process = self.mount()
        folder = self.at("commits", "latest")
        self.assertEqual(sorted(os.listdir(folder)), [f"{number:06}" for number in range(count)])
        places = Directory(folder)
        seen = places.walk()
        self.assertEqual([name for _, name in seen], [f"{number:06}" for number in range(count)])
        for _ in range(40):
            at = self.random.randrange(count)
            self.assertEqual(places.name_at(seen[at][0]), seen[at][1], f"seed {SEED}")
        places.close()
        self.assertEqual(os.stat(os.path.join(folder, "100499")).st_size, 0)
        with self.assertRaises(FileNotFoundError):
            os.stat(os.path.join(folder, "100500"))
        self.unmount(process)


    def test_too_many_open_directories_are_refused_and_harm_nobody(self):
        self.ok("put", self.write("tree/file", b"1") and self.path("tree"))
        process = self.mount()
        folder = os.path.realpath(self.at("commits", "latest"))
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if most != resource.RLIM_INFINITY and most < 4300:
            self.skipTest("too few files may be open here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        opened = []
        with self.assertRaises(OSError) as refused:
            while len(opened) < 4200:
                opened.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        for one in opened:
            os.close(one)
        self.assertEqual((refused.exception.errno, len(opened)), (errno.ENFILE, 2048))
        self.assertEqual(os.listdir(folder), ["file"])
        self.assertEqual(self.complaints(), [])
        self.unmount(process)


class Directory:
    """opendir(3) and its kin."""

    class Entry(ctypes.Structure):
        _fields_ = [("ino", ctypes.c_uint64), ("off", ctypes.c_int64), ("reclen", ctypes.c_uint16), ("type", ctypes.c_uint8),
                    ("name", ctypes.c_char * 256)]

    def __init__(self, path):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.opendir.restype = ctypes.c_void_p
        self.libc.readdir.restype = ctypes.POINTER(Directory.Entry)
        self.libc.telldir.restype = ctypes.c_long
        self.handle = ctypes.c_void_p(self.libc.opendir(os.fsencode(path)))

    def walk(self):
        """(where it stands, name) of each entry."""
        seen = []
        while True:
            place = self.libc.telldir(self.handle)
            entry = self.libc.readdir(self.handle)
            if not entry:
                return seen
            seen.append((place, entry.contents.name.decode()))

    def name_at(self, place):
        self.libc.seekdir(self.handle, ctypes.c_long(place))
        return self.libc.readdir(self.handle).contents.name.decode()

    def close(self):
        self.libc.closedir(self.handle)


class Load(MountCase):
    def test_eight_readers_during_a_put_read_what_is_there(self):
        for number in range(60):
            self.write(f"tree/{number % 7}/{number}", self.random.randbytes(self.random.randrange(300_000)))
        tree = self.path("tree")
        self.ok("put", tree, "--name", "read")
        self.write("other/large", self.random.randbytes(60_000_000))
        process = self.mount()
        mounted = self.at("names", "read", "latest")
        expected = tar_of(tree)
        results, stop = [], threading.Event()

        def read():
            while True:
                results.append(tar_of(mounted))
                if stop.is_set():
                    return

        readers = [threading.Thread(target=read) for _ in range(8)]
        for reader in readers:
            reader.start()
        for number in range(3):
            self.write("other/small", b"%d" % number)
            self.ok("put", self.path("other"))
        stop.set()
        for reader in readers:
            reader.join()
        self.assertGreaterEqual(len(results), 8)
        self.assertEqual(set(results), {expected})
        self.assertEqual(self.complaints(), [])
        self.unmount(process)
        self.ok("verify")


class Damage(MountCase):
    def flip(self, cid):
        stored = self.json("stat", cid)["stored"]
        path = os.path.join(self.store, "segments", f"{stored['segment']:08}.seg")
        with open(path, "r+b") as file:
            file.seek(stored["record"] + 200)
            byte = file.read(1)[0]
            file.seek(stored["record"] + 200)
            file.write(bytes([byte ^ 0x10]))

    def test_a_damaged_file_gives_an_error_and_no_byte(self):
        self.ok("put", self.write("whole", self.random.randbytes(100_000)))
        damaged = self.put(self.write("damaged", self.random.randbytes(10_000)))
        commits = [row["cid"] for row in self.json("log")]
        self.flip(damaged)
        process = self.mount()
        with self.assertRaises(OSError) as refused:
            with open(os.path.join(self.folder_of(commits[0]), "damaged"), "rb") as file:
                file.read()
        self.assertEqual(refused.exception.errno, errno.EIO)
        with open(self.path("whole"), "rb") as source, open(os.path.join(self.folder_of(commits[1]), "whole"), "rb") as file:
            self.assertEqual(file.read(), source.read())
        self.assertEqual(len(self.complaints()), 1, self.said())
        self.assertRegex(self.complaints()[0], rf"\Apenstock: block {damaged}: .*\(.*\)\Z")
        self.unmount(process)

    def whole_again(self, segment, content):
        """Puts the segment's file back as another one, as a writer that mends it does: who has the old one open reads that."""
        with open(segment + ".new", "wb") as file:
            file.write(content)
        os.replace(segment + ".new", segment)

    def test_a_damaged_list_is_asked_of_the_store_as_it_is_by_then(self):
        for name in ("a/file", "b/file"):
            os.chmod(self.write("tree/" + name, b"content"), 0o640)
        os.mkfifo(self.path("tree", "a", "fifo"))
        self.ok("put", self.path("tree"))
        os.chmod(self.path("tree", "a", "file"), 0o604)
        lists = self.json("put", self.path("tree"))["meta"]  # the list of a in a record without content
        os.chmod(self.path("tree", "b", "file"), 0o604)
        self.ok("put", self.path("tree"))
        segment = os.path.join(self.store, "segments", f"{self.json('stat', lists)['stored']['segment']:08}.seg")
        with open(segment, "rb") as file:
            content = file.read()
        self.flip(lists)
        process = self.mount()
        file = self.at("commits", "latest", "a", "file")
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o400)
        self.assertEqual(os.listdir(os.path.dirname(file)), ["file"])
        self.assertEqual(os.stat(self.at("commits", "latest", "b", "file")).st_mode & 0o777, 0o604)
        self.assertEqual(len(self.complaints()), 1, self.said())
        self.whole_again(segment, content)
        late = threading.Event()
        watchdog = threading.Timer(WATCHDOG_S, late.set)
        watchdog.start()
        while (os.stat(file).st_mode & 0o777, sorted(os.listdir(os.path.dirname(file)))) != (0o604, ["fifo", "file"]):
            self.assertFalse(late.is_set(), "nobody looked at the store again")
            time.sleep(0.1)
        watchdog.cancel()
        self.assertEqual(len(self.complaints()), 1, self.said())
        self.unmount(process)

    def test_what_the_store_has_to_tell_is_told_once(self):
        damaged = [self.put(self.write(name, self.random.randbytes(10_000))) for name in ("one", "two")]
        folders = [row["cid"] for row in self.json("log")][::-1]
        for cid in damaged:
            self.flip(cid)
        shutil.rmtree(os.path.join(self.store, "index"))
        process = self.mount()
        for commit, name in zip(folders, ("one", "two")):
            for _ in range(2):
                with self.assertRaises(OSError) as refused:
                    with open(os.path.join(self.folder_of(commit), name), "rb") as file:
                        file.read()
                self.assertEqual(refused.exception.errno, errno.EIO)
        self.assertEqual(len(self.complaints()), 2, self.said())
        notes = [line for line in self.said().splitlines() if line.startswith("penstock: note: ")]
        self.assertGreaterEqual(len(notes), 2, "of the index, and that it is mounted")
        self.assertEqual(len(notes), len(set(notes)), self.said())
        self.unmount(process)

    def test_metadata_that_is_damaged_is_said_and_left_out(self):
        tree = os.path.dirname(self.write("tree/file", b"content"))
        self.ok("put", tree)
        os.chmod(tree, 0o700)
        report = self.json("put", tree)
        self.flip(report["meta"])
        process = self.mount()
        folder = self.folder_of(report["commit"])
        with open(os.path.join(folder, "file"), "rb") as file:
            self.assertEqual(file.read(), b"content")
        self.assertEqual(os.stat(os.path.join(folder, "file")).st_mode & 0o777, 0o400)
        self.assertEqual(len(self.complaints()), 1, self.said())
        self.unmount(process)


class Ends(MountCase):
    def test_signals_unmount(self):
        self.ok("put", self.write("tree/file", self.random.randbytes(3_000_000)) and self.path("tree"))
        for number, nice in ((signal.SIGTERM, "0"), (signal.SIGINT, "1"), (signal.SIGHUP, "0"), (signal.SIGTERM, "1")):
            process = self.mount("--nice", nice)
            with open(self.at("commits", "latest", "file"), "rb") as file:  # in use, and yet
                self.assertEqual(len(file.read(100)), 100)
                process.send_signal(number)
                self.assertEqual(process.wait(WATCHDOG_S), DONE, self.said())
            self.ended(process)
            self.assertEqual(self.complaints(), [])

    def answerer(self, process):
        """The process that answers the kernel: the child of the one that was started."""
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            child, = file.read().split()
        return int(child)

    def test_who_kills_what_was_started_unmounts(self):
        process = self.mount("--nice", "1")
        child = self.answerer(process)
        process.kill()
        process.wait(WATCHDOG_S)
        late = threading.Event()
        watchdog = threading.Timer(WATCHDOG_S, late.set)
        watchdog.start()
        while os.path.ismount(self.folder) and not late.is_set():
            time.sleep(0.01)
        watchdog.cancel()
        self.assertFalse(os.path.ismount(self.folder), child)

    @staticmethod
    def nice_of_threads(process):
        seen = set()
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/stat", encoding="ascii") as file:
                seen.add(file.read().rsplit(")", 1)[1].split()[16])
        return seen

    def test_it_stands_back_unless_told_otherwise(self):
        for expected in ("19", "5", "0"):
            process = self.mount("--nice", expected)
            who = process.pid if expected == "0" else self.answerer(process)
            late = threading.Event()
            watchdog = threading.Timer(WATCHDOG_S, late.set)
            watchdog.start()
            while self.nice_of_threads(who) != {"0", expected}:  # but for the first, which waits
                self.assertFalse(late.is_set(), self.nice_of_threads(who))
                time.sleep(0.01)
            watchdog.cancel()
            if expected != "0" and os.path.exists(f"/proc/{who}/autogroup"):
                with open(f"/proc/{who}/autogroup", encoding="ascii") as file:
                    self.assertEqual(file.read().split()[-1], expected)
            self.unmount(process)

    def test_a_killed_mount_says_how_to_clean_up(self):
        process = self.mount("--nice", "1")
        os.kill(self.answerer(process), signal.SIGKILL)
        self.assertEqual(process.wait(WATCHDOG_S), FAILED)
        self.assertIn("fusermount3 -u", self.complaints()[0])
        self.assertIn("fusermount3 -u", self.fails(FAILED, "mount", self.folder))
        subprocess.run(["fusermount3", "-u", self.folder], check=True)
        self.unmount(self.mount())

    def test_where_nothing_can_be_mounted(self):
        self.fails(FAILED, "mount", self.path("none"))
        self.fails(FAILED, "mount", self.write("file", b""))
        self.write("full/file", b"")
        self.assertIn("empty", self.fails(FAILED, "mount", self.path("full")))
        self.fails(FAILED, "mount", self.folder, env=environment(PENSTOCK_STORE=self.path("nothing")))
        process = self.mount()
        self.assertIn("mounted there already", self.fails(FAILED, "mount", self.folder))
        self.unmount(process)
        self.assertFalse(os.path.ismount(self.folder))


if __name__ == "__main__":
    reason = why_nothing_can_be_mounted()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    unittest.main()
