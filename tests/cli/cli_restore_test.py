# SPDX-License-Identifier: Apache-2.0
"""`get` of a commit: metadata, choosing, overwriting, reading back; as root and as nobody."""

import json
import os
import shutil
import stat
import subprocess
import unittest

import tool_case
from odd_tree import make_odd_tree, whole_picture
from tool_case import ABSENT, CORRUPT, DONE, FAILED, PARTIAL, USAGE, ToolCase

ROOT = os.geteuid() == 0


class RestoreMetadata(ToolCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+rwx", self.place], stderr=subprocess.DEVNULL)

    def same(self, one, other):
        """Asserts that two trees are the same in all that there is to know."""
        first, second = whole_picture(one), whole_picture(other)
        self.assertEqual(sorted(first), sorted(second))
        for name, entry in first.items():
            self.assertEqual(entry, second[name], name)

    def names(self, top):
        return sorted(os.path.relpath(os.path.join(folder, name), top) for folder, folders, files in os.walk(top) for name in folders + files)

    def spared(self, target, *more, commit="HEAD"):
        """What --delete leaves of `target`; the dry run must have told the same."""
        options = ("get", commit, "-o", target, "--overwrite", "if-changed", *more)
        told = self.run_tool(*options, "--dry-run")
        done = self.run_tool(*options)
        self.assertEqual((told.returncode, done.returncode), (DONE, DONE), (told.stderr, done.stderr))
        notes = [sorted(line for line in one.stderr.splitlines() if b": spared: " in line) for one in (told, done)]
        self.assertEqual(notes[0], notes[1])
        going = {line[2:] for line in told.stdout.decode().splitlines() if line.startswith("- ")}
        whole = sorted(path for path in going if not any(path.startswith(other + "/") for other in going))
        gone = sorted(line[len("penstock: note: "):-len(": removed")] for line in done.stderr.decode().splitlines() if line.endswith(": removed"))
        self.assertEqual(gone, whole)
        return self.names(target), [line.split(b": spared: ")[0].rsplit(b" ", 1)[1].decode() for line in notes[1]]

    def test_delete_spares_what_the_put_would_not_have_taken(self):
        tree = self.path("tree")
        for name in ("a/x.o", "a/x.c", "keep/me", "cache/CACHEDIR.TAG", "skip/.skip", "d/f"):
            self.write("tree/" + name, b"Signature: 8a477f597d28d172789f06886806bc55" if "TAG" in name else b"1")
        self.ok("put", tree, "--exclude", "*.o", "--exclude", tree + "/keep", "--iexclude", "NOTE*", "--exclude-caches",
                "--exclude-if-present", ".skip", "--exclude-larger-than", "1K")
        for name in ("new/y.o", "new/z", "new/deep/n", "cache/data", "cache/deep/e", "skip/other", "notes", "gone", "d/g", "d/f.o/x"):
            self.write("tree/" + name, b"2")
        self.write("tree/large", bytes(2000))
        left, told = self.spared(tree, "--delete")
        self.assertEqual(left, sorted(["a", "a/x.c", "a/x.o", "cache", "cache/CACHEDIR.TAG", "cache/data", "cache/deep", "cache/deep/e", "d", "d/f",
                                       "d/f.o", "d/f.o/x", "keep", "keep/me", "large", "new", "new/y.o", "notes", "skip", "skip/.skip", "skip/other"]))
        self.assertEqual(sorted(told), ["a/x.o", "cache/data", "cache/deep", "d/f.o", "keep", "large", "new/y.o", "notes", "skip/other"])
        # A part of it, elsewhere: patterns go by where it was put from.
        shutil.copytree(tree, self.path("copy"))
        self.assertEqual(self.spared(self.path("copy", "d"), "--delete", commit="HEAD/d"), (["f", "f.o", "f.o/x"], ["f.o"]))
        left, told = self.spared(tree, "--delete-excluded")
        self.assertEqual((left, told), (["a", "a/x.c", "cache", "cache/CACHEDIR.TAG", "d", "d/f", "skip", "skip/.skip"], []))

    def test_delete_removes_no_mark_that_its_directory_is_known_by(self):
        tree = self.path("tree")
        self.write("tree/d/f", b"1")
        self.ok("put", tree, "--exclude-if-present", ".nobackup", "--exclude-if-present", "README:DO NOT", "--exclude-caches")
        # README and the tag are none: they say nothing of that kind.
        for name in (".nobackup", "precious", "README", "CACHEDIR.TAG", "sub/file"):
            self.write("tree/d/" + name, b"2")
        self.write("tree/new/.nobackup", b"2")
        self.write("tree/new/file", b"2")
        there = self.names(tree)
        for _ in range(2):
            self.assertEqual(self.spared(tree, "--delete")[0], there)

    def test_delete_removes_no_store(self):
        tree, store, copy = self.path("tree"), self.path("tree", "var", "store"), self.path("copy")
        self.write("tree/f", b"1")
        os.mkdir(self.path("tree", "var"))
        self.ok("init", "-s", store, store=False)
        self.run_tool("put", "-s", store, tree, store=False)
        shutil.copytree(store, copy)
        options = ("get", "-s", copy, "HEAD", "-o", tree, "--overwrite", "if-changed")
        done = self.run_tool(*options, "--delete", store=False)
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertIn(b"note: var/store: spared: ", done.stderr)
        self.ok("log", "-s", store, store=False)
        self.ok("init", "-s", self.path("tree", "other", "one"), store=False)
        for option, lines in (("--delete", 1), ("--delete-excluded", 2)):
            for more in (["--dry-run"], []):
                done = self.run_tool(*options, option, *more, store=False)
                self.assertEqual((done.returncode, done.stderr.count(b"looks like a store")), (PARTIAL, lines), done.stderr)
        for one in (store, self.path("tree", "other", "one")):
            self.ok("log", "-s", one, store=False)

    def test_no_directory_is_replaced_that_a_store_lies_in_or_that_cannot_go_whole(self):
        tree, store = self.path("tree"), self.path("tree", "data", "store")
        for name in ("data", "closed/d"):
            self.write("tree/" + name, b"1")
        self.ok("put", tree)
        for name in ("data", "closed/d"):
            os.remove(os.path.join(tree, name))
            self.write(f"tree/{name}/kept", b"2")
        shutil.move(self.store, store)
        immutable = subprocess.run(["chattr", "+i", self.path("tree", "closed")], capture_output=True).returncode == 0
        self.addCleanup(lambda: subprocess.run(["chattr", "-i", self.path("tree", "closed")], capture_output=True))
        options = ("get", "-s", store, "HEAD", "-o", tree, "--overwrite", "always")
        left = sorted(["data"] + ["closed/d"] * immutable)
        told = self.run_tool(*options, "--dry-run", store=False)
        done = self.run_tool(*options, store=False)
        self.assertEqual((told.returncode, done.returncode), (PARTIAL, PARTIAL), (told.stderr, done.stderr))
        self.assertEqual(sorted(line[2:] for line in told.stdout.decode().splitlines() if line[0] == "!"), left)
        self.assertIn(b"a store lies there", done.stderr)
        self.ok("log", "-s", store, store=False)
        for name in left:
            with open(os.path.join(tree, name, "kept"), "rb") as file:
                self.assertEqual(file.read(), b"2")

    def test_delete_is_refused_in_what_looks_like_a_store(self):
        tree, other = self.path("tree"), self.path("other")
        self.write("tree/f", b"1")
        self.ok("put", tree)
        shutil.copytree(self.store, other)
        os.rename(other + "/segments", self.path("elsewhere"))
        os.symlink(self.path("elsewhere"), other + "/segments")
        before = self.names(other)
        for target in (other, other + "/index"):
            self.fails(FAILED, "get", "HEAD", "-o", target, "--overwrite", "if-changed", "--delete")
        os.rename(other, self.path("tree", "other"))
        done = self.run_tool("get", "HEAD", "-o", tree, "--overwrite", "if-changed", "--delete")
        self.assertIn(b"looks like a store", done.stderr)
        self.assertEqual(self.names(self.path("tree", "other")), before)

    def test_delete_spares_what_could_not_be_read_and_what_was_never_named(self):
        for name in ("one/f", "two/f", "other/f"):
            self.write("tree/" + name, b"1")
        tree = self.path("tree")
        done = self.run_tool("put", tree + "/one", tree + "/two", "/proc/self/mem")
        self.assertEqual(done.returncode, PARTIAL)
        self.write("tree/mem", b"live")
        self.write("tree/one/gone", b"2")
        left, told = self.spared(tree, "--delete")
        self.assertEqual((left, sorted(told)), (["mem", "one", "one/f", "other", "other/f", "two", "two/f"], ["mem", "other"]))

    def test_delete_is_refused_where_it_cannot_be_told_what_was_left_out(self):
        tree = self.path("tree")
        self.write("tree/listed", b"1")
        self.write("tree/other", b"1")
        self.ok("put", "--files-from", "-", input=os.fsencode(tree) + b"/listed\n")
        inside = "HEAD" + os.path.realpath(tree)
        for more in ([], ["--dry-run"]):
            self.assertIn("--delete-excluded", self.fails(USAGE, "get", inside, "-o", tree, "--overwrite", "if-changed", "--delete", *more))
        self.assertEqual(self.names(tree), ["listed", "other"])
        self.assertEqual(self.spared(tree, "--delete-excluded", commit=inside), (["listed"], []))
        self.write("patterns", b"".join(b"%0200d\n" % number for number in range(2000)))
        self.ok("put", tree, "--exclude-from", self.path("patterns"))
        self.assertIn("too long", self.fails(USAGE, "get", "HEAD", "-o", tree, "--overwrite", "always", "--delete"))
        self.assertEqual(self.json("stat", "HEAD")["put"]["choice"]["patterns_dropped"]["count"], 2000)

    def test_brings_an_odd_tree_back(self):
        source, back = self.path("source"), self.path("back")
        make_odd_tree(source)
        self.ok("put", source)
        report = self.json("get", "HEAD", "-o", back, "--verify")
        self.same(source, back)
        self.assertEqual(report["not_restored"], {})
        self.assertEqual(report["metadata_damaged"], 0)
        self.assertEqual(report["difference_count"], 0)
        self.assertGreaterEqual(report["entries"]["special_files"], 2)
        names = [entry["names"] for entry in whole_picture(source).values() if "names" in entry]
        self.assertEqual(report["entries"]["hard_links"], len(names) - len(set(names)))
        self.assertGreaterEqual(len(set(names)), 3, "of a file, a FIFO and a symlink")

    def test_a_store_is_not_removed_by_its_own_restore(self):
        self.ok("init", "--store", self.path("tree", "archive"), store=False)
        self.write("tree/file", b"content")
        inside = ("--store", self.path("tree", "archive"))
        self.run_tool("put", self.path("tree"), *inside, store=False)
        for target in (self.path("tree"), self.path("tree", "archive"), self.path("tree", "archive", "new"),
                       self.path("tree", "..", "tree")):
            for more in ((), ("--dry-run",)):
                self.fails(FAILED, "get", "HEAD", "-o", target, "--overwrite", "if-changed", "--delete", *more, *inside,
                           store=False)
        os.symlink("tree", self.path("to-tree"))
        self.fails(FAILED, "get", "HEAD", "-o", self.path("to-tree", ""), "--overwrite", "always", "--delete", *inside,
                   store=False)
        self.assertEqual(len(self.json("log", *inside, store=False)), 1)
        self.ok("get", "HEAD", "-o", self.path("tree"), "--overwrite", "if-changed", *inside, store=False)

    def test_a_directory_in_place_of_a_file_stays_and_the_rest_is_done(self):
        self.write("tree/big", self.random.randbytes(3_000_000))
        self.write("tree/sub/file", b"content")
        os.chmod(self.path("tree", "sub"), 0o751)
        self.ok("put", self.path("tree"))
        os.remove(self.path("tree", "big"))
        self.write("tree/big/kept", b"kept")
        self.write("tree/sub/other", b"other")
        os.chmod(self.path("tree", "sub"), 0o700)
        done = self.run_tool("get", "HEAD", "-o", self.path("tree"), "--overwrite", "if-changed", "--delete")
        self.assertEqual(done.returncode, PARTIAL, done.stderr)
        self.assertEqual(sorted(os.listdir(self.path("tree", "sub"))), ["file"])
        self.assertEqual(os.listdir(self.path("tree", "big")), ["kept"])
        self.assertEqual(os.stat(self.path("tree", "sub")).st_mode & 0o777, 0o751)

    def test_rsync_finds_no_difference(self):
        if shutil.which("rsync") is None:
            self.skipTest("no rsync here")
        source, back = self.path("source"), self.path("back")
        make_odd_tree(source)
        self.ok("put", source)
        self.ok("get", "HEAD", "-o", back)
        told = subprocess.run(["rsync", "-aHAXn", "--delete", "-i", "--modify-window=-1", source + "/", back + "/"],
                              capture_output=True, timeout=100)
        self.assertEqual((told.returncode, told.stdout, told.stderr), (0, b"", b""))

    @unittest.skipUnless(ROOT, "only root can copy all of it")
    def test_a_part_of_this_system(self):
        source, back = self.path("source"), self.path("back")
        os.mkdir(source)
        subprocess.run(["cp", "-a", "/etc", "/usr/sbin", source], check=True)
        make_odd_tree(source + "/odd", links=10_000)
        self.ok("put", source)
        self.ok("get", "HEAD", "-o", back, "--verify")
        self.same(source, back)
        told = subprocess.run(["diff", "-r", "--no-dereference", source + "/etc", back + "/etc"], capture_output=True, timeout=100)
        self.assertEqual((told.returncode, told.stdout), (0, b""))

    def test_a_path_in_a_commit_has_its_metadata_too(self):
        source, back = self.path("source"), self.path("back")
        make_odd_tree(source)
        self.ok("put", source)
        self.ok("get", "HEAD/dir/mode-600", "-o", back)
        self.assertEqual(os.lstat(back).st_mode, stat.S_IFREG | 0o600)
        self.assertEqual(os.lstat(back).st_mtime_ns, os.lstat(source + "/dir/mode-600").st_mtime_ns)
        os.unlink(back)
        self.ok("get", "HEAD/fifo", "-o", back)
        self.assertTrue(stat.S_ISFIFO(os.lstat(back).st_mode))
        self.fails(USAGE, "get", "HEAD/fifo")
        os.unlink(back)
        # Its first name lies elsewhere in the commit: this is all of its names here.
        self.ok("get", "HEAD/links", "-o", back)
        self.assertEqual(os.lstat(back + "/first").st_nlink, 51)

    def test_a_cid_is_content_alone(self):
        source, back = self.path("source"), self.path("back")
        os.mkdir(source)
        self.write("source/a", b"a")
        os.chmod(source + "/a", 0o600)
        os.utime(source + "/a", ns=(0, 10**18))
        root = self.put(source)
        told = self.run_tool("get", root, "-o", back)
        commit = self.ok("log").split()[0]
        self.assertEqual((told.returncode, told.stderr.splitlines()), (DONE, [
            b"penstock: note: content alone is restored; modes, owners, times and special files too with: penstock get " + commit]))
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(os.lstat(back + "/a").st_mode, stat.S_IFREG | 0o666 & ~mask)
        self.assertNotEqual(os.lstat(back + "/a").st_mtime_ns, 10**18)

    def test_choosing(self):
        for name in ("source/a/x.txt", "source/a/y.c", "source/b/z.txt", "source/c/w.c", "source/v.txt"):
            self.write(name, name.encode())
        self.ok("put", self.path("source"))
        back = self.path("back")
        self.ok("get", "HEAD", "-o", back, "--include", "*.txt", "--exclude", "/b")
        found = sorted(os.path.join(folder, name)[len(back):] for folder, _, names in os.walk(back) for name in names)
        self.assertEqual(found, ["/a/x.txt", "/v.txt"])
        self.assertFalse(os.path.exists(back + "/c"))
        self.fails(USAGE, "get", "HEAD", "-o", self.path("other"), "--include", "[")
        self.fails(USAGE, "get", "HEAD/v.txt", "-o", self.path("other"), "--include", "x")

    def test_a_pattern_that_nothing_matches_is_told(self):
        self.write("source/a/x.txt", b"x")
        self.ok("put", self.path("source"))
        back = self.path("back")
        for options in (("--include", "source/a"), ("--include", "*.txt", "--exclude", "x*"), ("--include", "*.c", "--dry-run")):
            self.assertIn("--include", self.fails(ABSENT, "get", "HEAD", "-o", back, *options))
        self.assertFalse(os.path.lexists(back))
        self.write("back/y.c", b"y")
        self.assertIn("--include", self.fails(ABSENT, "get", "HEAD", "-o", back, "--include", "*.c", "--overwrite", "always"))
        self.assertFalse([name for name in os.listdir(self.path(".")) if name.startswith(".penstock")])
        for options in (("--dry-run",), ()):
            told = self.run_tool("get", "HEAD", "-o", back, "--include", "/y.c", "--overwrite", "if-changed", "--delete", *options)
            self.assertEqual(told.returncode, 0, told.stderr)
        self.assertFalse(os.path.lexists(back + "/y.c"), "what the commit has not is chosen too")

    def test_one_file_goes_into_a_directory(self):
        self.write("source/a/x.txt", b"x")
        os.mkfifo(self.path("source/pipe"))
        self.ok("put", self.path("source"))
        into = self.path("into")
        os.mkdir(into)
        os.symlink(into, self.path("link"))
        self.ok("get", "HEAD/a/x.txt", "-o", into)
        self.fails(FAILED, "get", "HEAD/a/x.txt", "-o", into + "/")
        self.ok("get", "HEAD/a/x.txt", "-o", into, "--overwrite", "always")
        self.ok("get", "HEAD/pipe", "-o", self.path("link"))
        self.assertEqual(sorted(os.listdir(into)), ["pipe", "x.txt"])
        self.ok("put", self.path("source/a/x.txt"))
        os.unlink(into + "/x.txt")
        self.ok("get", "HEAD", "-o", into)
        self.assertEqual(sorted(os.listdir(into)), ["pipe", "x.txt"])

    def test_paths_that_nothing_can_be_restored_to(self):
        self.write("source/a", b"x")
        self.ok("put", self.path("source"))
        os.mkdir(self.path("real"))
        os.symlink(self.path("real"), self.path("link"))
        for options in ((), ("--dry-run",)):
            message = self.fails(FAILED, "get", "HEAD", "-o", self.path("no/such"), *options)
            self.assertIn(self.path("no/such") + ": is in a directory that is not there", message)
            self.assertNotIn("partial", message)
            message = self.fails(FAILED, "get", "HEAD", "-o", self.path("link/"), *options)
            self.assertIn("-o " + self.path("real") + ")", message)

    def test_deleting_elsewhere_is_told(self):
        self.write("source/a", b"x")
        self.ok("put", self.path("source"))
        get = ("get", "HEAD", "--overwrite", "always", "--delete", "-o")
        self.ok(*get, self.path("source"))
        self.write("other/mine", b"mine")
        told = self.run_tool(*get, self.path("other"), "--dry-run")
        self.assertEqual((told.returncode, told.stderr.splitlines()), (DONE, [
            f"penstock: note: this was made of {self.path('source')}/, and --delete removes from {self.path('other')}/ what was not there".encode()]))

    def test_overwriting(self):
        source, back = self.path("source"), self.path("back")
        make_odd_tree(source, root=False)
        self.ok("put", source)
        self.ok("get", "HEAD", "-o", back)
        self.fails(FAILED, "get", "HEAD", "-o", back)
        large = back + "/dir/sub/large"
        os.unlink(back + "/fifo")
        with open(back + "/dir/none", "wb") as file:
            file.write(b"changed")
        os.chmod(back + "/dir/mode-600", 0o777)
        os.utime(large, ns=(0, 5))
        inode = os.lstat(back + "/dir/mode-644").st_ino
        self.write("back/extra/deep/file", b"x")
        self.ok("get", "HEAD", "-o", back, "--overwrite", "never")
        self.assertEqual(os.lstat(back + "/dir/none").st_size, 7)
        self.assertTrue(os.path.lexists(back + "/fifo"))
        report = self.run_tool("get", "HEAD", "-o", back, "--overwrite", "if-changed", "--delete", "--verify", "--json")
        self.assertEqual((report.returncode, report.stderr.splitlines()[1:]), (DONE, [b"penstock: note: extra: removed"]))
        self.same(source, back)
        self.assertEqual(os.lstat(back + "/dir/mode-644").st_ino, inode)
        self.ok("get", "HEAD", "-o", back, "--overwrite", "always")
        self.same(source, back)
        self.assertNotEqual(os.lstat(back + "/dir/mode-644").st_ino, inode)
        self.fails(USAGE, "get", "HEAD", "-o", back, "--overwrite", "sometimes")
        self.fails(USAGE, "get", "HEAD", "-o", back, "--delete")
        self.fails(USAGE, "get", "HEAD/dir/none", "--verify")

    def test_a_dry_run_says_what_is_done(self):
        source, back = self.path("source"), self.path("back")
        for name in ("a", "b", "c", "dir/d", "dir/e", "new/f"):
            self.write("source/" + name, name.encode())
        os.mkfifo(source + "/fifo")
        os.link(source + "/a", source + "/further")
        self.ok("put", source)
        # The lines are in the order of the walk.
        fresh = self.run_tool("get", "HEAD", "-o", back, "--dry-run")
        self.assertEqual((fresh.returncode, fresh.stdout.decode().splitlines()),
                         (DONE, ["+ a", "+ b", "+ c", "+ dir/", "+ dir/d", "+ dir/e", "+ fifo", "+ further", "+ new/", "+ new/f"]))
        self.assertFalse(os.path.lexists(back))
        self.ok("get", "HEAD", "-o", back, "--no-special")
        self.assertFalse(os.path.lexists(back + "/fifo"))
        shutil.rmtree(back + "/new")
        self.write("back/b", b"changed")
        os.unlink(back + "/c")
        os.mkdir(back + "/c")
        self.write("back/dir/more/x", b"x")
        before = whole_picture(back)
        options = ("get", "HEAD", "-o", back, "--overwrite", "if-changed", "--delete", "--dry-run")
        told = self.run_tool(*options)
        self.assertEqual((told.returncode, told.stdout.decode().splitlines()),
                         (PARTIAL, ["U a", "M b", "! c", "U dir/d", "U dir/e", "- dir/more", "+ fifo", "M further", "+ new/", "+ new/f"]))
        self.assertEqual(json.loads(self.run_tool(*options, "--json").stdout)["changes"],
                         {"made": 3, "replaced": 2, "metadata": 3, "in_the_way": 1, "removed": 1, "kept": 0})
        told = self.run_tool("get", "HEAD", "-o", back, "--overwrite", "always", "--dry-run", "--no-special", "--include", "c")
        self.assertEqual((told.returncode, told.stdout), (DONE, b"M c\n"))
        self.assertEqual(whole_picture(back), before)
        self.fails(FAILED, "get", "HEAD", "-o", back, "--dry-run")
        self.fails(USAGE, "get", "HEAD", "-o", back, "--overwrite", "always", "--dry-run", "--verify")
        self.fails(USAGE, "get", "HEAD", "-o", back, "--owners", "mine")
        self.assertEqual([name for name in os.listdir(self.place) if name.startswith(".penstock")], [])

    @unittest.skipUnless(ROOT, "only root may mount")
    def test_what_is_mounted_below_is_left_alone(self):
        source, back = self.path("source"), self.path("back")
        for name in ("boot/kernel", "etc/conf", "new/x"):
            self.write("source/" + name, name.encode())
        self.ok("put", source)
        self.write("back/boot/here", b"")
        get = [tool_case.TOOL, "get", "HEAD", "-o", back, "--overwrite", "always"]
        script = 'mount -t tmpfs none "$1/boot" && touch "$1/boot/mounted" && shift && "$@" --dry-run; echo $?; "$@" --delete --verify; echo $?; ls "$5/boot"'
        told = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", back, *get], capture_output=True, timeout=100,
                              env=tool_case.environment(PENSTOCK_STORE=self.store))
        if b"unshare" in told.stderr or b"mount:" in told.stderr:
            self.skipTest("may not mount")
        self.assertEqual(told.stdout.decode().split("\n"), ["! boot/", "+ etc/", "+ etc/conf", "+ new/", "+ new/x", "6", "6", "mounted", ""], told.stderr)
        self.assertIn(b"penstock: boot: not restored: another file system is mounted there (leave it out with --exclude /boot", told.stderr)
        self.assertEqual(os.listdir(back + "/boot"), ["here"])
        self.ok("get", "HEAD/boot", "-o", back + "/boot", "--overwrite", "always", "--delete", "-q")
        self.same(source + "/boot", back + "/boot")

    def test_what_verify_finds(self):
        source, back = self.path("source"), self.path("back")
        self.write("source/a", self.random.randbytes(100_000))
        self.ok("put", source)
        self.ok("get", "HEAD", "-o", back)
        time = os.lstat(back + "/a").st_mtime_ns
        with open(back + "/a", "r+b") as file:
            file.seek(70_000)
            byte = file.read(1)[0]
            file.seek(70_000)
            file.write(bytes([byte ^ 4]))
        os.utime(back + "/a", ns=(time, time))
        message = self.run_tool("get", "HEAD", "-o", back, "--overwrite", "if-changed", "--verify")
        self.assertEqual(message.returncode, CORRUPT)
        self.assertIn(b"penstock: a: entry: differs", message.stderr)

    @unittest.skipUnless(ROOT, "only root can become nobody")
    def test_nobody_is_told_what_was_not_allowed(self):
        source = self.path("source")
        make_odd_tree(source)
        self.ok("put", source)
        os.chmod(self.place, 0o755)
        subprocess.run(["chmod", "-R", "a+rX", self.store], check=True)
        home = self.path("home")
        os.mkdir(home)
        os.chown(home, 65534, 65534)
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", tool_case.TOOL, "get", "HEAD", "-o", home + "/back", "--json",
             "--verify"],
            capture_output=True, timeout=100, env=tool_case.environment(PENSTOCK_STORE=self.store))
        devices = os.path.lexists(source + "/zero")
        self.assertEqual(done.returncode, PARTIAL if devices else DONE, done.stderr)
        self.assertIn(b"note: owner not restored, ", done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["difference_count"], 0, done.stderr)
        self.assertGreater(report["not_restorable_count"], 10)
        first, second = whole_picture(source), whole_picture(home + "/back")
        self.assertEqual({name for name, entry in first.items() if "device" not in entry}, set(second))
        for name, entry in second.items():
            self.assertEqual(entry["owner"], (65534, 65534), name)
            self.assertEqual(entry["mtime"], first[name]["mtime"], name)
            self.assertEqual(entry["mode"] & 0o777, first[name]["mode"] & 0o777, name)
            self.assertEqual(entry.get("content"), first[name].get("content"), name)
            if stat.S_ISREG(entry["mode"]):
                self.assertEqual(entry["mode"] & 0o6000, 0, name)


if __name__ == "__main__":
    unittest.main()
