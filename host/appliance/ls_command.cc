// SPDX-License-Identifier: Apache-2.0
#include "appliance/ls_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/entry_meta_text.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/named_entry.h"
#include "appliance/object_name.h"
#include "appliance/object_text.h"
#include "dag/entry_kind.h"
#include "dag/hard_link_list.h"
#include "dag/object_info.h"
#include "dag/object_source.h"
#include "dag/tree_cursor.h"

namespace penstock {
namespace {

// Prints entries one after the other in the form asked for.
class Listing {
 public:
  Listing(const LsCommand& command, bool json, BlockSource& source, const std::optional<CommitTree>& tree,
          Console& console)
      : long_form_(command.long_form),
        json_(json),
        source_(&source),
        tree_(&tree),
        console_(&console),
        array_(console) {}

  // An entry that cannot be looked at is named on standard error and listed without kind and size. `path`:
  // the entry's in the commit.
  void add(const TreeEntry& entry, const std::string& path) {
    Row row{entry, std::nullopt, 1};
    Status looked = look(row, path);
    if (!looked) {
      Error error = std::move(looked).error();
      error.what = name_text(entry.name) + ": " + error.what;
      report(error);
    }
    print(row);
  }

  void report(const Error& error) {
    damaged_ = true;
    console_->report(error);
  }
  void finish() {
    if (json_) array_.finish();
  }
  bool damaged() const { return damaged_; }

 private:
  struct Row {
    const TreeEntry& entry;
    std::optional<ObjectInfo> info;  // of content
    uint64_t links = 1;
  };

  Status look(Row& row, const std::string& path) const {
    const TreeEntry& entry = row.entry;
    const bool told = long_form_ || json_;
    if (told && entry.meta && (*tree_)->meta && kind_of_mode(entry.meta->mode) != EntryKind::directory) {
      const std::string& first = entry.meta->hard_link;
      PENSTOCK_TRY_ASSIGN(row.links, count_hard_links(*source_, (*tree_)->meta->hard_links,
                                                      first.empty() ? put_path(**tree_, path) : first));
    }
    if (entry.content) {
      PENSTOCK_TRY_ASSIGN(row.info, inspect(*source_, *entry.content));
    }
    return {};
  }

  void print(const Row& row) {
    if (json_) {
      array_.add(json_entry(row));
    } else if (long_form_) {
      console_->print(row.entry.meta ? meta_line(row) : long_line(row));
    } else {
      console_->print(name_of(row) + "\n");
    }
  }

  static bool is_directory(const Row& row) {
    return row.info ? row.info->kind == ObjectKind::directory
                    : row.entry.meta && kind_of_mode(row.entry.meta->mode) == EntryKind::directory;
  }

  static std::string name_of(const Row& row) { return entry_text(row.entry.name, is_directory(row)); }

  Json json_entry(const Row& row) const {
    Json object;
    set_text(object, "name", row.entry.name);
    object["cid"] = row.entry.content ? Json(row.entry.content->text()) : Json();
    object["kind"] = nullptr;
    if (row.info) {
      set_object(object, *row.info);
    } else if (!row.entry.content && row.entry.meta) {
      object["kind"] = entry_kind_text(kind_of_mode(row.entry.meta->mode));
    }
    if (!row.entry.meta) return object;
    set_meta(object, *row.entry.meta, (*tree_)->meta);
    object["hard_links"] = row.links;
    return object;
  }

  static std::string target_of(const Row& row) {
    return row.info && row.info->kind == ObjectKind::symlink ? " -> " + name_text(row.info->target) : "";
  }

  std::string meta_line(const Row& row) const {
    const MetaEntry& meta = *row.entry.meta;
    std::string size = "-";
    if (meta.device) size = fmt::format("{}, {}", meta.device->major, meta.device->minor);
    if (row.info && row.info->kind == ObjectKind::file) size = std::to_string(row.info->content_bytes);
    if (row.entry.content && !row.info) size = "?";
    return fmt::format("{}{} {:>3} {:<8} {:<8} {:>15} {} {}{}\n", mode_text(meta.mode),
                       has_acl(meta) ? '+' : ' ', row.links, user_text((*tree_)->meta, meta.uid),
                       group_text((*tree_)->meta, meta.gid), size, file_time_text(meta.mtime), name_of(row),
                       target_of(row));
  }

  static std::string long_line(const Row& row) {
    const auto& info = row.info;
    const bool file = info && info->kind == ObjectKind::file;
    return fmt::format("{:<9} {:>15} {} {}{}\n", info ? object_kind_text(info->kind) : "?",
                       file ? std::to_string(info->content_bytes) : "-",
                       row.entry.content ? row.entry.content->text() : "-", name_of(row), target_of(row));
  }

  const bool long_form_;
  const bool json_;
  BlockSource* source_;
  const std::optional<CommitTree>* tree_;
  Console* console_;
  JsonArray array_;
  bool damaged_ = false;
};

// What is no directory is called so: as it was when it was put, if that is known.
std::string own_name(const ObjectName& name, const NamedEntry& found) {
  if (!name.path.empty()) return name.path.substr(name.path.rfind('/') + 1);
  if (!found.tree) return name.text;
  if (!found.tree->top.name.empty()) return found.tree->top.name;
  return found.tree->commit.name.empty() ? name.text : found.tree->commit.name;
}

}  // namespace

void LsCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("OBJECT", object,
                           "CID, commit, HEAD (the newest), HEAD~N, each with /PATH behind it; or NAME:PATH");
  global.describe_store(syntax);
  syntax.flag("-l,--long", long_form,
              "mode, links, owner, group, bytes, time and name of each; kind, bytes, CID and name "
              "where there is no metadata");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock ls HEAD                         the newest commit's tree\n"
      "  penstock ls -l HEAD/docs                 a directory in it\n"
      "Control characters and backslashes in names are printed as \\n, \\t, \\xNN and \\\\.\n");
}

Result<int> LsCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(ObjectName name, parse_object_name(object));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY(resolve_start(name, *store, *source));
  PENSTOCK_TRY_ASSIGN(const NamedEntry found, find_entry(name, *store, *source));
  PENSTOCK_TRY_ASSIGN(const Cid start, named_start(name, *store));
  // What is named is there: that something below it is not is damage.
  ObjectSource whole(*source, start);
  Listing listing(*this, global.json, whole, found.tree, console);
  if (found.damage) listing.report(*found.damage);
  PENSTOCK_TRY_ASSIGN(const EntryKind kind, entry_kind(whole, found.entry));
  if (kind == EntryKind::directory) {
    PENSTOCK_TRY_ASSIGN(
        TreeCursor cursor,
        TreeCursor::open(whole, found.entry.directory(), [&](const Error& error) { listing.report(error); }));
    const std::string above = name.path.empty() ? "" : name.path + "/";
    for (;;) {
      PENSTOCK_TRY_ASSIGN(const std::optional<TreeEntry> entry, cursor.next());
      if (!entry) break;
      listing.add(*entry, above + entry->name);
    }
  } else {
    TreeEntry itself = found.entry;
    itself.name = own_name(name, found);
    listing.add(itself, name.path);
  }
  listing.finish();
  return listing.damaged() ? static_cast<int>(Errc::corrupt) : 0;
}

}  // namespace penstock
