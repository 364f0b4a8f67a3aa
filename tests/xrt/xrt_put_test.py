# SPDX-License-Identifier: Apache-2.0
"""The program over the real XRT and two emulated cards; run by emulation/with-card.

usage: xrt_put_test.py [--mib N]     put so much of this machine's own files (default: 12)
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "cli"))

from sample_tree import gather, take_mib  # noqa: E402
from tool_case import FAILED, TOOL, USAGE, ToolCase, environment  # noqa: E402

MIB = 12
DEVICES = ("software", "xrt", "xrt,xrt:1", "xrt:1,software")
MODULE = "penstock-xrt.so"
NOBODY = 65534
DEADLINE_PASSED = b"did not answer in time"
WATCHDOG_S = 100


def card_processes():
    """Of the emulation that this runs in: the process numbers of the cards."""
    mark = b"SDACCEL_EM_RUN_DIR=" + os.environb[b"SDACCEL_EM_RUN_DIR"] + b"\0"
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_bytes().strip() == b"genericpciemode" and mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


class XrtPutTest(ToolCase):
    def setUp(self):
        super().setUp()
        self.list = self.path("list.json")
        shutil.copy(os.environ["PENSTOCK_XCLBINS"], self.list)

    def changed(self, **changes):
        return {"env": environment(PENSTOCK_STORE=self.store, PENSTOCK_XCLBINS=self.list, **changes)}

    def run_past_a_deadline(self, *arguments, **changes):
        """Exit code, standard output and error, and the seconds from the line on stderr that a deadline has passed to the end."""
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen([TOOL, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, **self.changed(**changes))
            watchdog = threading.Timer(WATCHDOG_S, process.kill)
            watchdog.start()
            lines = []
            passed = None
            with process.stderr as said:
                for line in said:
                    lines.append(line)
                    if DEADLINE_PASSED in line:
                        passed = passed or time.monotonic()
            code = process.wait()
            ended = time.monotonic()
            watchdog.cancel()
            out.seek(0)
            return code, out.read(), b"".join(lines), ended - (passed or ended)

    def test_every_choice_of_cards_gives_the_root_of_software(self):
        tree = self.path("tree")
        number, total = gather(tree, MIB << 20)
        print(f"{number} files, {total >> 20} MiB")
        roots = {}
        for devices in DEVICES:
            store = self.path("store-" + devices.replace(",", "-").replace(":", ""))
            self.ok("init", "-s", store)
            put = self.json("put", "-s", store, "--device", devices, tree)
            roots[devices] = put["root"]
            cards = [device for device in put["devices"] if device["kind"] == "xrt"]
            self.assertEqual(len(cards), devices.count("xrt"))
            for card in cards:
                self.assertGreater(card["jobs"], 0, card)
                self.assertEqual((card["health"], card["wrong"], card["abandoned"]), ("healthy", 0, 0), card)
            self.assertEqual(self.json("verify", "-s", store)["damages"], 0)
            back = self.path("back")
            self.ok("get", "-s", store, put["root"], "-o", back, "-q")
            subprocess.run(["diff", "-r", tree, back], check=True)
            subprocess.run(["rm", "-r", back, store], check=True)
        self.assertEqual(len(set(roots.values())), 1, roots)

    def test_a_put_ends_by_the_cpu_where_a_kernel_never_does(self):
        tree = self.path("tree")
        gather(tree, 8 << 20)
        root = self.json("put", "--device", "software", tree)["root"]
        for kernel in ("encode_batch:2", "digest_batch:1"):
            store = self.path("store-" + kernel.split(":", maxsplit=1)[0])
            self.ok("init", "-s", store)
            code, out, err, seconds = self.run_past_a_deadline("put", "-s", store, "--json", "--codec", "lz4", "--device", "xrt", tree,
                                                               PENSTOCK_EMULATED_CARD_HANG=kernel)
            self.assertEqual(code, 0, err)
            self.assertIn(DEADLINE_PASSED, err)
            print(f"{kernel} never ends: the process did {seconds:.2f} s after its deadline")
            put = json.loads(out)
            self.assertEqual(put["root"], root)
            self.assertEqual(put["devices"][1]["health"], "lost")
            self.assertEqual(self.json("verify", "-s", store)["damages"], 0)

    def test_a_put_ends_by_the_cpu_where_a_card_is_gone(self):
        tree = self.path("tree")
        gather(tree, 32 << 20)
        root = self.json("put", "--device", "software", tree)["root"]
        for after in (0, 0.3, 0.8):
            store = self.path(f"store-{after}")
            self.ok("init", "-s", store)
            put = subprocess.Popen([TOOL, "put", "-s", store, "--json", "--codec", "lz4", "--device", "xrt", tree],
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0)
            self.addCleanup(put.kill)
            # While it is opened, the emulation ends all of the process group.
            while not list(Path(store, "segments").glob("*")) and put.poll() is None:
                time.sleep(0.01)
            time.sleep(after)
            cards = card_processes()
            for card in cards:
                with contextlib.suppress(ProcessLookupError):  # the put has ended meanwhile, and its card with it
                    os.kill(card, signal.SIGKILL)
            output, said = put.communicate(timeout=WATCHDOG_S)
            self.assertEqual(put.returncode, 0, said)
            self.assertEqual(json.loads(output)["root"], root)
            self.assertEqual(self.json("verify", "-s", store)["damages"], 0)
            if after == 0:
                self.assertTrue(cards, "the put was over before")
                self.assertIn(b"did not answer in time", said)

    def test_a_card_that_is_not_opened_in_time_is_passed_over(self):
        vitis = Path(self.path("vitis"))
        model = vitis / "data/emulation/unified/cpu_em/generic_pcie/model/genericpciemodel"
        model.parent.mkdir(parents=True)
        model.write_text("#!/bin/sh\nexec sleep 300 >&- 2>&-\n", encoding="ascii")  # and never connects
        model.chmod(0o755)
        file = self.write("file", b"x" * 100_000)
        changes = {"XILINX_VITIS": str(vitis), "PENSTOCK_XRT_OPEN_SECONDS": "2"}
        self.assertIn("was not opened within 2 s", self.fails(FAILED, "put", "--device", "xrt", file, **self.changed(**changes)))
        done = self.run_tool("put", file, **self.changed(**changes))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"was not opened within 2 s", done.stderr)
        listed = self.run_tool("devices", **self.changed(**changes))
        self.assertEqual(listed.returncode, FAILED)
        self.assertIn(b"xrt          failed", listed.stdout)
        changes["PENSTOCK_XRT_OPEN_SECONDS"] = "soon"
        self.assertIn("PENSTOCK_XRT_OPEN_SECONDS", self.fails(USAGE, "put", "--device", "xrt", file, **self.changed(**changes)))

    def test_two_cards_check_each_other(self):
        file = self.write("file", self.random.randbytes(1 << 20) + bytes(range(256)) * 8192)
        put = self.json("put", "--verify", "cross", "--codec", "lz4", "--device", "xrt,xrt:1", file)
        self.assertEqual(put["verify"]["level"], "cross")
        self.assertGreater(put["verify"]["frames_crossed"], 0)
        self.assertEqual(put["verify"]["bytes_digested"], 0)

    def test_only_a_listed_program_is_used(self):
        file = self.write("file", b"x" * 100_000)
        os.remove(self.list)
        message = self.fails(FAILED, "put", "--device", "xrt", file, **self.changed())
        self.assertIn("no program for it is listed", message)
        # Who did not name it does without.
        auto = self.run_tool("put", file, **self.changed())
        self.assertEqual(auto.returncode, 0)
        self.assertIn(b"penstock: note: xrt:0: no program for it is listed", auto.stderr)
        program = self.path("program.xclbin")
        shutil.copy(os.environ["PENSTOCK_XRT_XCLBIN"], program)
        listed = self.json("devices", "--trust", program, **self.changed())
        self.assertEqual(listed["path"], program)
        self.json("put", "--device", "xrt", file, **self.changed())
        with open(program, "r+b") as opened:  # another file than the one that was listed
            opened.seek(-1, os.SEEK_END)
            last = opened.read(1)
            opened.seek(-1, os.SEEK_END)
            opened.write(bytes([last[0] ^ 1]))
        self.assertIn("is not the file that was listed", self.fails(FAILED, "put", "--device", "xrt", file, **self.changed()))

    def test_a_program_is_held_against_the_manifest_of_its_build(self):
        program = self.path("program.xclbin")
        shutil.copy(os.environ["PENSTOCK_XRT_XCLBIN"], program)
        subprocess.run([sys.executable, "-B", TESTS.parent / "bitstreams" / "write_manifest.py", program], check=True)
        manifest = Path(program + ".json")
        said = json.loads(manifest.read_text(encoding="utf-8"))
        listed = self.json("devices", "--trust", program, **self.changed())
        for key in ("sha256", "uuid", "platform"):
            self.assertEqual(said[key], listed[key])
        for key, wrong in (("sha256", "0" * 64), ("abi_version", said["abi_version"] + 1)):
            manifest.write_text(json.dumps(said | {key: wrong}), encoding="utf-8")
            self.fails(FAILED, "devices", "--trust", program, **self.changed())

    def test_a_program_that_is_cut_off_is_not_listed(self):
        whole = Path(os.environ["PENSTOCK_XRT_XCLBIN"]).read_bytes()
        for size in (0, 7, 100, 455, 700, 776, 8000, len(whole) - 1):
            cut = self.write("cut.xclbin", whole[:size])
            self.assertIn("xclbin", self.fails(FAILED, "devices", "--trust", cut, **self.changed()))

    def test_a_card_of_another_contract_is_refused(self):
        file = self.write("file", b"x")
        message = self.fails(FAILED, "put", "--device", "xrt", file, **self.changed(PENSTOCK_EMULATED_CARD_ABI="2"))
        self.assertIn("version 2 of the contract", message)

    def test_a_card_that_is_not_there_is_refused(self):
        file = self.write("file", b"x")
        self.assertIn("this machine has 2 of that kind: xrt to xrt:1", self.fails(FAILED, "put", "--device", "xrt:2", file, **self.changed()))

    def test_an_emulation_that_cannot_work_is_refused(self):
        """The runtime by itself would end the process, or have its files in the working folder."""
        file = self.write("file", b"x" * 100_000)
        broken = os.path.dirname(self.write("broken/emconfig.json", b"{"))
        # In /proc nobody makes anything, not even root.
        under_tmp = os.path.relpath(self.place, "/tmp")
        for changes, why in (
                ({"EMCONFIG_PATH": "/nowhere"}, "/nowhere/emconfig.json, from EMCONFIG_PATH, lists no emulated card"),
                ({"EMCONFIG_PATH": file}, f"{file}/emconfig.json, from EMCONFIG_PATH"),
                ({"EMCONFIG_PATH": broken}, "lists no emulated card"),
                ({"SDACCEL_EM_RUN_DIR": "/nowhere"}, "SDACCEL_EM_RUN_DIR=/nowhere: No such file or directory"),
                ({"SDACCEL_EM_RUN_DIR": "/proc"}, "SDACCEL_EM_RUN_DIR=/proc: "),
                ({"SDACCEL_EM_RUN_DIR": file}, f"SDACCEL_EM_RUN_DIR={file}: Not a directory"),
                ({"USER": "../proc"}, "/tmp/../proc: "),
                ({"USER": "../proc/none"}, "/tmp/../proc/none: "),
                ({"USER": f"{under_tmp}/file"}, f"{under_tmp}/file: Not a directory"),
                ({"USER": f"{under_tmp}/{'x' * 90}"}, "is too long for the name of a socket"),
                ({"XILINX_VITIS": "/nowhere"}, "XILINX_VITIS: /nowhere/data/"),
                ({"XILINX_XRT": "/nowhere"}, "/nowhere/lib")):
            with self.subTest(changes):
                self.assertIn(why, self.fails(FAILED, "put", "--device", "xrt", file, cwd=self.place, **self.changed(**changes)))
                self.assertEqual(sorted(os.listdir(self.place)), ["broken", "file", "list.json", "store"])
        how = self.changed()
        del how["env"]["SDACCEL_EM_RUN_DIR"]
        self.assertIn("the working folder, as SDACCEL_EM_RUN_DIR: ", self.fails(FAILED, "put", "--device", "xrt", file, cwd="/proc", **how))
        # Who did not name it does without.
        auto = self.run_tool("put", file, **self.changed(USER="../proc"))
        self.assertEqual(auto.returncode, 0)
        self.assertIn(b"penstock: note: /tmp/../proc: ", auto.stderr)

    def test_an_emulation_that_another_user_set_up_is_refused(self):
        """Where permissions bite, as they do not for root."""
        closed = self.path("closed")
        os.mkdir(closed, 0o555)
        file = self.write("file", b"x" * 100_000)
        emconfig = os.path.join(os.environ["EMCONFIG_PATH"], "emconfig.json")
        self.write("emulation/emconfig.json", Path(emconfig).read_bytes())
        how = {}
        if os.geteuid() == 0:
            subprocess.run(["chmod", "-R", "a+rwX", self.place], check=True)
            os.chmod(closed, 0o555)
            how = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
            if subprocess.run([TOOL, "--version"], capture_output=True, check=False, **how).returncode != 0:
                self.skipTest("only its owner may run the program")
        under_tmp = os.path.relpath(closed, "/tmp")
        for changes, why in (({"SDACCEL_EM_RUN_DIR": closed}, f"SDACCEL_EM_RUN_DIR={closed}: Permission denied"),
                             ({"USER": under_tmp}, f"{under_tmp}: Permission denied"),
                             ({"USER": f"{under_tmp}/none"}, f"{under_tmp}/none: Permission denied")):
            # with-card's own folder is closed to others.
            changes = {"SDACCEL_EM_RUN_DIR": self.place, "EMCONFIG_PATH": self.path("emulation"), "LD_PRELOAD": ""} | changes
            with self.subTest(changes):
                self.assertIn(why, self.fails(FAILED, "put", "--device", "xrt", file, **how, **self.changed(**changes)))

    def test_the_program_runs_where_the_runtime_does_not(self):
        program = self.path("penstock")
        shutil.copy(TOOL, program)
        module = Path(TOOL).with_name(MODULE).read_bytes()
        library, absent = b"libxrt_coreutil.so.2", b"libxrt_coreutil.so.0"
        self.assertIn(library, module)
        for contents, why in ((None, b"is not beside this program"), (b"no module", b"cannot be loaded"),
                              (module.replace(library, absent), absent + b": cannot open shared object file")):
            if contents is not None:
                self.write(MODULE, contents)
            said = subprocess.run([program, "devices"], env=environment(), capture_output=True, timeout=60, check=True).stdout
            self.assertIn(why, said.splitlines()[0])
            put = [program, "put", "-s", self.store, "--device", "xrt", program]
            done = subprocess.run(put, env=environment(), capture_output=True, timeout=60, check=False)
            self.assertEqual(done.returncode, FAILED)
            self.assertIn(why, done.stderr)


if __name__ == "__main__":
    MIB = take_mib(MIB)
    unittest.main()
