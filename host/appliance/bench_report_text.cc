// SPDX-License-Identifier: Apache-2.0
#include "appliance/bench_report_text.h"

#include <fmt/format.h>

#include <string_view>

#include "appliance/line_text.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr double kGigabyte = 1e9;

constexpr const char* kFormula =
    "cores * content bytes / (digest seconds + encode seconds + decode seconds), each the library's on one "
    "core; "
    "reading, cutting and writing count as nothing";

double ratio(double of, double to) {
  return to > 0 ? of / to : 0;
}

double part(uint64_t of, uint64_t to) {
  return ratio(static_cast<double>(of), static_cast<double>(to));
}

double gigabytes_per_second(const Cost& cost) {
  return cost.bytes_per_second() / kGigabyte;
}

Json cost_json(const Cost& cost) {
  return {{"bytes", cost.bytes},
          {"seconds", cost.seconds()},
          {"ns_per_byte", cost.ns_per_byte()},
          {"bytes_per_second", cost.bytes_per_second()}};
}

Json stage_json(const StageBench& stage) {
  Json object = {{"stage", stage.stage}, {"method", stage.method}};
  object.update(cost_json(stage.cost()));
  object["library"] = nullptr;
  if (!stage.library.empty()) {
    Json library = {{"method", stage.library}};
    library.update(cost_json(stage.library_cost()));
    library["speed_ratio"] = ratio(stage.theirs.median_ns(), stage.ours.median_ns());
    object["library"] = std::move(library);
  }
  return object;
}

Json sample_json(const BenchReport& report) {
  const SampleFigures& sample = report.sample;
  Json paths = Json::array();
  for (const std::string& path : report.options.paths) {
    Json object;
    set_text(object, "path", path);
    paths.push_back(std::move(object));
  }
  return {{"paths", std::move(paths)},
          {"files", sample.files},
          {"files_skipped", sample.files_skipped},
          {"bytes", sample.bytes},
          {"bytes_zero_runs", sample.bytes_zero_runs},
          {"bytes_duplicate", sample.bytes_duplicate},
          {"bytes_unique", sample.bytes_unique},
          {"chunks", sample.chunks},
          {"frames", sample.frames}};
}

Json run_json(unsigned threads, uint64_t bytes, const Timing& timing) {
  const Cost cost{bytes, timing.median_ns()};
  return {{"threads", threads},
          {"bytes", bytes},
          {"seconds", cost.seconds()},
          {"seconds_least", static_cast<double>(timing.least_ns()) * 1e-9},
          {"seconds_most", static_cast<double>(timing.most_ns()) * 1e-9},
          {"bytes_per_second", cost.bytes_per_second()}};
}

Json pipeline_json(const BenchReport& report) {
  const PipelineBench& pipeline = report.pipeline;
  const uint64_t bytes = report.sample.bytes;
  Json object;
  object["put"] = run_json(report.threads, bytes, pipeline.put);
  object["put"]["bytes_stored"] = pipeline.bytes_stored;
  object["put"]["share_of_bound"] = report.share_of_bound();
  object["put_one_core"] = run_json(1, bytes, pipeline.put_one_core);
  object["put_one_core"]["scaling"] = report.scaling();
  object["put_again"] = run_json(report.threads, bytes, pipeline.put_again);
  object["put_again"]["bytes_stored"] = pipeline.bytes_grown;
  object["get"] = run_json(report.threads, bytes, pipeline.get);
  object["verify"] = run_json(report.threads, pipeline.bytes_verified, pipeline.verify);
  return object;
}

std::string sample_text(const BenchReport& report) {
  const SampleFigures& sample = report.sample;
  std::string paths;
  for (const std::string& path : report.options.paths) paths += " " + line_text(path);
  std::string text =
      fmt::format("sample    {} in {} files of{}", human_size(sample.bytes), sample.files, paths);
  if (sample.files_skipped > 0) text += fmt::format(" ({} could not be read)", sample.files_skipped);
  text += fmt::format(
      "\n          {}: {} chunks; {:.1f} % duplicate, {:.1f} % zero runs, {:.1f} % unique in {} frames\n",
      chunker_text(report.options.chunker), sample.chunks, 100 * part(sample.bytes_duplicate, sample.bytes),
      100 * part(sample.bytes_zero_runs, sample.bytes), 100 * part(sample.bytes_unique, sample.bytes),
      sample.frames);
  text += fmt::format("          {}, store in {} ({}), medians of {} run{}\n",
                      codec_text(report.options.codec), line_text(report.options.directory),
                      report.directory_in_memory ? "in memory" : "not in memory", report.options.runs,
                      report.options.runs == 1 ? "" : "s");
  return text;
}

