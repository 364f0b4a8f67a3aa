// SPDX-License-Identifier: Apache-2.0
#include "ingest/settle_rule.h"

#include <gtest/gtest.h>
#include <linux/magic.h>

namespace penstock {
namespace {

constexpr uint64_t kFine = TMPFS_MAGIC;

TEST(SettleRuleTest, WhatChangedInTheLastMinuteIsNotSettled) {
  const SettleRule& rule = system_settle_rule();
  const timespec now{1000, 5};
  EXPECT_FALSE(rule.settled({1, 5}, {940, 5}, kFine, now));
  EXPECT_TRUE(rule.settled({1, 5}, {940, 4}, kFine, now));
  EXPECT_FALSE(rule.settled({940, 5}, {1, 5}, NFS_SUPER_MAGIC, now));
  EXPECT_TRUE(SettleRule(10).settled({1, 5}, {990, 4}, kFine, now));
  EXPECT_FALSE(SettleRule(10).settled({1, 5}, {990, 5}, kFine, now));
}

TEST(SettleRuleTest, AnImageIsNeverSettled) {
  const SettleRule rule(0);
  for (const uint64_t magic :
       {uint64_t{SQUASHFS_MAGIC}, uint64_t{ISOFS_SUPER_MAGIC}, uint64_t{EROFS_SUPER_MAGIC_V1},
        uint64_t{CRAMFS_MAGIC}, uint64_t{UDF_SUPER_MAGIC}, uint64_t{0x7275}})
    EXPECT_FALSE(rule.settled({1, 5}, {1, 5}, magic, {1'000'000, 0})) << magic;
  EXPECT_TRUE(rule.settled({1, 5}, {1, 5}, kFine, {1'000'000, 0}));
  // What shows others' files may show an image's, whose times are one and whole seconds.
  for (const uint64_t magic : {uint64_t{OVERLAYFS_SUPER_MAGIC}, uint64_t{0x65735546}}) {
    EXPECT_FALSE(rule.settled({1, 0}, {1, 0}, magic, {1'000'000, 0})) << magic;
    EXPECT_TRUE(rule.settled({1, 5}, {1, 5}, magic, {1'000'000, 0})) << magic;
    EXPECT_TRUE(rule.settled({1, 0}, {2, 0}, magic, {1'000'000, 0})) << magic;
  }
}

TEST(SettleRuleTest, AChangeOfThisTickIsNotSettled) {
  const SettleRule rule(0);
  const timespec now{1000, 500'000'000};
  const timespec tick = rule.grain(now, now, kFine);
  ASSERT_EQ(tick.tv_sec, 0);
  ASSERT_GT(tick.tv_nsec, 0);
  const timespec at_grain{1000, now.tv_nsec - tick.tv_nsec};
  const timespec before_grain{1000, at_grain.tv_nsec - 1};
  const timespec old{1, 1};
  EXPECT_FALSE(rule.settled(old, now, kFine, now));
  EXPECT_FALSE(rule.settled(now, old, kFine, now));
  EXPECT_FALSE(rule.settled(old, at_grain, kFine, now));
  EXPECT_TRUE(rule.settled(old, before_grain, kFine, now));
  EXPECT_TRUE(rule.settled(before_grain, old, kFine, now));
}

TEST(SettleRuleTest, WholeSecondsAndWhatIsNotLocalHaveTwoSeconds) {
  const SettleRule rule(0);
  const timespec now{1000, 0};
  const timespec whole{998, 0};
  EXPECT_FALSE(rule.settled(whole, whole, kFine, now));
  EXPECT_TRUE(rule.settled({997, 0}, {997, 0}, kFine, now));
  for (const uint64_t magic :
       {uint64_t{0}, uint64_t{NFS_SUPER_MAGIC}, uint64_t{MSDOS_SUPER_MAGIC}, uint64_t{0x65735546}}) {
    EXPECT_FALSE(rule.settled({998, 5}, {998, 5}, magic, now)) << magic;
    EXPECT_TRUE(rule.settled({997, 5}, {997, 5}, magic, now)) << magic;
  }
  EXPECT_TRUE(rule.settled({998, 5}, {998, 5}, kFine, now));
}

TEST(SettleRuleTest, TheFutureIsNeverSettled) {
  const SettleRule& rule = system_settle_rule();
  EXPECT_FALSE(rule.settled({2000, 5}, {1, 5}, kFine, {1000, 0}));
  EXPECT_FALSE(rule.settled({1, 5}, {2000, 5}, kFine, {1000, 0})) << "or the clock was set back";
}

TEST(SettleRuleTest, ImagesAreNeverSettled) {
  const SettleRule& rule = system_settle_rule();
  ASSERT_TRUE(rule.settled({1, 5}, {1, 5}, kFine, {1000, 0}));
  for (const uint64_t magic : {0x73717368, 0x9660, 0x15013346})
    EXPECT_FALSE(rule.settled({1, 5}, {1, 5}, magic, {1000, 0})) << magic;
}

TEST(SettleRuleTest, TheSystemsClockGoesOn) {
  const SettleRule& rule = system_settle_rule();
  const timespec before = rule.now();
  EXPECT_GT(before.tv_sec, 1'600'000'000);
}

}  // namespace
}  // namespace penstock
