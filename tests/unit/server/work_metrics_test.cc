// SPDX-License-Identifier: Apache-2.0
#include "server/work_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/software/software_device.h"

namespace penstock {
namespace {

using testing::HasSubstr;

TEST(WorkMetricsTest, ShowsWhatDevicesDidAndHowTheyAre) {
  const auto cpu = open_software_device(0, {}).value();
  const auto card = open_software_device(0, {}).value();
  Dispatcher devices({card.get()}, *cpu, {});
  MemberCounters& counted = devices.members()[1]->counters();
  counted.jobs = 3;
  counted.bytes_in = 1000;
  counted.nanoseconds = 1'500'000'000;
  counted.abandoned = 2;
  devices.lose(1, HealthCause::deadline);
  MetricsText text;
  write_device_metrics(devices, text);
  const std::string shown = text.text();
  EXPECT_THAT(shown, HasSubstr("penstock_device_jobs_total{device=\"0\",kind=\"software\"} 0\n"));
  EXPECT_THAT(shown, HasSubstr("penstock_device_jobs_total{device=\"1\",kind=\"software\"} 3\n"));
  EXPECT_THAT(shown, HasSubstr("penstock_device_bytes_in_total{device=\"1\",kind=\"software\"} 1000\n"));
  EXPECT_THAT(shown,
              HasSubstr("penstock_device_busy_seconds_total{device=\"1\",kind=\"software\"} 1.500000000\n"));
  EXPECT_THAT(
      shown,
      HasSubstr("penstock_device_failures_total{device=\"1\",kind=\"software\",reason=\"abandoned\"} 2\n"));
  EXPECT_THAT(shown, HasSubstr("penstock_device_health{device=\"1\",kind=\"software\",state=\"lost\"} 1\n"));
  EXPECT_THAT(shown,
              HasSubstr("penstock_device_health{device=\"1\",kind=\"software\",state=\"healthy\"} 0\n"));
  EXPECT_THAT(shown,
              HasSubstr("penstock_device_health{device=\"0\",kind=\"software\",state=\"healthy\"} 1\n"));
}

TEST(WorkMetricsTest, ShowsWhatBecameOfUploads) {
  IntakeCounters counted;
  counted.commits = 4;
  counted.bytes_windowed = 100;
  counted.bytes_placed = 90;
  counted.lanes = {.chunks_new = 6,
                   .chunks_duplicate = 4,
                   .bytes_duplicate = 40,
                   .bytes_unique = 50,
                   .bytes_stored = 25,
                   .frames_compressed = 2,
                   .frames_stored = 1};
  counted.lanes.times[Stage::encode] = 7;
  MetricsText text;
  write_intake_metrics(counted, text);
  const std::string shown = text.text();
  for (const char* sample :
       {"penstock_commits_total 4\n", "penstock_ingest_bytes_copied_total{copy=\"window\"} 100\n",
        "penstock_ingest_bytes_copied_total{copy=\"batch\"} 90\n",
        "penstock_ingest_chunks_total{found=\"duplicate\"} 4\n",
        "penstock_ingest_chunks_total{found=\"new\"} 6\n",
        "penstock_ingest_chunk_bytes_total{found=\"duplicate\"} 40\n",
        "penstock_ingest_chunk_bytes_total{found=\"new\"} 50\n",
        "penstock_ingest_compressed_bytes_total 25\n",
        "penstock_ingest_frames_total{kept=\"compressed\"} 2\n",
        "penstock_ingest_frames_total{kept=\"stored\"} 1\n",
        "penstock_stage_seconds_total{stage=\"encode\"} 0.000000007\n"})
    EXPECT_THAT(shown, HasSubstr(sample));
}

}  // namespace
}  // namespace penstock
