// SPDX-License-Identifier: Apache-2.0
#include "pipeline/object_auditor.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dag/commit.h"
#include "unit/pipeline/restore_site.h"

namespace penstock {
namespace {

class ObjectAuditorTest : public RestoreSite {
 protected:
  // A commit of `top`, whose directory's list is that of `described` where one is given.
  Cid commit(MadeEntry top, const MadeEntry* described = nullptr, std::optional<Cid> scan = {},
             std::optional<Cid> list = {}) {
    put(std::move(top));
    TreeEntry entry = tree_.top;
    if (described != nullptr) {
      put(*described);
      entry.meta = tree_.top.meta;
    }
    if (list) entry.meta->list = *list;
    auto buffers = BufferPool::create("test", kFrameBytesMax, BlockPacker::kBuffers);
    StoreFrameSink frames(*store_);
    BlockPacker packer(frames, **buffers, {CodecId::lz4, 1}, {});
    MetaListBuilder tops(packer);
    ScanItem item;
    item.list = entry.meta->list;
    EXPECT_TRUE(tops.add(*entry.meta, item));
    MetaRoot root;
    root.tops = tops.finish().value().list;
    root.scan = scan;
    const auto put_block = [&](const std::vector<uint8_t>& block) {
      const Cid cid = cid_of(Multicodec::dag_cbor, block);
      EXPECT_TRUE(packer.put(cid, block));
      return cid;
    };
    Commit commit;
    commit.root = *entry.content;
    commit.meta = put_block(encode_meta_root(root).value());
    commit.parents = {genesis_cid()};
    commit.jump = genesis_cid();
    commit.depth = commit.seq = 1;
    commit.host = "here";
    const Cid cid = put_block(encode_commit(commit).value());
    EXPECT_TRUE(packer.flush());
    return cid;
  }

  struct Told {
    std::vector<std::string> damages;
    std::vector<std::string> notes;
  };
  Told audit(const Cid& commit) {
    Told told;
    AuditOptions options;
    options.damage = [&](const Error& error) { told.damages.push_back(error.what + ": " + error.why); };
    options.note = [&](const Error& error) { told.notes.push_back(error.why); };
    const auto report = audit_object(*store_, commit, options);
    EXPECT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->damages, told.damages.size());
    return told;
  }
};

using Texts = std::vector<std::string>;

TEST_F(ObjectAuditorTest, SaysNothingOfATreeThatIsWhole) {
  const MadeEntry fifo{made_meta("fifo", kModeFifo | 0600)};
  const Told told = audit(commit(
      made_directory("top", {made_file("a", {1}), fifo, made_directory("sub", {made_symlink("l", "to")})})));
  EXPECT_EQ(told.damages, Texts());
  EXPECT_EQ(told.notes, Texts());
}

TEST_F(ObjectAuditorTest, NamesMetadataThatHasNoContent) {
  const MadeEntry described = made_directory(
      "top", {made_file("a", {1}), made_file("b", {2}), made_directory("sub", {made_file("c", {3})})});
  const Told told = audit(
      commit(made_directory("top", {made_file("a", {1}), made_directory("sub", {made_symlink("l", "to")})}),
             &described));
  EXPECT_EQ(told.damages, (Texts{"metadata of 'b': there is no content of that name",
                                 "metadata of 'c': there is no content of that name, in 'sub'"}));
  ASSERT_EQ(told.notes.size(), 1u);
  EXPECT_EQ(told.notes[0], "1 of its entries have no metadata, first 'sub/l'");
}

TEST_F(ObjectAuditorTest, NamesMetadataOfAnotherKind) {
  const MadeEntry described = made_directory("top", {made_symlink("a", "b")});
  const Told told = audit(commit(made_directory("top", {made_file("a", {1})}), &described));
  EXPECT_EQ(told.damages, (Texts{"metadata of 'a': its content is of another kind"}));
}

TEST_F(ObjectAuditorTest, ContentWithoutMetadataIsNoDamage) {
  MadeEntry bare = made_file("b", {2});
  bare.bare = true;
  const Told told = audit(commit(made_directory("top", {made_file("a", {1}), bare})));
  EXPECT_EQ(told.damages, Texts());
  EXPECT_EQ(told.notes, (Texts{"1 of its entries have no metadata, first 'b'"}));
}

TEST_F(ObjectAuditorTest, MissingScanMarksAreANoteAndTheirListIsDamage) {
  const Cid nowhere = cid_of(Multicodec::dag_cbor, std::vector<uint8_t>{7});
  const Told scan = audit(commit(made_directory("top", {made_file("a", {1})}), nullptr, nowhere));
  EXPECT_EQ(scan.damages, Texts());
  ASSERT_EQ(scan.notes.size(), 1u);
  EXPECT_TRUE(scan.notes[0].starts_with("part of its scan marks is missing")) << scan.notes[0];

  const Told list = audit(commit(made_directory("top", {made_file("a", {1})}), nullptr, nowhere, nowhere));
  ASSERT_EQ(list.damages.size(), 1u);
  EXPECT_TRUE(list.damages[0].find(nowhere.text()) != std::string::npos) << list.damages[0];
}

}  // namespace
}  // namespace penstock
