# SPDX-License-Identifier: Apache-2.0
"""What the black-box tests share: the binary named by PENSTOCK, and a store of its own for each test."""

import atexit
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

TOOL = os.environ["PENSTOCK"]
SEED = int(os.environ.get("PENSTOCK_SEED", random.SystemRandom().randrange(2**32)))

DONE, FAILED, USAGE, CORRUPT, LOCKED, ABSENT, PARTIAL = range(7)

EMPTY_FILE = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"  # of no bytes
NOBODYS_FILE = "bafkreihuigtchkvhmel2zwglc24pi2rx5xyopj35slj2e2ybl22tp4hfpu"  # of bytes that no test puts


# What its user set up for himself is nothing to the tests.
for variable in ("PENSTOCK_STORE", "PENSTOCK_TOKEN", "NO_COLOR", "NOTIFY_SOCKET", "XDG_DATA_HOME"):
    os.environ.pop(variable, None)
# Servers of the tests are asked without a proxy.
for variable in ("no_proxy", "NO_PROXY"):
    os.environ[variable] = ",".join(filter(None, ("127.0.0.1", os.environ.get(variable))))
# Where senders keep how far they are; of this process alone.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="penstock-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)


def environment(**changes):
    return {**os.environ, **changes}


def at_once(arguments):
    """A put that trusts the marks of what was written a moment ago; other commands as they are."""
    return ("put", "--settle-seconds", "0", *arguments[1:]) if arguments[0] == "put" else arguments


class ToolCase(unittest.TestCase):
    """Each test has a folder, self.place, and an empty store, self.store."""

    settles_at_once = False  # whether puts go by at_once()

    def setUp(self):
        self.random = random.Random(SEED)
        self.place = tempfile.mkdtemp(prefix="penstock-cli-")
        self.addCleanup(shutil.rmtree, self.place)
        self.store = self.path("store")
        self.ok("init")

    def path(self, *names):
        return os.path.join(self.place, *names)

    def write(self, name, content=b""):
        path = os.path.join(os.fsencode(self.place), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return os.fsdecode(path)

    def run_tool(self, *arguments, store=True, **how):
        """The finished process of `penstock ARGUMENTS`, on self.store unless told otherwise."""
        if self.settles_at_once:
            arguments = at_once(arguments)
        if "stdin" not in how:
            how.setdefault("input", b"")
        how.setdefault("stdout", subprocess.PIPE)
        how.setdefault("env", environment(PENSTOCK_STORE=self.store) if store else environment())
        return subprocess.run([TOOL, *arguments], stderr=subprocess.PIPE, timeout=100, **how)

    def ok(self, *arguments, **how):
        """Standard output of a call that must succeed without a word on standard error."""
        done = self.run_tool(*arguments, **how)
        self.assertEqual((done.returncode, done.stderr), (DONE, b""), f"seed {SEED}: {arguments}")
        return done.stdout

    def fails(self, code, *arguments, **how):
        """The one line on standard error, with what to do, of a call that must fail with `code` and print nothing."""
        done = self.run_tool(*arguments, **how)
        message = done.stderr.decode(errors="surrogateescape")
        self.assertEqual(done.returncode, code, f"seed {SEED}: {arguments}: {message}")
        self.assertEqual(done.stdout, b"", f"{arguments}")
        self.assertRegex(message, r"\Apenstock: [^\n]+ \([^\n]+\)\n\Z", f"{arguments}")
        return message

    def json(self, *arguments, **how):
        return json.loads(self.ok(*arguments, "--json", **how))

    def put(self, *arguments, **how):
        """The CID of the one path that is put."""
        lines = self.ok("put", *arguments, **how).splitlines()
        self.assertEqual(len(lines), 1)
        return lines[0].split(b"  ", 1)[0].decode()

    def same_tree(self, one, other):
        """Asserts that two trees have equal names, kinds, link targets and contents."""
        self.assertEqual(picture(os.fsencode(one)), picture(os.fsencode(other)), f"seed {SEED}")


def picture(top):
    """Everything under `top` as a dictionary: relative name → kind and content."""
    found = {}
    waiting = [b""]
    while waiting:
        name = waiting.pop()
        path = os.path.join(top, name) if name else top
        if os.path.islink(path):
            found[name] = ("symlink", os.readlink(path))
        elif os.path.isdir(path):
            found[name] = ("directory", None)
            waiting += [os.path.join(name, entry) if name else entry for entry in os.listdir(path)]
        else:
            with open(path, "rb") as file:
                found[name] = ("file", file.read())
    return found
