// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_listener.h"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "http1/http1_loop.h"

namespace penstock {
namespace {

Status check_options(const Http1Options& options) {
  if (options.address.empty()) return fail(Errc::usage, "HTTP/1.1", "no address to listen on");
  if (options.tls) return check_pem_pair(*options.tls);
  if (options.address.is_loopback() || options.plain_beyond_loopback) return {};
  return fail(Errc::usage, options.address.text(),
              "others could read tokens and data: HTTP/1.1 there would not be encrypted",
              "listen on a loopback address, use TLS, or ask for plain HTTP explicitly");
}

// Signals are for the threads that expect them.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

Http1Listener::Http1Listener() = default;

Result<std::unique_ptr<Http1Listener>> Http1Listener::start(const Http1Options& options,
                                                            const HttpServiceMaker& maker) {
  PENSTOCK_TRY(check_options(options));
  PENSTOCK_TRY_ASSIGN(ListeningSocket socket, ListeningSocket::open(options.address));
  std::unique_ptr<Http1Listener> listener(new Http1Listener);
  listener->address_ = socket.address();
  auto woken = std::make_shared<WakeEvent>();
  listener->loop_ = std::make_unique<Http1Loop>(std::move(socket), options, woken, listener->tally_);
  PENSTOCK_TRY(listener->loop_->open());
  listener->thread_ = std::thread([loop = listener->loop_.get(), maker, woken] {
    block_signals();
    ::pthread_setname_np(::pthread_self(), "http1");
    loop->run(maker([woken] { woken->wake(); }));
  });
  return listener;
}

Http1Listener::~Http1Listener() {
  loop_->stop_by(Http1Loop::Clock::now());
  join();
}

void Http1Listener::drain(std::chrono::milliseconds within) {
  loop_->stop_by(Http1Loop::Clock::now() + within);
}

void Http1Listener::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace penstock
