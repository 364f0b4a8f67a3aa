// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_command.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "appliance/chosen_devices.h"
#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/device_text.h"
#include "appliance/driver_table.h"
#include "appliance/full_disk.h"
#include "appliance/host_name.h"
#include "appliance/line_text.h"
#include "appliance/object_name.h"
#include "appliance/put_choices.h"
#include "appliance/put_dry_run.h"
#include "appliance/put_parent.h"
#include "appliance/put_report_text.h"
#include "appliance/put_selection.h"
#include "appliance/stop_signal.h"
#include "appliance/transfer_display.h"
#include "appliance/tree_survey.h"
#include "dag/utf8.h"
#include "pipeline/committing.h"
#include "pipeline/put.h"

namespace penstock {
namespace {

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Told to end it waits for what devices have. Standard input may never come: that put just dies.
// `bytes_before`: what an earlier put of the same came to; a display takes it for the whole.
Result<PutReport> put_with_display(const PutCommand& command, Store& store, Dispatcher& devices,
                                   EntryStream& entries, PutOptions options,
                                   std::optional<uint64_t> bytes_before, Console& console) {
  TransferProgress progress;
  options.progress = &progress;
  std::unique_ptr<TreeSurvey> survey;
  TransferDisplay::Total total;
  if (bytes_before) {
    total = [bytes_before] { return bytes_before; };
  } else if (command.selection.chooses()) {
    total = [] { return std::nullopt; };
  } else {
    total = input_total(command.paths, console, survey);
  }
  const TransferDisplay display(console, progress, std::move(total));
  StoreFrameSink sink(store);
  options.stop = &StopSignal::requested();
  StopSignal stop;
  if (!is_standard_input(command.paths)) stop.listen();
  return put_entries(entries, devices, sink, options);
}

// For the person at a terminal; where there is none, for whoever asked to be told more.
void summarize(const std::string& text, bool verbose, Console& console) {
  if (verbose && !console.has_audience()) {
    console.note(text);
  } else {
    console.summary(text);
  }
}

// Waits for up to `seconds` (empty: none) for another writer to end.
Result<std::unique_ptr<Store>> open_when_free(const GlobalOptions& global, const std::string& seconds,
                                              Console& console) {
  constexpr uint64_t kSecondsMax = 30 * 24 * 60 * 60;
  constexpr auto kBetween = std::chrono::milliseconds(100);
  uint64_t patience = 0;
  if (!seconds.empty()) {
    PENSTOCK_TRY_ASSIGN(patience, parse_count("--lock-wait", seconds, 0, kSecondsMax));
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(patience);
  for (bool told = false;; told = true) {
    auto store = open_store(global, Access::write, console);
    if (store || store.error().code != Errc::locked || std::chrono::steady_clock::now() >= end) return store;
    if (!told)
      console.note("another process writes to this store: it is waited for, up to " + seconds + " s");
    std::this_thread::sleep_for(kBetween);
  }
}

// A put that comes to nothing: what it has stored is kept for the next one, where that can be.
Failure given_up(Store& store, const Dispatcher& devices, const PutOptions& options, const Error& error,
                 Console& console) {
  const bool keeps = options.checkpoint && keeps_unfinished(devices, options) && store.bytes_written() > 0;
  if (keeps && store.rescue())
    console.note("what was stored until then is kept without a commit: putting the same again finds it");
  return Failure(error);
}

}  // namespace

ParentQuery PutCommand::parent_query(const SelectedInputs& selected, const PutOptions& options) const {
  ParentQuery query{.name = name,
                    .host = host.empty() ? host_name() : host,
                    .tops = selected.inputs.names,
                    .from = {},
                    .paths = selected.paths,
                    .list = selected.inputs.metadata.choice.list,
                    .chunker = chunker_text(options.chunker),
                    .profile = profile};
  std::ranges::sort(query.tops);
  for (const auto& top : selected.inputs.metadata.from) query.from.push_back(top.second);
  return query;
}

void PutCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.optional_arguments("PATH", paths, "what to put; - alone is standard input");
  global.describe_store(syntax);
  syntax.value("--name", name, "NAME", "what the commit, and standard input, is called");
  syntax.value("--host", host, "NAME",
               "the machine that the data is of, as for another's mounted tree (default: this one's name)");
  syntax.value("--profile", profile, "PROFILE",
               "default, or ipfs: the CIDs of the unixfs-v1-2025 profile (1 MiB chunks, balanced)");
  syntax.value("--codec", codec, "CODEC",
               "auto, lz4, zstd[:LEVEL], deflate or stored (default: the store's)");
  syntax.value(
      "--device", device, "DEVICE",
      "auto, or KIND or KIND:N of those that penstock devices lists, several with commas between (default "
      "auto)");
  global.describe_program(syntax);
  syntax.value(
      "--verify", verify, "LEVEL",
      "how much of the device's work is checked: full, cross, payload (digests are trusted) or sample:P "
      "(all digests, P of the payloads) (default full)");
  syntax.value(
      "--parent", parent, "COMMIT",
      "what files are compared with, to read changed ones alone: a commit, HEAD, or none (default: the "
      "newest of the same name, host and paths)");
  syntax.flag("--reread", reread, "read every file, whatever the parent says");
  syntax.value(
      "--settle-seconds", settle_seconds, "N",
      "files that changed less than N seconds before they are looked at are read again by the next put "
      "too; 0 for what nobody writes to, as a snapshot of a file system that was frozen for it, of another "
      "one a minute more than its age (default 60)");
  syntax.value("--checkpoint", checkpoint, "SIZE",
               "what is stored is made durable every SIZE, and every minute, so that a put that is cut off "
               "loses no more; 0: only when all is (default 2G)");
  syntax.value("--lock-wait", lock_wait, "SECONDS",
               "how long another process that writes to the store is waited for (default 0: exit 4 at once)");
  selection.describe(syntax);
  syntax.flag("-n,--dry-run", dry_run, "say what would be put, and put nothing");
  syntax.flag("-v,--verbose", verbose,
              "name what is left out by choice, and sum up at the end without a terminal too; with --dry-run "
              "name all that is taken");
  syntax.value("--threads", threads, "N", "at most this many threads (default: one a CPU)");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock put photos                      a directory and all below it\n"
      "  penstock put a.img b.img --name images   several paths: one commit, one directory\n"
      "  penstock put ~ -x --exclude .cache --exclude-caches   a part of a directory\n"
      "  find . -newer a -print0 | penstock put --files-from0 -   what a list names\n"
      "  pg_dump db | penstock put - --name db    standard input\n"
      "  penstock put --profile ipfs site         the CIDs that IPFS tools give it\n");
}

