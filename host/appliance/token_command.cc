// SPDX-License-Identifier: Apache-2.0
#include "appliance/token_command.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <string_view>
#include <vector>

#include "appliance/command_syntax.h"
#include "appliance/json_text.h"
#include "appliance/server_place.h"
#include "gateway/access_file.h"
#include "gateway/utc_time.h"

namespace penstock {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kYears = 1000 * 365 * kDay;  // as many as anybody may mean

Result<Rights> parse_rights(const std::string& text) {
  Rights rights;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    if (!add_right(rights, std::string_view(text).substr(begin, comma - begin)))
      return fail(Errc::usage, "--rights", "'" + text + "' is not a list of rights",
                  "give some of append, read and admin, with commas between them");
    begin = comma + 1;
  }
  return rights;
}

std::string rights_text(const Rights& rights) {
  std::string text;
  const auto name = [&text](bool has, const char* right) {
    if (has) text += (text.empty() ? "" : ",") + std::string(right);
  };
  name(rights.append, "append");
  name(rights.read, "read");
  name(rights.admin, "admin");
  return text;
}

// Of "90d" or "12h".
std::optional<int64_t> parse_span(std::string_view text) {
  if (text.empty() || (text.back() != 'd' && text.back() != 'h')) return std::nullopt;
  const int64_t unit = text.back() == 'd' ? kDay : kHour;
  const char* const end = text.data() + text.size() - 1;
  int64_t count = 0;
  const auto [behind, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || behind != end || count <= 0 || count > kYears / unit) return std::nullopt;
  return count * unit;
}

std::string text_of(const AccessEntry& entry, const char* kind, int64_t now) {
  const std::string until = entry.expires ? utc_time_text(*entry.expires) : "never";
  return fmt::format("{:<11}  {:<17}  {:<20}  {}{}\n", kind, rights_text(entry.rights), until, entry.name,
                     entry.expired(now) ? "  (expired)" : "");
}

Json json_of(const AccessEntry& entry, const char* kind, int64_t now) {
  Json json;
  json["kind"] = kind;
  json["name"] = entry.name;
  json["rights"] = Json::array();
  if (entry.rights.append) json["rights"].push_back("append");
  if (entry.rights.read) json["rights"].push_back("read");
  if (entry.rights.admin) json["rights"].push_back("admin");
  json["expires"] = entry.expires ? Json(utc_time_text(*entry.expires)) : Json();
  json["expired"] = entry.expired(now);
  return json;
}

Failure superfluous(const char* option, const std::string& action) {
  return fail(Errc::usage, option, "is nothing for token " + action, "see penstock token --help");
}

}  // namespace

Result<int64_t> parse_token_end(const std::string& text, int64_t now) {
  std::optional<int64_t> end = parse_utc_time(text);
  if (!end) end = parse_utc_time(text + "T00:00:00Z");
  if (!end) {
    if (const auto span = parse_span(text)) end = now + *span;
  }
  if (!end) {
    return fail(Errc::usage, "--expires", "'" + text + "' is no time",
                "give one such as 2027-01-31T00:00:00Z or 2027-01-31, or how long: 90d, 12h");
  }
  if (*end <= now) return fail(Errc::usage, "--expires", "'" + text + "' has passed", "give a later time");
  return *end;
}

void TokenCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("add|list|remove", action,
                           "make a token and print it, this once; list who may do what; take a token away");
  global.describe_store(syntax);
  syntax.value("--name", name, "NAME", "of the token: who or what it is for");
  syntax.value("--rights", rights, "RIGHT,...", "with add: append, read, admin");
  syntax.value("--expires", expires, "TIME",
               "with add: 2027-01-31T00:00:00Z, 2027-01-31, or how long: 90d, 12h (default: never)");
  syntax.value("--access", access, "FILE", "as penstock serve has it (default STORE/server/access.json)");
  global.describe_json(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock token add --name camera-7 --rights append --expires 90d\n"
      "  penstock token list\n"
      "  penstock token remove --name camera-7       a running server sees it within a second\n");
}

Result<int> TokenCommand::run(const GlobalOptions& global, Console& console) const {
  std::string path = access;
  if (path.empty()) {
    PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
    path = ServerPlace::in_store(directory).access();
  }
  if (action != "add") {
    if (!rights.empty()) return superfluous("--rights", action);
    if (!expires.empty()) return superfluous("--expires", action);
  }
  if (action == "list") return name.empty() ? list(path, global, console) : superfluous("--name", action);
  if (action != "add" && action != "remove")
    return fail(Errc::usage, "token", "'" + action + "' is not something to do", "add, list or remove");
  if (name.empty()) return fail(Errc::usage, "--name", "is missing", "name the token");
  return action == "add" ? add(path, global, console) : remove(path, global, console);
}

Result<int> TokenCommand::add(const std::string& path, const GlobalOptions& global, Console& console) const {
  if (rights.empty()) return fail(Errc::usage, "--rights", "are missing", "append, read, admin");
  PENSTOCK_TRY_ASSIGN(const Rights given, parse_rights(rights));
  std::optional<int64_t> end;
  if (!expires.empty()) {
    PENSTOCK_TRY_ASSIGN(end, parse_token_end(expires, std::time(nullptr)));
  }
  PENSTOCK_TRY_ASSIGN(const std::string token, add_token_to_file(path, name, given, end));
  if (global.json) {
    Json report = json_of({name, {}, given, end}, "token", 0);
    report["token"] = token;
    print_json(console, report);
  } else {
    console.print(token + "\n");
  }
  console.summary("The token is shown this once.");
  return 0;
}

Result<int> TokenCommand::list(const std::string& path, const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const AccessList list, read_access_list(path));
  const int64_t now = std::time(nullptr);
  JsonArray array(console);
  const auto show = [&](const std::vector<AccessEntry>& entries, const char* kind) {
    for (const AccessEntry& entry : entries) {
      if (global.json) {
        array.add(json_of(entry, kind, now));
      } else {
        console.print(text_of(entry, kind, now));
      }
    }
  };
  show(list.tokens(), "token");
  show(list.certificates(), "certificate");
  if (global.json) array.finish();
  if (list.tokens().empty() && list.certificates().empty())
    console.note(path + " names nobody, so nobody may do anything");
  return 0;
}

Result<int> TokenCommand::remove(const std::string& path, const GlobalOptions& global,
                                 Console& console) const {
  PENSTOCK_TRY(remove_token_from_file(path, name));
  if (global.json) print_json(console, Json{{"removed", name}});
  return 0;
}

}  // namespace penstock
