// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "quic/client_stream.h"
#include "quic/quic_client.h"
#include "quic/quic_link.h"
#include "quic/trusted_servers.h"

namespace penstock {

// A client's end of a connection, and the requests that wait for a stream. Owned by the QuicClient.
class ClientConnection : public QuicLink {
 public:
  static Result<std::unique_ptr<ClientConnection>> begin(const NetPath& path, PathTakes takes,
                                                         const std::string& name,
                                                         const QuicClientOptions& options, uint64_t now);
  ~ClientConnection() override;

  Result<uint64_t> submit(const HttpRequest& head, QuicRequest& request);
  void resume_request(uint64_t request);
  void cancel(uint64_t request);
  size_t under_way() const { return waiting_.size() + requests_.size(); }

  // The system of the server says that nobody listens.
  void refused(const Error& error);
  // Requests that have been told how they ended go.
  void clear_finished();
  // Why it ended.
  const Status& status() const { return status_; }
  const NetPath& path() const { return path_; }

  // Of its streams:
  size_t field_section_bytes() const { return options_.field_section_bytes; }
  void credit(int64_t stream, size_t bytes) { extend(stream, bytes, bytes); }
  void resume_body(int64_t stream) { resume(stream); }
  void forget_request(uint64_t request) { requests_.erase(request); }
  void forget_stream(int64_t stream) { finished_.push_back(stream); }
  void cancel_stream(int64_t stream) { reset_later(stream, NGHTTP3_H3_REQUEST_CANCELLED); }

 protected:
  H3Stream* begin_stream(int64_t) override { return nullptr; }  // servers begin none
  void end_stream(int64_t id, uint64_t h3_error) override;
  void peer_reset(int64_t id, uint64_t h3_error) override;
  void malformed(int64_t id) override;
  void handshake_done() override;
  void may_begin_streams() override { begin_waiting(); }
  ConnectionId make_id(size_t bytes, uint8_t* reset_token) override;
  int check_peer(gnutls_session_t session) override;
  void ended() override;

 private:
  static constexpr size_t kKeptSpareBytes = size_t{1} << 20;

  struct Waiting {
    uint64_t id;
    HttpRequest head;
    QuicRequest* request;
  };

  ClientConnection(NetPath path, std::string name, const QuicClientOptions& options, TrustedServers trusted)
      : path_(path), name_(std::move(name)), options_(options), trusted_(std::move(trusted)) {}

  Status set_up(PathTakes takes, uint64_t now);
  void begin_waiting();
  void begin(const Waiting& waiting, int64_t stream);
  ClientStream* stream_of(int64_t id);
  Status reason() const;

  const NetPath path_;
  const std::string name_;
  const QuicClientOptions options_;
  TrustedServers trusted_;
  Status peer_status_{};
  Status status_{};
  uint64_t next_request_ = 1;
  BlockPool kept_blocks_{SIZE_MAX, kKeptSpareBytes};  // outlives its streams
  std::deque<Waiting> waiting_;
  std::unordered_map<int64_t, std::unique_ptr<ClientStream>> streams_;
  std::unordered_map<uint64_t, ClientStream*> requests_;  // those that are not finished
  std::vector<int64_t> finished_;                         // streams that nothing comes from or goes to
};

}  // namespace penstock
