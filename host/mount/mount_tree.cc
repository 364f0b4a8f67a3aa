// SPDX-License-Identifier: Apache-2.0
#include "mount/mount_tree.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/object_info.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

Failure no_such(std::string_view name) {
  return fail(Errc::absent, "'" + printable(name) + "'", "there is no such entry");
}

Failure not_a(std::string_view kind, const MountNode& node) {
  return fail(Errc::usage, "'" + printable(node.name) + "'", "it is not a " + std::string(kind));
}

constexpr size_t kReportedMax = 4096;

// What a mount needs of a directory: what changed since it was read is for puts.
TreeDirectory directory_of(const TreeEntry& entry) {
  return {entry.content, entry.list, std::nullopt};
}

// That a block of a file is not there is damage: only names may be absent.
template <class T>
Result<T> present(Result<T> done) {
  if (done || done.error().code != Errc::absent) return done;
  Error error = done.error();
  error.code = Errc::corrupt;
  return Failure(std::move(error));
}

bool is_upper(const MountNode& node) {
  return node.kind != MountNode::Kind::entry && node.kind != MountNode::Kind::latest;
}

// What the only entry of a commit without a directory is called: as it was there, else as the commit is.
std::string root_name(const CommitTree& tree) {
  if (!tree.top.name.empty()) return tree.top.name;
  if (tree.commit.paths.size() == 1 && tree.commit.paths[0] != "-") {
    const std::string& path = tree.commit.paths[0];
    std::string name = path.substr(path.find_last_of('/') + 1);
    if (entry_name_fault(name).empty()) return name;
  }
  std::string name = group_folder_name(tree.commit.name);
  return name.empty() ? "content" : name;
}

TreeEntry root_entry(const CommitTree& tree) {
  TreeEntry entry = tree.top;
  entry.name = root_name(tree);
  return entry;
}

}  // namespace

template <class T>
Result<T> MountTree::serve(uint32_t process, const Request<T>& request) {
  PENSTOCK_TRY_ASSIGN(auto generation, store_->current());
  const auto ask = [&](bool last_try) {
    const StoreGeneration::Lent reader = generation->lend(process);
    reader->last_try = last_try;
    return request(*reader);
  };
  const auto is_settled = [](const Result<T>& done) {
    return done || (done.error().code != Errc::corrupt && done.error().code != Errc::failed);
  };
  Result<T> done = ask(false);
  if (is_settled(done)) return done;
  // It may be a file that a writer has replaced, or lie behind what was there when the store was opened.
  if (auto anew = store_->replace(generation)) {
    generation = std::move(*anew);
    done = ask(false);
    if (is_settled(done)) {
      store_->was_worth_it();
      return done;
    }
  }
  if (done.error().code == Errc::corrupt) done = ask(true);
  if (!done) report(done.error());
  return done;
}

void MountTree::report(const Error& error) {
  const std::lock_guard lock(reporting_);
  if (reported_.size() < kReportedMax && !reported_.insert(error.message()).second) return;
  if (options_.report) options_.report(error);
}

void MountTree::doubt(const MountNode& directory) {
  const std::lock_guard lock(reporting_);
  if (doubted_.size() < kReportedMax) doubted_.insert(directory.inode);
}

bool MountTree::is_doubted(const MountNode& directory) {
  const std::lock_guard lock(reporting_);
  return doubted_.size() >= kReportedMax || doubted_.contains(directory.inode);
}

Result<std::shared_ptr<const MountNode>> MountTree::node_of(uint64_t id) const {
  auto node = nodes_.find(id);
  if (!node) return no_such("node " + std::to_string(id));
  return node;
}

