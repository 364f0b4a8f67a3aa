// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include <utility>

#include "gateway/gateway_service.h"

namespace penstock {

Result<std::unique_ptr<Server>> Server::start(Store& store, Dispatcher& devices, PacketPort& port,
                                              const TlsIdentity& identity, ServerOptions options) {
  std::unique_ptr<Server> server(new Server(std::move(options)));
  PENSTOCK_TRY(server->begin(store, devices, port, identity));
  return server;
}

Status Server::begin(Store& store, Dispatcher& devices, PacketPort& port, const TlsIdentity& identity) {
  IntakeOptions intake;
  intake.put = options_.put;
  intake.host = options_.host;
  intake.workers_max = port.queue_count() + (options_.http1 ? 1 : 0);
  intake.partials.emplace();
  intake.report = options_.gateway.report;
  PENSTOCK_TRY_ASSIGN(intake_, Intake::create(store, devices, std::move(intake)));
  PENSTOCK_TRY_ASSIGN(access_, AccessFile::open(options_.access_path, options_.gateway.report));
  readers_ = std::make_unique<ReaderPool>(store, options_.reader_threads);
  metrics_ = std::make_unique<ServerMetrics>(ServerMetrics::Parts{intake_.get(), &devices, &port});
  store_metrics_ = std::make_unique<StoreMetrics>(store);
  parts_ = {.store = &store,
            .readers = readers_.get(),
            .access = access_.get(),
            .counters = &counters_,
            .metrics = {metrics_.get(), store_metrics_.get()},
            .partials = intake_->partials()};
  options_.gateway.trouble = [intake = intake_.get()] {
    return std::string(intake->error() ? "nothing can be stored until the server is started again" : "");
  };
  intake_->run();
  PENSTOCK_TRY_ASSIGN(quic_, QuicServer::start(port, identity, options_.quic, service_maker()));
  metrics_->watch(quic_.get());
  if (options_.http1) {
    options_.http1->http3_port = port.local_address().port();
    PENSTOCK_TRY_ASSIGN(http1_, Http1Listener::start(*options_.http1, service_maker()));
    metrics_->watch(&http1_->tally());
  }
  return {};
}

HttpServiceMaker Server::service_maker() {
  return [this](const std::function<void()>& wake) -> std::unique_ptr<HttpService> {
    return std::make_unique<GatewayService>(options_.gateway, parts_, intake_->open_feed(wake), wake);
  };
}

// HTTP/1.1 first is told and last waited for: both drain at once.
void Server::drain(std::chrono::milliseconds patience) {
  if (http1_) http1_->drain(patience);
  quic_->drain(patience);
  if (http1_) http1_->join();
  intake_->finish();
}

// Services go before what they use.
Server::~Server() {
  if (metrics_) metrics_->watch_nothing();
  http1_.reset();
  quic_.reset();
}

}  // namespace penstock
