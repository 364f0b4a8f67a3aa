// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/udp/udp_port.h"
#include "offload/dispatcher.h"
#include "sender/sender.h"
#include "server/server.h"
#include "store/store.h"
#include "unit/quic/test_identity.h"
#include "unit/store/temporary_directory.h"

namespace penstock {

// What became of one run of a sender.
struct Outcome {
  Status status;
  SendReport report;
  std::vector<SentObject> sent;
  std::vector<Error> reported;

  const SentObject* object(const std::string& name) const;
};

// How a sender reaches the server of that identity over kernel sockets, impatiently.
SenderOptions sender_options(const NetAddress& server, const TestIdentity& identity);
Outcome run_sender(EntryStream& entries, const ObjectNaming& naming, SenderOptions options);

// A store with a server on a loopback address, that can go and come back there; a folder with files to send.
class SendingSite {
 public:
  SendingSite();
  ~SendingSite();

  void start_server();
  void stop_server();

  // Returns its path.
  std::string write_file(const std::string& name, Bytes bytes) const;
  std::string files() const { return directory_.path() + "/files"; }
  const std::string& token() const { return token_; }
  // Of who may read, too: objects are sent as pieces.
  SenderOptions reader_options() const;
  const TestIdentity& identity() const { return identity_; }
  SenderOptions options() const;
  Outcome send(const std::vector<std::string>& paths, SenderOptions options) const;
  Outcome send(const std::vector<std::string>& paths) const { return send(paths, options()); }
  // All of the file that a CID names.
  std::vector<uint8_t> content(const Cid& cid) const;
  size_t commits() const { return store_->commits().size(); }

  ServerOptions server_options;

 private:
  TemporaryDirectory directory_;
  TestIdentity identity_;
  std::string token_;
  std::string reader_token_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Device> cpu_;
  std::unique_ptr<Dispatcher> devices_;
  NetAddress address_;
  std::unique_ptr<UdpPort> port_;
  std::unique_ptr<Server> server_;
};

}  // namespace penstock
