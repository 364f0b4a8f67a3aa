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
  Cid commit(const std::vector<std::string>& names) {
    request.paths = names;
    return put(names, Compared::with_nothing).commit;
  }
  // Of a put of these names.
  std::optional<Cid> parent(const std::vector<std::string>& names) {
    request.paths = names;
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
  request.paths = {"b"};
  options.metadata.from["b"] = "/elsewhere/b";
  auto entries = open_paths({tree.path("b")}, {.metadata = true, .settle = settle});
  options.metadata.from.erase("a");
  const Cid elsewhere = put_entries_of(std::move(*entries), {"b"}, Compared::with_nothing).commit;
  EXPECT_EQ(parent({"a", "b"}), part) << "b may have been left out of it";
  EXPECT_EQ(parent({"b"}), elsewhere);
}

TEST_F(ParentCommitTest, MostPathsInCommonComeFirst) {
  const Cid two = commit({"a", "b"});
  commit({"a"});
  EXPECT_EQ(parent({"a", "b", "c"}), two);
  const Cid all = commit({"a", "b", "c"});
  commit({"a", "b"});
  EXPECT_EQ(parent({"a", "b", "c"}), all);
}

TEST_F(ParentCommitTest, ATopThatCouldNotBeReadWasAskedForAllTheSame) {
  auto made = std::make_unique<MadeFiles>();
  FileStatus status;
  status.mode = S_IFREG | 0644;
  status.size = 1;
  made->file("a", status, {'a'}).unreadable("b");
  options.metadata.from = {{"a", "/t/a"}, {"b", "/t/b"}};
  const Cid partial = put_entries_of(std::move(made), {"a", "b"}, Compared::with_nothing).commit;
  const auto reader = store_->new_reader();
  EXPECT_EQ(find_parent(*store_, *reader, query({"a", "b"}))->cid, partial);
  EXPECT_EQ(open_commit_tree(*reader, partial)->meta->unread.paths, std::vector<std::string>{"b"});
}

TEST_F(ParentCommitTest, ListsAreToldApartByTheirPaths) {
  const auto list_of = [&](const std::string& path, uint8_t digest) {
    request.paths = {path};
    options.metadata.from = {{"a", "/"}};
    options.metadata.choice.list.reset();
    if (digest != 0) options.metadata.choice.list = Digest{{digest}};
  };
  const auto put_list = [&](const std::string& path, uint8_t digest) {
    list_of(path, digest);
    auto entries = open_paths({tree.path("a")}, {.metadata = true, .settle = settle});
    return put_entries_of(std::move(*entries), {"a"}, Compared::with_nothing).commit;
  };
  const auto parent_of = [&](const std::string& path, uint8_t digest) {
    list_of(path, digest);
    const auto reader = store_->new_reader();
    return find_parent(*store_, *reader, query({"a"}))->cid;
  };
  const Cid below = put_list("/home", 3);
  EXPECT_EQ(parent_of("/home", 9), below) << "in want of the same list, and of a put of all";
  const Cid whole = put_list("/", 0);
  const Cid one = put_list("/", 1);
  const Cid two = put_list("/", 2);
  EXPECT_EQ(parent_of("/", 1), one);
  EXPECT_EQ(parent_of("/", 2), two);
  EXPECT_EQ(parent_of("/", 0), whole) << "no list is a put of all";
  EXPECT_EQ(parent_of("/.", 0), whole) << "however the path is written";
  EXPECT_EQ(parent_of("/srv", 9), whole) << "which has all that a list could have";
  EXPECT_EQ(parent_of("/", 9), whole) << "though other lists are newer";
}

TEST_F(ParentCommitTest, HostIsTheSameAndSoIsTheNameUnlessItIsNew) {
  const Cid mine = commit({"a"});
  request.name = "other";
  EXPECT_EQ(parent({"a"}), mine) << "no commit has that name yet";
  EXPECT_EQ(parent({"b"}), std::nullopt);
  const Cid other = commit({"b", "a"});
  request.name = "n";
  EXPECT_EQ(parent({"a"}), mine);
  request.name = "other";
  EXPECT_EQ(parent({"a"}), other);
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
