// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "pipeline/restoration.h"
#include "unit/pipeline/restore_site.h"

namespace penstock {
namespace {

constexpr FileTime kTime{1'500'000'000, 5};

// Files of several blocks whose restore ends before they are whole. Their time is what a later restore
// believes them by.
class UnfinishedFileTest : public RestoreSite {
 protected:
  void SetUp() override {
    RestoreSite::SetUp();
    std::vector<uint8_t> content(50'000);
    for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<uint8_t>(i / 10'000 + i % 251);
    put(made_file("file", content));
    auto restoration = Restoration::start(*store_, RestoreOrder::any, options_.restore, &attributes_);
    ASSERT_TRUE(restoration) << restoration.error().message();
    restoration_ = std::move(*restoration);
  }

  Status restore_into(int file) {
    auto restored = std::make_unique<RestoredFile>();
    restored->descriptor = fcntl(file, F_DUPFD_CLOEXEC, 0);
    restored->path = "file";
    restored->meta = std::make_unique<MetaEntry>(*tree_.top.meta);
    return restoration_->restore_file(std::move(restored), *tree_.top.content, std::nullopt);
  }

  static bool has_its_time(int file) {
    struct stat status {};
    EXPECT_EQ(fstat(file, &status), 0);
    return same_time(status, kTime);
  }

  static int memory_file() { return memfd_create("restored", MFD_CLOEXEC | MFD_ALLOW_SEALING); }

  AttributeWriter attributes_{refused_};
  std::unique_ptr<Restoration> restoration_;
};

TEST_F(UnfinishedFileTest, OneThatIsWholeGetsItsTime) {
  const Descriptor file(memory_file());
  ASSERT_TRUE(restore_into(file.number()));
  ASSERT_TRUE(restoration_->finish({}));
  EXPECT_TRUE(has_its_time(file.number()));
}

TEST_F(UnfinishedFileTest, OneThatCouldNotBeWrittenDoesNot) {
  const Descriptor file(memory_file());
  // It can have its size and its time, as on a disk that is full, but no content.
  ASSERT_EQ(fcntl(file.number(), F_ADD_SEALS, F_SEAL_WRITE), 0);
  const Status cut = restore_into(file.number());
  EXPECT_FALSE(restoration_->finish(cut));
  EXPECT_FALSE(has_its_time(file.number()));
}

TEST_F(UnfinishedFileTest, OneOfWhichPiecesWereWaitingWhenAllEndedDoesNot) {
  const Descriptor file(memory_file());
  const Status cut = restore_into(file.number());
  ASSERT_TRUE(cut) << cut.error().message();
  EXPECT_FALSE(restoration_->finish(Failure({Errc::failed, "walk", "ended", {}})));
  EXPECT_FALSE(has_its_time(file.number()));
}

TEST_F(UnfinishedFileTest, OneThatWasOnItsWayWhenTheRestoreWasLeftDoesNot) {
  const Descriptor file(memory_file());
  ASSERT_TRUE(restore_into(file.number()));
  restoration_.reset();
  EXPECT_FALSE(has_its_time(file.number()));
}

}  // namespace
}  // namespace penstock