std::string stage_line(const StageBench& stage) {
  const Cost ours = stage.cost();
  std::string line = fmt::format("{:<8}  {:<27} {:>9} {:>7.3f} {:>7.2f}", stage.stage, stage.method,
                                 human_size(stage.bytes), ours.ns_per_byte(), gigabytes_per_second(ours));
  if (!stage.library.empty()) {
    const Cost theirs = stage.library_cost();
    line += fmt::format("   {:<22} {:>7.3f} {:>7.2f}  {:>5.2f} x", stage.library, theirs.ns_per_byte(),
                        gigabytes_per_second(theirs), ratio(theirs.nanoseconds, ours.nanoseconds));
  }
  return line + "\n";
}

std::string stages_text(const BenchReport& report) {
  std::string text =
      fmt::format("\n{:<8}  {:<27} {:>9} {:>7} {:>7}   {:<22} {:>7} {:>7}  {:>7}\n", "stage",
                  "how, one thread", "of", "ns/B", "GB/s", "the library alone", "ns/B", "GB/s", "speed");
  for (const StageBench& stage : report.stages) text += stage_line(stage);
  return text;
}

std::string bound_text(const BenchReport& report) {
  const LibraryCosts& libraries = report.libraries;
  const auto bytes = static_cast<double>(report.sample.bytes);
  const auto share = [&](const Cost& cost) { return ratio(cost.nanoseconds, bytes); };
  return fmt::format(
      "\nbound     {} core{} / (digest {:.3f} + encode {:.3f} + decode {:.3f} ns a byte of content) = {:.3f} "
      "GB/s\n"
      "          the libraries alone, at perfect balance; reading, cutting and writing count as nothing\n\n",
      report.cores, report.cores == 1 ? "" : "s", share(libraries.digest), share(libraries.encode),
      share(libraries.decode), report.bound() / kGigabyte);
}

std::string run_line(std::string_view what, std::string_view how, uint64_t bytes, const Timing& timing,
                     std::string_view note) {
  const Cost cost{bytes, timing.median_ns()};
  return fmt::format("{:<9} {:<12} {:>8.3f} s {:>7.3f} GB/s{}{}\n", what, how, cost.seconds(),
                     gigabytes_per_second(cost), note.empty() ? "" : "   ", note);
}

std::string pipeline_text(const BenchReport& report) {
  const PipelineBench& pipeline = report.pipeline;
  const uint64_t bytes = report.sample.bytes;
  const std::string threads = fmt::format("{} thread{}", report.threads, report.threads == 1 ? "" : "s");
  std::string text = run_line("put", threads, bytes, pipeline.put,
                              fmt::format("{:.1f} % of the bound; {} stored", 100 * report.share_of_bound(),
                                          human_size(pipeline.bytes_stored)));
  text += run_line("put", "one core", bytes, pipeline.put_one_core,
                   fmt::format("{} {:.2f} times as fast", threads, report.scaling()));
  text += run_line("put again", threads, bytes, pipeline.put_again,
                   fmt::format("{} more stored", human_size(pipeline.bytes_grown)));
  text += run_line("get", threads, bytes, pipeline.get, "digests checked");
  text += run_line("verify", threads, pipeline.bytes_verified, pipeline.verify, "of unique bytes");
  return text;
}

}  // namespace

Json bench_report_json(const BenchReport& report) {
  Json object;
  object["sample"] = sample_json(report);
  object["chunker"] = chunker_text(report.options.chunker);
  object["codec"] = codec_text(report.options.codec);
  object["runs"] = report.options.runs;
  object["threads"] = report.threads;
  object["cores"] = report.cores;
  set_text(object, "directory", report.options.directory);
  object["directory_in_memory"] = report.directory_in_memory;
  object["stages"] = Json::array();
  for (const StageBench& stage : report.stages) object["stages"].push_back(stage_json(stage));
  object["bound"] = {{"formula", kFormula},
                     {"digest_seconds", report.libraries.digest.seconds()},
                     {"encode_seconds", report.libraries.encode.seconds()},
                     {"decode_seconds", report.libraries.decode.seconds()},
                     {"bytes_per_second", report.bound()}};
  object["pipeline"] = pipeline_json(report);
  return object;
}

std::string bench_report_text(const BenchReport& report) {
  return sample_text(report) + stages_text(report) + bound_text(report) + pipeline_text(report);
}

}  // namespace penstock