Result<MountNode> MountTree::commit_folder(const std::shared_ptr<const MountNode>& directory,
                                           std::string_view name, const Cid& commit, MountReader& reader) {
  auto opened = open_commit_tree(*reader.blocks, commit);
  if (!opened && opened.error().code == Errc::corrupt && reader.last_try) {
    PENSTOCK_TRY_ASSIGN(const Commit read, read_commit(*reader.blocks, commit));
    report(opened.error());
    opened = content_tree(commit, read);
  }
  if (!opened) return Failure(std::move(opened).error());
  CommitTree tree = std::move(*opened);
  ObjectSource whole(*reader.blocks, commit);
  PENSTOCK_TRY_ASSIGN(const EntryKind kind, entry_kind(whole, tree.top));
  MountNode node;
  node.kind = MountNode::Kind::entry;
  node.parent = directory;
  node.name = name;
  node.tree = std::make_shared<const CommitTree>(std::move(tree));
  node.entry_kind = EntryKind::directory;
  node.around_root = kind != EntryKind::directory;
  if (!node.around_root) {
    node.entry = node.tree->top;
    node.path = put_path(*node.tree, "");
  }
  node.inode = inode_of_path(*node.tree, node.path);
  return node;
}

Result<MountNode> MountTree::entry_node(const std::shared_ptr<const MountNode>& directory, TreeEntry entry,
                                        MountReader& reader) {
  MountNode node;
  node.kind = MountNode::Kind::entry;
  node.parent = directory;
  node.name = entry.name;
  node.tree = directory->tree;
  node.depth = directory->depth + 1;
  if (node.depth > kDirectoryDepthMax)
    return fail(Errc::corrupt, "'" + printable(node.name) + "'", "it is nested deeper than 1,024 levels",
                kMalformedRemedy);
  ObjectSource whole(*reader.blocks, node.tree->cid);
  PENSTOCK_TRY_ASSIGN(node.entry_kind, entry_kind(whole, entry));
  node.path = directory->path.empty() ? entry.name : directory->path + "/" + entry.name;
  node.inode = entry.meta && !entry.meta->hard_link.empty() ? inode_of_path(*node.tree, entry.meta->hard_link)
                                                            : inode_below(directory->inode, entry.name);
  // Not by the metadata's word alone: what it says to be another name of a file has that file's content.
  if (node.entry_kind != EntryKind::directory && entry.content)
    node.inode = inode_below(node.inode, as_text(Bytes(entry.content->digest.bytes)));
  node.entry = std::move(entry);
  return node;
}

Result<MountNode> MountTree::child(const std::shared_ptr<const MountNode>& directory, std::string_view name,
                                   MountReader& reader) {
  if (is_upper(*directory)) {
    const auto named = upper_.find(*directory, name);
    if (!named) return no_such(name);
    if (named->commit) return commit_folder(directory, name, *named->commit, reader);
    MountNode node;
    node.kind = named->kind;
    node.parent = directory;
    node.name = name;
    node.inode = inode_below(directory->inode, name);
    return node;
  }
  if (directory->kind != MountNode::Kind::entry || directory->entry_kind != EntryKind::directory)
    return not_a("directory", *directory);
  if (directory->around_root) {
    TreeEntry root = root_entry(*directory->tree);
    if (root.name != name) return no_such(name);
    return entry_node(directory, std::move(root), reader);
  }
  PENSTOCK_TRY_ASSIGN(TreeEntry entry, look_in(*directory, name, reader));
  return entry_node(directory, std::move(entry), reader);
}

Result<TreeEntry> MountTree::look_in(const MountNode& directory, std::string_view name, MountReader& reader) {
  ObjectSource whole(*reader.blocks, directory.tree->cid);
  auto entry = look_up_entry(whole, directory_of(directory.entry), name);
  if (entry || entry.error().code != Errc::corrupt || !directory.entry.list || !reader.last_try) return entry;
  auto bare = look_up_entry(whole, {directory.entry.content, std::nullopt, std::nullopt}, name);
  if (bare) report(entry.error());
  return bare ? bare : entry;
}

