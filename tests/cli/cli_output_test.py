# SPDX-License-Identifier: Apache-2.0
"""Help, JSON, terminals, places: how the tool talks."""

import json
import os
import pty
import subprocess
import time
import unittest

from tool_case import DONE, FAILED, TOOL, USAGE, ToolCase, at_once, environment

COMMANDS = ("init", "put", "get", "ls", "find", "stat", "log", "heads", "diff", "mount", "verify", "devices", "analyze")


class Output(ToolCase):
    def on_terminal(self, *arguments):
        """Exit code and standard error, which is a terminal. Standard output goes to nowhere."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([TOOL, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=theirs, env=environment(PENSTOCK_STORE=self.store))
        os.close(theirs)
        text = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # how Linux ends a terminal
                break
            if not more:
                break
            text += more
        os.close(ours)
        return process.wait(), text

    def test_help(self):
        overview = self.ok("--help").decode()
        for command in COMMANDS:
            self.assertIn(command, overview)
            text = self.ok(command, "--help").decode()
            self.assertIn("Usage: penstock " + command, text)
            self.assertIn("Examples:", text)
            self.assertEqual(self.ok(command, "-h").decode(), text)
        self.assertIn("Exit codes", overview)

    def test_version(self):
        self.assertRegex(self.ok("--version"), rb"\Apenstock \d+\.\d+\.\d+\n\Z")

    def test_every_command_has_json(self):
        self.write("tree/file", b"content")
        tree = self.path("tree")
        self.assertEqual(self.json("init", "-s", self.path("another"))["chunker"], "cdc:16K:64K:256K")
        put = self.json("put", tree)
        self.assertEqual(put["roots"][0]["cid"], put["root"])
        self.assertEqual(put["left_out"], [])
        self.assertEqual(put["verify"]["level"], "full")
        self.assertIn("core_seconds_per_gb", put["verify"])
        self.assertIn("encode", put["stage_seconds"])
        self.assertIn("bytes_per_second", put["rates"])
        self.assertEqual(self.json("get", "HEAD", "-o", self.path("back"))["entries"]["files"], 1)
        self.assertEqual(self.json("verify")["damages"], 0)
        for arguments in (("ls", "HEAD"), ("find", "*"), ("stat", "HEAD"), ("log",), ("heads",), ("diff", "HEAD", "HEAD"),
                          ("verify", "HEAD"), ("devices",), ("analyze", tree)):
            self.json(*arguments)

    def test_json_before_the_command_counts_too(self):
        self.put(self.write("file"))
        self.assertEqual(json.loads(self.ok("--json", "log")), self.json("log"))

    def test_devices(self):
        rows = {row["device"]: row for row in self.json("devices")}
        self.assertEqual(rows["software"]["state"], "present")
        self.assertIn("zstd", rows["software"]["codecs"])
        self.assertEqual(rows["software"]["health"], "healthy")
        self.assertEqual([event["cause"] for event in rows["software"]["history"]], ["opened"])
        self.assertIn("emulated", rows["card"]["name"])
        for kind in ("xrt", "opencl", "compressdev"):
            self.assertEqual(rows[kind]["state"], "absent")
            self.assertTrue(rows[kind]["detail"])
        tested = {row["device"]: row for row in self.json("devices", "--selftest")}
        for device in ("software", "card", "card:3"):
            self.assertEqual(tested[device]["state"], "passed")
            self.assertEqual([event["cause"] for event in tested[device]["history"]], ["opened", "passed the self-test"])
        self.assertIn("software", self.ok("devices").decode())

    def test_put_says_what_each_device_did(self):
        self.put(self.write("file", b"content"))
        devices = json.loads(self.ok("put", "--json", self.write("other", self.random.randbytes(100_000))))["devices"]
        self.assertEqual([device["kind"] for device in devices], ["software"])
        self.assertGreaterEqual(devices[0]["bytes_in"], 100_000)
        self.assertEqual(devices[0]["health"], "healthy")
        self.assertEqual(devices[0]["wrong"], 0)

    def test_the_store_is_found(self):
        file = self.write("file", b"content")
        data = self.path("data")
        home = self.path("home")
        os.makedirs(home)
        for env, place in ((environment(XDG_DATA_HOME=data, HOME=home), data + "/penstock"),
                           (environment(HOME=home), home + "/.local/share/penstock"),
                           (environment(HOME=home, XDG_DATA_HOME="relative"), None)):
            if place:
                self.ok("init", env=env)
                self.assertTrue(os.path.exists(place + "/store.toml"))
            self.put(file, env=env)
        elsewhere = self.path("elsewhere")
        env = environment(PENSTOCK_STORE=self.store)
        self.ok("init", "-s", elsewhere, env=env)
        self.put("-s", elsewhere, file, env=env)
        self.assertEqual(len(self.ok("-s", elsewhere, "log", env=env).splitlines()), 1)
        self.assertEqual(self.ok("log", env=env), b"")

    def test_a_terminal_is_shown_progress_and_a_summary(self):
        file = self.write("file", self.random.randbytes(100_000))
        code, text = self.on_terminal(*at_once(("put", file)))
        self.assertEqual(code, DONE)
        self.assertIn(b"commit bafy", text)
        time.sleep(0.05)  # what is written in the tick in which it is looked at is read again
        self.assertIn(b"in 1 file: ", text)
        self.on_terminal(*at_once(("put", file)))
        again = self.on_terminal(*at_once(("put", file)))
        self.assertIn(b"in 1 file (0 new, 0 changed, 1 unchanged, 0 gone): ", again[1])
        self.assertEqual(self.on_terminal("put", "-q", file), (DONE, b""))

    def test_a_pipe_is_shown_nothing_but_data(self):
        self.assertRegex(self.ok("put", self.write("file")), rb"\Abafk[a-z2-7]+  file\n\Z")

    def test_a_name_cannot_command_the_terminal(self):
        self.write("tree/\x1b[2Jname", b"")
        self.put(self.path("tree"))
        self.assertEqual(self.ok("ls", "HEAD"), b"\\x1b[2Jname\n")
        message = self.fails(FAILED, "put", self.path("none\n\x1b[2J"))
        self.assertNotIn("\x1b", message)

    def test_a_full_standard_output_is_an_error(self):
        cid = self.put(self.write("file", b"content" * 100_000))
        for arguments in (("get", cid), ("ls", cid), ("--help",)):
            with open("/dev/full", "wb") as full:
                done = self.run_tool(*arguments, stdout=full)
            self.assertEqual(done.returncode, FAILED, arguments)
            self.assertIn(b"penstock: ", done.stderr)

    def test_a_reader_that_leaves_is_no_crash(self):
        cid = self.put(self.write("file", self.random.randbytes(3_000_000)))
        for restore_signals in (True, False):  # SIGPIPE ends it; where that is ignored, EPIPE does
            process = subprocess.Popen([TOOL, "get", cid], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       env=environment(PENSTOCK_STORE=self.store), restore_signals=restore_signals)
            process.stdout.read(10)
            process.stdout.close()
            process.stderr.read()
            process.stderr.close()
            self.assertIn(process.wait(), (-13, FAILED))

    def test_closed_standard_descriptors_do_no_harm(self):
        file = self.write("file", b"content")
        closed = f'"{TOOL}" put "{file}" <&- >&- 2>&-'
        done = subprocess.run(["sh", "-c", closed], env=environment(PENSTOCK_STORE=self.store), timeout=100)
        self.assertEqual(done.returncode, DONE)
        self.assertIn(b"no damage", self.ok("verify"))
        self.assertEqual(self.ok("get", "HEAD"), b"content")

    def test_a_trusted_program_is_listed_where_the_environment_says(self):
        program = bytearray(600)  # struct axlf without sections
        program[:8] = b"xclbin2\0"
        program[304:312] = len(program).to_bytes(8, "little")
        program[416:432] = b"\x11" * 16
        file = self.write("program.xclbin", bytes(program))
        place = self.path("new", "folder", "list.json")
        self.json("devices", "--trust", file, env=environment(PENSTOCK_XCLBINS=place))
        with open(place, encoding="utf-8") as listed:
            self.assertEqual([entry["path"] for entry in json.load(listed)["xclbins"]], [file])
        self.assertEqual(os.stat(place).st_mode & 0o022, 0, "nobody else may write it")
        self.fails(USAGE, "devices", "--trust", "", env=environment(PENSTOCK_XCLBINS=place))
        self.fails(FAILED, "devices", "--trust", file, env=environment(PENSTOCK_XCLBINS=file + "/list.json"))

    def test_programs_that_are_trusted_at_once_are_all_listed(self):
        place = self.path("list.json")
        running = []
        for number in range(1, 21):
            program = bytearray(600)
            program[:8] = b"xclbin2\0"
            program[304:312] = len(program).to_bytes(8, "little")
            program[416:432] = bytes([number]) * 16
            file = self.write(f"{number}.xclbin", bytes(program))
            running.append(subprocess.Popen([TOOL, "devices", "--trust", file], env=environment(PENSTOCK_XCLBINS=place),
                                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        for process in running:
            _, said = process.communicate(timeout=100)
            self.assertEqual(process.returncode, 0, said)
        with open(place, encoding="utf-8") as listed:
            self.assertEqual(len(json.load(listed)["xclbins"]), 20)


if __name__ == "__main__":
    unittest.main()
