// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "fault/load_socket.h"
#include "quic/quic_client.h"
#include "sender/held_answer.h"
#include "sender/upload_receipt.h"

namespace penstock {

// What many clients send: objects of random bytes, each known by its number.
struct LoadPlan {
  NetAddress server{};
  QuicClientOptions quic{};
  std::vector<std::string> tokens{};  // taken by turns
  size_t connections = 100;
  size_t objects = 2000;
  size_t object_bytes_min = 100;
  size_t object_bytes_max = 16384;
  uint32_t packet_bytes = 1452;
  uint64_t seed = 1;

  std::vector<uint8_t> object(size_t number) const;
};

struct LoadReceipt {
  size_t number = 0;
  Digest sha256{};  // of what was sent
  UploadReceipt receipt{};
};

// One connection of many, and the objects that it sends one after the other. One thread's.
class LoadClient {
 public:
  // It sends the objects `number`, `number` + plan.connections and so on. Both outlive it.
  LoadClient(const LoadPlan& plan, size_t number, LoadBuffers& buffers);
  ~LoadClient();

  Status connect();
  // Does what there is to do now, without waiting. failed: the connection was lost, or an object refused.
  Status advance();
  bool over() const { return next_ >= plan_.objects && upload_ == nullptr; }

  LoadSocket& socket() { return *socket_; }
  const std::vector<LoadReceipt>& receipts() const { return receipts_; }
  size_t refused() const { return refused_; }  // for the moment, and sent again

 private:
  class Upload;

  Status begin_upload();
  Status end_upload();

  const LoadPlan& plan_;
  const size_t number_;
  LoadBuffers& buffers_;
  size_t next_;
  std::unique_ptr<LoadSocket> socket_;
  std::unique_ptr<Upload> upload_;  // outlived by the client
  std::unique_ptr<QuicClient> client_;
  std::vector<LoadReceipt> receipts_;
  size_t refused_ = 0;
};

}  // namespace penstock
