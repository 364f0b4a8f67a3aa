// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_parent.h"

#include <utility>

#include "appliance/line_text.h"
#include "appliance/object_name.h"

namespace penstock {
namespace {

constexpr const char* kNone = "none";

Result<std::optional<CommitTree>> named_parent(const Store& store, BlockSource& source,
                                               const std::string& text, Console& console) {
  PENSTOCK_TRY_ASSIGN(ObjectName name, parse_object_name(text));
  if (!name.path.empty())
    return fail(Errc::usage, "--parent " + text, "has a path", "name a commit; see: penstock log");
  PENSTOCK_TRY(resolve_start(name, store, source));
  PENSTOCK_TRY_ASSIGN(const Cid cid, named_start(name, store));
  if (const auto commit = read_commit(source, cid); !commit && commit.error().code != Errc::corrupt) {
    return fail(commit.error().code, "--parent " + text, commit.error().why,
                "name a commit; see: penstock log");
  }
  auto tree = open_commit_tree(source, cid);
  if (tree && tree->meta) return std::optional(*std::move(tree));
  console.note("commit " + cid.text() + (tree ? " has no metadata" : " is damaged") + ": every file is read");
  return std::nullopt;
}

}  // namespace

Result<std::optional<PutParent>> choose_parent(Store& store, const ParentChoice& choice,
                                               const ParentQuery& query, Console& console,
                                               std::function<void(const std::string& path)> gone) {
  if (choice.commit == kNone) return std::nullopt;
  const auto reader = store.new_reader();
  std::optional<CommitTree> tree;
  if (choice.commit.empty()) {
    tree = find_parent(store, *reader, query);
  } else {
    PENSTOCK_TRY_ASSIGN(tree, named_parent(store, *reader, choice.commit, console));
  }
  if (!tree) return std::nullopt;
  if (choice.commit.empty() && tree->commit.name != query.name)
    console.summary("no commit is named " + name_text(query.name) + " yet: compared with " +
                    tree->cid.text() +
                    (tree->commit.name.empty() ? "" : ", named " + name_text(tree->commit.name)));
  const bool alike = cut_alike(tree->commit, query);
  if (!alike && !choice.reread)
    console.note("commit " + tree->cid.text() + " was cut otherwise (" + tree->commit.policy.profile + ", " +
                 tree->commit.policy.chunker + "): every file is read");
  Baseline::Options options;
  options.reread = choice.reread || !alike;
  options.gone = std::move(gone);
  options.note = [&console](const std::string& text) { console.note(text); };
  PutParent parent;
  parent.baseline = std::make_unique<Baseline>(store, *tree, std::move(options));
  parent.tree = *std::move(tree);
  return std::optional(std::move(parent));
}

}  // namespace penstock
