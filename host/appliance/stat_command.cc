// SPDX-License-Identifier: Apache-2.0
#include "appliance/stat_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "appliance/block_count.h"
#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_text.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/object_name.h"
#include "appliance/object_text.h"
#include "base/size_text.h"
#include "dag/object_info.h"

namespace penstock {
namespace {

// What stat knows beside the object's own block.
struct Surroundings {
  std::optional<BlockCount> blocks;
  std::optional<Placement> placement;  // nothing: in no segment, as genesis
};

std::string field(std::string_view name, const std::string& value) {
  return fmt::format("{:<10} {}\n", name, value);
}

std::string bytes_text(uint64_t bytes) {
  return bytes < 1024 ? fmt::format("{} bytes", bytes)
                      : fmt::format("{} bytes ({})", bytes, human_size(bytes));
}

std::string object_fields(const Cid& cid, const ObjectInfo& info) {
  std::string text = field("cid", cid.text());
  text += field("kind", fmt::format("{}{}", object_kind_text(info.kind), info.sharded ? " (sharded)" : ""));
  if (info.kind == ObjectKind::file) text += field("content", bytes_text(info.content_bytes));
  if (info.kind == ObjectKind::symlink) text += field("target", name_text(info.target));
  if (info.kind != ObjectKind::dag_cbor) text += field("dag", bytes_text(info.dag_bytes));
  text += field("block", bytes_text(info.block_bytes));
  text += field("links", std::to_string(info.links));
  return text;
}

Json object_json(const Cid& cid, const ObjectInfo& info) {
  Json object;
  object["cid"] = cid.text();
  set_object(object, info);
  if (info.kind == ObjectKind::directory) object["sharded"] = info.sharded;
  object["block_bytes"] = info.block_bytes;
  object["links"] = info.links;
  return object;
}

void print_fields(std::string text, const Surroundings& around, Console& console) {
  if (around.blocks) {
    text += field("blocks", fmt::format("{} leaves, {} nodes", around.blocks->leaves, around.blocks->nodes));
  }
  if (const auto& place = around.placement) {
    text += field("stored", fmt::format("segment {}, record at {}, place {}", place->segment, place->record,
                                        place->place));
  }
  console.print(text);
}

void print_object(Json object, const Surroundings& around, Console& console) {
  if (around.blocks) {
    object["blocks"] = {{"leaves", around.blocks->leaves}, {"nodes", around.blocks->nodes}};
  }
  object["stored"] = nullptr;
  if (const auto& place = around.placement) {
    object["stored"] = {{"segment", place->segment}, {"record", place->record}, {"place", place->place}};
  }
  print_json(console, object);
}

}  // namespace

void StatCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("OBJECT", object,
                           "CID, commit or HEAD (the newest commit), each with /PATH behind it");
  global.describe_store(syntax);
  syntax.flag("--blocks", count_blocks, "walk the whole tree and count its distinct blocks");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock stat HEAD                       all that the newest commit says\n"
      "  penstock stat HEAD/disk.img --blocks     a file in it, with its blocks counted\n");
}

Result<int> StatCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const ObjectName name, parse_object_name(object));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY_ASSIGN(const auto found, find_object(name, *store, *source));
  const auto& [cid, info] = found;
  Surroundings around;
  PENSTOCK_TRY_ASSIGN(around.placement, store->find(cid.digest));
  if (count_blocks) {
    PENSTOCK_TRY_ASSIGN(around.blocks, penstock::count_blocks(*source, cid));
  }
  if (info.kind == ObjectKind::commit) {
    PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(*source, cid));
    if (global.json) {
      print_object(commit_json(cid, commit), around, console);
    } else {
      print_fields(commit_fields(cid, commit), around, console);
    }
  } else if (global.json) {
    print_object(object_json(cid, info), around, console);
  } else {
    print_fields(object_fields(cid, info), around, console);
  }
  return 0;
}

}  // namespace penstock
