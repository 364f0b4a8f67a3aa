// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "sender/part_place.h"
#include "unit/pipeline/scripted_entries.h"
#include "unit/sender/sending_site.h"

namespace penstock {
namespace {

constexpr size_t kBytes = 48 << 20;

SenderOptions parts_options(const SendingSite& site, TransferProgress& progress) {
  SenderOptions options = site.options();
  options.progress = &progress;
  options.retries = 1000;  // however long a busy machine takes to start the server
  return options;
}

// While an upload is under way.
void wait_for_bytes(const TransferProgress& progress, uint64_t bytes) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (progress.bytes_content < bytes && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(SendingPartsTest, GoesOnWhereAServerThatWentLeftOff) {
  SendingSite site;
  const std::vector<uint8_t> bytes = random_bytes(kBytes, 1);
  const std::string path = site.write_file("a", bytes);
  TransferProgress progress;
  std::thread operation([&] {
    wait_for_bytes(progress, 12 << 20);
    site.stop_server();
    site.start_server();
  });
  const Outcome outcome = site.send({path}, parts_options(site, progress));
  operation.join();
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  const SentObject* sent = outcome.object("a");
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(site.content(sent->cid), bytes);
  EXPECT_GT(sent->bytes_kept, 0U);
  EXPECT_LT(sent->bytes_sent, 2 * kBytes);
  EXPECT_EQ(outcome.report.bytes_again, sent->bytes_sent - std::min<uint64_t>(sent->bytes_sent, kBytes));
  EXPECT_GE(outcome.report.connections, 2U);
  EXPECT_EQ(site.commits(), 1U);
  EXPECT_EQ(progress.bytes_content, kBytes);
}

TEST(SendingPartsTest, BeginsAnewWhereTheFileIsAnotherOneByThen) {
  SendingSite site;
  const std::string path = site.write_file("a", random_bytes(kBytes, 2));
  const std::vector<uint8_t> other = random_bytes(kBytes + 1, 3);
  TransferProgress progress;
  std::thread operation([&] {
    wait_for_bytes(progress, 8 << 20);
    site.stop_server();
    std::filesystem::rename(site.write_file("b", other), path);
    site.start_server();
  });
  const Outcome outcome = site.send({path}, parts_options(site, progress));
  operation.join();
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  const SentObject* sent = outcome.object("a");
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(site.content(sent->cid), other);
}

TEST(SendingPartsTest, ALaterRunGoesOnWhereAnotherWasStopped) {
  SendingSite site;
  const std::vector<uint8_t> bytes = random_bytes(kBytes, 4);
  const std::string path = site.write_file("a", bytes);
  for (const bool resume : {true, false}) {
    TransferProgress progress;
    std::atomic<bool> stop{false};
    SenderOptions options = parts_options(site, progress);
    options.kept_places = site.files() + "/kept";
    options.stop = &stop;
    std::thread operation([&] {
      wait_for_bytes(progress, 12 << 20);
      stop = true;
    });
    EXPECT_FALSE(site.send({path}, options).status);
    operation.join();
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(options.kept_places), {}), 1);
    options.stop = nullptr;
    options.progress = nullptr;
    options.resume = resume;
    const Outcome outcome = site.send({path}, options);
    ASSERT_TRUE(outcome.status) << outcome.status.error().message();
    const SentObject* sent = outcome.object("a");
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(site.content(sent->cid), bytes);
    EXPECT_EQ(sent->bytes_kept > 0, resume);
    EXPECT_EQ(sent->bytes_sent + sent->bytes_kept, kBytes);
  }
}

TEST(SendingPartsTest, SmallFilesAndPipesAreSentPlainly) {
  SendingSite site;
  const Outcome outcome = site.send({site.write_file("a", random_bytes(1000, 5))});
  ASSERT_TRUE(outcome.status);
  EXPECT_EQ(outcome.sent.front().attempts, 1U);
}

TEST(SendingPartsTest, AWishToStopEndsAnAttemptToConnect) {
  SendingSite site;
  UdpOptions udp;
  udp.local = parse_net_address("127.0.0.1:0").value();
  const auto silent = UdpPort::open(udp).value();
  SenderOptions options = sender_options(silent->local_address(), site.identity());
  options.quic.handshake_timeout = std::chrono::hours(1);
  options.quic.idle_timeout = std::chrono::hours(1);
  std::atomic<bool> stop{false};
  options.stop = &stop;
  std::thread operation([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop = true;
  });
  const Outcome outcome = site.send({site.write_file("a", random_bytes(10, 1))}, options);
  operation.join();
  ASSERT_FALSE(outcome.status);
  EXPECT_EQ(outcome.status.error().why, "was told to stop");
}

TEST(PartPlaceTest, TakesPlacesOfUploadsAlone) {
  HttpResponse answer;
  answer.fields = {{"location", "/uploads/abc"}, {"upload-offset", "17"}};
  const auto place = parse_part_place(answer, {});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->path, "/uploads/abc");
  EXPECT_EQ(place->offset, 17U);
  EXPECT_EQ(parse_part_place(answer, "/uploads/d")->path, "/uploads/d");
  for (const char* location : {"", "/ipfs/abc", "https://elsewhere/uploads/a", "/uploads/a b"}) {
    answer.fields[0].value = location;
    EXPECT_FALSE(parse_part_place(answer, {})) << location;
  }
  for (const char* offset : {"", "-1", "1x", "99999999999999999999999"}) {
    answer.fields = {{"location", "/uploads/abc"}, {"upload-offset", offset}};
    EXPECT_FALSE(parse_part_place(answer, {})) << offset;
  }
}

}  // namespace
}  // namespace penstock
