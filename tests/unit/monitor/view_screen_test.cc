// SPDX-License-Identifier: Apache-2.0
#include "monitor/view_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace penstock {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ServerView busy_server() {
  ServerView view;
  view.seconds = 1;
  view.uploads = 3;
  view.connections = 2;
  PortView& port = view.ports.emplace_back();
  port.name = "dpdk 0000:65:00.0";
  port.all = {.packets_in = {1e6, 250'000},
              .bytes_in = {1e9, 1.25e9},
              .packets_out = {1e5, 9000},
              .bytes_out = {1e7, 1e6},
              .missed = {12, 3},
              .missed_known = true};
  for (const char* queue : {"0", "1", "2", "3"}) {
    port.queues.push_back(port.all);
    port.queues.back().queue = queue;
    port.queues.back().missed_known = false;
    port.queues.back().missed = {};
  }
  port.drops = {{"frames_dropped", "fragment", {7, 1.5}},
                {"frames_dropped", "other_port", {0, 0}},
                {"frames_dropped", "no_memory", {}}};
  port.figures = {{"answers_sent", "", {3, 0}}};
  view.devices = {{"0", "software", false, "healthy", {1, 1}, {1e9, 3e8}, {5, 0.25}, {0, 0}},
                  {"1", "card", true, "lost", {1, 1}, {1e9, 0}, {5, 0}, {2, 0}}};
  view.ingest.bodies = {1e9, 1.2e9};
  view.ingest.copied = {2e9, 2.4e9};
  view.ingest.bytes_new = {1e9, 1e9};
  view.ingest.bytes_duplicate = {1e9, 1e9};
  view.ingest.compressed = {1e9, 4e8};
  view.ingest.chunks = {1e5, 20'000};
  view.stages = {{"digest", {1, 0.5}}, {"encode", {1, 1.5}}};
  view.store = {.failed = false,
                .commits = {10, 4},
                .syncs = {1, 2},
                .written = {1e9, 4e8},
                .bytes = 4096,
                .segments = 7,
                .free_bytes = 1024.0 * 1024 * 1024};
  return view;
}

std::vector<std::string> texts(const std::vector<ScreenLine>& lines) {
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const ScreenLine& line : lines) texts.push_back(line.text);
  return texts;
}

std::vector<std::string> shown(ScreenSize size, const ServerView& view = busy_server()) {
  return texts(screen_lines(view, size, "the title"));
}

TEST(ViewScreenTest, ShowsPortsDevicesUploadsAndStore) {
  const std::vector<std::string> lines = shown({.width = 100});
  EXPECT_EQ(lines.front(), "the title");
  EXPECT_EQ(lines[1], "3 uploads, 2 connections");
  EXPECT_THAT(lines,
              Contains("PORT               in pkt/s  in Gb/s  out pkt/s  out Gb/s  dropped/s   missed"));
  EXPECT_THAT(lines,
              Contains("dpdk 0000:65:00.0      250k     10.0       9.0k      0.01        1.5       12"));
  EXPECT_THAT(lines,
              Contains("  queue 3              250k     10.0       9.0k      0.01             unknown"));
  EXPECT_THAT(lines,
              Contains("  dropped: frames_dropped fragment 7 (1.5/s), frames_dropped no_memory unknown"));
  EXPECT_THAT(lines, Contains("  also: answers_sent 3"));
  EXPECT_THAT(lines, Contains("0 software         healthy  0.30  25 %       1         0"));
  EXPECT_THAT(lines, Contains("1 card (emulated)  lost     0.00   0 %       1         2"));
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("bodies"), HasSubstr("1.20"), HasSubstr("2.00 copies"))));
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("duplicate"), HasSubstr("50 %"))));
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("compressed"), HasSubstr("ratio 2.50"))));
  EXPECT_THAT(lines, Contains("  lanes: digest 50 %, encode 150 %"));
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("sound"), HasSubstr("4.00 KiB"), HasSubstr("1.00 GiB"))));
}

TEST(ViewScreenTest, NoLineIsLongerThanTheTerminalIsWide) {
  for (size_t width = 0; width <= 120; ++width) {
    for (const std::string& line : shown({.width = width})) EXPECT_LE(line.size(), width) << line;
  }
}

TEST(ViewScreenTest, NoScreenHasMoreLinesThanTheTerminal) {
  const size_t whole = shown({}).size();
  for (size_t height = 1; height <= whole + 5; ++height) {
    const std::vector<std::string> lines = shown({.width = 80, .height = height});
    EXPECT_LE(lines.size(), height);
    EXPECT_GE(lines.size(), std::min(height, whole) - std::min<size_t>(height - 1, 1));
    EXPECT_EQ(lines.front(), "the title");
  }
}

TEST(ViewScreenTest, NarrowTerminalsKeepTheColumnsThatMatter) {
  const std::vector<std::string> lines = shown({.width = 45});
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("PORT"), HasSubstr("in Gb/s"), HasSubstr("missed"),
                                    Not(HasSubstr("out pkt/s")))));
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("DEVICE"), HasSubstr("health"), HasSubstr("busy"))));
  EXPECT_THAT(shown({.width = 20}), Contains("DEVICE"));
}

TEST(ViewScreenTest, LowTerminalsKeepWhatIsWrongAndSayThatThereIsMore) {
  const std::vector<ScreenLine> lines =
      screen_lines(busy_server(), {.width = 80, .height = 6}, "title", "trouble");
  const std::vector<std::string> kept = texts(lines);
  EXPECT_THAT(kept, Contains("trouble"));
  EXPECT_THAT(kept, Contains(StartsWith("dpdk 0000")));
  EXPECT_THAT(kept, Contains(StartsWith("1 card (emulated)  lost")));
  EXPECT_THAT(kept.back(), HasSubstr("do not fit"));
  EXPECT_THAT(kept, Not(Contains(StartsWith("  queue"))));
}

TEST(ViewScreenTest, WhatIsWrongHasATone) {
  const auto tone_of = [](const std::vector<ScreenLine>& lines, const char* begin) {
    const auto found =
        std::ranges::find_if(lines, [&](const ScreenLine& l) { return l.text.starts_with(begin); });
    return found == lines.end() ? ScreenLine::Tone::plain : found->tone;
  };
  ServerView view = busy_server();
  view.store.failed = true;
  view.restarted = true;
  const auto lines = screen_lines(view, {}, "title");
  EXPECT_EQ(tone_of(lines, "title"), ScreenLine::Tone::heading);
  EXPECT_EQ(tone_of(lines, "0 software"), ScreenLine::Tone::plain);
  EXPECT_EQ(tone_of(lines, "1 card"), ScreenLine::Tone::alarm);
  EXPECT_EQ(tone_of(lines, "failed"), ScreenLine::Tone::alarm);
  EXPECT_EQ(tone_of(lines, "3 uploads"), ScreenLine::Tone::alarm);
}

TEST(ViewScreenTest, AnEmptyViewIsAScreenToo) {
  const std::vector<std::string> lines = shown({}, ServerView());
  EXPECT_EQ(lines[1], "- uploads, - connections");
  EXPECT_THAT(lines, Contains(StartsWith("STORE")));
  EXPECT_THAT(lines, Not(Contains(StartsWith("DEVICE"))));
}

TEST(ViewScreenTest, WhatWasMissedAtLeastIsSaidToBeMore) {
  ServerView view = busy_server();
  view.ports[0].all.missed_known = false;
  EXPECT_THAT(shown({.width = 100}, view), Contains(AllOf(StartsWith("dpdk"), HasSubstr(" 12+"))));
}

}  // namespace
}  // namespace penstock