Result<MountTree::Found> MountTree::found(const std::shared_ptr<const MountNode>& node,
                                          MountReader& reader) const {
  Found found;
  found.node = node->id;
  found.lasting = node->kind == MountNode::Kind::entry && !lacks_metadata(*node);
  PENSTOCK_TRY_ASSIGN(found.status, node_status(*node, options_.owner, reader));
  return found;
}

Result<MountTree::Found> MountTree::look_up(uint64_t directory, std::string_view name, uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto parent, node_of(directory));
  if (is_upper(*parent)) {
    PENSTOCK_TRY(upper_.learn());
  }
  return serve<Found>(process, [&](MountReader& reader) -> Result<Found> {
    PENSTOCK_TRY_ASSIGN(MountNode node, child(parent, name, reader));
    PENSTOCK_TRY_ASSIGN(Found result, found(std::make_shared<const MountNode>(node), reader));
    result.node = nodes_.refer(std::move(node))->id;
    return result;
  });
}

Result<MountTree::Found> MountTree::status(uint64_t id, uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(id));
  return serve<Found>(process, [&](MountReader& reader) { return found(node, reader); });
}

Result<std::string> MountTree::target(uint64_t symlink, uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(symlink));
  if (node->kind == MountNode::Kind::latest) return upper_.latest(*node->parent);
  if (node->kind != MountNode::Kind::entry || node->entry_kind != EntryKind::symlink || !node->entry.content)
    return not_a("symlink", *node);
  return serve<std::string>(process, [&](MountReader& reader) -> Result<std::string> {
    ObjectSource whole(*reader.blocks, node->tree->cid);
    PENSTOCK_TRY_ASSIGN(ObjectInfo info, inspect(whole, *node->entry.content));
    return std::move(info.target);
  });
}

Result<size_t> MountTree::read(uint64_t file, uint64_t offset, MutableBytes into, uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(file));
  if (node->kind != MountNode::Kind::entry || node->entry_kind != EntryKind::file || !node->entry.content)
    return not_a("file", *node);
  const auto read_some = [&](MountReader& reader) -> Result<size_t> {
    PENSTOCK_TRY_ASSIGN(const uint64_t bytes, reader.files.open(*node->entry.content, 0, 0));
    if (offset >= bytes) return 0;
    PENSTOCK_TRY(reader.files.open(*node->entry.content, offset, into.size()));
    size_t done = 0;
    for (;;) {
      PENSTOCK_TRY_ASSIGN(const std::optional<FileExtent> extent, reader.files.next());
      if (!extent) return done;
      uint8_t* to = into.data() + done;
      if (extent->kind == FileExtent::Kind::zeros) {
        std::memset(to, 0, extent->length);
      } else if (extent->kind == FileExtent::Kind::inline_bytes) {
        std::ranges::copy(extent->bytes, to);
      } else {
        PENSTOCK_TRY_ASSIGN(const Bytes leaf, reader.blocks->read(extent->leaf));
        if (leaf.size() != extent->leaf_bytes)
          return malformed_block(extent->leaf, "it is not as long as the file's tree says");
        std::ranges::copy(leaf.subspan(extent->leaf_offset, extent->length), to);
      }
      done += extent->length;
    }
  };
  return serve<size_t>(process, [&](MountReader& reader) { return present(read_some(reader)); });
}

Result<std::optional<uint64_t>> MountTree::seek(uint64_t file, uint64_t offset, bool zeros,
                                                uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(file));
  if (node->kind != MountNode::Kind::entry || node->entry_kind != EntryKind::file || !node->entry.content)
    return not_a("file", *node);
  using Place = std::optional<uint64_t>;
  const auto look = [&](MountReader& reader) -> Result<Place> {
    PENSTOCK_TRY_ASSIGN(const uint64_t bytes, reader.files.open(*node->entry.content, offset));
    if (offset >= bytes) return Place();
    for (;;) {
      PENSTOCK_TRY_ASSIGN(const std::optional<FileExtent> extent, reader.files.next());
      if (!extent) return zeros ? Place(bytes) : Place();
      if ((extent->kind == FileExtent::Kind::zeros) == zeros) return Place(extent->file_offset);
    }
  };
  return serve<Place>(process, [&](MountReader& reader) { return present(look(reader)); });
}

