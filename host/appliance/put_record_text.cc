// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_record_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "appliance/line_text.h"

namespace penstock {
namespace {

// Paths that `stat` names; --json has all.
constexpr size_t kPathsShown = 20;

Json texts_json(const std::vector<std::string>& texts, const char* key) {
  Json rows = Json::array();
  for (const std::string& text : texts) {
    Json row;
    set_text(row, key, text);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json choice_json(const PutChoice& choice) {
  if (!choice.any()) return {};
  Json object;
  object["exclude"] = texts_json(choice.exclude, "pattern");
  object["iexclude"] = texts_json(choice.exclude_any_case, "pattern");
  object["exclude_if_present"] = texts_json(choice.marks, "mark");
  object["store"] = texts_json(choice.store, "path");
  object["exclude_caches"] = choice.caches;
  object["exclude_larger_than"] = choice.bytes_max ? Json(*choice.bytes_max) : Json();
  object["one_file_system"] = choice.one_file_system;
  object["list_sha256"] = choice.list ? Json(choice.list->hex()) : Json();
  object["patterns_dropped"] = Json();
  if (choice.dropped)
    object["patterns_dropped"] = {{"count", choice.dropped->count}, {"sha256", choice.dropped->digest.hex()}};
  return object;
}

}  // namespace

Json put_record_json(const PutShortfall& unread, const PutChoice& choice) {
  Json object;
  object["incomplete"] = Json();
  if (unread.any()) {
    object["incomplete"] = {{"reported", unread.reported},
                            {"missing", unread.missing},
                            {"all_named", unread.all_named()},
                            {"paths", texts_json(unread.paths, "path")}};
  }
  object["choice"] = choice_json(choice);
  return object;
}

std::string put_record_fields(const PutShortfall& unread, const PutChoice& choice) {
  std::string text;
  const auto field = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<10} {}\n", name, value);
  };
  if (unread.any()) field("incomplete", shortfall_text(unread));
  for (size_t i = 0; i < unread.paths.size() && i < kPathsShown; ++i)
    field("missing", name_text(unread.paths[i]));
  if (unread.missing > kPathsShown)
    field("missing",
          fmt::format("and {} more", unread.missing - std::min<uint64_t>(unread.paths.size(), kPathsShown)));
  for (const std::string& pattern : choice.exclude) field("chosen", "--exclude " + name_text(pattern));
  for (const std::string& pattern : choice.exclude_any_case)
    field("chosen", "--iexclude " + name_text(pattern));
  for (const std::string& mark : choice.marks) field("chosen", "--exclude-if-present " + name_text(mark));
  if (choice.dropped)
    field("chosen", fmt::format("{} patterns and marks, too long to be kept here", choice.dropped->count));
  for (const std::string& path : choice.store) field("without", "the store, " + name_text(path));
  if (choice.caches) field("chosen", "--exclude-caches");
  if (choice.bytes_max) field("chosen", fmt::format("--exclude-larger-than {}", *choice.bytes_max));
  if (choice.one_file_system) field("chosen", "--one-file-system");
  if (choice.list) field("chosen", "--files-from, a list of SHA-256 " + choice.list->hex());
  return text;
}

std::string shortfall_text(const PutShortfall& unread) {
  if (!unread.any()) return {};
  const uint64_t altered = unread.reported - unread.missing;
  if (altered == 0) return fmt::format("{} missing", unread.missing);
  if (unread.missing == 0) return fmt::format("{} not whole", altered);
  return fmt::format("{} missing, {} not whole", unread.missing, altered);
}

}  // namespace penstock
