# SPDX-License-Identifier: Apache-2.0
"""bitstreams/Makefile with a stub in v++'s place: what is built again when, and what the manifest says."""

import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
KERNELS = ["decode_batch", "describe", "digest_batch", "encode_batch"]
ABI = "kernels/abi/penstock_abi.h"
DESCRIBE = "hls/describe/describe.cc"
# Compiling writes a line; linking, the test's program.
VPP = """\
#!/bin/sh
printf '%s\\t' "$@" >>"$VPP_LOG"
echo >>"$VPP_LOG"
made="echo kernel"
[ "$1" = --link ] && made="cat $VPP_PROGRAM"
while [ "$1" != -o ]; do shift; done
$made >"$2"
"""
FAILING_VPP = VPP.replace('>"$2"', '>"$2"; exit 1')


def program(kernels, count=None):
    """An xclbin with a table of compute units alone, one a kernel, and a memory controller between them."""
    units = [(1, f"{kernel}:{kernel}_1") for kernel in kernels]
    units.insert(len(units) // 2, (3, "controller"))
    layout = struct.pack("<Ii", len(units) if count is None else count, 0)
    layout += b"".join(struct.pack("<IIQ64s", kind, 0, 0, name.encode()) for kind, name in units)
    image = bytearray(496) + layout
    image[:8] = b"xclbin2\0"
    struct.pack_into("<Q", image, 304, len(image))
    image[352:361] = b"platform\0"
    image[416:432] = bytes(range(16))
    struct.pack_into("<I", image, 448, 1)
    struct.pack_into("<I16sxxxxQQ", image, 456, 8, b"ip_layout", 496, len(layout))
    return bytes(image)


class BitstreamsTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.folder / "tree"
        for part in ("bitstreams", "hls", "kernels"):
            shutil.copytree(SOURCE / part, self.tree / part, ignore=shutil.ignore_patterns("build", "__pycache__"))
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "v++").write_text(VPP, encoding="utf-8")
        (tools / "v++").chmod(0o755)
        self.log = self.folder / "log"
        linked = self.folder / "linked"
        linked.write_bytes(program(KERNELS))
        self.environment = os.environ | {"PATH": f"{tools}:/usr/bin:/bin", "VPP_LOG": str(self.log), "VPP_PROGRAM": str(linked), "MAKEFLAGS": "",
                                         "GIT_CEILING_DIRECTORIES": str(self.folder)}

    def make(self, *arguments):
        """What was compiled, by kernel, with "link" for a link."""
        self.log.write_text("", encoding="utf-8")
        subprocess.run(["make", "-s", "-C", self.tree / "bitstreams", *arguments], env=self.environment, check=True)
        calls = [line.split("\t") for line in self.log.read_text(encoding="utf-8").splitlines()]
        return sorted("link" if "--link" in call else call[call.index("--kernel") + 1] for call in calls)

    def edit(self, path, old, new):
        text = (self.tree / path).read_text(encoding="utf-8")
        self.assertIn(old, text)
        (self.tree / path).write_text(text.replace(old, new), encoding="utf-8")

    def manifest(self, settings="u55c/hw-300000000"):
        (path,) = (self.tree / "bitstreams/build" / settings).glob("penstock_*.xclbin")
        said = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
        self.assertEqual(said["sha256"], hashlib.sha256(path.read_bytes()).hexdigest())
        return said

    def write_manifest(self, *arguments):
        return subprocess.run([sys.executable, "-B", self.tree / "bitstreams/write_manifest.py", *arguments],
                              env=self.environment, capture_output=True, text=True, check=False)

    def refused(self, image, *stamps):
        path = self.folder / "refused.xclbin"
        path.write_bytes(image)
        done = self.write_manifest(path, *stamps)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse(Path(f"{path}.json").exists())
        return done.stderr

    def test_builds_each_kernel_once(self):
        self.assertEqual(self.make(), sorted([*KERNELS, "link"]))
        self.assertEqual(self.make(), [])

    def test_builds_again_what_a_header_is_in(self):
        self.make()
        for header in ("hls/lz4_compress/match_table.h", "hls/datapath/words.h", ABI):
            with open(self.tree / header, "a", encoding="utf-8") as file:
                file.write("\n")
            self.assertEqual(self.make(), sorted([*KERNELS, "link"]), header)
        self.assertEqual(self.make(), [])

    def test_builds_again_what_a_source_is_in(self):
        self.make()
        (self.tree / "hls/sha256/sha256_rounds.cc").touch()
        self.assertEqual(self.make(), ["digest_batch", "encode_batch", "link"])
        (self.tree / "bitstreams/u55c.cfg").touch()
        self.assertEqual(self.make(), ["link"])

    def test_builds_again_for_other_settings(self):
        self.make()
        for setting in ("TARGET=hw_emu", "CLOCK_HZ=250000000", "CARD=u250", "PLATFORM=another"):
            self.assertEqual(self.make(setting), sorted([*KERNELS, "link"]), setting)
        self.make()
        for settings in ("u55c/hw_emu-300000000", "u55c/hw-250000000", "u250/hw-300000000", "u55c/hw-300000000"):
            self.manifest(settings)

    def test_says_what_the_program_was_compiled_from(self):
        self.make()
        said = self.manifest()
        self.assertEqual((said["abi_version"], said["versions_from"], said["platform"]), (1, "the build", "platform"))
        self.assertEqual(said["uuid"], "00010203-0405-0607-0809-0a0b0c0d0e0f")
        self.assertEqual(sorted(kernel["name"] for kernel in said["kernels"]), KERNELS)
        for kernel in said["kernels"]:
            self.assertEqual((kernel["units"], kernel["version"], kernel["commit"]), ([f"{kernel['name']}_1"], 1, None))

    def test_keeps_saying_it_when_the_tree_goes_on(self):
        self.make()
        before = self.manifest()
        # As old as before, so that nothing is built again.
        for path, old, new in ((ABI, "PENSTOCK_ABI_VERSION 1u", "PENSTOCK_ABI_VERSION 2u"), (DESCRIBE, "kKernelVersion = 1", "kKernelVersion = 7")):
            times = (self.tree / path).stat()
            self.edit(path, old, new)
            os.utime(self.tree / path, ns=(times.st_atime_ns, times.st_mtime_ns))
        (self.tree / "bitstreams/write_manifest.py").touch()
        self.assertEqual(self.make(), [])
        self.assertEqual(self.manifest(), before)
        for path in (ABI, DESCRIBE):
            (self.tree / path).touch()
        self.assertEqual(self.make(), sorted([*KERNELS, "link"]))
        self.assertEqual(self.manifest()["abi_version"], 2)
        self.assertEqual({kernel["version"] for kernel in self.manifest()["kernels"]}, {7})

    def test_names_the_commit(self):
        git = ["git", "-C", self.tree, "-c", "user.name=a", "-c", "user.email=a@b"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
            subprocess.run([*git, *command], env=self.environment, check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], env=self.environment, capture_output=True, text=True, check=True).stdout
        self.make("TARGET=hw_emu")
        for kernel in self.manifest("u55c/hw_emu-300000000")["kernels"]:
            self.assertTrue(commit.startswith(kernel["commit"].removesuffix("-dirty")), kernel)

    def test_says_that_versions_are_of_the_tree_where_there_is_no_stamp(self):
        path = self.folder / "program.xclbin"
        path.write_bytes(program(KERNELS))
        self.assertEqual(self.write_manifest(path).returncode, 0)
        said = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
        self.assertEqual((said["versions_from"], said["abi_version"]), ("the tree of write_manifest.py", 1))

    def test_refuses_what_is_no_program_of_the_build(self):
        self.make()
        stamps = [self.tree / f"bitstreams/build/u55c/hw-300000000/{kernel}.json" for kernel in KERNELS]
        whole = program(KERNELS)
        self.assertIn("is not an xclbin", self.refused(whole[:455], *stamps))
        self.assertIn("is cut off", self.refused(whole[:-1], *stamps))
        self.assertIn("compute units is cut off", self.refused(program(KERNELS, count=6), *stamps))
        self.assertIn("has no kernels", self.refused(program([]), *stamps))
        self.assertIn("no stamp for another", self.refused(program([*KERNELS, "another"]), *stamps))
        self.assertIn("make clean", self.refused(whole, *stamps[1:], self.tree / "bitstreams/Makefile"))
        self.assertIn("No such file", self.refused(whole, self.folder / "nothing"))
        stamp = json.loads(stamps[0].read_text(encoding="utf-8"))
        stamps[0].write_text(json.dumps(stamp | {"abi_version": 2}), encoding="utf-8")
        self.assertIn("several versions of the batch contract: 1, 2", self.refused(whole, *stamps))

    def test_says_that_vitis_is_absent(self):
        (self.folder / "tools/v++").unlink()
        done = subprocess.run(["make", "-s", "-C", self.tree / "bitstreams"], env=self.environment, capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("v++ is not on the path", done.stderr)

    def test_leaves_nothing_of_a_build_that_fails(self):
        (self.folder / "tools/v++").write_text(FAILING_VPP, encoding="utf-8")
        done = subprocess.run(["make", "-s", "-C", self.tree / "bitstreams"], env=self.environment, capture_output=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        built = self.tree / "bitstreams/build/u55c/hw-300000000"
        self.assertEqual(list(built.glob("*.xo")) + list(built.glob("*.json")), [])

    def test_refuses_a_card_that_it_does_not_know(self):
        done = subprocess.run(["make", "-s", "-C", self.tree / "bitstreams", "CARD=u999"], env=self.environment, capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("CARD=u999 is none of", done.stderr)


if __name__ == "__main__":
    unittest.main()