Result<std::optional<uint64_t>> MountTree::next_hole(uint64_t file, uint64_t offset, uint32_t process) {
  return seek(file, offset, true, process);
}

Result<std::optional<uint64_t>> MountTree::next_data(uint64_t file, uint64_t offset, uint32_t process) {
  return seek(file, offset, false, process);
}

Result<std::vector<std::string>> MountTree::attribute_names(uint64_t id) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(id));
  std::vector<std::string> names;
  if (node->entry.meta) {
    for (const Xattr& one : node->entry.meta->xattrs) names.push_back(one.name);
  }
  return names;
}

Result<std::vector<uint8_t>> MountTree::attribute(uint64_t id, std::string_view name, uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(id));
  if (!node->entry.meta) return no_such(name);
  const auto& attributes = node->entry.meta->xattrs;
  const auto found = std::ranges::find(attributes, name, &Xattr::name);
  if (found == attributes.end()) return no_such(name);
  if (const auto* value = std::get_if<std::vector<uint8_t>>(&found->value)) return *value;
  return serve<std::vector<uint8_t>>(process, [&](MountReader& reader) -> Result<std::vector<uint8_t>> {
    ObjectSource whole(*reader.blocks, node->tree->cid);
    PENSTOCK_TRY_ASSIGN(const Bytes block, whole.read(std::get<Cid>(found->value)));
    return std::vector<uint8_t>(block.begin(), block.end());
  });
}

Result<std::unique_ptr<MountDirectory>> MountTree::open_directory(uint64_t id, uint32_t user,
                                                                  uint32_t process) {
  PENSTOCK_TRY_ASSIGN(const auto node, node_of(id));
  auto directory = std::make_unique<MountDirectory>();
  directory->node = node;
  if (is_upper(*node)) {
    PENSTOCK_TRY(upper_.learn());
    directory->names = upper_.names(*node);
    uint64_t bytes = 0;
    for (const std::string& name : directory->names) bytes += sizeof name + name.capacity();
    PENSTOCK_TRY_ASSIGN(directory->room, listings_.open(user, bytes));
    return directory;
  }
  if (node->entry_kind != EntryKind::directory) return not_a("directory", *node);
  PENSTOCK_TRY_ASSIGN(directory->room, listings_.open(user, 0));
  if (node->around_root) return directory;
  // Read once now, so that damage is told by opening it.
  using Opened = std::unique_ptr<MountDirectory>;
  return serve<Opened>(process, [&](MountReader& reader) -> Result<Opened> {
    PENSTOCK_TRY(rewind(*directory, reader));
    return std::move(directory);
  });
}

bool MountTree::is_lasting(const MountDirectory& directory) {
  const MountNode& node = *directory.node;
  return node.kind == MountNode::Kind::entry && !lacks_metadata(node) && !is_doubted(node);
}

Status MountTree::rewind(MountDirectory& directory, MountReader& reader) {
  directory.source.use(reader.blocks.get());
  directory.cursor.reset();
  directory.waiting.reset();
  directory.at = 0;
  directory.damage.reset();
  const auto told = [this, &directory](const Error& error) {
    if (is_join_fault(error)) {
      report(error);  // it is so in any store
    } else {
      directory.damage = error;
    }
  };
  const TreeDirectory tree = directory_of(directory.node->entry);
  if (!directory.listing && tree.content) {
    PENSTOCK_TRY_ASSIGN(directory.listing, present(listings_.entries(directory.source, *tree.content)));
  } else if (!directory.listing) {
    directory.listing = std::make_shared<const DirectoryEntries>();
  }
  PENSTOCK_TRY_ASSIGN(directory.cursor, TreeCursor::open(directory.source, tree, directory.listing, told));
  return advance(directory, reader);
}

