// SPDX-License-Identifier: Apache-2.0
#include "server/port_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace penstock {
namespace {

using testing::HasSubstr;
using testing::Not;

class FigurePort final : public PacketPort {
 public:
  explicit FigurePort(std::vector<PortFigure> figures) : figures_(std::move(figures)) {}

  size_t queue_count() const override { return 0; }
  PacketQueue& queue(size_t) override { std::abort(); }
  NetAddress local_address() const override { return {}; }
  std::string name() const override { return "nic a\"b"; }
  std::vector<PortFigure> figures() const override { return figures_; }

 private:
  const std::vector<PortFigure> figures_;
};

std::string metrics_of(std::vector<PortFigure> figures, const std::vector<PacketCounters>& queues) {
  const FigurePort port(std::move(figures));
  MetricsText text;
  write_port_metrics(port, queues, text);
  return text.text();
}

TEST(PortMetricsTest, EachQueueHasSamplesOfItsOwn) {
  const std::string text = metrics_of({}, {{.packets_in = 1,
                                            .bytes_in = 2,
                                            .packets_out = 3,
                                            .bytes_out = 4,
                                            .packets_cut = 5,
                                            .missed = 6,
                                            .send_refused = 7},
                                           {.packets_in = 10}});
  EXPECT_THAT(text, HasSubstr("penstock_port_packets_in_total{port=\"nic a\\\"b\",queue=\"0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_packets_in_total{port=\"nic a\\\"b\",queue=\"1\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_bytes_in_total{port=\"nic a\\\"b\",queue=\"0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_packets_out_total{port=\"nic a\\\"b\",queue=\"0\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_bytes_out_total{port=\"nic a\\\"b\",queue=\"0\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_packets_cut_total{port=\"nic a\\\"b\",queue=\"0\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_send_refused_total{port=\"nic a\\\"b\",queue=\"0\"} 7\n"));
}

TEST(PortMetricsTest, WhatNobodyKnowsHasNoSampleAndIsSaidToBeUnknown) {
  const std::string text = metrics_of({}, {{.missed = 6}, {}});
  EXPECT_THAT(text, HasSubstr("penstock_port_missed_total{port=\"nic a\\\"b\",queue=\"0\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_missed_known{port=\"nic a\\\"b\",queue=\"0\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("penstock_port_missed_total{port=\"nic a\\\"b\",queue=\"1\"}")));
  EXPECT_THAT(text, HasSubstr("penstock_port_missed_known{port=\"nic a\\\"b\",queue=\"1\"} 0\n"));
}

TEST(PortMetricsTest, WhatTheWholePortMissedStandsForItsQueues) {
  const std::string text = metrics_of({{.name = "missed", .reason = {}, .value = 9}}, {{}, {}});
  EXPECT_THAT(text, HasSubstr("penstock_port_missed_total{port=\"nic a\\\"b\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_missed_known{port=\"nic a\\\"b\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("penstock_port_missed_known{port=\"nic a\\\"b\",queue")));
}

TEST(PortMetricsTest, GivesAllFiguresWithTheirReasons) {
  const std::string text =
      metrics_of({{.name = "frames_dropped", .reason = "fragment", .queue = 1, .value = 3},
                  {.name = "frames_dropped", .reason = "no_memory", .value = std::nullopt}},
                 {});
  EXPECT_THAT(
      text,
      HasSubstr(
          "penstock_port_frames_dropped_total{port=\"nic a\\\"b\",queue=\"1\",reason=\"fragment\"} 3\n"));
  EXPECT_THAT(text,
              HasSubstr("penstock_port_frames_dropped_known{port=\"nic a\\\"b\",reason=\"no_memory\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("penstock_port_frames_dropped_total{port=\"nic a\\\"b\",reason")));
  EXPECT_THAT(text, Not(HasSubstr("frames_dropped_known{port=\"nic a\\\"b\",queue")));
}

TEST(PortMetricsTest, AStateIsNoCount) {
  const std::string text = metrics_of({{.name = "link_up", .reason = {}, .value = 1, .gauge = true}}, {});
  EXPECT_THAT(text, HasSubstr("# TYPE penstock_port_link_up gauge\n"));
  EXPECT_THAT(text, HasSubstr("penstock_port_link_up{port=\"nic a\\\"b\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("_total")));
}

}  // namespace
}  // namespace penstock
