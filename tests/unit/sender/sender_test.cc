// SPDX-License-Identifier: Apache-2.0
#include "sender/sender.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "sender/input_stream.h"
#include "unit/pipeline/scripted_entries.h"
#include "unit/sender/sending_site.h"

namespace penstock {
namespace {

TEST(SenderTest, SendsFilesOfEverySizeWholeAndCommitted) {
  SendingSite site;
  std::vector<std::string> paths;
  std::vector<std::vector<uint8_t>> contents;
  for (const size_t bytes :
       {0U, 1U, 1000U, 65'536U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1, 5'000'000U, 32U << 20}) {
    contents.push_back(random_bytes(bytes, bytes));
    paths.push_back(site.write_file("f" + std::to_string(bytes), contents.back()));
  }
  TransferProgress progress;
  SenderOptions options = site.options();
  options.progress = &progress;
  const Outcome outcome = site.send(paths, options);
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_TRUE(outcome.reported.empty());
  ASSERT_EQ(outcome.sent.size(), paths.size());
  EXPECT_EQ(site.commits(), paths.size());
  uint64_t sum = 0;
  for (const auto& content : contents) {
    const SentObject* sent = outcome.object("f" + std::to_string(content.size()));
    ASSERT_NE(sent, nullptr) << content.size();
    EXPECT_EQ(sent->bytes, content.size());
    EXPECT_EQ(site.content(sent->cid), content);
    EXPECT_EQ(sent->attempts, 1U);
    sum += content.size();
  }
  EXPECT_EQ(outcome.report.objects, paths.size());
  EXPECT_EQ(outcome.report.bytes, sum);
  EXPECT_EQ(outcome.report.connections, 1U);
  EXPECT_EQ(progress.files, paths.size());
  EXPECT_EQ(progress.bytes_content, sum);
  EXPECT_EQ(progress.bytes_expected, sum);
}

TEST(SenderTest, SendsManySmallFilesOfATreeEachByItsPath) {
  SendingSite site;
  for (size_t i = 0; i < 500; ++i)
    site.write_file("tree/d" + std::to_string(i % 7) + "/f ü" + std::to_string(i), random_bytes(i * 13, i));
  std::filesystem::create_symlink("d0", site.files() + "/tree/link");
  const Outcome outcome = site.send({site.files() + "/tree"});
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.objects, 500U);
  EXPECT_EQ(outcome.report.left_out, 1U);  // the link
  ASSERT_EQ(outcome.reported.size(), 1U);
  EXPECT_EQ(outcome.reported[0].code, Errc::partial);
  EXPECT_EQ(site.commits(), 500U);
  const SentObject* sent = outcome.object("tree/d3/f ü10");
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(site.content(sent->cid), random_bytes(130, 10));
}

TEST(SenderTest, SendsOneAfterTheOtherWhereAskedTo) {
  SendingSite site;
  SenderOptions options = site.options();
  options.parallel = 1;
  const Outcome outcome = site.send(
      {site.write_file("a", random_bytes(9'000'000, 1)), site.write_file("b", random_bytes(100, 2))},
      options);
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  ASSERT_EQ(outcome.sent.size(), 2U);
  EXPECT_EQ(outcome.sent[0].name, "a");
}

TEST(SenderTest, SendsWhatComesFromAPipeAsItComes) {
  SendingSite site;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto bytes = random_bytes(3'000'000, 6);
  std::thread writer([&] {
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t wrote = write(ends[1], bytes.data() + at, std::min<size_t>(bytes.size() - at, 100'000));
      if (wrote <= 0) break;
      at += static_cast<size_t>(wrote);
      if (at < 300'000) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    close(ends[1]);
  });
  auto entries = InputStream::open(ends[0], "piped", "standard input");
  ASSERT_TRUE(entries);
  const Outcome outcome = run_sender(*entries, {"in/", {}}, site.options());
  writer.join();
  close(ends[0]);
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  ASSERT_NE(outcome.object("in/piped"), nullptr);
  EXPECT_EQ(site.content(outcome.object("in/piped")->cid), bytes);
}

TEST(SenderTest, SendsHolesAsZeros) {
  SendingSite site;
  const std::string path = site.write_file("sparse", random_bytes(10'000, 1));
  std::filesystem::resize_file(path, 40'000'000);
  const Outcome outcome = site.send({path});
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  ASSERT_EQ(outcome.sent.size(), 1U);
  auto expected = random_bytes(10'000, 1);
  expected.resize(40'000'000);
  EXPECT_EQ(site.content(outcome.sent[0].cid), expected);
}

TEST(SenderTest, SendsNothingWhereThereIsNothing) {
  SendingSite site;
  std::filesystem::create_directory(site.files() + "/empty");
  const Outcome outcome = site.send({site.files() + "/empty"});
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.objects, 0U);
}

}  // namespace
}  // namespace penstock
