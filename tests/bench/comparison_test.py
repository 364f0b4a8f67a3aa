#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of bench/peers: shares of the data, medians and ratios, verdicts, tables, the chart, measured runs."""
import os
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SOURCE_DIR = os.environ.get("PENSTOCK_SOURCE_DIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE_DIR, "bench"))
from comparison.bar_chart import Panel, bar_chart  # noqa: E402
from comparison.machine import choose_cpus  # noqa: E402
from comparison.measured_run import CommandFailed, measured_run, peak_floor_bytes  # noqa: E402
from comparison.contestant_table import BORG, PENSTOCK, RESTIC  # noqa: E402
from comparison.real_files import ListedFile, copy_real_files, fair_shares, files_below, first_files  # noqa: E402
from comparison.results import Results, Sample  # noqa: E402
from comparison.spread import Spread  # noqa: E402
from comparison.tables import aligned, markdown  # noqa: E402
from comparison.targets import verdicts  # noqa: E402

MIB = 1 << 20


def sample(number, seconds, content=1000, stored=500, grown=500, raw=0):
    return Sample(number, seconds, seconds, MIB, content, stored, grown, raw)


def results_of(measurement, **series):
    """Results of one measurement: program → its samples. The names' first words are enough."""
    names = {"penstock": PENSTOCK.name, "restic": RESTIC.name, "borg": BORG.name}
    results = Results()
    for name, samples in series.items():
        for one in samples:
            results.add(measurement, "title", names[name], one)
    return results


class SharesTest(unittest.TestCase):
    def test_small_sources_leave_theirs_to_the_others(self):
        self.assertEqual(fair_shares([1000, 10, 1000], 610), [300, 10, 300])
        self.assertEqual(fair_shares([5, 5], 100), [5, 5])
        self.assertEqual(fair_shares([], 100), [])
        self.assertEqual(fair_shares([0, 7], 3), [0, 3])

    def test_a_file_that_is_too_large_is_stepped_over(self):
        files = [ListedFile("a", 4), ListedFile("b", 100), ListedFile("c", 6), ListedFile("d", 1)]
        self.assertEqual([file.path for file in first_files(files, 10)], ["a", "c"])


class FilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="penstock-bench-")
        self.addCleanup(folder.cleanup)
        self.place = folder.name
        self.top = os.path.join(self.place, "top")
        for name, size in (("b/z", 10), ("b/a", 20), ("c", 30), ("d/x", 1), ("a/x", 2), ("e/x", 3)):
            os.makedirs(os.path.dirname(os.path.join(self.top, name)), exist_ok=True)
            with open(os.path.join(self.top, name), "wb") as handle:
                handle.write(bytes(size))
        os.link(os.path.join(self.top, "c"), os.path.join(self.top, "b", "c-again"))
        os.symlink("b", os.path.join(self.top, "to-b"))
        os.mkfifo(os.path.join(self.top, "pipe"))

    def test_each_file_is_listed_once_and_nothing_but_files_and_symlinks(self):
        seen = set()
        listed = files_below(self.top, seen)
        self.assertEqual([(os.path.relpath(file.path, self.top), file.size) for file in listed],
                         [("c", 30), ("to-b", 0), ("a/x", 2), ("b/a", 20), ("b/z", 10), ("d/x", 1), ("e/x", 3)])
        self.assertEqual(files_below(self.top, seen), [])

    def test_copies_keep_their_paths_and_symlinks(self):
        base = os.path.join(self.place, "base")
        os.mkdir(base)
        data = copy_real_files([self.top, os.path.join(self.place, "absent")], MIB, base)
        self.assertEqual((data.files, data.content_bytes, data.left_out), (7, 66, 0))
        self.assertEqual(os.readlink(data.tree + self.top + "/to-b"), "b")
        self.assertEqual(os.path.getsize(data.tree + self.top + "/b/a"), 20)
        self.assertGreater(os.path.getsize(data.tar), 66)


class CpusTest(unittest.TestCase):
    def test_cores_are_taken_before_their_second_threads(self):
        def core_of(cpu):
            return cpu // 2

        self.assertEqual(choose_cpus({0, 1, 2, 3}, 2, core_of), [0, 2])
        self.assertEqual(choose_cpus({0, 1, 2, 3}, 3, core_of), [0, 1, 2])
        self.assertEqual(choose_cpus({5, 4}, 8, core_of), [4, 5])


