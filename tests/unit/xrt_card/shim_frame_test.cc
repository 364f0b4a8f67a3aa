// SPDX-License-Identifier: Apache-2.0
// Calls and answers over a socket, as XRT frames them.
#include "emulation/xrt_card/shim_frame.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "unit/xrt_card/shim_peer.h"

namespace penstock {
namespace {

// The bytes of a head, written by hand: tag 0x09, the length in 8, tag 0x15, the call in 4.
std::string head(uint64_t bytes, uint32_t call) {
  std::string head(kShimHeadBytes, '\0');
  auto* const at = reinterpret_cast<uint8_t*>(head.data());
  at[0] = 0x09;
  store_le(at + 1, bytes);
  at[9] = 0x15;
  store_le(at + 10, call);
  return head;
}

class ShimFrameTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  void TearDown() override {
    hang_up();
    ::close(ends_[1]);
  }
  void send(const std::string& bytes) {
    ASSERT_EQ(::send(ends_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void hang_up() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  std::string receive(size_t bytes) {
    std::string got(bytes, '\0');
    EXPECT_EQ(::recv(ends_[0], got.data(), bytes, MSG_WAITALL), static_cast<ssize_t>(bytes));
    return got;
  }
  int card() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST_F(ShimFrameTest, ReadsCallsOneAfterTheOther) {
  send(head(3, 28) + "abc" + head(0, 5));
  const auto first = read_shim_frame(card());
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->call, 28U);
  EXPECT_EQ((*first)->body, "abc");
  const auto second = read_shim_frame(card());
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->call, 5U);
  EXPECT_TRUE((*second)->body.empty());
}

TEST_F(ShimFrameTest, ReadsACallThatComesInPieces) {
  std::thread slow([this] {
    for (const char byte : head(2, 28) + "ab") {
      send(std::string(1, byte));
      std::this_thread::yield();
    }
  });
  const auto frame = read_shim_frame(card());
  slow.join();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->body, "ab");
}

TEST_F(ShimFrameTest, EndsWhereverTheHostEnds) {
  const std::string whole = head(3, 28) + "abc";
  for (size_t sent = 0; sent < whole.size(); ++sent) {
    TearDown();
    SetUp();
    send(whole.substr(0, sent));
    hang_up();
    const auto frame = read_shim_frame(card());
    ASSERT_TRUE(frame) << sent;
    EXPECT_FALSE(*frame) << sent;
  }
}

TEST_F(ShimFrameTest, RefusesHeadsThatAreNone) {
  const std::string good = head(3, 28);
  std::string other_tag = good;
  other_tag[0] = 0x0a;
  std::string no_call = good;
  no_call[9] = 0x1d;  // another field
  for (const std::string& bad : {other_tag, no_call, std::string(14, '\0'), std::string(14, '\xff'),
                                 head(kShimBodyBytesMax + 1, 6), head(UINT64_MAX, 6)}) {
    EXPECT_FALSE(parse_shim_head(as_bytes(bad)));
    send(bad);
    EXPECT_FALSE(read_shim_frame(card()));
  }
  EXPECT_FALSE(parse_shim_head({}));
  EXPECT_FALSE(parse_shim_head(as_bytes(good).first(13)));
  EXPECT_TRUE(parse_shim_head(as_bytes(good)));
}

TEST_F(ShimFrameTest, AnswersWithNineBytesAndABody) {
  EXPECT_TRUE(*write_shim_answer(card(), "body"));
  EXPECT_EQ(receive(13), std::string("\x09\x04\0\0\0\0\0\0\0body", 13));
  hang_up();
  EXPECT_FALSE(*write_shim_answer(card(), std::string(1 << 20, 'x'))) << "nobody reads it";
}

TEST_F(ShimFrameTest, ServesUntilAllIsClosed) {
  ShimPeer peer;
  std::thread served([&] { EXPECT_TRUE(serve_shim(card(), peer.session())); });
  send(head(0, 28));
  EXPECT_EQ(receive(11), std::string("\x09\x02\0\0\0\0\0\0\0\x08\x01", 11));
  send(head(2, 1) + "\x18\x01");
  EXPECT_EQ(receive(11), std::string("\x09\x02\0\0\0\0\0\0\0\x08\x01", 11));
  served.join();
}

TEST_F(ShimFrameTest, StopsServingAtACallThatIsNone) {
  ShimPeer peer;
  send(head(2, 4) + "\xff\xff");
  const Status served = serve_shim(card(), peer.session());
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace penstock
