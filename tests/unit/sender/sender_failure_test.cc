// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "dag/cid.h"
#include "sender/input_stream.h"
#include "sender/root_maker.h"
#include "sender/sender.h"
#include "unit/pipeline/scripted_entries.h"
#include "unit/sender/lying_service.h"
#include "unit/sender/sending_site.h"

namespace penstock {
namespace {

// A server that answers what a script says.
class LyingSite {
 public:
  explicit LyingSite(LyingScript& script) {
    UdpOptions udp;
    udp.local = parse_net_address("127.0.0.1:0").value();
    port_ = UdpPort::open(udp).value();
    server_ = QuicServer::start(*port_, identity_.identity(), {}, [&script](const std::function<void()>&) {
                return std::make_unique<LyingService>(script);
              }).value();
  }

  SenderOptions options() const { return sender_options(port_->local_address(), identity_); }
  Outcome send(EntryStream& entries) const { return run_sender(entries, {}, options()); }

 private:
  TestIdentity identity_;
  std::unique_ptr<UdpPort> port_;
  std::unique_ptr<QuicServer> server_;
};

std::string receipt(const Cid& cid, uint64_t bytes) {
  return R"({"cid":")" + cid.text() + R"(","commit":")" + cid_of(Multicodec::dag_cbor, {}).text() +
         R"(","bytes":)" + std::to_string(bytes) + "}";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Cid root_of(const std::vector<uint8_t>& content) {
  RootMaker roots(ChunkerSpec{}, LinkLayout::content_cut);
  std::vector<uint8_t> space(RootMaker::kHeadroomBytes);
  space.insert(space.end(), content.begin(), content.end());
  EXPECT_TRUE(roots.add(space));
  return roots.finish().value().cid;
}

void wait_for(const std::atomic<uint64_t>& count, uint64_t at_least) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (count < at_least && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(SenderFailureTest, AServerThatAnswersAnotherCidIsNotBelieved) {
  const Cid other = cid_of(Multicodec::raw, as_bytes("something else"));
  LyingScript script;
  script.body = receipt(other, 5);
  const LyingSite site(script);
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of({1, 2, 3, 4, 5}));
  const Outcome outcome = site.send(entries);
  ASSERT_FALSE(outcome.status);
  EXPECT_EQ(outcome.status.error().code, Errc::corrupt);
  EXPECT_TRUE(contains(outcome.status.error().why, other.text()));
  const std::vector<uint8_t> own = {1, 2, 3, 4, 5};
  EXPECT_TRUE(contains(outcome.status.error().why, cid_of(Multicodec::raw, own).text()));
  EXPECT_TRUE(outcome.sent.empty());
}

constexpr const char* kTermsOfPieces =
    R"({"chunker":"cdc:16K:64K:256K","profile":"default","rights":["append","read"],)"
    R"("bodies":["application/vnd.penstock.pieces"]})";

TEST(SenderFailureTest, WhatIsRefusedAsPiecesIsSentPlainly) {
  for (const unsigned status : {400U, 409U}) {
    const std::vector<uint8_t> content = random_bytes(3'000'000, status);
    LyingScript script;
    script.terms = kTermsOfPieces;
    script.have = std::string(100, '\xff');
    script.refuses_pieces = status;
    script.body = receipt(root_of(content), content.size());
    const LyingSite site(script);
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/a";
    std::ofstream(path, std::ios::binary).write(as_text(content).data(), std::ssize(content));
    const auto entries = open_paths({path});
    ASSERT_TRUE(entries);
    const Outcome outcome = site.send(**entries);
    ASSERT_TRUE(outcome.status) << outcome.status.error().message();
    EXPECT_EQ(outcome.sent.at(0).attempts, 2U);
    EXPECT_EQ(script.uploads_of_pieces, 1U);
    EXPECT_EQ(script.uploads, 1U);
    EXPECT_GT(script.questions, 0U);
  }
}