class ResultsTest(unittest.TestCase):
    def test_a_spread_has_median_least_and_most(self):
        self.assertEqual(Spread.of(figure for figure in (3, 1, 10, 2)), Spread(2.5, 1, 10))
        self.assertEqual(Spread(2, 1, 3).text(), "2.00 (1.00-3.00)")

    def test_ratios_are_of_runs_of_the_same_round(self):
        # The medians' ratio would be 2; round by round it is 4, 1 and 2.5.
        results = results_of("put", penstock=[sample(0, 1), sample(1, 4), sample(2, 2)],
                             restic=[sample(0, 4), sample(1, 4), sample(2, 5)])
        self.assertEqual(results.times_as_fast("put", PENSTOCK.name, RESTIC.name), Spread(2.5, 1, 4))

    def test_a_series_with_a_round_too_few_is_no_ratio(self):
        results = results_of("put", penstock=[sample(0, 1), sample(1, 1)], restic=[sample(0, 1)])
        with self.assertRaises(ValueError):
            results.times_as_fast("put", PENSTOCK.name, RESTIC.name)

    def test_a_program_that_is_dropped_is_nowhere(self):
        results = results_of("put", penstock=[sample(0, 1)], restic=[sample(0, 1)])
        results.drop(RESTIC.name)
        self.assertFalse(results.has("put", PENSTOCK.name, RESTIC.name))
        self.assertEqual([row["program"] for row in results.as_json()], [PENSTOCK.name])


class VerdictsTest(unittest.TestCase):
    def held(self, results):
        return {verdict.target: verdict.held for verdict in verdicts(results)}

    def test_nothing_is_judged_without_its_measurement(self):
        self.assertEqual(verdicts(Results()), [])
        self.assertEqual(verdicts(results_of("put", penstock=[sample(0, 1)])), [])

    def test_a_put_may_store_as_much_as_restic_but_less_than_borg(self):
        held = self.held(results_of("put", penstock=[sample(0, 1)], restic=[sample(0, 3)], borg=[sample(0, 2.1)]))
        self.assertEqual(held, {"put: at least 3 × restic": True, "put: no more stored bytes than restic": True,
                                "put: at least 2.2 × borg -C zstd,1": False,
                                "put: fewer stored bytes than borg -C zstd,1": False})

    def test_growth_is_counted_from_what_was_stored_before(self):
        held = self.held(results_of("again", penstock=[sample(0, 1, content=2 * 10**9, stored=1010, grown=10)]))
        self.assertEqual(held, {"again: at least 2 GB/s": True, "again: the store grows by less than 1 %": False})

    def test_verify_is_judged_by_distinct_bytes(self):
        held = self.held(results_of("verify", penstock=[sample(0, 1, content=3 * 10**9, raw=19 * 10**8)]))
        self.assertEqual(held, {"verify: at least 2 GB/s of raw bytes": False})

    def test_random_data_may_grow_by_two_thousandths(self):
        for stored, fits in ((1_002_000_000, True), (1_002_100_000, False)):
            held = self.held(results_of("urandom", penstock=[sample(0, 0.5, content=10**9, stored=stored)]))
            self.assertEqual(held, {"urandom: stored at most 0.2 % larger": fits, "urandom: at least 1.2 GB/s": True})


class ShownTest(unittest.TestCase):
    def test_tables_line_up(self):
        self.assertEqual(aligned(["", "n"], [["long", "1"], ["b", "100"]]), "        n\nlong    1\nb     100")
        self.assertEqual(markdown(["", "n"], [["a", "1"]]), "|  | n |\n| --- | ---: |\n| a | 1 |")

    def test_a_chart_is_well_formed_and_its_bars_are_in_proportion(self):
        panel = Panel("a < b", [("one & only", Spread(100, 90, 100)), ("other", Spread(25, 25, 25))], "MB/s")
        root = xml.etree.ElementTree.fromstring(bar_chart("t", "s", [panel]))
        space = "{http://www.w3.org/2000/svg}"
        widths = [float(rect.get("width")) for rect in root.iter(space + "rect")][1:]
        self.assertEqual(len(widths), 2)
        self.assertAlmostEqual(widths[0] / widths[1], 4, places=1)
        texts = [text.text for text in root.iter(space + "text")]
        self.assertIn("one & only", texts)
        self.assertIn("25 MB/s", texts)


class MeasuredRunTest(unittest.TestCase):
    def test_the_peak_is_the_programs_own(self):
        ballast = bytearray(os.urandom(MIB)) * 200  # of this process, which is no part of what is measured
        self.assertLess(peak_floor_bytes(), 64 * MIB)
        ran = measured_run([sys.executable, "-c", "b = b'x' * (96 << 20); print(len(b))"])
        self.assertGreater(ran.peak_bytes, 96 * MIB)
        self.assertLess(ran.peak_bytes, 160 * MIB)
        self.assertEqual(ran.output, b"%d\n" % (96 * MIB))
        self.assertEqual(len(ballast), 200 * MIB)

    def test_time_of_a_programs_children_counts(self):
        ran = measured_run(["sh", "-c", f"'{sys.executable}' -c 'sum(range(3000000))'; true"])
        self.assertGreater(ran.core_seconds, 0.005)

    def test_a_failure_has_the_commands_words(self):
        with self.assertRaisesRegex(CommandFailed, "exit 3: so it is"):
            measured_run(["sh", "-c", "echo so it is >&2; exit 3"])
        with self.assertRaisesRegex(CommandFailed, "no-such-program"):
            measured_run(["no-such-program"])


if __name__ == "__main__":
    unittest.main()
