// SPDX-License-Identifier: Apache-2.0
#include "appliance/stat_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "appliance/block_count.h"
#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/commit_text.h"
#include "appliance/entry_meta_text.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/named_entry.h"
#include "appliance/object_name.h"
#include "appliance/object_text.h"
#include "appliance/posix_acl_text.h"
#include "appliance/put_record_text.h"
#include "base/size_text.h"
#include "dag/entry_kind.h"
#include "dag/hard_link_list.h"
#include "dag/object_info.h"
#include "dag/object_source.h"

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

std::string content_fields(const Cid& cid, const ObjectInfo& info) {
  std::string text = field("cid", cid.text());
  text += field("kind", fmt::format("{}{}", object_kind_text(info.kind), info.sharded ? " (sharded)" : ""));
  if (info.kind == ObjectKind::file) text += field("content", bytes_text(info.content_bytes));
  if (info.kind == ObjectKind::symlink) text += field("target", name_text(info.target));
  if (info.kind != ObjectKind::dag_cbor) text += field("dag", bytes_text(info.dag_bytes));
  text += field("block", bytes_text(info.block_bytes));
  text += field("links", std::to_string(info.links));
  return text;
}

Json content_json(const Cid& cid, const ObjectInfo& info) {
  Json object;
  object["cid"] = cid.text();
  set_object(object, info);
  if (info.kind == ObjectKind::directory) object["sharded"] = info.sharded;
  object["block_bytes"] = info.block_bytes;
  object["links"] = info.links;
  return object;
}

std::string attribute_text(const Xattr& attribute) {
  const auto* value = std::get_if<std::vector<uint8_t>>(&attribute.value);
  if (value == nullptr) return name_text(attribute.name) + " in " + std::get<Cid>(attribute.value).text();
  if (const auto acl =
          attribute.name.starts_with("system.posix_acl_") ? decode_posix_acl(*value) : std::nullopt)
    return name_text(attribute.name) + " " + posix_acl_text(*acl);
  return name_text(attribute.name) + " " + name_text(as_text(*value));
}

// `same_as`: the object that is the first name of the same file.
std::string meta_fields(const MetaEntry& meta, const std::optional<MetaRoot>& root, uint64_t hard_links,
                        const std::string& same_as) {
  std::string text;
  text += field("mode", fmt::format("{:06o} {}", meta.mode, mode_text(meta.mode)));
  text += field("owner", fmt::format("{} ({})", user_text(root, meta.uid), meta.uid));
  text += field("group", fmt::format("{} ({})", group_text(root, meta.gid), meta.gid));
  text += field("mtime", exact_file_time_text(meta.mtime));
  if (meta.device) text += field("device", fmt::format("{}, {}", meta.device->major, meta.device->minor));
  if (hard_links > 1) text += field("names", std::to_string(hard_links));
  if (!same_as.empty()) text += field("same as", name_text(same_as));
  for (const Xattr& attribute : meta.xattrs) text += field("attribute", attribute_text(attribute));
  return text;
}

// An entry of a tree, or an object by its CID alone.
struct Shown {
  const NamedEntry& found;
  std::optional<ObjectInfo> info;  // of content
  uint64_t hard_links = 1;
  std::string same_as{};

  std::optional<MetaRoot> root() const { return found.tree ? found.tree->meta : std::nullopt; }
  std::string kind() const {
    return std::string(entry_kind_text(kind_of_mode(found.entry.meta ? found.entry.meta->mode : 0)));
  }
};

std::string entry_fields(const Shown& shown) {
  const TreeEntry& entry = shown.found.entry;
  std::string text = shown.info ? content_fields(*entry.content, *shown.info) : field("kind", shown.kind());
  if (entry.meta) text += meta_fields(*entry.meta, shown.root(), shown.hard_links, shown.same_as);
  return text;
}

