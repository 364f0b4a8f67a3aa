// SPDX-License-Identifier: Apache-2.0
#include "monitor/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace penstock {
namespace {

using testing::ElementsAre;
using testing::Pair;

MetricSample only(std::string_view text) {
  const auto parsed = parse_exposition(text);
  EXPECT_TRUE(parsed) << text;
  if (!parsed || parsed->samples().size() != 1) return {};
  return parsed->samples().front();
}

TEST(ExpositionTest, ReadsNamesLabelsAndValues) {
  const MetricSample plain = only("# HELP a Help.\n# TYPE a gauge\n\na 12\n");
  EXPECT_EQ(plain.name, "a");
  EXPECT_EQ(plain.value, 12);
  EXPECT_EQ(plain.label("none"), "");
  const MetricSample labelled = only("a_b:c{x=\"1\", y = \"b\\\\ \\\"q\\\"\\n\" ,} -1.5e3 1700000000000\r\n");
  EXPECT_EQ(labelled.name, "a_b:c");
  EXPECT_THAT(labelled.labels, ElementsAre(Pair("x", "1"), Pair("y", "b\\ \"q\"\n")));
  EXPECT_EQ(labelled.value, -1500);
  EXPECT_EQ(only("a{} 1").value, 1);
  EXPECT_EQ(only("a{x=\"}\"}\t2").label("x"), "}");
}

TEST(ExpositionTest, ReadsWhatIsNoNumberOfOurs) {
  EXPECT_EQ(only("a +Inf").value, INFINITY);
  EXPECT_EQ(only("a -Inf").value, -INFINITY);
  EXPECT_TRUE(std::isnan(only("a NaN").value));
  EXPECT_EQ(only("a 18446744073709551615").value, 18446744073709551616.0);
}

TEST(ExpositionTest, RefusesWhatIsNoSample) {
  for (const char* text :
       {"a", "a ", "1a 1", "a 1 2 3", "a{x=\"1\" 1", "a{x=1} 1", "a{x=\"1} 1", "a{x} 1", "a{=\"1\"} 1",
        "a{x=\"1\\", "a 1x", "a 0x10", "a 1 now", "{x=\"1\"} 1", "a{,} 1", "a{x=\"1\"y=\"2\"} 1", "<html>"}) {
    const auto parsed = parse_exposition(std::string("fine 1\n") + text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().why, testing::HasSubstr("line 2")) << text;
  }
}

TEST(ExpositionTest, SumsSamplesThatHaveTheLabels) {
  const auto parsed = parse_exposition("a{x=\"1\",y=\"1\"} 1\na{x=\"1\",y=\"2\"} 2\na{x=\"2\"} 4\nb 8\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->sum("a"), 7);
  EXPECT_EQ(parsed->sum("a", {{"x", "1"}}), 3);
  EXPECT_EQ(parsed->sum("a", {{"x", "1"}, {"y", "2"}}), 2);
  EXPECT_EQ(parsed->sum("a", {{"x", "3"}}), std::nullopt);
  EXPECT_EQ(parsed->sum("c"), std::nullopt);
  EXPECT_TRUE(parse_exposition("")->samples().empty());
}

}  // namespace
}  // namespace penstock
