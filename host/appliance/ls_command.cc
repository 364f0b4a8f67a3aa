// SPDX-License-Identifier: Apache-2.0
#include "appliance/ls_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/object_name.h"
#include "appliance/object_text.h"
#include "dag/directory_reader.h"
#include "dag/object_info.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

// Prints entries one after the other in the form asked for.
class Listing {
 public:
  Listing(const LsCommand& command, bool json, BlockSource& source, Console& console)
      : long_form_(command.long_form), json_(json), source_(&source), console_(&console), array_(console) {}

  // An entry that cannot be looked at is named on standard error and listed without kind and size.
  void add(const DirectoryEntry& entry) {
    const auto info = inspect(*source_, entry.cid);
    if (!info) {
      damaged_ = true;
      Error error = info.error();
      error.what = name_text(entry.name) + ": " + error.what;
      console_->report(error);
    }
    print(entry, info ? std::optional(*info) : std::nullopt);
  }

  void finish() {
    if (json_) array_.finish();
  }
  bool damaged() const { return damaged_; }

 private:
  void print(const DirectoryEntry& entry, const std::optional<ObjectInfo>& info) {
    if (json_) {
      array_.add(json_entry(entry, info));
    } else if (long_form_) {
      console_->print(long_line(entry, info));
    } else {
      console_->print(name_of(entry, info) + "\n");
    }
  }

  static std::string name_of(const DirectoryEntry& entry, const std::optional<ObjectInfo>& info) {
    return entry_text(entry.name, info && info->kind == ObjectKind::directory);
  }

  static Json json_entry(const DirectoryEntry& entry, const std::optional<ObjectInfo>& info) {
    Json object;
    set_text(object, "name", entry.name);
    object["cid"] = entry.cid.text();
    object["kind"] = nullptr;
    if (info) set_object(object, *info);
    return object;
  }

  static std::string long_line(const DirectoryEntry& entry, const std::optional<ObjectInfo>& info) {
    const bool file = info && info->kind == ObjectKind::file;
    std::string line =
        fmt::format("{:<9} {:>15} {} {}", info ? object_kind_text(info->kind) : "?",
                    file ? std::to_string(info->content_bytes) : "-", entry.cid.text(), name_of(entry, info));
    if (info && info->kind == ObjectKind::symlink) line += " -> " + name_text(info->target);
    return line + "\n";
  }

  const bool long_form_;
  const bool json_;
  BlockSource* source_;
  Console* console_;
  JsonArray array_;
  bool damaged_ = false;
};

}  // namespace

void LsCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("OBJECT", object,
                           "CID, commit or HEAD (the newest commit), each with /PATH behind it");
  global.describe_store(syntax);
  syntax.flag("-l,--long", long_form, "kind, bytes, CID and name of each");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock ls HEAD                         the newest commit's tree\n"
      "  penstock ls -l HEAD/docs                 a directory in it\n"
      "Control characters and backslashes in names are printed as \\n, \\t, \\xNN and \\\\.\n");
}

Result<int> LsCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const ObjectName name, parse_object_name(object));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY_ASSIGN(const auto found, find_content(name, *store, *source));
  const auto& [cid, info] = found;
  ObjectSource whole(*source, cid);
  Listing listing(*this, global.json, whole, console);
  if (info.kind == ObjectKind::directory) {
    DirectoryReader reader(whole);
    PENSTOCK_TRY_ASSIGN(const auto entries, reader.list(cid));
    for (const DirectoryEntry& entry : entries) listing.add(entry);
  } else {
    const std::string& path = name.path.empty() ? name.text : name.path;
    listing.add({path.substr(path.rfind('/') + 1), cid, info.dag_bytes});
  }
  listing.finish();
  return listing.damaged() ? static_cast<int>(Errc::corrupt) : 0;
}

}  // namespace penstock
