// SPDX-License-Identifier: Apache-2.0
#include "quic/quic_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "quic/client_connection.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{100};  // for a wish to stop

uint64_t now_in_nanoseconds() {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}

}  // namespace

QuicClient::QuicClient(PacketQueue& queue, std::unique_ptr<ClientConnection> connection)
    : queue_(queue), connection_(std::move(connection)) {}

QuicClient::~QuicClient() {
  close();
}

Result<std::unique_ptr<QuicClient>> QuicClient::connect(PacketQueue& queue, const NetAddress& server,
                                                        const std::string& name,
                                                        const QuicClientOptions& options) {
  queue.adopt_thread();
  PENSTOCK_TRY(queue.check_way(server));
  PENSTOCK_TRY_ASSIGN(
      std::unique_ptr<ClientConnection> connection,
      ClientConnection::begin({queue.local_address_to(server), server}, PathTakes::of(queue, server), name,
                              options, now_in_nanoseconds()));
  std::unique_ptr<QuicClient> client(new QuicClient(queue, std::move(connection)));
  while (!client->connection_->ready()) {
    PENSTOCK_TRY(client->poll(options.stop == nullptr ? Clock::time_point::max() : Clock::now() + kLook));
    if (options.stop != nullptr && *options.stop) return fail(Errc::failed, name, "connecting was given up");
  }
  return client;
}

Result<uint64_t> QuicClient::submit(const HttpRequest& head, QuicRequest& request) {
  return connection_->submit(head, request);
}

void QuicClient::resume(uint64_t request) {
  connection_->resume_request(request);
}
void QuicClient::cancel(uint64_t request) {
  connection_->cancel(request);
}
size_t QuicClient::under_way() const {
  return connection_->under_way();
}
void QuicClient::wake() {
  queue_.wake();
}

Status QuicClient::poll(Clock::time_point deadline) {
  ClientConnection& connection = *connection_;
  std::array<PacketTrain, 32> burst;
  const Result<size_t> came = queue_.receive(burst);
  const uint64_t now = now_in_nanoseconds();
  if (!came && !connection.ready()) connection.refused(came.error());
  for (size_t i = 0; i < came.value_or(0); ++i) {
    const PacketTrain& train = burst[i];
    // What anybody else sends is not the server's.
    if (!(train.path.remote == connection.path().remote)) continue;
    for (size_t at = 0; at < train.bytes.size(); at += train.segment_bytes) {
      const size_t bytes = std::min<size_t>(train.segment_bytes, train.bytes.size() - at);
      connection.read(train.bytes.subspan(at, bytes), connection.path(), train.ecn, now);
    }
  }
  if (connection.expiry() <= now) connection.expire(now);
  const QuicLink::Wrote wrote = connection.write(queue_, now);
  queue_.flush();
  connection.clear_finished();
  if (!connection.open()) return connection.status();
  if (wrote == QuicLink::Wrote::more || came.value_or(0) != 0) return {};
  // What was full may be so no more, and then nothing would tell.
  if (wrote == QuicLink::Wrote::no_room && !queue_.reserve().empty()) return {};
  const uint64_t expiry = connection.expiry();
  if (expiry != UINT64_MAX)
    deadline = std::min(deadline, Clock::time_point(std::chrono::nanoseconds(static_cast<int64_t>(expiry))));
  queue_.wait(deadline);
  return {};
}

void QuicClient::close() {
  if (connection_ == nullptr || !connection_->open()) return;
  connection_->close(NGHTTP3_H3_NO_ERROR, "");
  connection_->write(queue_, now_in_nanoseconds());
  queue_.flush();
}

}  // namespace penstock