Result<int> PutCommand::run(const GlobalOptions& global, Console& console) const {
  Result<int> outcome = put(global, console);
  if (!outcome) {
    PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
    outcome = Failure(say_what_may_go(outcome.error(), directory));
  }
  if (!outcome && StopSignal::requested()) {
    console.report(outcome.error());
    StopSignal::die();
  }
  return outcome;
}

Result<int> PutCommand::put(const GlobalOptions& global, Console& console) const {
  if (!valid_utf8(name)) return fail(Errc::usage, "--name", "is not UTF-8", "choose another name");
  if (!valid_utf8(host)) return fail(Errc::usage, "--host", "is not UTF-8", "choose another name");
  PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
  if (!name.empty() && !leads_to_commits(name))
    console.note(
        "--name: what has ':' or '/' in it, or ends in '~' and digits, is not written as NAME:; penstock "
        "log --name finds the CID");
  if (dry_run) return dry_run_put(*this, global, directory, console);
  const auto told = [&](const std::string& path, FilterRule rule) {
    if (verbose || rule == FilterRule::store) console.note(path + ": " + filter_rule_text(rule));
  };
  PENSTOCK_TRY_ASSIGN(SelectedInputs selected,
                      open_selected(selection, paths, name, directory, settle_seconds, told));
  PutInputs& inputs = selected.inputs;
  PENSTOCK_TRY_ASSIGN(const auto devices, ChosenDevices::open(device, global, console));
  PENSTOCK_TRY_ASSIGN(const auto store, open_when_free(global, lock_wait, console));
  const StoreConfig& config = store->config();
  PENSTOCK_TRY_ASSIGN(
      PutOptions options,
      parse_put_choices({config.chunker, codec.empty() ? config.codec : codec, profile, verify, threads}));
  PENSTOCK_TRY_ASSIGN(options.checkpoint, parse_checkpoint(checkpoint));
  PENSTOCK_TRY(check_devices_serve(devices.dispatcher(), options));
  std::optional<PutParent> compared;
  if (inputs.metadata.kept) {
    PENSTOCK_TRY_ASSIGN(compared,
                        choose_parent(*store, {parent, reread}, parent_query(selected, options), console));
  } else if (reread || !(parent.empty() || parent == "none")) {
    return fail(Errc::usage, reread ? "--reread" : "--parent",
                "is for files and directories: standard input is always read", "leave it out");
  }
  options.metadata = std::move(inputs.metadata);
  std::optional<uint64_t> bytes_before;
  if (compared) {
    options.baseline = compared->baseline.get();
    bytes_before = compared->tree.commit.sizes.content_bytes;
  }
  LeftOut left_out;
  options.report = [&](const Error& error) {
    console.report(error);
    left_out.add(error);
  };
  auto put =
      put_with_display(*this, *store, devices.dispatcher(), *inputs.entries, options, bytes_before, console);
  if (!put) return given_up(*store, devices.dispatcher(), options, put.error(), console);
  PutReport& report = *put;
  PENSTOCK_TRY(check_taken(*selected.filter, report.counters));
  order_as_given(report.roots, inputs.names);
  CommitRequest request{name, host.empty() ? host_name() : host, selected.paths, profile, now_ns()};
  const auto committed = commit_put(*store, report, options, request);
  if (!committed) return given_up(*store, devices.dispatcher(), options, committed.error(), console);
  const Cid& commit = *committed;

  if (global.json) {
    Json object = put_report_json(report, options, commit, left_out);
    object["excluded"] = excluded_json(*selected.filter);
    object["devices"] = devices_json(devices.dispatcher());
    print_json(console, object);
  } else {
    for (const PutRoot& root : report.roots) {
      console.print(fmt::format("{}  {}\n", root.link.cid.text(), name_text(root.name)));
    }
  }
  summarize(put_summary(report, commit), verbose, console);
  if (const std::string text = excluded_text(*selected.filter); !text.empty())
    summarize("left out: " + text, verbose, console);
  const std::string device_lines = devices_text(devices.dispatcher());
  if (!device_lines.empty()) console.summary(device_lines);
  return report.counters.entries_reported == 0 ? 0 : static_cast<int>(Errc::partial);
}

}  // namespace penstock