TEST(SenderFailureTest, WhoGetsNoAnswerAboutChunksSendsThem) {
  const std::vector<uint8_t> content = random_bytes(3'000'000, 1);
  for (const unsigned status : {503U, 200U}) {
    LyingScript script;
    script.terms = kTermsOfPieces;
    script.have_status = status;
    script.have = status == 200 ? "" : "busy";
    script.body = receipt(root_of(content), content.size());
    const LyingSite site(script);
    ScriptedEntries entries;
    entries.file("a", ScriptedContent::of(content));
    const Outcome outcome = site.send(entries);
    ASSERT_TRUE(outcome.status) << outcome.status.error().message();
    EXPECT_GE(outcome.report.bytes_sent, content.size());
    EXPECT_EQ(script.uploads_of_pieces, 1U);
  }
}

TEST(SenderFailureTest, AServerThatConfirmsWhatItDidNotGetIsNotBelieved) {
  const auto bytes = random_bytes(40'000'000, 1);
  LyingScript script;
  script.mode = LyingScript::Mode::at_once;
  script.body = receipt(cid_of(Multicodec::raw, {}), bytes.size());
  const LyingSite site(script);
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(bytes));
  const Outcome outcome = site.send(entries);
  ASSERT_FALSE(outcome.status);
  EXPECT_EQ(outcome.status.error().code, Errc::corrupt);
}

TEST(SenderFailureTest, AWrongByteCountIsNotBelieved) {
  LyingScript script;
  script.body = receipt(cid_of(Multicodec::raw, {}), 1);
  const LyingSite site(script);
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of({}));
  EXPECT_EQ(site.send(entries).status.error().code, Errc::corrupt);
}

TEST(SenderFailureTest, AnAnswerThatIsNoReceiptFails) {
  LyingScript script;
  script.body = "<html>It works!</html>";
  const LyingSite site(script);
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of({1}));
  const Outcome outcome = site.send(entries);
  ASSERT_FALSE(outcome.status);
  EXPECT_EQ(outcome.status.error().code, Errc::failed);
}

TEST(SenderFailureTest, AServerThatDoesNotSayHowItCutsGetsNothing) {
  for (const char* terms : {"", "{}", R"({"chunker":"new:1","profile":"default"})"}) {
    LyingScript script;
    script.terms = terms;
    const LyingSite site(script);
    ScriptedEntries entries;
    entries.file("a", ScriptedContent::of({1}));
    const Outcome outcome = site.send(entries);
    ASSERT_FALSE(outcome.status);
    EXPECT_TRUE(contains(outcome.status.error().what, "/v1/store"));
    EXPECT_EQ(script.uploads, 0U);
  }
}

TEST(SenderFailureTest, AnEndlessAnswerIsCut) {
  LyingScript script;
  script.terms = std::string(50'000'000, '[');
  const LyingSite site(script);
  ScriptedEntries entries;
  EXPECT_FALSE(site.send(entries).status);
}

TEST(SenderFailureTest, ABusyServerIsAskedAgain) {
  const std::vector<uint8_t> bytes = {1, 2, 3};
  SendingSite files;
  const std::string path = files.write_file("a", bytes);
  LyingScript script;
  script.busy = 2;
  script.body = receipt(cid_of(Multicodec::raw, bytes), bytes.size());
  const LyingSite site(script);
  const Outcome outcome = files.send({path}, site.options());
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  ASSERT_EQ(outcome.sent.size(), 1U);
  EXPECT_EQ(outcome.sent[0].attempts, 3U);
  EXPECT_EQ(script.uploads, 3U);
}

TEST(SenderFailureTest, AServerThatStaysBusyIsReportedAndTheRestGoesOn) {
  SendingSite files;
  LyingScript script;
  script.busy = 1000;
  const LyingSite site(script);
  SenderOptions options = site.options();
  options.retries = 2;
  const Outcome outcome = files.send(
      {files.write_file("a", Bytes()), files.write_file("b", random_bytes(3'000'000, 1))}, options);
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  for (const Error& error : outcome.reported)
    EXPECT_TRUE(contains(error.message(), "503")) << error.message();
  EXPECT_EQ(outcome.report.refused, 2U);
  ASSERT_EQ(outcome.reported.size(), 2U);
  EXPECT_EQ(script.uploads, 6U);
}

