// SPDX-License-Identifier: Apache-2.0
#include "appliance/get_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "appliance/byte_range_text.h"
#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/json_text.h"
#include "appliance/object_name.h"
#include "appliance/transfer_display.h"
#include "appliance/transfer_rate.h"
#include "base/size_text.h"
#include "dag/object_info.h"
#include "pipeline/restore.h"

namespace penstock {
namespace {

// Where the object goes: a path, or where it is empty standard output.
Result<std::string> choose_output(const GetCommand& command, const GlobalOptions& global, ObjectKind kind,
                                  const Console& console) {
  const bool is_file = kind == ObjectKind::file;
  if (!command.output.empty() && command.output != "-") return command.output;
  if (!is_file) {
    return fail(Errc::usage, command.object,
                fmt::format("is a {}, which cannot be written to standard output", object_kind_text(kind)),
                "give -o PATH");
  }
  if (global.json) {
    return fail(Errc::usage, "--json", "standard output carries the file itself", "give -o PATH");
  }
  if (command.output.empty() && console.output_is_terminal()) {
    return fail(Errc::usage, command.object, "standard output is a terminal",
                "give -o PATH, or -o - to write it there all the same");
  }
  return std::string();
}

Result<RestoreOptions> parse_options(const GetCommand& command) {
  RestoreOptions options;
  if (!command.max_size.empty()) {
    const auto bytes = parse_size(command.max_size);
    if (!bytes)
      return fail(Errc::usage, "--max-size " + bytes.error().what, bytes.error().why, bytes.error().remedy);
    options.bytes_max = *bytes;
  }
  PENSTOCK_TRY_ASSIGN(options.threads, parse_threads(command.threads));
  return options;
}

Result<ByteRange> fit_to_file(const RangeRequest& part, const ObjectInfo& info, const std::string& what) {
  if (info.kind == ObjectKind::file) return fit_byte_range(part, info.content_bytes, what);
  return fail(Errc::usage, what,
              fmt::format("is a {}, and only a file has ranges", object_kind_text(info.kind)),
              "give a file's CID, or the file's PATH behind it");
}

// Content bytes that the display may take for the whole. A directory's Tsize has its nodes in it too, which
// are few beside their leaves.
uint64_t expected_bytes(const ObjectInfo& info, const RestoreOptions& options) {
  if (options.range) return options.range->length;
  return info.kind == ObjectKind::file ? info.content_bytes : info.dag_bytes;
}

void print_report(const RestoreReport& report, const Cid& cid, const std::string& path, Console& console) {
  Json object;
  object["cid"] = cid.text();
  set_text(object, "path", path);
  object["entries"] = {
      {"files", report.files}, {"directories", report.directories}, {"symlinks", report.symlinks}};
  object["sizes"] = {{"content", report.bytes_content},
                     {"written", report.bytes_written},
                     {"decoded", report.bytes_decoded}};
  object["rates"] = {{"seconds", seconds_of(report.nanoseconds)},
                     {"bytes_per_second", bytes_per_second(report.bytes_content, report.nanoseconds)}};
  object["left_out_count"] = report.entries_reported;
  print_json(console, object);
}

std::string summary_text(const RestoreReport& report) {
  const double rate = bytes_per_second(report.bytes_content, report.nanoseconds);
  return fmt::format("{} in {} file{}, in {:.1f} s ({}/s)", human_size(report.bytes_content), report.files,
                     report.files == 1 ? "" : "s", seconds_of(report.nanoseconds),
                     human_size(static_cast<uint64_t>(rate)));
}

}  // namespace

void GetCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("OBJECT", object,
                           "CID, commit or HEAD (the newest commit), each with /PATH behind it");
  global.describe_store(syntax);
  syntax.value("-o,--output", output, "PATH",
               "where to: a path that is not there yet, or - for standard output");
  syntax.value("--range", range, "OFFSET:LENGTH", "these bytes of a file; OFFSET: goes to its end");
  syntax.value("--max-size", max_size, "SIZE", "refuse an object with more content than this");
  syntax.value("--threads", threads, "N", "at most this many threads (default: one a CPU)");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock get HEAD -o restored            the newest commit's whole tree\n"
      "  penstock get HEAD/docs/a.pdf > a.pdf     one file of it\n"
      "  penstock get CID --range 1G:4K -o part   4 KiB from the middle of a file\n"
      "  penstock get CID -o tree --max-size 10G  a tree from somebody else\n");
}

Result<int> GetCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const ObjectName name, parse_object_name(object));
  PENSTOCK_TRY_ASSIGN(RestoreOptions options, parse_options(*this));
  std::optional<RangeRequest> part;
  if (!range.empty()) {
    PENSTOCK_TRY_ASSIGN(part, parse_byte_range(range));
  }
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY_ASSIGN(const auto found, find_content(name, *store, *source));
  const Cid& cid = found.cid;
  const ObjectInfo& info = found.info;
  if (part) {
    PENSTOCK_TRY_ASSIGN(options.range, fit_to_file(*part, info, object));
  }
  PENSTOCK_TRY_ASSIGN(const std::string path, choose_output(*this, global, info.kind, console));

  TransferProgress progress;
  options.progress = &progress;
  if (info.kind == ObjectKind::directory) {  // what goes wrong with a single file is the command's own error
    options.report = [&](const Error& error) { console.report(error); };
  }
  const auto restore = [&] {
    const uint64_t expected = expected_bytes(info, options);
    const TransferDisplay display(console, progress, [expected] { return std::optional(expected); });
    return path.empty() ? restore_to_descriptor(*store, cid, console.output(), options)
                        : restore_to_path(*store, cid, path, options);
  };
  PENSTOCK_TRY_ASSIGN(const RestoreReport report, restore());
  if (global.json) print_report(report, cid, path, console);
  console.summary(summary_text(report));
  return report.entries_reported == 0 ? 0 : static_cast<int>(Errc::corrupt);
}

}  // namespace penstock
