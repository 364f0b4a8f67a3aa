// SPDX-License-Identifier: Apache-2.0
#include "dag/tree_cursor.h"

#include <algorithm>
#include <utility>

#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/meta_list_reader.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

constexpr std::string_view kJoinFault = "metadata of '";

Error join_fault(std::string_view name, std::string why) {
  return {Errc::corrupt, std::string(kJoinFault) + printable(name) + "'", std::move(why),
          "put the data again"};
}

Failure no_entry(std::string_view name) {
  return fail(Errc::absent, "'" + printable(name) + "'", "there is no such entry",
              "list the directory with: penstock ls");
}

// `is_top`: of a commit that is this alone.
Failure no_directory(const TreeEntry& entry, bool is_top) {
  const std::string name = entry.name.empty() ? "content" : printable(entry.name);
  if (is_top)
    return fail(Errc::usage, "'" + name + "'", "the commit is this alone, and it is no directory",
                "give the commit without a path");
  return fail(Errc::usage, "'" + name + "'", "it is not a directory", "see what it is with: penstock stat");
}

// What metadata says of content of that name, and whether the two are of one kind as far as their form tells:
// a raw leaf is a file.
bool fits(const MetaEntry& meta, const Cid& content) {
  if (!has_content(meta)) return false;
  return content.codec != Multicodec::raw || (meta.mode & kModeType) == kModeFile;
}

void set_meta(TreeEntry& entry, MetaEntry meta, const ScanItem& item) {
  entry.list = meta.list;
  entry.meta = std::move(meta);
  entry.item = item;
}

}  // namespace

bool is_join_fault(const Error& error) {
  return error.what.starts_with(kJoinFault);
}

struct TreeCursor::State {
  std::shared_ptr<const DirectoryEntries> content;
  size_t next = 0;
  std::optional<MetaListReader> list;
  std::optional<MetaEntry> met;  // the metadata that comes next
  ScanItem item;
  MetaDamageSink damage;
  std::optional<Error> broken;  // what has failed for good

  Status advance() {
    met.reset();
    if (!list) return {};
    auto next_met = list->next();
    if (!next_met) return give_up(std::move(next_met).error());
    met = std::move(*next_met);
    if (met) item = list->item();
    return {};
  }

  // Goes on without metadata where somebody is told why.
  Status give_up(Error error) {
    if (!damage || error.code == Errc::failed) {
      broken = error;
      return Failure(std::move(error));
    }
    error.code = Errc::corrupt;
    damage(error);
    list.reset();
    met.reset();
    return {};
  }
};

TreeCursor::TreeCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
TreeCursor::TreeCursor(TreeCursor&&) noexcept = default;
TreeCursor& TreeCursor::operator=(TreeCursor&&) noexcept = default;
TreeCursor::~TreeCursor() = default;

Result<TreeCursor> TreeCursor::open(BlockSource& source, const TreeDirectory& directory,
                                    MetaDamageSink damage) {
  DirectoryEntries content;
  if (directory.content) {
    PENSTOCK_TRY_ASSIGN(content, DirectoryReader(source).entries(*directory.content));
  }
  return open(source, directory, std::make_shared<const DirectoryEntries>(std::move(content)),
              std::move(damage));
}

Result<TreeCursor> TreeCursor::open(BlockSource& source, const TreeDirectory& directory,
                                    std::shared_ptr<const DirectoryEntries> content, MetaDamageSink damage) {
  auto state = std::make_unique<State>();
  state->content = std::move(content);
  state->damage = std::move(damage);
  if (directory.list) {
    state->list.emplace(source, *directory.list, directory.scan);
    PENSTOCK_TRY(state->advance());
  }
  return TreeCursor(std::move(state));
}

Result<std::optional<TreeEntry>> TreeCursor::next() {
  State& state = *state_;
  if (state.broken) return Failure(*state.broken);
  const bool has_content_left = state.next < state.content->size();
  const std::string_view name = has_content_left ? state.content->name(state.next) : std::string_view();
  while (state.met && (!has_content_left || state.met->name < name)) {
    const bool alone = !has_content(*state.met);
    TreeEntry entry;
    entry.name = state.met->name;
    if (alone) set_meta(entry, std::move(*state.met), state.item);
    if (!alone && state.damage) state.damage(join_fault(entry.name, "there is no content of that name"));
    PENSTOCK_TRY(state.advance());
    if (alone) return std::optional(std::move(entry));
  }
  if (!has_content_left) return std::nullopt;

  const DirectoryEntries::Entry content = (*state.content)[state.next++];
  TreeEntry entry;
  entry.name = content.name;
  entry.content = content.cid;
  entry.dag_bytes = content.dag_bytes;
  if (state.met && state.met->name == name) {
    if (fits(*state.met, content.cid)) {
      set_meta(entry, std::move(*state.met), state.item);
    } else if (state.damage) {
      state.damage(join_fault(name, "its content is of another kind"));
    }
    PENSTOCK_TRY(state.advance());
  }
  return std::optional(std::move(entry));
}

