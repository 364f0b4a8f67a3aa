// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "http1/connection_quota.h"
#include "http1/http1_listener.h"
#include "raw_client.h"
#include "scripted_service.h"

namespace penstock {

// Only keeps what never comes from hanging a test.
constexpr std::chrono::seconds kPatience{60};

// A listener on a loopback address before a ScriptedService.
class Http1Bench : public ::testing::Test {
 protected:
  void start(Http1Options options = {}) {
    if (options.address.empty()) options.address = *parse_net_address("127.0.0.1:0");
    auto started = Http1Listener::start(options, [this](std::function<void()> wake) {
      return std::make_unique<ScriptedService>(std::move(wake), record_);
    });
    ASSERT_TRUE(started) << started.error().message();
    listener_ = std::move(*started);
  }
  void start(const Http1Limits& limits) {
    Http1Options options;
    options.limits = limits;
    start(options);
  }
  void TearDown() override {
    listener_.reset();
    EXPECT_EQ(record_.begun, record_.destroyed);
  }

  RawClient client(int receive_buffer_bytes = 0) {
    return RawClient(listener_->address(), receive_buffer_bytes);
  }
  uint64_t count(Http1Count what) const { return listener_->tally()[what]; }

  static std::string get(const std::string& target, const std::string& fields = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
  }
  static std::string put(const std::string& target, const std::string& body) {
    return "PUT " + target + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  // The answer to these bytes on a connection of their own.
  RawResponse answer(const std::string& bytes) {
    RawClient asking = client();
    asking.send(bytes);
    return asking.receive();
  }
  // Waits for it to become true.
  static bool soon(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  ScriptedRecord record_;
  std::unique_ptr<Http1Listener> listener_;
};

}  // namespace penstock
