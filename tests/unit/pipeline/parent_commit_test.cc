// SPDX-License-Identifier: Apache-2.0
#include "pipeline/parent_commit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/pipeline/baseline_site.h"

namespace penstock {
namespace {

class ParentCommitTest : public BaselineSite {
 protected:
  void SetUp() override {
    BaselineSite::SetUp();
    for (const char* name : {"a", "b", "c"}) tree.file(name, name);
  }
  Cid commit(const std::vector<std::string>& names) { return put(names, Compared::with_nothing).commit; }
  // Of a put of these names.
  std::optional<Cid> parent(const std::vector<std::string>& names) {
    options.metadata.from.clear();
    for (const std::string& name : names) options.metadata.from[name] = tree.path(name);
    const auto reader = store_->new_reader();
    const auto found = find_parent(*store_, *reader, query(names));
    return found ? std::optional(found->cid) : std::nullopt;
  }
};

TEST_F(ParentCommitTest, IsTheNewestOfTheSamePaths) {
  EXPECT_EQ(parent({"a"}), std::nullopt);
  commit({"a"});
  const Cid second = commit({"a"});
  EXPECT_EQ(parent({"a"}), second);
  commit({"b"});
  EXPECT_EQ(parent({"a"}), second);
}

TEST_F(ParentCommitTest, SamePathsComeBeforeNewerOnes) {
  const Cid exact = commit({"a"});
  const Cid newer = commit({"a", "b"});
  EXPECT_EQ(parent({"a"}), exact);
  EXPECT_EQ(parent({"b"}), newer) << "a path in common is better than none";
  EXPECT_EQ(parent({"c"}), std::nullopt) << "nothing in common";
}

TEST_F(ParentCommitTest, APathInCommonComesBeforeANameInCommon) {
  const Cid part = commit({"a"});
  options.metadata.from["b"] = "/elsewhere/b";
  auto entries = open_paths({tree.path("b")}, {.metadata = true, .settle = settle});
  options.metadata.from.erase("a");
  const Cid elsewhere = put_entries_of(std::move(*entries), {"b"}, Compared::with_nothing).commit;
  EXPECT_EQ(parent({"a", "b"}), part) << "b may have been left out of it";
  EXPECT_EQ(parent({"b"}), elsewhere);
}

TEST_F(ParentCommitTest, ListsAreToldApartByTheirPaths) {
  const auto put_list = [&](const std::string& path) {
    request.paths = {path};
    auto entries = open_paths({tree.path("a")}, {.metadata = true, .settle = settle});
    options.metadata.from = {{"a", "/"}};
    return put_entries_of(std::move(*entries), {"a"}, Compared::with_nothing).commit;
  };
  const Cid one = put_list("/one");
  const Cid two = put_list("/two");
  const auto reader = store_->new_reader();
  request.paths = {"/one"};
  EXPECT_EQ(find_parent(*store_, *reader, query({"a"}))->cid, one);
  request.paths = {"/two"};
  EXPECT_EQ(find_parent(*store_, *reader, query({"a"}))->cid, two);
}

TEST_F(ParentCommitTest, NameAndHostAreTheSame) {
  const Cid mine = commit({"a"});
  request.name = "other";
  EXPECT_EQ(parent({"a"}), std::nullopt);
  request = {.name = "n", .host = "elsewhere", .paths = {}, .profile = "default"};
  EXPECT_EQ(parent({"a"}), std::nullopt);
  request.host = "h";
  EXPECT_EQ(parent({"a"}), mine);
}

TEST_F(ParentCommitTest, OneThatWasCutAlikeComesFirst) {
  const Cid alike = commit({"a"});
  const ChunkerSpec chunker = options.chunker;
  options.chunker = parse_chunker("fixed:64K").value();
  const Cid otherwise = commit({"a"});
  EXPECT_EQ(parent({"a"}), otherwise);
  options.chunker = chunker;
  EXPECT_EQ(parent({"a"}), alike);
  request.profile = "ipfs";
  EXPECT_EQ(parent({"a"}), otherwise) << "in want of a better one";
}

TEST_F(ParentCommitTest, CommitsWithoutMetadataArePassedOver) {
  const Cid with = commit({"a"});
  options.metadata.kept = false;
  auto entries = open_paths({tree.path("a")});
  put_entries_of(std::move(*entries), {"a"}, Compared::with_nothing);
  options.metadata.kept = true;
  EXPECT_EQ(parent({"a"}), with);
}

}  // namespace
}  // namespace penstock
