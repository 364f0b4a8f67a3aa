# SPDX-License-Identifier: Apache-2.0
"""`penstock top`: against a server at work, without rights, on a terminal that is resized, left and stopped."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest
import urllib.request

from served_case import ServedCase
from tool_case import DONE, FAILED, SEED, TOOL, USAGE, environment

WATCHDOG = 100  # seconds
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


def become_job():
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)


def watch_job(job, tell):
    """What a shell does; ends as the job does."""
    os.write(tell, b"%d\n" % job)
    while True:
        _, status = os.waitpid(job, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            os._exit(os.waitstatus_to_exitcode(status) & 255)
        os.write(tell, b"stopped\n")


class Terminal:
    """`penstock top` on a pseudo terminal of its own."""

    def __init__(self, arguments, columns=100, lines=40, as_job=False, passes_over=(), **changes):
        """As the terminal's only process; or as_job, as a shell runs it: self.told then says when it has stopped."""
        self.text = b""
        self.seen = 0
        self.master, other = pty.openpty()
        self.settings = termios.tcgetattr(self.master)
        self.resize(columns, lines)
        told, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.master)
            os.login_tty(other)
            if as_job and (job := os.fork()) != 0:
                watch_job(job, tell)
            if as_job:
                become_job()
            for number in passes_over:
                signal.signal(number, signal.SIG_IGN)
            os.execve(TOOL, [TOOL, *arguments], environment(**{"TERM": "xterm", **changes}))
        os.close(other)
        os.close(tell)
        self.told = open(told, "rb")
        self.job = int(self.told.readline()) if as_job else self.pid

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read_more(self, until):
        if not select.select([self.master], [], [], max(0, until - time.monotonic()))[0]:
            raise AssertionError(f"seed {SEED}: nothing came behind {self.text[-2000:]!r}")
        try:
            more = os.read(self.master, 65536)
        except OSError:  # its other end is closed
            more = b""
        self.text += more
        return more

    def wait_for(self, what):
        """What came up to there since the last call."""
        until = time.monotonic() + WATCHDOG
        while (found := re.compile(what, re.DOTALL).search(self.text, self.seen)) is None:
            if not self.read_more(until):
                raise AssertionError(f"seed {SEED}: it ended without {what!r}: {self.text[-2000:]!r}")
        passed, self.seen = self.text[self.seen:found.end()], found.end()
        return passed

    def type(self, keys):
        os.write(self.master, keys)

    def signal(self, number):
        os.kill(self.job, number)

    def end(self):
        """How it ended, when all that it wrote is read."""
        until = time.monotonic() + WATCHDOG
        while self.read_more(until):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return status

    def release(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        self.told.close()


class TopTest(ServedCase):
    def url(self, server):
        return "https://" + server.places["listen"]

    def arguments(self, server, *more):
        return ["top", self.url(server), "--fingerprint", server.places["fingerprint"], *more]

    def top(self, server, *more, token=None):
        return self.run_tool(*self.arguments(server, *more), store=False, env=environment(PENSTOCK_TOKEN=token or self.token))

    def metrics(self, server):
        with urllib.request.urlopen(f"http://{server.places['http']}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        sums = {}
        for line in lines:
            if line and not line.startswith("#"):
                sample, value = line.rsplit(" ", 1)
                name = sample.split("{", 1)[0]
                sums[name] = sums.get(name, 0) + float(value)
                sums[sample] = float(value)
        return sums

    def begin_send(self, server, path):
        command = [TOOL, "send", self.url(server), path, "--fingerprint", server.places["fingerprint"]]
        return subprocess.Popen(command, env=environment(PENSTOCK_TOKEN=self.token), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def figures(self, shown):
        """What is shown, by the metric that it is of."""
        port, device, ingest, store = shown["ports"][0], shown["devices"][0], shown["ingest"], shown["store"]
        return {
            "penstock_port_packets_in_total": port["packets_in"], "penstock_port_bytes_in_total": port["bytes_in"],
            "penstock_port_packets_out_total": port["packets_out"], "penstock_port_bytes_out_total": port["bytes_out"],
            "penstock_device_jobs_total": device["jobs"], "penstock_device_bytes_in_total": device["bytes"],
            "penstock_device_busy_seconds_total": device["busy_seconds"],
            "penstock_quic_bytes_decrypted_total": ingest["decrypted"],
            "penstock_ingest_body_bytes_total": ingest["bodies"], "penstock_ingest_chunks_total": ingest["chunks"],
            'penstock_ingest_chunk_bytes_total{found="new"}': ingest["new"],
            'penstock_ingest_chunk_bytes_total{found="duplicate"}': ingest["duplicate"],
            "penstock_ingest_zero_bytes_total": ingest["zero_runs"],
            "penstock_ingest_compressed_bytes_total": ingest["compressed"],
            'penstock_stage_seconds_total{stage="encode"}': ingest["lane_seconds"]["encode"],
            "penstock_commits_total": store["commits"], "penstock_commit_groups_total": store["groups"],
            "penstock_store_syncs_total": store["syncs"], "penstock_store_bytes_written_total": store["written"],
        }

    def test_its_numbers_are_those_of_the_metrics_while_something_is_sent(self):
        server = self.serve("--open-metrics", "--workers", "2")
        content = self.random.randbytes(30_000_000) * 3 + bytes(3_000_000)
        sends = [self.begin_send(server, self.write(f"file-{number}", bytes([number]) + content)) for number in range(3)]
        for send in sends:
            self.addCleanup(send.wait)
        while self.metrics(server)["penstock_ingest_body_bytes_total"] == 0:
            self.assertIn(sends[0].poll(), (None, DONE))
        before = self.metrics(server)
        shown = json.loads(self.top_well(server, "--once", "--json"))
        after = self.metrics(server)
        for name, figure in self.figures(shown).items():
            with self.subTest(name, seed=SEED):
                self.assertLessEqual(before[name], figure["total"])
                self.assertLessEqual(figure["total"], after[name])
                self.assertGreaterEqual(figure["per_second"], 0)
                self.assertLessEqual(figure["per_second"] * shown["seconds"], figure["total"] + 1e-3)
        self.assertEqual([send.wait(WATCHDOG) for send in sends], [DONE] * 3)
        self.must_agree_when_quiet(server, 3 * (len(content) + 1))
        self.end(server)

    def top_well(self, server, *more):
        done = self.top(server, *more)
        self.assertEqual((done.returncode, done.stderr), (DONE, b""), f"seed {SEED}")
        return done.stdout

    def must_agree_when_quiet(self, server, sent):
        shown = json.loads(self.top_well(server, "--once", "--json"))
        metrics = self.metrics(server)
        figures = self.figures(shown)
        for name, figure in figures.items():
            if not name.startswith(("penstock_port_", "penstock_quic_")):  # its own questions are of those
                self.assertEqual(figure["total"], metrics[name], name)
        self.assertEqual(figures["penstock_commits_total"]["total"], 3)
        self.assertEqual(figures["penstock_commits_total"]["per_second"], 0)
        ingest = shown["ingest"]
        self.assertEqual(ingest["zero_runs"]["total"] + ingest["left_out"]["total"] + ingest["new"]["total"] +
                         ingest["duplicate"]["total"], sent)
        self.assertGreater(ingest["copies_per_byte"], 1.5)
        self.assertEqual(shown["store"]["bytes"], metrics["penstock_store_bytes"])
        self.assertEqual(shown["store"]["segments"], metrics["penstock_store_segments"])
        self.assertGreaterEqual(shown["store"]["bytes"], ingest["compressed"]["total"])
        self.assertEqual(len(shown["ports"][0]["queues"]), 2)

    def test_where_there_is_no_terminal_it_prints_once_and_no_commands(self):
        server = self.serve()
        text = self.top_well(server).decode()
        self.assertNotRegex(text, r"[^\n -~]")
        for part in ("PORT", "udp 127.0.0.1", "DEVICE", "0 software", "healthy", "UPLOADS", "STORE", "sound"):
            self.assertIn(part, text)
        self.assertEqual(text.count("STORE"), 1)
        self.end(server)

    def test_json_is_a_line_each_time_until_it_is_ended(self):
        server = self.serve()
        process = subprocess.Popen([TOOL, *self.arguments(server, "--json")], env=environment(PENSTOCK_TOKEN=self.token),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for release in (process.stderr.close, process.stdout.close, process.wait, process.kill):
            self.addCleanup(release)
        for _ in range(2):
            shown = json.loads(process.stdout.readline())
            self.assertEqual(shown["server"], self.url(server))
            self.assertGreater(shown["seconds"], 0)
        process.send_signal(signal.SIGINT)
        self.assertEqual((process.wait(WATCHDOG), process.stderr.read()), (-signal.SIGINT, b""))
        self.end(server)

    def test_it_says_which_right_is_needed(self):
        reader = self.ok("token", "add", "--name", "reader", "--rights", "read,append").decode().strip()
        server = self.serve()
        for token in (reader, "pst_" + "a" * 52):
            done = self.top(server, token=token)
            self.assertEqual((done.returncode, done.stdout), (FAILED, b""))
            self.assertRegex(done.stderr.decode(), r"\Apenstock: [^\n]+the right admin[^\n]+\n\Z")
        other = self.run_tool("top", self.url(server), "--fingerprint", "0" * 64, store=False)
        self.assertEqual((other.returncode, other.stdout), (FAILED, b""))
        self.end(server)
        self.assertEqual(self.top(server).returncode, FAILED)

    def test_wrong_options_are_refused(self):
        self.fails(USAGE, "top")
        self.fails(USAGE, "top", "http://host")
        self.fails(USAGE, "top", "https://host", "--interval", "0")
        self.fails(USAGE, "top", "https://host", "--ca", "x", "--fingerprint", "y")

    def terminal(self, server, *more, **how):
        made = Terminal(self.arguments(server, *more), PENSTOCK_TOKEN=self.token, **how)
        self.addCleanup(made.release)
        return made

    def test_a_screen_is_refreshed_resized_and_left_as_it_was(self):
        server = self.serve()
        screen = self.terminal(server)
        screen.wait_for(re.escape(ENTER))
        screen.wait_for(rb"STORE")
        self.assertFalse(termios.tcgetattr(screen.master)[3] & (termios.ICANON | termios.ECHO))
        self.assertIn(b"\x1b[1mPORT", screen.wait_for(rb"over \d.*?STORE"), "headings are bold")
        screen.resize(44, 9)
        frame = screen.wait_for(rb"\x1b\[H[^H]*?do not fit\)(?:\x1b\[0m)?\x1b\[J")
        lines = re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"", frame[frame.rindex(b"\x1b[H"):]).split(b"\n")
        self.assertLessEqual(len(lines), 9)
        self.assertLessEqual(max(len(line.rstrip(b"\r")) for line in lines), 44, lines)
        screen.type(b"xq")
        self.assertEqual(screen.end(), 0)
        self.assertEqual(screen.text.count(ENTER), 1)
        self.assertTrue(screen.text.endswith(LEAVE), screen.text[-100:])
        self.end(server)

    def test_signals_leave_the_terminal_as_it_was(self):
        server = self.serve()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            screen = self.terminal(server)
            screen.wait_for(rb"STORE")
            screen.signal(number)
            screen.wait_for(re.escape(LEAVE))
            self.assertEqual(termios.tcgetattr(screen.master), screen.settings)
            status = screen.end()
            self.assertTrue(os.WIFSIGNALED(status) and os.WTERMSIG(status) == number, status)
        self.end(server)

    def test_signals_that_kill_at_once_leave_the_terminal_as_it_was_too(self):
        server = self.serve()
        for numbers in ((signal.SIGQUIT,), (signal.SIGABRT,), (signal.SIGINT, signal.SIGTERM), (signal.SIGHUP, signal.SIGHUP)):
            screen = self.terminal(server)
            screen.wait_for(rb"STORE")
            for number in numbers:
                screen.signal(number)
            screen.wait_for(re.escape(LEAVE))
            self.assertEqual(termios.tcgetattr(screen.master), screen.settings)
            status = screen.end()
            self.assertTrue(os.WIFSIGNALED(status) and os.WTERMSIG(status) in numbers, status)
        server.send_signal(signal.SIGKILL)  # it would wait for those that were killed

    def test_what_it_was_started_to_pass_over_it_does(self):
        server = self.serve()
        screen = self.terminal(server, passes_over=(signal.SIGTSTP, signal.SIGQUIT))
        screen.wait_for(rb"STORE")
        for number in (signal.SIGTSTP, signal.SIGQUIT):
            screen.signal(number)
        screen.wait_for(rb"STORE")
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.assertEqual(screen.text.count(ENTER), 1)
        self.end(server)

    def test_where_nobody_could_go_on_with_it_it_does_not_stop(self):
        server = self.serve()
        screen = self.terminal(server)
        screen.wait_for(rb"STORE")
        screen.signal(signal.SIGTSTP)
        screen.wait_for(re.escape(LEAVE) + rb".*" + re.escape(ENTER) + rb".*STORE")
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.end(server)

    def test_it_can_be_stopped_and_gone_on_with(self):
        server = self.serve()
        screen = self.terminal(server, as_job=True)
        screen.wait_for(rb"STORE")
        screen.signal(signal.SIGTSTP)
        self.assertEqual(screen.told.readline(), b"stopped\n")
        screen.wait_for(re.escape(LEAVE))
        self.assertEqual(termios.tcgetattr(screen.master), screen.settings)
        screen.signal(signal.SIGCONT)
        screen.wait_for(re.escape(ENTER) + rb".*STORE")
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.end(server)

    def test_no_color_is_heeded(self):
        server = self.serve()
        screen = self.terminal(server, NO_COLOR="1")
        screen.wait_for(rb"STORE")
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.assertNotRegex(screen.text.replace(LEAVE, b""), rb"\x1b\[[1-9][0-9;]*m")
        self.end(server)

    def test_a_server_that_is_started_again_is_waited_for(self):
        server = self.serve()
        screen = self.terminal(server)
        screen.wait_for(rb"over \d.*?STORE")
        listening = server.places["listen"]
        server.kill()
        server.wait()
        again = self.serve(listen_at=listening)
        screen.wait_for(rb"started again")
        screen.type(b"q")
        self.assertEqual(screen.end(), 0)
        self.end(again)


if __name__ == "__main__":
    unittest.main()
