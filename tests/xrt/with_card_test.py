# SPDX-License-Identifier: Apache-2.0
"""emulation/with-card from outside: exit codes, what a command finds, and that nothing is left behind."""

import importlib.machinery
import importlib.util
import os
import pty
import signal
import subprocess
import tempfile
import time
import unittest
from unittest import mock

from left_behind import wait_until_nothing_is_left

SOURCE = os.environ["PENSTOCK_SOURCE_DIR"]
BUILD = os.environ["PENSTOCK_BINARY_DIR"]
WITH_CARD = os.path.join(SOURCE, "emulation", "with-card")
HOST = os.path.join(BUILD, "xrt_card_host")  # opens a card, prints a line, then waits
CARD = os.path.join(BUILD, "penstock-emulated-card")
SECONDS = 60


def load_with_card():
    loader = importlib.machinery.SourceFileLoader("with_card", WITH_CARD)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("with_card", loader))
    loader.exec_module(module)
    return module


class Terminal:
    """A shell with job control on a terminal of its own."""

    def __init__(self):
        self.shell, self.file = pty.fork()
        if self.shell == 0:
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"],
                      os.environ | {"PENSTOCK_BUILD_DIR": BUILD, "PS1": "", "PS2": "", "LC_ALL": "C", "HISTFILE": ""})
        os.set_blocking(self.file, False)
        self.said = ""

    def say(self, text):
        os.write(self.file, text.encode())

    def wait_for(self, wanted):
        """What it says up to there."""
        end = time.monotonic() + SECONDS
        while wanted not in self.said:
            try:
                self.said += os.read(self.file, 4096).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.01)
            if time.monotonic() > end:
                raise AssertionError(f"{wanted} is not in: {self.said}")
        before, _, self.said = self.said.partition(wanted)
        return before + wanted

    def close(self):
        os.kill(self.shell, signal.SIGHUP)
        os.close(self.file)
        os.waitpid(self.shell, 0)