bool TreeCursor::scan_lost() const {
  return state_->list && state_->list->scan_lost();
}

Status TreeCursor::seek(std::string_view name) {
  State& state = *state_;
  if (state.broken) return Failure(*state.broken);
  state.next = std::max(state.next, state.content->lower_bound(name));
  if (!state.met || state.met->name >= name) return {};
  if (Status sought = state.list->seek(name); !sought) return state.give_up(std::move(sought).error());
  return state.advance();
}

Result<TreeEntry> look_up_entry(BlockSource& source, const TreeDirectory& directory, std::string_view name) {
  TreeEntry entry;
  entry.name = name;
  if (directory.content) {
    auto found = DirectoryReader(source).lookup(*directory.content, name);
    if (found) {
      entry.content = found->cid;
      entry.dag_bytes = found->dag_bytes;
    } else if (found.error().code != Errc::absent || !directory.list) {
      return Failure(std::move(found).error());
    }
  }
  if (directory.list) {
    MetaListReader list(source, *directory.list, directory.scan);
    PENSTOCK_TRY(list.seek(name));
    PENSTOCK_TRY_ASSIGN(std::optional<MetaEntry> meta, list.next());
    const bool named = meta && meta->name == name;
    if (named && (entry.content ? fits(*meta, *entry.content) : !has_content(*meta)))
      set_meta(entry, std::move(*meta), list.item());
  }
  if (!entry.content && !entry.meta) return no_entry(name);
  return entry;
}

CommitTree content_tree(const Cid& cid, const Commit& commit) {
  CommitTree tree;
  tree.cid = cid;
  tree.commit = commit;
  tree.top.content = commit.root;
  return tree;
}

Result<CommitTree> open_commit_tree(BlockSource& source, const Cid& commit) {
  PENSTOCK_TRY_ASSIGN(const Commit read, read_commit(source, commit));
  CommitTree tree = content_tree(commit, read);
  ObjectSource whole(source, commit);
  PENSTOCK_TRY_ASSIGN(tree.meta, read_meta_root(whole, tree.commit));
  if (!tree.meta) return tree;
  std::optional<Cid> scan;
  if (tree.meta->scan) {
    // Nobody needs it: what is missing or malformed of it counts as none.
    if (const auto block = source.read(*tree.meta->scan); block) {
      if (auto tops = decode_scan_root(*block); tops) scan = *tops;
    }
    tree.scan_lost = !scan;
  }
  if (tree.meta->several) {
    tree.top.list = tree.meta->tops;
    tree.top.item.list = scan;
    return tree;
  }
  MetaListReader tops(whole, tree.meta->tops, scan);
  PENSTOCK_TRY_ASSIGN(std::optional<MetaEntry> only, tops.next());
  const ScanItem item = tops.item();
  tree.scan_lost = tree.scan_lost || tops.scan_lost();
  if (!only || !fits(*only, tree.commit.root))
    return malformed_block(*tree.commit.meta, "it does not say what the commit's root is");
  tree.top.name = only->name;
  set_meta(tree.top, std::move(*only), item);
  return tree;
}

std::string put_path(const CommitTree& tree, std::string_view path) {
  if (!tree.meta || tree.meta->several) return std::string(path);
  return path.empty() ? tree.top.name : tree.top.name + "/" + std::string(path);
}

std::string tree_path(const CommitTree& tree, std::string_view hard_link) {
  if (!tree.meta || tree.meta->several) return std::string(hard_link);
  const std::string top = tree.top.name + "/";
  return std::string(hard_link.starts_with(top) ? hard_link.substr(top.size()) : hard_link);
}

Result<TreeEntry> resolve_entry(BlockSource& source, const CommitTree& tree, std::string_view path) {
  // What the commit leads to and is missing must not look like a name that is not there.
  ObjectSource blocks(source, tree.cid);
  TreeEntry at = tree.top;
  for (std::string_view rest = path; !rest.empty();) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (std::string fault = entry_name_fault(name); !fault.empty())
      return fail(Errc::usage, "path '" + printable(path) + "'", "'" + printable(name) + "': " + fault,
                  "give a path of entry names, such as a/b/c");
    if (!at.content) return no_directory(at, name.data() == path.data());
    auto next = look_up_entry(blocks, at.directory(), name);
    if (!next && next.error().code == Errc::usage) return no_directory(at, name.data() == path.data());
    if (!next) return Failure(std::move(next).error());
    at = *std::move(next);
  }
  return at;
}

}  // namespace penstock