TEST(SenderFailureTest, AnObjectTooLargeForTheServerIsReportedAndTheRestGoesOn) {
  SendingSite site;
  site.stop_server();
  site.server_options.gateway.limits.object_bytes_max = 1'000'000;
  site.start_server();
  const Outcome outcome = site.send({site.write_file("large", random_bytes(30'000'000, 1)),
                                     site.write_file("small", random_bytes(1000, 2))});
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.refused, 1U);
  EXPECT_EQ(outcome.report.objects, 1U);
  ASSERT_EQ(outcome.reported.size(), 1U);
  EXPECT_TRUE(contains(outcome.reported[0].message(), "413")) << outcome.reported[0].message();
}

TEST(SenderFailureTest, AWrongTokenIsSaid) {
  SendingSite site;
  SenderOptions options = site.options();
  options.token = "pst_" + std::string(52, 'a');
  const Outcome outcome = site.send({site.write_file("a", Bytes())}, options);
  ASSERT_FALSE(outcome.status);
  EXPECT_TRUE(contains(outcome.status.error().message(), "401")) << outcome.status.error().message();
  options.token.clear();
  EXPECT_FALSE(site.send({site.files() + "/a"}, options).status);
  EXPECT_EQ(site.commits(), 0U);
}

TEST(SenderFailureTest, AServerWithAnotherCertificateGetsNothing) {
  SendingSite site;
  SenderOptions options = site.options();
  options.quic.trust.value = std::string(64, 'a');
  const Outcome outcome = site.send({site.write_file("a", Bytes())}, options);
  ASSERT_FALSE(outcome.status);
  // It says what to pin.
  EXPECT_TRUE(contains(outcome.status.error().message(), site.identity().identity().fingerprint()));
  EXPECT_EQ(site.commits(), 0U);
}

TEST(SenderFailureTest, NobodyWhoListensIsSaidSoon) {
  SendingSite site;
  site.stop_server();
  // Who did not hear it would wait until ctest ends the test.
  SenderOptions options = site.options();
  options.quic.handshake_timeout = options.quic.idle_timeout = std::chrono::hours(1);
  const Outcome outcome = site.send({site.write_file("a", Bytes())}, options);
  ASSERT_FALSE(outcome.status);
  EXPECT_EQ(outcome.status.error().code, Errc::failed);
}

TEST(SenderFailureTest, AServerThatGoesAndComesBackGetsAllOfIt) {
  SendingSite site;
  std::vector<std::string> paths;
  for (size_t i = 0; i < 6; ++i)
    paths.push_back(site.write_file("f" + std::to_string(i), random_bytes(40'000'000, i)));
  TransferProgress progress;
  SenderOptions options = site.options();
  options.progress = &progress;
  options.parallel = 3;
  options.retries = 1000;  // however long a busy machine takes to start the server
  std::thread trouble([&] {
    for (const uint64_t at : {uint64_t{20'000'000}, uint64_t{130'000'000}}) {
      wait_for(progress.bytes_content, at);
      site.stop_server();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      site.start_server();
    }
  });
  const Outcome outcome = site.send(paths, options);
  trouble.join();
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.objects, 6U);
  EXPECT_GE(outcome.report.connections, 2U);
  // Of attempts that were broken off the server keeps what it has: it need not have acknowledged it.
  EXPECT_GE(outcome.report.bytes_sent, outcome.report.bytes);
  EXPECT_EQ(progress.bytes_content, 240'000'000U);
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(site.content(outcome.object("f" + std::to_string(i))->cid), random_bytes(40'000'000, i));
}

TEST(SenderFailureTest, AServerThatStaysAwayIsGivenUp) {
  SendingSite site;
  TransferProgress progress;
  SenderOptions options = site.options();
  options.progress = &progress;
  options.retries = 2;
  std::thread trouble([&] {
    wait_for(progress.bytes_content, 5'000'000);
    site.stop_server();
  });
  // So large that it is not sent before it is noticed.
  const std::string path = site.write_file("f", random_bytes(1000, 1));
  std::filesystem::resize_file(path, uint64_t{4} << 30);
  const Outcome outcome = site.send({path}, options);
  trouble.join();
  ASSERT_FALSE(outcome.status);
  EXPECT_EQ(outcome.status.error().code, Errc::failed);
}