// A list that cannot be read is a failure until it is known that there is no newer store to ask.
Status MountTree::advance(MountDirectory& directory, const MountReader& reader) {
  PENSTOCK_TRY_ASSIGN(directory.waiting, directory.cursor->next());
  if (!directory.damage) return {};
  const Error damage = *std::exchange(directory.damage, std::nullopt);
  if (!reader.last_try) return Failure(damage);
  doubt(*directory.node);
  report(damage);
  return {};
}

Result<std::optional<TreeEntry>> MountTree::entry_at(MountDirectory& directory, uint64_t place,
                                                     MountReader& reader) {
  if (directory.node->around_root)
    return place == 0 ? std::optional(root_entry(*directory.node->tree)) : std::nullopt;
  auto entry = walk_to(directory, place, reader);
  // Whoever asks again begins anew: a cursor that failed may have passed over an entry.
  if (!entry) directory.cursor.reset();
  return entry;
}

Result<std::optional<TreeEntry>> MountTree::walk_to(MountDirectory& directory, uint64_t place,
                                                    MountReader& reader) {
  if (place < directory.at || !directory.cursor) {
    PENSTOCK_TRY(rewind(directory, reader));
  }
  directory.source.use(reader.blocks.get());
  for (; directory.at < place && directory.waiting; ++directory.at) {
    PENSTOCK_TRY(advance(directory, reader));
  }
  return directory.waiting;
}

// Without looking into commits: there may be many, and one that is damaged must not hide the others.
std::optional<MountTree::Listed> MountTree::list_upper(const MountDirectory& directory, uint64_t place) {
  if (place >= directory.names.size()) return std::nullopt;
  Listed listed;
  listed.name = directory.names[place];
  const auto named = upper_.find(*directory.node, listed.name);
  const bool symlink = named && named->kind == MountNode::Kind::latest;
  listed.found.status.st_mode = symlink ? S_IFLNK : S_IFDIR;
  listed.found.status.st_ino = inode_below(directory.node->inode, listed.name);
  return listed;
}

Result<std::optional<MountTree::Listed>> MountTree::list(MountDirectory& directory, uint64_t place,
                                                         bool refer, uint32_t process) {
  const std::lock_guard lock(directory.mutex);
  if (is_upper(*directory.node)) return list_upper(directory, place);
  using Outcome = std::optional<Listed>;
  return serve<Outcome>(process, [&](MountReader& reader) -> Result<Outcome> {
    PENSTOCK_TRY_ASSIGN(std::optional<TreeEntry> entry, entry_at(directory, place, reader));
    if (!entry) return std::nullopt;
    Listed listed;
    listed.name = entry->name;
    if (listed.name.size() > kNameBytesMax) {
      report({Errc::corrupt, "'" + printable(listed.name) + "'",
              "its name is longer than 255 bytes, which no mount shows", "restore it with: penstock get"});
      listed.name.clear();
      return std::optional(std::move(listed));
    }
    listed.found.status.st_ino = inode_below(directory.node->inode, entry->name);
    auto node = entry_node(directory.node, std::move(*entry), reader);
    const auto whole =
        node ? found(std::make_shared<const MountNode>(*node), reader) : Result<Found>(Failure(node.error()));
    if (!whole) {
      // Named, so that it is seen; whoever looks it up learns that it is damaged.
      if (whole.error().code == Errc::failed || !reader.last_try) return Failure(whole.error());
      report(whole.error());
      return std::optional(std::move(listed));
    }
    listed.found = *whole;
    listed.found.node = refer ? nodes_.refer(std::move(*node))->id : 0;
    return std::optional(std::move(listed));
  });
}

}  // namespace penstock
