// SPDX-License-Identifier: Apache-2.0
#include "monitor/server_view.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace penstock {
namespace {

Exposition seen(const std::string& text) {
  return parse_exposition(text).value();
}

ServerView view_of(const std::string& before, const std::string& now, double seconds = 2) {
  const Exposition first = seen(before);
  return view_server(&first, seen(now), seconds);
}

constexpr const char* kQueues =
    "penstock_port_packets_in_total{port=\"p\",queue=\"0\"} 10\n"
    "penstock_port_packets_in_total{port=\"p\",queue=\"1\"} 4\n";

TEST(ServerViewTest, RatesAreWhatGrewInTheTime) {
  const ServerView view = view_of("penstock_commits_total 10\n", "penstock_commits_total 16\n");
  EXPECT_EQ(view.store.commits.total, 16);
  EXPECT_EQ(view.store.commits.per_second, 3);
  EXPECT_EQ(view.seconds, 2);
  EXPECT_FALSE(view.restarted);
}

TEST(ServerViewTest, OneLookHasNoRates) {
  const ServerView view = view_server(nullptr, seen("penstock_commits_total 16\n"), 2);
  EXPECT_EQ(view.store.commits.total, 16);
  EXPECT_EQ(view.store.commits.per_second, std::nullopt);
  EXPECT_EQ(view.seconds, std::nullopt);
}

TEST(ServerViewTest, WhatTheServerDoesNotSayIsUnknown) {
  const ServerView view = view_of("", "");
  EXPECT_EQ(view.store.commits.total, std::nullopt);
  EXPECT_EQ(view.store.commits.per_second, std::nullopt);
  EXPECT_EQ(view.connections, std::nullopt);
  EXPECT_EQ(view.copies_per_byte(), std::nullopt);
  EXPECT_EQ(view.ratio(), std::nullopt);
  EXPECT_TRUE(view.ports.empty());
}

TEST(ServerViewTest, ACountThatWentBackBeganAnew) {
  const ServerView view = view_of("penstock_commits_total 100\n", "penstock_commits_total 6\n");
  EXPECT_EQ(view.store.commits.per_second, 3);
  EXPECT_TRUE(view.restarted);
}

TEST(ServerViewTest, AllCountsOfAServerThatWasStartedAgainBeganAnew) {
  const ServerView view = view_of("penstock_start_time_seconds 5\npenstock_commits_total 6\n",
                                  "penstock_start_time_seconds 7\npenstock_commits_total 10\n");
  EXPECT_EQ(view.store.commits.per_second, 5);
  EXPECT_TRUE(view.restarted);
  const ServerView same = view_of("penstock_start_time_seconds 5\npenstock_commits_total 6\n",
                                  "penstock_start_time_seconds 5\npenstock_commits_total 5\n");
  EXPECT_FALSE(same.restarted);
}

TEST(ServerViewTest, FiguresAreShownWhetherTheyAreCountsOrStates) {
  const ServerView view = view_of("",
                                  "penstock_port_link_up{port=\"p\"} 1\n"
                                  "penstock_port_answers_sent_total{port=\"p\"} 7\n"
                                  "penstock_port_sparks_known{port=\"p\"} 0\n");
  ASSERT_EQ(view.ports.size(), 1U);
  std::map<std::string, std::optional<double>> figures;
  for (const auto& figure : view.ports[0].figures) figures[figure.name] = figure.count.total;
  EXPECT_EQ(figures["link_up"], 1);
  EXPECT_EQ(figures["answers_sent"], 7);
  ASSERT_TRUE(figures.contains("sparks"));
  EXPECT_EQ(figures["sparks"], std::nullopt);
}

TEST(ServerViewTest, QueuesAreSummedUpToTheirPort) {
  const ServerView view = view_of("penstock_port_packets_in_total{port=\"p\",queue=\"0\"} 2\n", kQueues);
  ASSERT_EQ(view.ports.size(), 1U);
  EXPECT_EQ(view.ports[0].name, "p");
  EXPECT_EQ(view.ports[0].all.packets_in.total, 14);
  EXPECT_EQ(view.ports[0].all.packets_in.per_second, 6);
  ASSERT_EQ(view.ports[0].queues.size(), 2U);
  EXPECT_EQ(view.ports[0].queues[1].queue, "1");
  EXPECT_EQ(view.ports[0].queues[0].packets_in.per_second, 4);
}

TEST(ServerViewTest, WhatWasMissedIsKnownOfAPortWhereAllOfItsBusyQueuesKnow) {
  const std::string first = std::string(kQueues) +
                            "penstock_port_missed_known{port=\"p\",queue=\"0\"} 1\n"
                            "penstock_port_missed_total{port=\"p\",queue=\"0\"} 5\n";
  const ServerView one = view_of("", first + "penstock_port_missed_known{port=\"p\",queue=\"1\"} 0\n");
  EXPECT_FALSE(one.ports[0].all.missed_known);
  EXPECT_TRUE(one.ports[0].queues[0].missed_known);
  EXPECT_FALSE(one.ports[0].queues[1].missed_known);
  EXPECT_EQ(one.ports[0].all.missed.total, 5);
  EXPECT_EQ(one.ports[0].queues[1].missed.total, std::nullopt);
  const ServerView both = view_of("", first + "penstock_port_missed_known{port=\"p\",queue=\"1\"} 1\n");
  EXPECT_TRUE(both.ports[0].all.missed_known);
  const ServerView idle = view_of("", first +
                                          "penstock_port_packets_in_total{port=\"p\",queue=\"2\"} 0\n"
                                          "penstock_port_missed_known{port=\"p\",queue=\"2\"} 0\n");
  EXPECT_TRUE(idle.ports[0].all.missed_known);
  EXPECT_FALSE(idle.ports[0].queues[2].missed_known);
  EXPECT_FALSE(view_of("", kQueues).ports[0].all.missed_known);
}

TEST(ServerViewTest, DropsAreByReasonAndSayWhereNobodyKnows) {
  const ServerView view =
      view_of("penstock_port_frames_dropped_total{port=\"p\",queue=\"0\",reason=\"fragment\"} 1\n",
              "penstock_port_frames_dropped_total{port=\"p\",queue=\"0\",reason=\"fragment\"} 3\n"
              "penstock_port_frames_dropped_total{port=\"p\",queue=\"1\",reason=\"fragment\"} 4\n"
              "penstock_port_frames_dropped_known{port=\"p\",queue=\"0\",reason=\"fragment\"} 1\n"
              "penstock_port_frames_dropped_known{port=\"p\",reason=\"no_memory\"} 0\n"
              "penstock_port_send_refused_total{port=\"p\",queue=\"0\"} 9\n"
              "penstock_port_answers_sent_total{port=\"p\"} 2\n");
  ASSERT_EQ(view.ports.size(), 1U);
  const std::vector<PortFigureView>& drops = view.ports[0].drops;
  ASSERT_EQ(drops.size(), 3U);
  EXPECT_EQ(drops[0].reason, "fragment");
  EXPECT_EQ(drops[0].count.total, 7);
  EXPECT_EQ(drops[0].count.per_second, 3);
  EXPECT_EQ(drops[1].reason, "no_memory");
  EXPECT_EQ(drops[1].count.total, std::nullopt);
  EXPECT_EQ(drops[2].name, "send_refused");
  EXPECT_EQ(drops[2].count.total, 9);
  ASSERT_EQ(view.ports[0].figures.size(), 1U);
  EXPECT_EQ(view.ports[0].figures[0].name, "answers_sent");
}

TEST(ServerViewTest, DevicesHaveTheirHealthAndHowBusyTheyAre) {
  const ServerView view =
      view_of("penstock_device_busy_seconds_total{device=\"1\",kind=\"card\"} 10\n",
              "penstock_device_jobs_total{device=\"0\",kind=\"software\"} 1\n"
              "penstock_device_jobs_total{device=\"1\",kind=\"card\"} 1\n"
              "penstock_device_emulated{device=\"1\",kind=\"card\"} 1\n"
              "penstock_device_health{device=\"1\",kind=\"card\",state=\"healthy\"} 0\n"
              "penstock_device_health{device=\"1\",kind=\"card\",state=\"lost\"} 1\n"
              "penstock_device_failures_total{device=\"1\",kind=\"card\",reason=\"wrong\"} 2\n"
              "penstock_device_failures_total{device=\"1\",kind=\"card\",reason=\"stale\"} 3\n"
              "penstock_device_busy_seconds_total{device=\"1\",kind=\"card\"} 11\n");
  ASSERT_EQ(view.devices.size(), 2U);
  EXPECT_EQ(view.devices[0].health, "");
  EXPECT_FALSE(view.devices[0].emulated);
  EXPECT_EQ(view.devices[1].kind, "card");
  EXPECT_TRUE(view.devices[1].emulated);
  EXPECT_EQ(view.devices[1].health, "lost");
  EXPECT_EQ(view.devices[1].busy_seconds.per_second, 0.5);
  EXPECT_EQ(view.devices[1].failures.total, 5);
}

TEST(ServerViewTest, RatiosAreOfLateWhereSomethingHappens) {
  const std::string before =
      "penstock_ingest_body_bytes_total 100\npenstock_ingest_bytes_copied_total{copy=\"batch\"} 100\n"
      "penstock_quic_body_bytes_kept_total 0\n"
      "penstock_ingest_chunk_bytes_total{found=\"new\"} 100\npenstock_ingest_compressed_bytes_total 100\n"
      "penstock_ingest_chunk_bytes_total{found=\"duplicate\"} 0\n";
  const ServerView view = view_of(
      before,
      "penstock_ingest_body_bytes_total 200\npenstock_ingest_bytes_copied_total{copy=\"batch\"} 250\n"
      "penstock_quic_body_bytes_kept_total 50\n"
      "penstock_ingest_chunk_bytes_total{found=\"new\"} 130\npenstock_ingest_compressed_bytes_total 110\n"
      "penstock_ingest_chunk_bytes_total{found=\"duplicate\"} 70\n");
  EXPECT_EQ(view.copies_per_byte(), 2);
  EXPECT_EQ(view.ratio(), 3);
  EXPECT_EQ(view.duplicate_part(), 0.7);
  const ServerView quiet = view_of(before, before);
  EXPECT_EQ(quiet.copies_per_byte(), 1);
  EXPECT_EQ(quiet.ratio(), 1);
  EXPECT_EQ(quiet.duplicate_part(), 0);
}

TEST(ServerViewTest, NothingThatAServerSaysReachesTheTerminalAsACommand) {
  const ServerView view =
      view_of("",
              "penstock_port_packets_in_total{port=\"\x1b[2Jp\xff\",queue=\"\x07\"} 1\n"
              "penstock_port_frames_dropped_total{port=\"\x1b[2Jp\xff\",reason=\"\\n\x1b\"} 1\n"
              "penstock_device_jobs_total{device=\"\x1b\",kind=\"\x1b]0;\"} 1\n");
  ASSERT_EQ(view.ports.size(), 1U);
  EXPECT_EQ(view.ports[0].name, "?[2Jp?");
  EXPECT_EQ(view.ports[0].queues[0].queue, "?");
  EXPECT_EQ(view.ports[0].drops[0].reason, "??");
  EXPECT_EQ(view.devices[0].number + view.devices[0].kind, "??]0;");
}

}  // namespace
}  // namespace penstock