TEST(SenderFailureTest, WhatCanBeReadOnlyOnceIsNotSentTwice) {
  LyingScript script;
  script.busy = 1;
  const LyingSite site(script);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "hello", 5), 5);
  close(ends[1]);
  const auto entries = open_descriptor(ends[0], "piped");
  const Outcome outcome = run_sender(*entries, {}, site.options());
  close(ends[0]);
  ASSERT_TRUE(outcome.status);
  EXPECT_EQ(outcome.report.left_out, 1U);
  EXPECT_EQ(script.uploads, 1U);
}

TEST(SenderFailureTest, WhatCannotBeReadIsReportedAndTheRestGoesOn) {
  SendingSite site;
  ScriptedContent bad = ScriptedContent::of(random_bytes(8'000'000, 1));
  bad.fail_at = 5'000'000;
  bad.size_hint = 8'000'000;
  ScriptedContent shrunk = ScriptedContent::of(random_bytes(3'000'000, 2));
  shrunk.size_hint = 3'000'001;
  ScriptedContent changed = ScriptedContent::of(random_bytes(100, 3));
  changed.change = "was written to while it was read";
  ScriptedEntries entries;
  entries.unreadable("u").file("bad", bad).file("shrunk", shrunk).file("changed", changed);
  entries.file("good", ScriptedContent::of(random_bytes(2'000'000, 4)));
  const Outcome outcome = run_sender(entries, {}, site.options());
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.left_out, 4U);
  EXPECT_EQ(outcome.reported.size(), 4U);
  // As a put does: what changed is stored as it was read.
  ASSERT_EQ(outcome.sent.size(), 2U);
  EXPECT_NE(outcome.object("changed"), nullptr);
  EXPECT_EQ(site.content(outcome.object("good")->cid), random_bytes(2'000'000, 4));
  EXPECT_EQ(site.commits(), 2U);
}

TEST(SenderFailureTest, ANameThatTheServerDoesNotTakeIsReported) {
  SendingSite site;
  ScriptedEntries entries;
  entries.file("a\nb", ScriptedContent::of({1})).file("\xff", ScriptedContent::of({1}));
  entries.file("good", ScriptedContent::of({2}));
  const Outcome outcome = run_sender(entries, {}, site.options());
  ASSERT_TRUE(outcome.status) << outcome.status.error().message();
  EXPECT_EQ(outcome.report.refused, 2U);
  EXPECT_EQ(outcome.report.objects, 1U);
}

TEST(SenderFailureTest, AWriterWhoNeverComesKeepsNobody) {
  SendingSite site;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  auto entries = InputStream::open(ends[0], "piped", "standard input");
  ASSERT_TRUE(entries);
  std::atomic<bool> stop{false};
  SenderOptions options = site.options();
  options.stop = &stop;
  options.interrupt = [&] { entries->interrupt(); };
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop = true;
  });
  const Outcome outcome = run_sender(*entries, {}, options);
  stopper.join();
  close(ends[0]);
  close(ends[1]);
  EXPECT_FALSE(outcome.status);
  EXPECT_EQ(site.commits(), 0U);
}

TEST(SenderFailureTest, ToldToStopItStops) {
  LyingScript script;
  script.mode = LyingScript::Mode::take_half;
  const LyingSite site(script);
  std::atomic<bool> stop{false};
  SenderOptions options = site.options();
  options.stop = &stop;
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(random_bytes(50'000'000, 1)));
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop = true;
  });
  const Outcome outcome = run_sender(entries, {}, options);
  stopper.join();
  ASSERT_FALSE(outcome.status);
  EXPECT_TRUE(contains(outcome.status.error().why, "stop"));
}

}  // namespace
}  // namespace penstock
