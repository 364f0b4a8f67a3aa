// SPDX-License-Identifier: Apache-2.0
#include "appliance/diff_command.h"

#include <fmt/format.h>

#include <memory>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/json_text.h"
#include "appliance/object_name.h"
#include "appliance/object_text.h"
#include "dag/tree_diff.h"

namespace penstock {
namespace {

char letter(const Difference& difference) {
  if (!difference.before) return 'A';
  return difference.after ? 'M' : 'D';
}

std::string line(const Difference& difference) {
  const DiffSide& side = difference.after ? *difference.after : *difference.before;
  const std::string path = difference.path.empty() ? "." : difference.path;
  return fmt::format("{} {}\n", letter(difference), entry_text(path, side.kind == ObjectKind::directory));
}

Json side_json(const std::optional<DiffSide>& side) {
  if (!side) return {};
  return {{"cid", side->cid.text()}, {"kind", object_kind_text(side->kind)}};
}

Json difference_json(const Difference& difference) {
  Json object;
  object["change"] = std::string(1, letter(difference));
  set_text(object, "path", difference.path);
  object["before"] = side_json(difference.before);
  object["after"] = side_json(difference.after);
  return object;
}

}  // namespace

void DiffCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("A", before, "CID, commit or HEAD, each with /PATH behind it");
  syntax.required_argument("B", after, "the same");
  global.describe_store(syntax);
  global.describe_json(syntax);
  syntax.examples(
      "  penstock diff COMMIT HEAD                A path: added; D path: removed; M path: changed\n"
      "A directory on one side only is one line; the exit code is 0 whether there are differences or not.\n");
}

Result<int> DiffCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const ObjectName before_name, parse_object_name(before));
  PENSTOCK_TRY_ASSIGN(const ObjectName after_name, parse_object_name(after));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY_ASSIGN(const auto found_before, find_object(before_name, *store, *source));
  PENSTOCK_TRY_ASSIGN(const auto found_after, find_object(after_name, *store, *source));
  JsonArray array(console);
  const auto print = [&](const Difference& difference) -> Status {
    if (global.json) {
      array.add(difference_json(difference));
    } else {
      console.print(line(difference));
    }
    return {};
  };
  PENSTOCK_TRY(diff_trees(*source, found_before.cid, found_after.cid, print));
  if (global.json) array.finish();
  return 0;
}

}  // namespace penstock
