# SPDX-License-Identifier: Apache-2.0
"""`bench` from outside: its figures agree with each other, and whatever happens it leaves nothing behind."""

import os
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree

from tool_case import DONE, FAILED, TOOL, USAGE, ToolCase, environment

STAGES = ["read", "chunk", "digest", "encode", "verify", "append"]


class Bench(ToolCase):
    def setUp(self):
        super().setUp()
        self.scratch = self.path("scratch")
        os.mkdir(self.scratch)

    def sample(self):
        """A folder of four files: text, noise, zeros, and the text again."""
        words = [self.random.randbytes(self.random.randrange(2, 9)).hex() for _ in range(500)]
        text = " ".join(self.random.choice(words) for _ in range(200_000)).encode()
        self.write("sample/a-text", text)
        self.write("sample/b-noise", self.random.randbytes(1_000_000))
        self.write("sample/c-zeros", bytes(500_000))
        self.write("sample/d-again", text)
        self.sample_bytes = 2 * len(text) + 1_500_000
        return self.path("sample")

    def bench(self, *arguments):
        return self.json("bench", "--runs", "1", "--dir", self.scratch, *arguments, store=False)

    def positive(self, cost):
        for figure in ("bytes", "seconds", "bytes_per_second"):
            self.assertGreater(cost[figure], 0, cost)
        self.assertAlmostEqual(cost["bytes_per_second"] * cost["seconds"] / cost["bytes"], 1)

    def consistent(self, report):
        sample, bound, pipeline = report["sample"], report["bound"], report["pipeline"]
        self.assertEqual(sample["bytes"],
                         sample["bytes_zero_runs"] + sample["bytes_duplicate"] + sample["bytes_unique"])
        self.assertEqual([stage["stage"] for stage in report["stages"]], STAGES)
        stages = {stage["stage"]: stage for stage in report["stages"]}
        for stage in report["stages"]:
            self.positive(stage)
        whole = sample["bytes"]
        digested = whole - sample["bytes_zero_runs"]
        self.assertEqual([stages[name]["bytes"] for name in STAGES],
                         [whole, whole, digested] + 3 * [sample["bytes_unique"]])

        seconds = 0
        for name, term in (("digest", "digest_seconds"), ("encode", "encode_seconds"), ("verify", "decode_seconds")):
            library = stages[name]["library"]
            if library is not None:
                self.positive(library)
                self.assertAlmostEqual(library["speed_ratio"], library["seconds"] / stages[name]["seconds"])
                self.assertEqual(bound[term], library["seconds"])
            seconds += bound[term]
        self.assertAlmostEqual(bound["bytes_per_second"] / (report["cores"] * whole / seconds), 1)

        for run in pipeline.values():
            self.positive(run)
        put = pipeline["put"]
        self.assertAlmostEqual(put["share_of_bound"], put["bytes_per_second"] / bound["bytes_per_second"])
        self.assertAlmostEqual(pipeline["put_one_core"]["scaling"],
                               pipeline["put_one_core"]["seconds"] / put["seconds"])
        self.assertLess(pipeline["put_again"]["bytes_stored"], put["bytes_stored"])
        self.assertGreaterEqual(pipeline["verify"]["bytes"], sample["bytes_unique"])

    def test_measures_what_the_machine_has(self):
        report = self.bench("--mib", "8")
        self.assertEqual(report["sample"]["bytes"], 8 << 20)
        self.assertGreater(report["sample"]["files"], 0)
        self.assertEqual(report["runs"], 1)
        self.consistent(report)
        self.assertEqual(os.listdir(self.scratch), [])

    def test_every_codec_and_its_library(self):
        sample = self.sample()
        for codec, library in (("zstd:3", "ZSTD_compress2"), ("lz4", "LZ4_compress_default"),
                               ("deflate", "isal_deflate_stateless"), ("stored", None)):
            report = self.bench(sample, "--codec", codec, "--threads", "1")
            self.consistent(report)
            self.assertEqual(report["codec"], codec)
            self.assertEqual((report["threads"], report["cores"]), (1, 1))
            encode = report["stages"][STAGES.index("encode")]
            self.assertEqual(encode["library"] and encode["library"]["method"], library)

    def test_knows_duplicates_and_zero_runs(self):
        sample = self.bench(self.sample())["sample"]
        self.assertEqual((sample["bytes"], sample["files"]), (self.sample_bytes, 4))
        self.assertGreater(sample["bytes_duplicate"], 1_000_000)
        self.assertGreater(sample["bytes_zero_runs"], 400_000)

    def test_zeros_alone_need_no_library(self):
        self.write("zeros", bytes(1 << 20))
        report = self.bench(self.path("zeros"))
        self.assertEqual(report["sample"]["bytes_zero_runs"], 1 << 20)
        self.assertEqual((report["bound"]["bytes_per_second"], report["pipeline"]["put"]["share_of_bound"]), (0, 0))

    def test_takes_no_more_than_it_may_and_of_each_path_a_share(self):
        self.write("one", self.random.randbytes(2 << 20))
        self.write("two", self.random.randbytes(2 << 20))
        sample = self.bench(self.path("one"), self.path("two"), "--mib", "1")["sample"]
        self.assertEqual((sample["bytes"], sample["files"]), (1 << 20, 2))

    def test_prints_a_table(self):
        text = self.ok("bench", self.sample(), "--runs", "1", "--dir", self.scratch, store=False).decode()
        for words in STAGES + ["bound", "OpenSSL EVP", "ZSTD_compress2", "ZSTD_decompressDCtx", "% of the bound",
                               "put again", "get", "one core", "medians of 1 run"]:
            self.assertIn(words, text)

    def test_wrong_usage(self):
        self.fails(USAGE, "bench", "--dir", self.scratch, "--mib=0")
        for arguments in (("--mib=0",), ("--mib=x",), ("--mib=1048577",), ("--runs=0",), ("--runs=1001",),
                          ("--threads=0",), ("--codec=zip",), ("--chunker=cdc",), ("--bogus",), ("--dir=",)):
            self.fails(USAGE, "bench", *arguments)
        self.assertEqual(os.listdir(self.scratch), [])

    def test_compares_devices(self):
        plot = self.path("devices.svg")
        report = self.json("bench", self.sample(), "--device", "all", "--runs", "2", "--plot", plot, "-q")
        ways = report["ways"]
        self.assertEqual({way["operation"] for way in ways}, {"digest", "encode", "digest and encode", "decode"})
        self.assertEqual({way["device"] for way in ways}, {"software", "card"})
        for way in ways:
            self.assertEqual(way["emulated"], way["device"] == "card")
            self.assertEqual(way["modelled_bytes_per_second"] is not None, way["emulated"])
            self.assertLessEqual(way["seconds_least"], way["seconds"])
            self.assertGreater(way["core_seconds_per_gb"], 0)
            if way["operation"] in ("digest", "encode", "digest and encode"):
                self.assertEqual(way["bytes"], report["bytes"])
        svg = xml.etree.ElementTree.parse(plot).getroot()
        words = "".join(svg.itertext())
        for word in ("emulated card 0", "modelled", "assumed", "ratio"):
            self.assertIn(word, words)
        text = self.ok("bench", self.sample(), "--device", "software,card:1", "--runs", "1").decode()
        self.assertIn("emulated card 1", text)

    def test_devices_that_are_not_there(self):
        self.fails(FAILED, "bench", "--device", "xrt")
        self.fails(USAGE, "bench", "--device", "abacus")
        self.fails(FAILED, "bench", self.sample(), "--device", "software", "--runs", "1", "--plot", self.path("none", "x"))

    def test_a_folder_that_cannot_be_used(self):
        for directory in (self.path("none"), self.write("file"), "/proc"):
            message = self.fails(FAILED, "bench", "--mib", "1", "--dir", directory)
            self.assertIn(directory, message)
            self.assertIn("--dir", message)

    def test_nothing_to_measure_on(self):
        for arguments in ((self.path("none"),), (self.write("empty"),)):
            self.fails(FAILED, "bench", *arguments, "--dir", self.scratch)
        self.assertEqual(os.listdir(self.scratch), [])

    def killed(self, number):
        command = [TOOL, "bench", self.sample(), "--runs", "1000", "--dir", self.scratch]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tool:
            self.until(lambda: any("sample" in names for _, _, names in os.walk(self.scratch)), "it began")
            tool.send_signal(number)
            self.assertNotEqual(tool.wait(timeout=100), DONE)
        self.until(lambda: os.listdir(self.scratch) == [], "nothing is left")

    def until(self, condition, what):
        deadline = time.monotonic() + 100
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"never: {what}")
            time.sleep(0.01)

    def test_leaves_nothing_when_it_is_interrupted(self):
        self.killed(signal.SIGINT)

    def test_leaves_nothing_when_it_is_killed(self):
        self.killed(signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
