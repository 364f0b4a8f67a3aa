// SPDX-License-Identifier: Apache-2.0
// Who may read sends what the server lacks.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "sender/input_stream.h"
#include "unit/base/random_seed.h"
#include "unit/pipeline/scripted_entries.h"
#include "unit/sender/sending_site.h"

namespace penstock {
namespace {

TEST(SendingPiecesTest, EverySizeHasTheCidOfAPlainUpload) {
  SendingSite plain;
  SendingSite site;
  std::vector<std::string> paths;
  for (const size_t bytes :
       {0U, 1U, 16'383U, 16'384U, 65'536U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1, 5'000'000U, 32U << 20}) {
    std::vector<uint8_t> content = random_bytes(bytes, bytes);
    std::fill(content.begin() + static_cast<ptrdiff_t>(bytes / 3),
              content.begin() + static_cast<ptrdiff_t>(bytes / 2), uint8_t{0});
    paths.push_back(site.write_file("f" + std::to_string(bytes), content));
  }
  TransferProgress progress;
  SenderOptions options = site.reader_options();
  options.progress = &progress;
  const Outcome outcome = site.send(paths, options);
  const Outcome expected = plain.send(paths);
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  ASSERT_TRUE(expected.status) << expected.status.error().message();
  ASSERT_EQ(outcome.sent.size(), paths.size());
  for (const SentObject& sent : outcome.sent) {
    EXPECT_EQ(sent.cid, expected.object(sent.name)->cid) << sent.name;
    EXPECT_EQ(sent.attempts, 1U);
  }
  EXPECT_EQ(outcome.report.bytes, expected.report.bytes);
  EXPECT_EQ(progress.bytes_content, outcome.report.bytes);
  // Runs of zeros are not sent.
  EXPECT_LT(outcome.report.bytes_sent, expected.report.bytes_sent * 9 / 10);
}

TEST(SendingPiecesTest, WhatTheServerHasIsNotSentAgain) {
  SCOPED_TRACE(seed_text(process_seed()));
  SendingSite site;
  std::vector<uint8_t> content = random_bytes(20'000'000, process_seed());
  const std::string path = site.write_file("f", content);
  const Outcome first = site.send({path}, site.reader_options());
  ASSERT_TRUE(first.status) << first.status.error().message();
  EXPECT_GE(first.report.bytes_sent, content.size());
  const Outcome again = site.send({path}, site.reader_options());
  ASSERT_TRUE(again.status) << again.status.error().message();
  EXPECT_EQ(again.sent.at(0).cid, first.sent.at(0).cid);
  EXPECT_NE(again.sent.at(0).commit, first.sent.at(0).commit);
  EXPECT_LT(again.report.bytes_sent, content.size() / 500);

  const std::vector<uint8_t> inserted = random_bytes(1000, 2);
  content.insert(content.begin() + 9'000'000, inserted.begin(), inserted.end());
  site.write_file("f", content);
  const Outcome changed = site.send({path}, site.reader_options());
  ASSERT_TRUE(changed.status) << changed.status.error().message();
  EXPECT_EQ(site.content(changed.sent.at(0).cid), content);
  EXPECT_LT(changed.report.bytes_sent, 1'000'000U);
}

TEST(SendingPiecesTest, ZerosWithoutEndTakeNoBytesAndNoBuffersForLong) {
  SendingSite site;
  const std::string path = site.write_file("sparse", random_bytes(100'000, 1));
  std::filesystem::resize_file(path, uint64_t{300} << 20);
  const Outcome outcome = site.send({path}, site.reader_options());
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.bytes, uint64_t{300} << 20);
  EXPECT_LT(outcome.report.bytes_sent, 200'000U);
}

TEST(SendingPiecesTest, APipeIsSentAsItComes) {
  SendingSite site;
  const std::vector<uint8_t> content = random_bytes(3'000'000, 4);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto input = InputStream::open(ends[0], "piped", "standard input");
  ASSERT_TRUE(input);
  std::thread writer([&] {
    Bytes left = content;
    while (!left.empty()) {
      const ssize_t written = ::write(ends[1], left.data(), std::min<size_t>(left.size(), 70'001));
      ASSERT_GT(written, 0);
      left = left.subspan(static_cast<size_t>(written));
    }
    ::close(ends[1]);
  });
  const Outcome outcome = run_sender(*input, {}, site.reader_options());
  writer.join();
  ::close(ends[0]);
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  ASSERT_EQ(outcome.sent.size(), 1U);
  EXPECT_EQ(site.content(outcome.sent[0].cid), content);
}

}  // namespace
}  // namespace penstock
