// SPDX-License-Identifier: Apache-2.0
#include "appliance/global_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "appliance/command_syntax.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr uint64_t kThreadsMax = 1024;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// Of this CPU.
std::string sha256_path_names() {
  std::string names;
  for (const Sha256Path* path : sha256_paths()) {
    if (path->supported()) names += (names.empty() ? "" : ", ") + std::string(path->name());
  }
  return names;
}

}  // namespace

void GlobalOptions::describe_store(CommandSyntax& syntax) {
  syntax.value("-s,--store", store, "DIR",
               "the store (default: PENSTOCK_STORE, or penstock in the user's data directory)");
}

void GlobalOptions::describe_json(CommandSyntax& syntax) {
  syntax.flag("--json", json, "print JSON instead of text");
}

void GlobalOptions::describe_quiet(CommandSyntax& syntax) {
  syntax.flag("-q,--quiet", quiet, "no progress, notes or summary on standard error; errors alone");
}

void GlobalOptions::describe_program(CommandSyntax& syntax) {
  syntax.flag("--program", program, "FPGA cards may be given a listed program in place of another one");
}

void GlobalOptions::describe_sha256(CommandSyntax& syntax) {
  syntax.value("--sha256", sha256, "PATH",
               "how the CPU hashes: auto, its fastest way, or " + sha256_path_names() + " (default auto)");
}

Status choose_sha256(const GlobalOptions& global) {
  if (global.sha256 == "auto" || force_sha256_path(global.sha256)) return {};
  return fail(Errc::usage, "--sha256 '" + global.sha256 + "'", "is not a way in which this CPU can hash",
              "one of auto, " + sha256_path_names());
}

Result<std::string> store_directory(const GlobalOptions& global) {
  if (!global.store.empty()) return global.store;
  if (const auto store = environment("PENSTOCK_STORE"); !store.empty()) return std::string(store);
  // The XDG base directory specification: a relative path there is invalid and to be ignored.
  if (const auto data = environment("XDG_DATA_HOME"); data.starts_with('/')) {
    return std::string(data) + "/penstock";
  }
  if (const auto home = environment("HOME"); !home.empty()) {
    return std::string(home) + "/.local/share/penstock";
  }
  return fail(Errc::usage, "store", "is not named, and HOME is not set", "give -s DIR or set PENSTOCK_STORE");
}

std::string kept_uploads_directory() {
  if (const auto state = environment("XDG_STATE_HOME"); state.starts_with('/'))
    return std::string(state) + "/penstock/uploads";
  const auto home = environment("HOME");
  return home.empty() ? std::string() : std::string(home) + "/.local/state/penstock/uploads";
}

Result<unsigned> parse_threads(const std::string& text) {
  if (text.empty()) return 0u;
  PENSTOCK_TRY_ASSIGN(const uint64_t threads, parse_count("--threads", text));
  if (threads == 0 || threads > kThreadsMax) {
    return fail(Errc::usage, "--threads " + text, "is not a number of threads", "give 1 to 1024");
  }
  return static_cast<unsigned>(threads);
}

Result<uint64_t> parse_count(const std::string& option, const std::string& text) {
  uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (text.empty() || error != std::errc() || stop != end) {
    return fail(Errc::usage, option + " '" + text + "'", "is not a number", "give a whole number such as 4");
  }
  return count;
}

Result<uint64_t> parse_count(const std::string& option, const std::string& text, uint64_t least,
                             uint64_t most) {
  PENSTOCK_TRY_ASSIGN(const uint64_t count, parse_count(option, text));
  if (count >= least && count <= most) return count;
  return fail(Errc::usage, option + " " + text, "is out of range", fmt::format("give {} to {}", least, most));
}

}  // namespace penstock