Json entry_json(const Shown& shown) {
  const TreeEntry& entry = shown.found.entry;
  Json object;
  if (shown.info) {
    object = content_json(*entry.content, *shown.info);
  } else {
    object["cid"] = nullptr;
    object["kind"] = shown.kind();
  }
  if (!entry.meta) return object;
  set_meta(object, *entry.meta, shown.root());
  object["hard_links"] = shown.hard_links;
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

Result<Surroundings> surroundings(const Cid& cid, bool count, Store& store, BlockSource& source) {
  Surroundings around;
  PENSTOCK_TRY_ASSIGN(around.placement, store.find(cid.digest));
  if (count) {
    PENSTOCK_TRY_ASSIGN(around.blocks, count_blocks(source, cid));
  }
  return around;
}

Json paths_json(const std::vector<std::string>& paths) {
  Json rows = Json::array();
  for (const std::string& path : paths) {
    Json row;
    set_text(row, "path", path);
    rows.push_back(std::move(row));
  }
  return rows;
}

// Of the put that made it what the metadata says, where that can be read.
int print_commit(const Cid& cid, const Commit& commit, const Surroundings& around, BlockSource& source,
                 bool json, Console& console) {
  const auto meta = read_meta_root(source, commit);
  if (!meta) console.report(meta.error());
  const bool has_meta = meta && meta->has_value();
  if (json) {
    Json object = commit_json(cid, commit);
    object["put"] = has_meta ? put_record_json((*meta)->unread, (*meta)->choice) : Json();
    object["from"] = has_meta ? paths_json((*meta)->from) : Json();
    print_object(std::move(object), around, console);
  } else {
    std::string text = commit_fields(cid, commit);
    for (const std::string& path : has_meta ? (*meta)->from : std::vector<std::string>())
      text += field("from", name_text(path));
    if (has_meta) text += put_record_fields((*meta)->unread, (*meta)->choice);
    print_fields(std::move(text), around, console);
  }
  return meta ? 0 : static_cast<int>(meta.error().code);
}

}  // namespace

void StatCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("OBJECT", object,
                           "CID, commit, HEAD (the newest), HEAD~N, each with /PATH behind it; or NAME:PATH");
  global.describe_store(syntax);
  syntax.flag("--blocks", count_blocks, "walk the whole tree and count its distinct blocks");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock stat HEAD                       all that the newest commit says\n"
      "  penstock stat HEAD/etc/passwd            an entry of it: content, mode, owner, time, attributes\n"
      "  penstock stat HEAD/disk.img --blocks     a file in it, with its blocks counted\n");
}

Result<int> StatCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(ObjectName name, parse_object_name(object));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY(resolve_start(name, *store, *source));
  if (name.path.empty()) {
    PENSTOCK_TRY_ASSIGN(const NamedObject start, find_object(name, *store, *source));
    if (start.info.kind == ObjectKind::commit) {
      PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(*source, start.cid));
      PENSTOCK_TRY_ASSIGN(const Surroundings around, surroundings(start.cid, count_blocks, *store, *source));
      return print_commit(start.cid, commit, around, *source, global.json, console);
    }
  }
  PENSTOCK_TRY_ASSIGN(const NamedEntry found, find_entry(name, *store, *source));
  if (found.damage) console.report(*found.damage);
  Shown shown{found, std::nullopt, 1};
  Surroundings around;
  if (found.entry.content) {
    const Cid& cid = *found.entry.content;
    PENSTOCK_TRY_ASSIGN(const Cid start, named_start(name, *store));
    ObjectSource whole(*source, start);
    PENSTOCK_TRY_ASSIGN(shown.info, inspect(whole, cid));
    PENSTOCK_TRY_ASSIGN(around, surroundings(cid, count_blocks, *store, *source));
  }
  if (const auto& meta = found.entry.meta; meta && found.tree->meta) {
    const std::string path = meta->hard_link.empty() ? put_path(*found.tree, name.path) : meta->hard_link;
    PENSTOCK_TRY_ASSIGN(shown.hard_links, count_hard_links(*source, found.tree->meta->hard_links, path));
    if (!meta->hard_link.empty()) shown.same_as = name.start + tree_path(*found.tree, meta->hard_link);
  }
  if (global.json) {
    print_object(entry_json(shown), around, console);
  } else {
    print_fields(entry_fields(shown), around, console);
  }
  return found.damage ? static_cast<int>(Errc::corrupt) : 0;
}

}  // namespace penstock
