#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows of each rule that it passes a good example and fails a bad one."""

import tempfile
import unittest
from pathlib import Path

import contents
import dependency_law
import documents
import formatting
import hls_rules
import names
import sizes
from source_tree import SourceTree

LAW = {"host/base": [], "host/memory": ["host/base"], "host/hash": ["host/base"], "drivers/card": ["host/memory"]}


class RuleTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def make(self, files):
        """A new tree of these files: path → text."""
        root = tempfile.mkdtemp(dir=self.folder.name)
        for path, text in files.items():
            target = Path(root, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return SourceTree(root)

    def assert_complains(self, complaints, *words):
        complaints = list(complaints)
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def assert_silent(self, complaints):
        self.assertEqual(list(complaints), [])


class DependencyTest(RuleTest):
    GOOD = {
        "host/base/error.h": "#include <string>\n",
        "host/memory/slab.h": '#include "base/error.h"\n',
        "host/hash/sha.h": '#include "base/error.h"\n',
        "host/base/CMakeLists.txt": "penstock_folder(base SOURCES a.cc)\n",
        "host/memory/CMakeLists.txt": "penstock_folder(memory SOURCES a.cc LINKS penstock_base)\n",
        "host/hash/CMakeLists.txt": "penstock_folder(hash SOURCES a.cc\n  LINKS penstock_base)\n",
        "drivers/card/card.h": '#include "base/error.h"\n#include "memory/slab.h"\n',
        "drivers/card/CMakeLists.txt": "penstock_folder(card SOURCES a.cc LINKS penstock_memory)\n",
    }

    def test_the_real_table_is_sound(self):
        self.assert_silent(dependency_law.check_table(dependency_law.LAW))

    def test_a_good_tree_passes(self):
        tree = self.make(self.GOOD)
        self.assert_silent(dependency_law.check_includes(tree, LAW))
        self.assert_silent(dependency_law.check_links(tree, LAW))

    def test_a_cycle_in_the_table_is_found(self):
        law = {"host/a": ["host/b"], "host/b": ["host/a"]}
        self.assertEqual(len(list(dependency_law.check_table(law))), 2)

    def test_a_driver_below_the_appliance_is_found(self):
        law = {"host/a": ["drivers/card"], "drivers/card": []}
        self.assert_complains(dependency_law.check_table(law), "only the appliance")

    def test_an_include_against_the_law_is_found(self):
        tree = self.make({**self.GOOD, "host/hash/bad.h": '#include "memory/slab.h"\n'})
        self.assert_complains(dependency_law.check_includes(tree, LAW), "host/hash/bad.h:1", "host/memory")

    def test_an_include_of_a_driver_is_found(self):
        tree = self.make({**self.GOOD, "host/memory/bad.h": '#include "drivers/card/card.h"\n'})
        self.assert_complains(dependency_law.check_includes(tree, LAW), "may not use drivers/card")

    def test_an_include_from_outside_is_found(self):
        tree = self.make({**self.GOOD, "tests/unit/fake.h": "", "host/memory/bad.h": '#include "tests/unit/fake.h"\n'})
        self.assert_complains(dependency_law.check_includes(tree, LAW), "outside")

    def test_an_include_of_nothing_is_found(self):
        tree = self.make({**self.GOOD, "host/memory/bad.h": '#include "base/gone.h"\n'})
        self.assert_complains(dependency_law.check_includes(tree, LAW), "base/gone.h")

    def test_a_folder_without_a_row_is_found(self):
        tree = self.make({**self.GOOD, "host/novel/new.h": ""})
        self.assert_complains(dependency_law.check_includes(tree, LAW), "no row for host/novel")

    def test_a_library_outside_its_adapter_is_found(self):
        tree = self.make({**self.GOOD, "host/memory/bad.h": "#include <rocksdb/db.h>\n"})
        self.assert_complains(dependency_law.check_includes(tree, LAW), "rocksdb/db.h", "host/store")

    def test_a_link_against_the_law_is_found(self):
        bad = "penstock_folder(hash SOURCES a.cc LINKS penstock_base penstock_memory)\n"
        tree = self.make({**self.GOOD, "host/hash/CMakeLists.txt": bad})
        self.assert_complains(dependency_law.check_links(tree, LAW), "host/hash may not link host/memory")

    def test_an_include_without_its_link_is_found(self):
        tree = self.make({**self.GOOD, "host/hash/CMakeLists.txt": "penstock_folder(hash SOURCES a.cc)\n"})
        self.assert_complains(dependency_law.check_links(tree, LAW), "does not link host/base")

    KERNELS = {
        "kernels/abi/abi.h": "",
        "kernels/abi/CMakeLists.txt": "add_library(penstock_abi INTERFACE)\n",
        "emulation/hls_headers/ap_int.h": "#include <cstdint>\n",
        "emulation/hls_headers/CMakeLists.txt": "add_library(penstock_hls_headers INTERFACE)\n",
        "hls/words/words.h": '#include <ap_int.h>\n#include "kernels/abi/abi.h"\n',
        "hls/words/CMakeLists.txt": "penstock_folder(hls_words SOURCES a.cc LINKS penstock_hls_headers penstock_abi)\n",
        "hls/sha/sha.h": '#include "hls/words/words.h"\n',
        "hls/sha/CMakeLists.txt": "penstock_folder(hls_sha SOURCES a.cc LINKS penstock_hls_words)\n",
    }
    KERNEL_LAW = {
        **LAW,
        "kernels/abi": [],
        "emulation/hls_headers": [],
        "hls/words": ["emulation/hls_headers", "kernels/abi"],
        "hls/sha": ["hls/words"],
    }

    def test_kernels_are_held_too(self):
        tree = self.make({**self.GOOD, **self.KERNELS})
        self.assert_silent(dependency_law.check_includes(tree, self.KERNEL_LAW))
        self.assert_silent(dependency_law.check_links(tree, self.KERNEL_LAW))

    def test_a_kernel_that_knows_the_host_is_found(self):
        tree = self.make({**self.GOOD, **self.KERNELS, "hls/sha/bad.h": '#include "base/error.h"\n'})
        self.assert_complains(dependency_law.check_includes(tree, self.KERNEL_LAW), "hls/sha may not use host/base")

    def test_a_simulation_header_against_the_law_is_found(self):
        tree = self.make({**self.GOOD, **self.KERNELS, "host/base/bad.h": "#include <ap_int.h>\n"})
        self.assert_complains(dependency_law.check_includes(tree, self.KERNEL_LAW), "may not use emulation/hls_headers")

    def test_a_kernels_link_against_the_law_is_found(self):
        bad = "penstock_folder(hls_words SOURCES a.cc LINKS penstock_hls_headers penstock_abi penstock_hls_sha)\n"
        tree = self.make({**self.GOOD, **self.KERNELS, "hls/words/CMakeLists.txt": bad})
        self.assert_complains(dependency_law.check_links(tree, self.KERNEL_LAW), "hls/words may not link hls/sha")

    def test_a_link_to_nothing_is_found(self):
        bad = "target_link_libraries(penstock_hash PUBLIC penstock_base penstock_gone)\n"
        tree = self.make({**self.GOOD, "host/hash/CMakeLists.txt": bad})
        self.assert_complains(dependency_law.check_links(tree, LAW), "penstock_gone")


class SizesTest(RuleTest):
    def test_a_long_file_is_found(self):
        tree = self.make({"host/a/long.h": "\n" * 601, "host/a/fits.h": "\n" * 600})
        self.assert_complains(sizes.check_files(tree), "host/a/long.h", "601")

    def test_a_file_past_the_aim_is_remarked_on(self):
        tree = self.make({"host/a/big.h": "\n" * 401, "host/a/fits.h": "\n" * 400})
        self.assert_complains(sizes.warn_files(tree), "host/a/big.h", "401")

    def test_a_long_function_is_found_wherever_it_hides(self):
        body = "  x();\n" * 69
        long_ones = {
            "plain": "int f(int a) {\n%s}\n",
            "method": "namespace n {\nclass C final : public D {\n public:\n  int f() const {\n%s}\n};\n}\n",
            "constructor": "C::C(int a) : a_{a}, b_(D{1}) , c_{2} {\n%s}\n",
            "operator": "bool operator==(const C& a, const C& b) {\n%s}\n",
            "template": "template <class T> auto f(T t) -> decltype(t) {\n%s}\n",
            "lambda": "const auto f = [](int a) {\n%s};\n",
            "test": "TEST(ATest, DoesThis) {\n%s}\n",
            "after_literals": "const char* s = \"{\"; char c = '{'; /* { */ // {\nauto r = R\"(})\";\nint f() {\n%s}\n",
            "after_tables": "constexpr int kTable[] = {f(1), 2};\nStruct g{h(1)};\nint f() {\n%s}\n",
            "digits": "constexpr int kBig = 1'000'000;\nint f() {\n%s}\n",
        }
        for name, text in long_ones.items():
            with self.subTest(name):
                found = [last - first + 1 for _, first, last in sizes.cpp_functions(text % body)]
                self.assertEqual(max(found), 71, found)
                shorter = [last - first + 1 for _, first, last in sizes.cpp_functions(text % "  x();\n")]
                self.assertLess(max(shorter), 5)
        tree = self.make({"host/a/f.cc": long_ones["method"] % body})
        self.assert_complains(sizes.check_functions(tree), "host/a/f.cc:4", "f has 71 lines")

    def test_two_functions_are_two(self):
        text = "namespace n {\nint f() {\n  if (a) {\n  }\n}\n\nint g() { return 1; }\n}\n"
        self.assertEqual(list(sizes.cpp_functions(text)), [("f", 2, 5), ("g", 7, 7)])

    def test_a_long_python_function_is_found(self):
        tree = self.make({"tests/a.py": "class C:\n  def f(self):\n" + "    pass\n" * 70})
        self.assert_complains(sizes.check_functions(tree), "tests/a.py:2", "f has 71 lines")


class NamesTest(RuleTest):
    def test_a_file_name_used_twice_is_found(self):
        tree = self.make({"host/a/disk.h": "", "tests/b/disk.h": "", "host/CMakeLists.txt": "", "CMakeLists.txt": ""})
        complaints = list(names.check_unique(tree))
        self.assertEqual(len(complaints), 2, complaints)
        self.assertIn("host/a/disk.h has the same file name", complaints[0])

    def test_a_source_apart_from_its_header_is_found(self):
        tree = self.make({"host/a/disk.h": "", "host/b/disk.cc": "", "host/a/ring.h": "", "host/a/ring.cc": ""})
        self.assert_complains(names.check_unique(tree), "disk")

    def test_empty_words_are_found_in_files_and_folders(self):
        self.assert_complains(names.check_words(self.make({"host/a/string_utils.h": ""})), "utils")
        self.assert_complains(names.check_words(self.make({"host/common/disk.h": "", "x/y.h": ""})), "common")

    def test_empty_type_names_are_found(self):
        for line in ("class DiskManager {", "struct IoHandler final {", "enum class Engine {", "using P = int; using JobProcessor = P;"):
            with self.subTest(line):
                self.assert_complains(names.check_words(self.make({"host/a/disk.h": f"int a;\n{line}\n"})), "host/a/disk.h:2")

    def test_good_names_pass(self):
        tree = self.make({"host/a/commonality.h": "class Engineer {};\n// class DiskManager\n"})
        self.assert_silent(names.check_words(tree))


class ContentsTest(RuleTest):
    def test_a_source_without_licence_is_found(self):
        good = f"// {contents.SPDX}\n"
        script = f"#!/bin/sh\n# {contents.SPDX}\n"
        tree = self.make({"a.h": good, "run": script, "b.py": "pass\n", "notes.md": "", "data": "x"})
        self.assert_complains(contents.check_spdx(tree), "b.py")

    def test_a_script_without_licence_is_found(self):
        self.assert_complains(contents.check_spdx(self.make({"run": "#!/bin/sh\n"})), "run")

    def test_a_header_without_pragma_once_is_found(self):
        tree = self.make({"a.h": "#pragma once\n", "b.h": "#ifndef B_H\n"})
        self.assert_complains(contents.check_pragma_once(tree), "b.h")

    def test_a_source_that_does_not_include_its_header_first_is_found(self):
        header = {"host/a/b.h": "#pragma once\n"}
        for text in ('#include <vector>\n#include "a/b.h"\n', '#include "a/bb.h"\n', "int x;\n", '#include "c/b.h"\n'):
            with self.subTest(text):
                tree = self.make({**header, "host/a/b.cc": text})
                self.assert_complains(contents.check_own_header_first(tree), "host/a/b.cc")
        good = {**header, "host/a/b.cc": '// b\n#include "a/b.h"\n', "host/a/main.cc": "#include <vector>\n"}
        self.assert_silent(contents.check_own_header_first(self.make(good)))

    def test_a_registry_is_found_even_in_lock_files(self):
        for host in contents.REGISTRIES:
            with self.subTest(host):
                lock = f'{{\n"resolved": "https://{host}/x/-/x-1.0.0.tgz"\n}}\n'
                self.assert_complains(contents.check_registries(self.make({"package-lock.json": lock})), ":2", host)

    def test_other_hosts_pass(self):
        self.assert_silent(contents.check_registries(self.make({"a.md": "https://github.com/multiformats/cid\n"})))

    def test_a_condition_on_an_optional_dependency_is_found(self):
        for line in ("#ifdef PENSTOCK_HAVE_XRT", "#if defined(PENSTOCK_WITH_QAT)", "# if __has_include(<xrt.h>)", "#elif HAVE_X"):
            with self.subTest(line):
                tree = self.make({"host/a/b.cc": f"int a;\n{line}\n"})
                self.assert_complains(contents.check_conditions(tree), "host/a/b.cc:2")

    def test_the_driver_table_and_questions_to_the_compiler_pass(self):
        tree = self.make({contents.DRIVER_TABLE: "#if PENSTOCK_HAVE_XRT\n", "host/a/b.cc": "#if defined(__x86_64__) && __GNUC__ >= 12\n"})
        self.assert_silent(contents.check_conditions(tree))


class DocumentsTest(RuleTest):
    GOOD = {
        "README.md": "[docs](docs/README.md) [here](#the-tour) [web](https://example.com/x)\n\n## The `tour`\n",
        "docs/README.md": "[layout](layout.md#who-uses-whom), [up](../README.md), [folder](../docs)\n",
        "docs/layout.md": "# Who uses whom\n```\n[not](a-link.md)\n```\n`[nor](this.md)`\n",
    }

    def test_good_documents_pass(self):
        self.assert_silent(documents.check(self.make(self.GOOD)))

    def test_a_missing_index_is_found(self):
        self.assert_complains(documents.check_index(self.make({"docs/layout.md": ""})), "missing")

    def test_a_document_that_the_index_lacks_is_found(self):
        self.assert_complains(documents.check(self.make({**self.GOOD, "docs/limits.md": ""})), "docs/limits.md: not linked")

    def test_a_broken_link_is_found(self):
        self.assert_complains(documents.check(self.make({**self.GOOD, "a.md": "\n[x](docs/gone.md)\n"})), "a.md:2", "nowhere")

    def test_a_broken_picture_is_found(self):
        self.assert_complains(documents.check(self.make({**self.GOOD, "a.md": "![x](gone.png)\n"})), "nowhere")

    def test_a_broken_anchor_is_found(self):
        self.assert_complains(documents.check(self.make({**self.GOOD, "a.md": "[x](docs/layout.md#gone)\n"})), "no heading")


class HlsTest(RuleTest):
    TOP = """// malloc(std::vector) in a comment, and "new" in a text
#include <hls_stream.h>
#ifndef __SYNTHESIS__
#include <vector>
std::vector<int> simulated;
#endif
extern "C" void top(const Word* request, hls::burst_maxi<Word> input, int count) {
#pragma HLS INTERFACE mode = m_axi port = request bundle = request
#pragma HLS INTERFACE mode = m_axi port = input bundle = input
#pragma HLS DATAFLOW
  HLS_REGION(top);
  hls::stream<Pair<int, 4>, 2> between("between");
  hls::stream<int, 2> lanes[kLanes];
  HLS_PROCESS(first, read_all(request, between, f(count)));
  HLS_PROCESS(second, n::write_all<4>(between, input, lanes));
  HLS_PROCESS(third, work(lanes[0]));
  HLS_PROCESS(fourth, work(lanes[1]));
}
"""
    LOOPS = """void run(int n) {
outer:
  for (uint32_t i = 0; i < kRows + 1; ++i) {
  inner:
    for (int j = 3; j < n; ++j) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT max = 7
      const int x = c ? j : table[stream.run(j)];
    }
  }
until:
  while (!ended) {
#pragma HLS LOOP_TRIPCOUNT max = 7
  }
}
"""

    def complaints(self, text, path="hls/a/top.cc"):
        return list(hls_rules.check(self.make({path: text})))

    def assert_found(self, text, change, *words):
        before, after = change
        self.assertIn(before, text)
        self.assert_complains(self.complaints(text.replace(before, after, 1)), *words)

    def test_good_kernels_pass(self):
        self.assert_silent(self.complaints(self.TOP))
        self.assert_silent(self.complaints(self.LOOPS))

    def test_other_folders_do_as_they_like(self):
        self.assert_silent(self.complaints("int* a = new int;\n", "host/a/b.cc"))

    def test_what_cannot_be_synthesised_is_found(self):
        for line in (
            "int* a = new int;",
            "delete a;",
            "void* a = malloc(4);",
            "std::array<int, 4> a;",
            "throw 1;",
            "try {",
            "virtual void f();",
            "goto out;",
            "do {",
            "long* a = reinterpret_cast<long*>(b);",
            "static int a[4];",
            "double a = 0.5;",
            "#include <vector>",
            "#include <iostream>",
        ):
            with self.subTest(line):
                self.assert_complains(self.complaints(f"int a;\n{line}\n"), "hls/a/top.cc:2")

    def test_what_only_simulation_sees_passes(self):
        text = "#ifdef __SYNTHESIS__\n#define A\n#else\n#include <vector>\nstd::vector<int> a;\n#endif\n"
        self.assert_silent(self.complaints(text))
        self.assertEqual(len(self.complaints(text.replace("ifdef", "ifndef"))), 2)

    def test_recursion_is_found(self):
        self.assert_complains(self.complaints("int f(int n) {\n  return n == 0 ? 1 : f(n - 1);\n}\n"), "f calls itself")

    def test_a_loop_without_a_label_is_found(self):
        self.assert_found(self.LOOPS, ("outer:\n", ""), ":2", "no label")
        self.assert_found(self.LOOPS, ("inner:\n", "case kInner ? 1 : 2;\n"), ":5", "no label")

    def test_a_loop_without_a_pragma_is_found(self):
        text = "void f() {\na:\n  for (int i = 0; i < 4; ++i) {\n    g(i);\n  }\n}\n"
        self.assert_complains(self.complaints(text), ":3", "PIPELINE")

    def test_a_loop_without_constant_bounds_is_found(self):
        self.assert_found(self.LOOPS, ("int j = 3", "int j = n"), ":5", "begins at n")
        self.assert_found(self.LOOPS, ("#pragma HLS LOOP_TRIPCOUNT max = 7\n      ", ""), ":5", "ends at n")
        self.assert_found(self.LOOPS, ("j < n", "more(j)"), ":5", "head")

    def test_a_while_without_a_trip_count_is_found(self):
        complaints = self.complaints(self.LOOPS.replace("#pragma HLS LOOP_TRIPCOUNT max = 7\n  }", "  }"))
        self.assertEqual(len(complaints), 2, complaints)
        self.assertIn("LOOP_TRIPCOUNT", complaints[1])

    def test_other_statements_in_a_dataflow_region_are_found(self):
        for line in ("count += 1;", "read_all(request, between, 0);", "HLS_PROCESS(fifth, { a(); b(); });", "int sum = 0;", "int a[4];"):
            with self.subTest(line):
                self.assert_found(self.TOP, ("  HLS_PROCESS(first", f"  {line}\n  HLS_PROCESS(first"), ":14", "dataflow region")

    def test_a_channel_without_two_ends_is_found(self):
        self.assert_found(self.TOP, ("(between, input", "(input"), "between", "1 processes")
        another = "  HLS_PROCESS(fifth, read_all(between));\n}"
        self.assert_found(self.TOP, ("\n}", "\n" + another), "between", "3 processes")

    def test_channels_of_an_array_without_two_ends_are_found(self):
        self.assert_found(self.TOP, (", lanes)", ")"), "lanes", "whole to 0")
        self.assert_found(self.TOP, ("f(count)", "lanes"), "lanes", "whole to 2")
        self.assert_found(self.TOP, ("work(lanes[1])", "work(lanes[0])"), "lanes", "for 0, 0")
        self.assert_found(self.TOP, ("work(lanes[1])", "work(lanes[2])"), "lanes", "for 0, 2")

    def test_a_pointer_without_its_interface_is_found(self):
        self.assert_found(self.TOP, ("port = request bundle", "port = other bundle"), "top: request")
        self.assert_found(self.TOP, (" bundle = input", ""), "top: input")


class FormattingTest(RuleTest):
    def test_unformatted_code_is_found(self):
        style = "BasedOnStyle: Google\n"
        tree = self.make({".clang-format": style, "good.h": "int a;\n", "bad.h": "int   a ;\n"})
        self.assert_complains(formatting.check(tree), "bad.h")

    def test_broken_settings_are_said(self):
        tree = self.make({".clang-format": "Nonsense: [\n", "good.h": "int a;\n"})
        self.assert_complains(formatting.check(tree), "clang-format")


if __name__ == "__main__":
    unittest.main()
