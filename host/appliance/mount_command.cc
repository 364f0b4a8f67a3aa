// SPDX-License-Identifier: Apache-2.0
#include "appliance/mount_command.h"

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/own_session.h"
#include "appliance/stop_signal.h"
#include "mount/mount.h"

namespace penstock {
namespace {

constexpr uint64_t kReadersMax = 64;
constexpr uint64_t kNiceMax = 19;
constexpr size_t kNotesMax = 4096;

}  // namespace

void MountCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("DIR", directory, "an empty directory");
  global.describe_store(syntax);
  syntax.flag("--allow-other", allow_other, "for other users too, who may do what modes and owners let them");
  syntax.value("--readers", readers, "N", "requests answered at once (default 8), 26 MiB each");
  syntax.value("--nice", nice, "N", "how far to stand back behind others, 0 to 19 (default 19)");
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock mount /mnt/archive              commits/, names/NAME/ and hosts/HOST/, each with latest\n"
      "  cp -a /mnt/archive/commits/latest/hosts /tmp\n"
      "  cp -a /mnt/archive/names/etc/latest/hosts /tmp     of what was put with --name etc\n"
      "It stays in the foreground; Ctrl-C or 'umount /mnt/archive' (fusermount3 -u) ends it. Commits made\n"
      "meanwhile appear within a second.\n");
}

Result<int> MountCommand::run(const GlobalOptions& global, Console& console) const {
  MountOptions options;
  options.directory = directory;
  options.allow_other = allow_other;
  if (!readers.empty()) {
    PENSTOCK_TRY_ASSIGN(const uint64_t count, parse_count("--readers", readers, 1, kReadersMax));
    options.readers = static_cast<unsigned>(count);
  }
  if (!nice.empty()) {
    PENSTOCK_TRY_ASSIGN(const uint64_t steps, parse_count("--nice", nice, 0, kNiceMax));
    options.nice = static_cast<int>(steps);
  }
  if (options.nice > 0) {
    PENSTOCK_TRY_ASSIGN(const std::optional<int> ended, go_on_in_own_session(options.nice));
    if (ended) return *ended;
  }
  options.report = [&](const Error& error) { console.report(error); };
  options.mounted = [&] { console.note("the commits are in " + directory); };
  // The store is opened again and again, one time after the other: what it has to tell is told once.
  std::unordered_set<std::string> noted;
  const auto note = [&](const std::string& text) {
    if (noted.size() < kNotesMax && noted.insert(text).second) console.note(text);
  };
  StopSignal signal;
  signal.listen();
  PENSTOCK_TRY(
      serve_mount([&] { return open_store(global, Access::read, note); }, options, StopSignal::requested()));
  return 0;
}

}  // namespace penstock