class WithCardTest(unittest.TestCase):
    def setUp(self):
        self.started = []

    def tearDown(self):
        for starter in self.started:
            self.assertEqual(wait_until_nothing_is_left(starter), ([], [], []))

    def start(self, *arguments, **changes):
        surroundings = os.environ | {"PENSTOCK_BUILD_DIR": BUILD} | changes
        process = subprocess.Popen([WITH_CARD, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=surroundings, start_new_session=True)
        self.started.append(process.pid)
        return process

    def run_to_end(self, *arguments, text="", **changes):
        process = self.start(*arguments, **changes)
        out, err = process.communicate(text, timeout=SECONDS)
        return process.returncode, out, err

    def start_host(self, *arguments):
        """with-card with a host that has a card open, and the host's process."""
        process = self.start("--", HOST, *arguments)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdin.close)
        return process, int(process.stdout.readline())

    def test_passes_on_exit_codes(self):
        for code in (0, 1, 2, 7, 255):
            self.assertEqual(self.run_to_end("sh", "-c", f"exit {code}")[0], code)
        self.assertEqual(self.run_to_end("sh", "-c", "kill -9 $$")[0], 128 + 9)

    def test_passes_on_standard_input_output_and_error(self):
        code, out, err = self.run_to_end("--", "sh", "-c", "cat; echo oops >&2", text="words")
        self.assertEqual((code, out, err), (0, "words", "oops\n"))

    def test_tells_the_command_where_the_cards_are(self):
        code, out, _ = self.run_to_end("-n", "3", "--", "sh", "-c", 'echo $PENSTOCK_XRT_EMULATED $PENSTOCK_XRT_CARDS; head -c 7 "$PENSTOCK_XRT_XCLBIN"')
        self.assertEqual((code, out), (0, "1 3\nxclbin2"))

    def test_keeps_its_folder_to_itself(self):
        code, out, _ = self.run_to_end("sh", "-c", 'stat -c %a "$EMCONFIG_PATH"')
        self.assertEqual((code, out), (0, "700\n"))

    def test_runs_what_stands_behind_two_dashes(self):
        self.assertEqual(self.run_to_end("--", "echo", "-n", "2")[1], "2")
        self.assertEqual(self.run_to_end("echo", "--", "-n")[1], "-- -n\n")

    def test_refuses_wrong_usage(self):
        for arguments in ((), ("--",), ("-n",), ("-n", "0", "true"), ("-n", "17", "true"), ("-n", "x", "true"), ("--cards", "true")):
            code, out, err = self.run_to_end(*arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn("with-card", err)

    def test_explains_itself(self):
        code, out, _ = self.run_to_end("--help")
        self.assertEqual(code, 0)
        self.assertIn("PENSTOCK_XRT_XCLBIN", out)

    def test_says_when_nothing_is_built(self):
        with tempfile.TemporaryDirectory() as empty:
            code, _, err = self.run_to_end("--build", empty, "true")
        self.assertEqual(code, 1)
        self.assertIn("penstock-emulated-card", err)

    def test_says_when_its_folder_cannot_be_made_or_filled(self):
        """In a namespace of its own, whose /tmp takes nothing, or less than is needed."""
        for options, why in (("ro", "/tmp: Read-only file system"), ("nr_inodes=4", "No space left on device"), ("size=4k", "cannot be written")):
            mounted = ("unshare", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o "$0" tmpfs /tmp && exec "$@"', options)
            if subprocess.run([*mounted, "true"], capture_output=True, check=False).returncode != 0:
                self.skipTest("nothing may be mounted here")
            done = subprocess.run([*mounted, WITH_CARD, "--build", BUILD, "true"], capture_output=True, text=True, timeout=SECONDS, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""), options)
            self.assertIn(why, done.stderr)
            self.assertRegex(done.stderr.splitlines()[-1], r"\Awith-card: .+: .+ \(.+\)\Z")

    def test_says_when_the_command_cannot_be_run(self):
        self.assertEqual(self.run_to_end("/no/such/command")[0], 127)
        self.assertEqual(self.run_to_end("/etc/passwd")[0], 126)

    def test_ends_what_a_command_leaves_behind(self):
        code, out, _ = self.run_to_end("sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!")
        self.assertEqual(code, 0)
        with self.assertRaises(ProcessLookupError):
            os.kill(int(out), 0)

    def test_cleans_up_when_the_command_is_killed(self):
        process, host = self.start_host()
        os.kill(host, signal.SIGKILL)
        self.assertEqual(process.wait(SECONDS), 128 + 9)

    def test_passes_on_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process, _ = self.start_host()
            process.send_signal(number)
            self.assertEqual(process.wait(SECONDS), 128 + number)

    def test_cleans_up_when_it_is_killed_itself(self):
        process, _ = self.start_host()
        process.kill()
        self.assertEqual(process.wait(SECONDS), -9)

    def test_survives_a_card_that_crashes(self):
        """XRT sends SIGTERM to the whole process group then."""
        process, host = self.start_host()
        with open(f"/proc/{host}/task/{host}/children", encoding="ascii") as children:
            (card,) = children.read().split()
        os.kill(int(card), signal.SIGKILL)
        self.assertEqual(process.wait(SECONDS), 128 + 15)

    def test_ends_cards_of_a_host_that_left_its_process_group(self):
        with tempfile.NamedTemporaryFile(mode="r") as said:
            code, _, _ = self.run_to_end("sh", "-c", 'setsid "$0" >"$1" 2>&1 & until [ -s "$1" ]; do sleep 0.05; done', HOST, said.name)
            self.assertEqual(code, 0)
            host = int(said.readline())
        # The card goes, and XRT ends its host: see tearDown.
        self.assertGreater(host, 1)

    # What is waited for is not in what the terminal echoes: '' is between. The commands are bash's, which forks: a
    # shell that calls vfork, as Debian's sh, cannot be stopped between that and exec.

    def test_stops_and_goes_on_with_its_command(self):
        terminal = Terminal()
        self.addCleanup(terminal.close)
        terminal.say(f"{WITH_CARD} -- bash -c 'trap \"echo goes o''n\" CONT; echo be''gun; while :; do sleep 0.05; done'\n")
        terminal.wait_for("begun")
        for go_on in ("fg", "bg; fg", "fg"):
            terminal.say("\x1a")
            terminal.wait_for("Stopped")
            terminal.say("echo ba''ck\n")
            terminal.wait_for("back")
            terminal.say(go_on + "\n")
            terminal.wait_for("goes on")
        terminal.say("\x03")
        terminal.say("echo co''de $?\n")
        terminal.wait_for("code 130")

    def test_waits_in_the_background_for_the_terminal(self):
        terminal = Terminal()
        self.addCleanup(terminal.close)
        terminal.say(f"{WITH_CARD} -- bash -c 'read line; echo go''t $line' &\n")
        said = ""
        end = time.monotonic() + SECONDS
        while "Stopped" not in said and time.monotonic() < end:
            terminal.say("jobs; echo li''st\n")
            said = terminal.wait_for("list")
            time.sleep(0.05)
        terminal.say("fg\nwords\n")
        terminal.wait_for("got words")
        terminal.say("echo co''de $?\n")
        terminal.wait_for("code 0")

    def test_gives_its_command_the_terminal_that_it_gets_later(self):
        terminal = Terminal()
        self.addCleanup(terminal.close)
        with tempfile.NamedTemporaryFile(mode="w") as sign:
            terminal.say(f"{WITH_CARD} -- bash -c 'echo be''gun; until [ -s {sign.name} ]; do sleep 0.05; done; read line; echo go''t $line'\n")
            terminal.wait_for("begun")
            terminal.say("\x1a")
            terminal.wait_for("Stopped")
            # It runs when it is brought to the front, and no signal tells it.
            terminal.say("bg; echo ba''ck; fg\n")
            terminal.wait_for("back")
            terminal.wait_for(WITH_CARD)
            print("read it", file=sign, flush=True)
            terminal.say("words\n")
            terminal.wait_for("got words")

    def test_refuses_settings_that_the_cards_cannot_read(self):
        for setting in ({"PENSTOCK_EMULATED_CARD_HANG": "no_such_kernel"}, {"PENSTOCK_EMULATED_CARD_HANG": "describe:0"},
                        {"PENSTOCK_EMULATED_CARD_ABI": "two"}, {"PENSTOCK_EMULATED_CARD_ABI": "65536"}):
            code, out, err = self.run_to_end("echo", "ran", **setting)
            self.assertEqual((code, out), (2, ""), setting)
            self.assertIn("=".join(*setting.items()), err)

    def test_cleans_up_where_the_command_is_another_users(self):
        with_card = load_with_card()
        place = tempfile.mkdtemp(prefix="with-card-test-")
        with mock.patch("os.killpg", side_effect=PermissionError):
            housekeeper, writer = with_card.start_housekeeper(place)
        os.write(writer, b"1")
        os.close(writer)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(housekeeper, 0)[1]), 0)
        self.assertFalse(os.path.exists(place))

    def start_card(self, *command, host):
        surroundings = os.environ | {"EMULATION_SOCKETID": f"card_0_{host}", "USER": "no_such_user"}
        return subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_a_card_does_not_wait_for_a_host_that_has_ended(self):
        ended = subprocess.Popen(["true"])
        ended.wait()
        card = self.start_card(CARD, host=ended.pid)
        _, err = card.communicate(timeout=SECONDS)
        self.assertEqual(card.returncode, 1)  # no core dump, which nobody would ask for
        self.assertIn("the host's process ended", err)
        # Nor for one that ends in the meantime.
        host = self.start_card("sh", "-c", 'EMULATION_SOCKETID=card_0_$$ "$0" & sleep 0.2; kill -0 $! && echo it waited', CARD, host=0)
        out, err = host.communicate(timeout=SECONDS)
        self.assertEqual(out, "it waited\n")
        self.assertIn("the host's process ended", err)

    def test_gives_each_process_cards_of_its_own(self):
        code, out, _ = self.run_to_end("sh", "-c", f"for i in 1 2 3; do {HOST} once & done; wait")
        self.assertEqual((code, len(out.splitlines())), (0, 3))


if __name__ == "__main__":
    unittest.main()
