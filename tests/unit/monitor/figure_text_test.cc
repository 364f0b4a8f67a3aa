// SPDX-License-Identifier: Apache-2.0
#include "monitor/figure_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace penstock {
namespace {

TEST(FigureTextTest, CountsHaveThreeDigitsOrSo) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(7), "7");
  EXPECT_EQ(count_text(7.54), "7.5");
  EXPECT_EQ(count_text(99.4), "99");
  EXPECT_EQ(count_text(999.4), "999");
  EXPECT_EQ(count_text(999.6), "1.0k");
  EXPECT_EQ(count_text(12'649), "12.6k");
  EXPECT_EQ(count_text(126'490), "126k");
  EXPECT_EQ(count_text(999'900), "1.0M");
  EXPECT_EQ(count_text(1.8e19), "-") << "beyond what is shown";
}

TEST(FigureTextTest, RatesAreInThousandMillions) {
  EXPECT_EQ(gigabits_text(125'000'000), "1.00");
  EXPECT_EQ(gigabits_text(1.25e9), "10.0");
  EXPECT_EQ(gigabits_text(12.5e9), "100");
  EXPECT_EQ(gigabytes_text(3.214e9), "3.21");
  EXPECT_EQ(percent_text(0.274), "27 %");
  EXPECT_EQ(ratio_text(2.0), "2.00");
  EXPECT_EQ(size_text(1536), "1.50 KiB");
}

TEST(FigureTextTest, WhatIsNotThereIsADash) {
  for (const auto text : {count_text, gigabits_text, gigabytes_text, percent_text, ratio_text, size_text}) {
    EXPECT_EQ(text(std::nullopt), "-");
    EXPECT_EQ(text(NAN), "-");
    EXPECT_EQ(text(INFINITY), "-");
  }
  EXPECT_EQ(size_text(-1), "-");
}

}  // namespace
}  // namespace penstock
