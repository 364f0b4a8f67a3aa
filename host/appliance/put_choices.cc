// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_choices.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "appliance/global_options.h"
#include "base/size_text.h"
#include "ingest/top_level_path.h"

namespace penstock {

Result<PutOptions> parse_put_choices(const PutChoices& choices) {
  PutOptions options;
  if (choices.profile == "ipfs") {
    // unixfs-v1-2025: 1 MiB fixed chunks, balanced, 1,024 links a node.
    PENSTOCK_TRY_ASSIGN(options.chunker, parse_chunker("fixed:1M"));
    options.layout = LinkLayout::balanced;
  } else if (choices.profile == "default") {
    PENSTOCK_TRY_ASSIGN(options.chunker, parse_chunker(choices.chunker));
  } else {
    return fail(Errc::usage, "--profile '" + choices.profile + "'", "is not a profile",
                "one of default, ipfs");
  }
  PENSTOCK_TRY_ASSIGN(options.codec, parse_codec(choices.codec));
  options.codec_any = choices.codec == "auto";
  PENSTOCK_TRY_ASSIGN(options.verify, parse_verify_level(choices.verify));
  PENSTOCK_TRY_ASSIGN(options.threads, parse_threads(choices.threads));
  return options;
}

Result<std::optional<CheckpointInterval>> parse_checkpoint(const std::string& size) {
  CheckpointInterval interval;
  if (size.empty()) return interval;
  auto bytes = parse_size(size);
  if (!bytes) {
    Error error = bytes.error();
    error.what = "--checkpoint " + error.what;
    return Failure(std::move(error));
  }
  if (*bytes == 0) return std::nullopt;
  interval.bytes = *bytes;
  return interval;
}

Status check_devices_serve(const Dispatcher& devices, const PutOptions& options) {
  if (options.verify.kind == VerifyLevel::Kind::cross && devices.capabilities().is_cpu) {
    return fail(Errc::usage, "--verify cross",
                "has devices check each other, and there is only " + devices.capabilities().name,
                "use --verify full");
  }
  return {};
}

Result<std::unique_ptr<EntryStream>> open_inputs(const std::vector<std::string>& paths,
                                                 const std::string& name) {
  if (is_standard_input(paths)) return open_descriptor(STDIN_FILENO, name.empty() ? "-" : name);
  if (std::ranges::find(paths, "-") != paths.end()) {
    return fail(Errc::usage, "-", "standard input can only be put by itself",
                "for a file of that name give ./-");
  }
  return open_paths(paths);
}

Result<PutInputs> open_put_inputs(const std::vector<std::string>& paths, const std::string& name,
                                  EntryOptions wanted) {
  PutInputs inputs;
  if (is_standard_input(paths) || std::ranges::find(paths, "-") != paths.end()) {
    PENSTOCK_TRY_ASSIGN(inputs.entries, open_inputs(paths, name));
    return inputs;
  }
  inputs.metadata.kept = true;
  inputs.metadata.several = paths.size() > 1;
  PENSTOCK_TRY_ASSIGN(const std::vector<TopLevelPath> tops, resolve_top_level(paths));
  for (const TopLevelPath& top : tops) {
    inputs.names.push_back(top.name);
    inputs.paths.push_back(top.path);
    if (std::string path = absolute_path(top); !path.empty())
      inputs.metadata.from.emplace(top.name, std::move(path));
  }
  wanted.metadata = true;
  PENSTOCK_TRY_ASSIGN(inputs.entries, open_paths(paths, wanted));
  return inputs;
}

void order_as_given(std::vector<PutRoot>& roots, const std::vector<std::string>& names) {
  std::unordered_map<std::string, size_t> places;
  for (const std::string& name : names) places.emplace(name, places.size());
  std::ranges::stable_sort(roots, {}, [&](const PutRoot& root) { return places[root.name]; });
}

bool is_standard_input(const std::vector<std::string>& paths) {
  return paths.size() == 1 && paths.front() == "-";
}

TransferDisplay::Total input_total(const std::vector<std::string>& paths, const Console& console,
                                   std::unique_ptr<TreeSurvey>& survey) {
  if (!console.has_audience()) return [] { return std::nullopt; };
  if (!is_standard_input(paths)) {
    survey = std::make_unique<TreeSurvey>(paths);
    return [&survey] { return survey->total_bytes(); };
  }
  struct stat status {};
  const bool known = ::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode);
  const auto bytes = known ? std::optional(static_cast<uint64_t>(status.st_size)) : std::nullopt;
  return [bytes] { return bytes; };
}

}  // namespace penstock
