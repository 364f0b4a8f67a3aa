// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "sender/sender_options.h"
#include "sender/store_terms.h"

namespace penstock {

// A sender's connection, made anew where it was lost. Owned by the Sender, in its thread but for wake().
class SenderConnection {
 public:
  // `options` outlives it.
  explicit SenderConnection(const SenderOptions& options) : options_(options) {}
  ~SenderConnection() { close(); }
  SenderConnection(const SenderConnection&) = delete;
  SenderConnection& operator=(const SenderConnection&) = delete;

  // Connects, and asks for the store's terms. failed: as QuicClient::connect; or the server does not say.
  Status open();
  // The same after a connection was lost: with pauses, as often as the options allow. failed: the last
  // attempt's error; or the store has other terms than it had.
  Status open_again();
  void close();

  // Null: there is none.
  QuicClient* client() const { return client_.get(); }
  const StoreTerms& terms() const { return terms_; }
  uint64_t made() const { return made_; }

  // Any thread: ends the client's wait, if there is one.
  void wake();
  Status stopped() const;

 private:
  Status connect();
  Result<StoreTerms> ask_terms();
  Status rest(std::chrono::milliseconds pause) const;

  const SenderOptions& options_;
  std::mutex mutex_;  // guards port_ and client_ against wake(), which is called about once a MiB
  std::unique_ptr<PacketPort> port_;
  std::unique_ptr<QuicClient> client_;
  StoreTerms terms_;
  uint64_t made_ = 0;
};

// How long to wait before the retry of that number, from 1 on.
std::chrono::milliseconds retry_pause(const SenderOptions& options, unsigned number);

}  // namespace penstock
