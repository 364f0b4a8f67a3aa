// SPDX-License-Identifier: Apache-2.0
#include "appliance/diff_command.h"

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
#include "dag/tree_diff.h"

namespace penstock {
namespace {

char letter(const Difference& difference) {
  if (!difference.before) return 'A';
  if (!difference.after) return 'D';
  return difference.metadata_alone ? 'U' : 'M';
}

std::string line(const Difference& difference) {
  const DiffSide& side = difference.after ? *difference.after : *difference.before;
  const std::string path = difference.path.empty() ? "." : difference.path;
  return fmt::format("{} {}\n", letter(difference), entry_text(path, side.kind == EntryKind::directory));
}

Json side_json(const std::optional<DiffSide>& side, const std::optional<MetaRoot>& root) {
  if (!side) return {};
  const TreeEntry& entry = side->entry;
  Json object;
  object["cid"] = entry.content ? Json(entry.content->text()) : Json();
  object["kind"] = entry_kind_text(side->kind);
  if (!entry.meta) return object;
  if (side->kind == EntryKind::file) object["content_bytes"] = entry.meta->size;
  set_meta(object, *entry.meta, root);
  return object;
}

// What is compared on one side: its metadata's root is kept for the names of owners.
std::optional<MetaRoot> meta_root(const NamedEntry& found) {
  return found.tree ? found.tree->meta : std::nullopt;
}

}  // namespace

void DiffCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("A", before,
                           "CID, commit, HEAD or HEAD~N, each with /PATH behind it; or NAME:PATH");
  syntax.required_argument("B", after, "the same");
  global.describe_store(syntax);
  global.describe_json(syntax);
  syntax.examples(
      "  penstock diff HEAD~1 HEAD                A path: added; D path: removed; M path: changed;\n"
      "                                           U path: metadata alone (mode, owner, time, attributes)\n"
      "  penstock diff home~1: home:              the newest commits of one name\n"
      "  penstock diff HEAD~1/docs HEAD/docs      a part of both\n"
      "A directory on one side only is one line; the exit code is 0 whether there are differences or not.\n");
}

Result<int> DiffCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(ObjectName before_name, parse_object_name(before));
  PENSTOCK_TRY_ASSIGN(ObjectName after_name, parse_object_name(after));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY(resolve_start(before_name, *store, *source));
  PENSTOCK_TRY(resolve_start(after_name, *store, *source));
  PENSTOCK_TRY_ASSIGN(const NamedEntry found_before, find_entry(before_name, *store, *source));
  PENSTOCK_TRY_ASSIGN(const NamedEntry found_after, find_entry(after_name, *store, *source));
  const std::optional<MetaRoot> root_before = meta_root(found_before);
  const std::optional<MetaRoot> root_after = meta_root(found_after);
  bool damaged = false;
  for (const NamedEntry* found : {&found_before, &found_after}) {
    if (!found->damage) continue;
    console.report(*found->damage);
    damaged = true;
  }
  JsonArray array(console);
  const auto print = [&](const Difference& difference) -> Status {
    if (!global.json) {
      console.print(line(difference));
      return {};
    }
    Json object;
    object["change"] = std::string(1, letter(difference));
    set_text(object, "path", difference.path);
    object["before"] = side_json(difference.before, root_before);
    object["after"] = side_json(difference.after, root_after);
    array.add(object);
    return {};
  };
  const auto misfit = [&](const std::string& path, Error error) {
    if (!path.empty()) error.what = line_text(path) + ": " + error.what;
    console.report(error);
    damaged = true;
  };
  PENSTOCK_TRY(diff_entries(*source, found_before.entry, found_after.entry, print, {}, misfit));
  if (global.json) array.finish();
  return damaged ? static_cast<int>(Errc::corrupt) : 0;
}

}  // namespace penstock
