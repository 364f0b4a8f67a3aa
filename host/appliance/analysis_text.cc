// SPDX-License-Identifier: Apache-2.0
#include "appliance/analysis_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "appliance/put_report_text.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr double kBarColumns = 40;

// "zero runs    1.00 GiB   25.0 %".
std::string part_line(std::string_view name, uint64_t bytes, uint64_t whole, std::string_view note) {
  const double percent = whole == 0 ? 0 : 100 * static_cast<double>(bytes) / static_cast<double>(whole);
  return fmt::format("{:<14} {:>9} {:>6.1f} %  {}\n", name, human_size(bytes), percent, note);
}

// Of `most`, which is not 0; nothing but the line's end for none.
std::string bar(uint64_t count, uint64_t most) {
  if (count == 0) return "\n";
  const double part = static_cast<double>(count) / static_cast<double>(most);
  return "  " + std::string(static_cast<size_t>(std::ceil(part * kBarColumns)), '#') + "\n";
}

std::string chunk_histogram(const AnalysisReport& report) {
  const auto& counts = report.chunk_size_counts;
  const uint64_t most = *std::ranges::max_element(counts);
  if (most == 0) return {};
  std::string text = "chunks by size\n";
  const auto is_met = [](uint64_t count) { return count > 0; };
  const auto first = std::ranges::find_if(counts, is_met);
  const auto last = std::find_if(counts.rbegin(), counts.rend(), is_met).base();
  for (auto count = first; count != last; ++count) {
    const auto power = static_cast<unsigned>(count - counts.begin());
    text += fmt::format("  from {:>6} {:>9}{}", exact_size(uint64_t{1} << power), *count, bar(*count, most));
  }
  return text;
}

// Sixteen rows of sixteen byte values each: enough to tell text, code and noise apart.
std::string byte_histogram(const AnalysisReport& report) {
  std::array<uint64_t, 16> rows{};
  for (size_t value = 0; value < report.byte_counts.size(); ++value)
    rows[value / 16] += report.byte_counts[value];
  const uint64_t most = *std::ranges::max_element(rows);
  if (most == 0) return {};
  std::string text = "bytes by value, unique ones\n";
  for (size_t row = 0; row < rows.size(); ++row) {
    text +=
        fmt::format("  {:#04x}-{:#04x} {:>14}{}", row * 16, row * 16 + 15, rows[row], bar(rows[row], most));
  }
  return text;
}

}  // namespace

Json analysis_json(const AnalysisReport& report, const PutOptions& options) {
  Json object;
  object["chunker"] = chunker_text(options.chunker);
  object["codec"] = codec_choice_text(options);
  object["root"] = report.put.root.cid.text();
  set_put_counters(object, report.put, options);
  object["entropy"] = {{"bits_per_byte", report.entropy_bits_per_byte},
                       {"bound_bytes", report.bytes_entropy_bound}};
  object["byte_counts"] = report.byte_counts;
  Json sizes = Json::array();
  for (size_t power = 0; power < report.chunk_size_counts.size(); ++power) {
    sizes.push_back({{"from_bytes", uint64_t{1} << power}, {"chunks", report.chunk_size_counts[power]}});
  }
  object["chunk_sizes"] = std::move(sizes);
  return object;
}

std::string analysis_text(const AnalysisReport& report, const PutOptions& options) {
  const PutCounters& counters = report.put.counters;
  const uint64_t content = counters.bytes_content;
  const uint64_t stored = counters.bytes_stored + counters.bytes_nodes;
  std::string text;
  text += part_line("content", content, content,
                    fmt::format("{} files, {} directories, {} symlinks", counters.files, counters.directories,
                                counters.symlinks));
  text += part_line("zero runs", counters.bytes_zero_runs, content, "holes and runs of zero bytes");
  text += part_line("duplicates", counters.bytes_duplicate, content,
                    fmt::format("{} of {} chunks, {}", counters.chunks_duplicate, counters.chunks,
                                chunker_text(options.chunker)));
  text += part_line("unique", counters.bytes_unique, content, "what is left to encode");
  text += part_line("  entropy", report.bytes_entropy_bound, content,
                    fmt::format("order 0: {:.2f} bits a byte, a coder of single bytes cannot pass it",
                                report.entropy_bits_per_byte));
  text += part_line("  encoded", counters.bytes_stored, content,
                    fmt::format("{}; {} of {} frames incompressible", codec_choice_text(options),
                                counters.frames_stored, counters.frames));
  text += part_line("tree", counters.bytes_nodes, content, fmt::format("{} nodes", counters.nodes));
  const std::optional<double> ratio = reduction_ratio(counters);
  text += part_line("stored", stored, content, ratio ? fmt::format("ratio {:.2f}", *ratio) : "");
  return text + chunk_histogram(report) + byte_histogram(report);
}

}  // namespace penstock
