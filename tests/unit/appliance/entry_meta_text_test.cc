// SPDX-License-Identifier: Apache-2.0
#include "appliance/entry_meta_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "appliance/posix_acl_text.h"

namespace penstock {
namespace {

TEST(EntryMetaTextTest, WritesModesAsLsDoes) {
  EXPECT_EQ(mode_text(kModeFile | 0644), "-rw-r--r--");
  EXPECT_EQ(mode_text(kModeDirectory | 01777), "drwxrwxrwt");
  EXPECT_EQ(mode_text(kModeDirectory | 01770), "drwxrwx--T");
  EXPECT_EQ(mode_text(kModeFile | 06755), "-rwsr-sr-x");
  EXPECT_EQ(mode_text(kModeFile | 06644), "-rwSr-Sr--");
  EXPECT_EQ(mode_text(kModeSymlink | 0777), "lrwxrwxrwx");
  EXPECT_EQ(mode_text(kModeFifo), "p---------");
  EXPECT_EQ(mode_text(kModeSocket | 0111), "s--x--x--x");
  EXPECT_EQ(mode_text(kModeBlockDevice | 0222), "b-w--w--w-");
  EXPECT_EQ(mode_text(kModeCharacterDevice), "c---------");
}

TEST(EntryMetaTextTest, WritesTimesOfAnyYear) {
  EXPECT_EQ(file_time_text({0, 0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(exact_file_time_text({-1, 999'999'999}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(exact_file_time_text({13'569'465'600, 1}), "2400-01-01T00:00:00.000000001Z");
  EXPECT_EQ(file_time_text({253'402'300'800, 0}), "253402300800 s");
  EXPECT_EQ(exact_file_time_text({std::numeric_limits<int64_t>::min(), 5}),
            "-9223372036854775808.000000005 s");
}

TEST(EntryMetaTextTest, NamesOwnersWhereTheCommitKnowsThem) {
  MetaRoot root;
  root.users = {{0, "root"}, {7, "ev\x1bil"}};
  EXPECT_EQ(user_text(root, 0), "root");
  EXPECT_EQ(user_text(root, 7), "ev\\x1bil");
  EXPECT_EQ(user_text(root, 3), "3");
  EXPECT_EQ(group_text(root, 0), "0");
  EXPECT_EQ(user_text(std::nullopt, 0), "0");
}

TEST(PosixAclTextTest, WritesWhatAnAttributeHolds) {
  const std::vector<uint8_t> value = {2, 0, 0,   0, 1, 0, 6,  0, 255, 255, 255, 255, 2,   0,
                                      4, 0, 232, 3, 0, 0, 32, 0, 0,   0,   255, 255, 255, 255};
  const auto entries = decode_posix_acl(value);
  ASSERT_TRUE(entries);
  EXPECT_EQ(posix_acl_text(*entries), "user::rw-,user:1000:r--,other::---");
}

TEST(PosixAclTextTest, RefusesWhatIsNone) {
  EXPECT_FALSE(decode_posix_acl(std::vector<uint8_t>{}));
  EXPECT_FALSE(decode_posix_acl(std::vector<uint8_t>{1, 0, 0, 0}));
  EXPECT_FALSE(decode_posix_acl(std::vector<uint8_t>{2, 0, 0, 0, 1, 0}));
  EXPECT_TRUE(decode_posix_acl(std::vector<uint8_t>{2, 0, 0, 0}));
}

}  // namespace
}  // namespace penstock
