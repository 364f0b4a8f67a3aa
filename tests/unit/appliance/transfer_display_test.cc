// SPDX-License-Identifier: Apache-2.0
#include "appliance/transfer_display.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(TransferDisplayTest, WritesDurationsForPeople) {
  EXPECT_EQ(duration_text(-3), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(7620), "2 h 07 min");
}

TEST(TransferDisplayTest, ShowsRateRatioAndWhatIsLeftOfAKnownWhole) {
  TransferSample sample;
  sample.bytes_content = uint64_t{1} << 30;
  sample.bytes_stored = uint64_t{1} << 29;
  sample.bytes_total = uint64_t{4} << 30;
  sample.bytes_per_second = double(uint64_t{512} << 20);
  EXPECT_EQ(transfer_line(sample), "1.00 GiB of 4.00 GiB, 25 %, 512 MiB/s, ratio 2.00, 6 s left");
}

TEST(TransferDisplayTest, PromisesNothingOfAnUnknownWhole) {
  TransferSample sample;
  sample.files = 3;
  sample.bytes_content = 2048;
  sample.bytes_per_second = 1024;
  EXPECT_EQ(transfer_line(sample), "2.00 KiB, 1.00 KiB/s, 3 files");
}

TEST(TransferDisplayTest, DropsAWholeThatHasBeenPassed) {
  TransferSample sample;
  sample.bytes_content = 2048;
  sample.bytes_total = 1024;
  EXPECT_EQ(transfer_line(sample), "2.00 KiB, 0 B/s");
}

TEST(TransferDisplayTest, IsDoneWithAnEmptyWhole) {
  TransferSample sample;
  sample.bytes_total = 0;
  EXPECT_EQ(transfer_line(sample), "0 B of 0 B, 100 %, 0 B/s");
}

}  // namespace
}  // namespace penstock
