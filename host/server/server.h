// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "gateway/access_file.h"
#include "gateway/gateway_counters.h"
#include "gateway/gateway_options.h"
#include "gateway/reader_pool.h"
#include "http1/http1_listener.h"
#include "http1/http1_options.h"
#include "intake/intake.h"
#include "offload/dispatcher.h"
#include "port/packet_port.h"
#include "quic/quic_server.h"
#include "server/server_metrics.h"
#include "server/store_metrics.h"
#include "store/store.h"

namespace penstock {

struct ServerOptions {
  PutOptions put;    // how what comes in is cut, encoded and verified
  std::string host;  // for the commits
  std::string access_path;
  unsigned reader_threads = 2;
  GatewayOptions gateway;
  QuicServerOptions quic;
  std::optional<Http1Options> http1;
};

// A store on the network: HTTP/3 on a port, HTTP/1.1 beside it where it is asked for, the same answers on
// both. Owns the threads of all of it. One thread makes and drains it.
class Server {
 public:
  // All outlive it. failed: an address is taken, no memory; usage: the access list is malformed, or HTTP/1.1
  // would be plain where others can reach it.
  static Result<std::unique_ptr<Server>> start(Store& store, Dispatcher& devices, PacketPort& port,
                                               const TlsIdentity& identity, ServerOptions options);
  ~Server();

  // Takes nothing new; returns when what is under way has ended, or `patience` has.
  void drain(std::chrono::milliseconds patience);
  // False: a port has failed.
  bool running() const { return quic_->running(); }
  std::optional<Error> port_error() const { return quic_->port_error(); }
  // Of HTTP/1.1; empty where it was not asked for.
  NetAddress http1_address() const { return http1_ ? http1_->address() : NetAddress(); }
  // Reads the access list again. As AccessFile::reload.
  Status reload() { return access_->reload(); }
  // Why nothing more can be stored.
  std::optional<Error> trouble() const { return intake_->error(); }
  IntakeCounters stored() const { return intake_->counters(); }
  QuicCounts counts() const { return quic_->counts(); }

 private:
  explicit Server(ServerOptions options) : options_(std::move(options)) {}
  Status begin(Store& store, Dispatcher& devices, PacketPort& port, const TlsIdentity& identity);
  HttpServiceMaker service_maker();

  ServerOptions options_;
  // Each is used by those behind it.
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<AccessFile> access_;
  GatewayCounters counters_;
  std::unique_ptr<ServerMetrics> metrics_;
  std::unique_ptr<StoreMetrics> store_metrics_;
  GatewayParts parts_;
  std::unique_ptr<QuicServer> quic_;
  std::unique_ptr<Http1Listener> http1_;
};

}  // namespace penstock
