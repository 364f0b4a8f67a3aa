// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <shim_messages.pb.h>

#include <string>
#include <vector>

#include "emulation/xrt_card/shim_session.h"

namespace penstock {

// Calls of a session as XRT would make them, and what it complained of.
class ShimPeer {
 public:
  explicit ShimPeer(const XrtCardOptions& options = {})
      : session_(options, [this](const Error& error) { complaints.push_back(error.message()); }) {}

  template <class Reply, class Call>
  Reply ask(ShimCall number, const Call& call) {
    const auto answer = session_.answer({static_cast<uint32_t>(number), call.SerializeAsString()});
    Reply reply;
    EXPECT_TRUE(answer && reply.ParseFromString(answer->body));
    return reply;
  }

  bool allocate(uint64_t address, uint64_t bytes) {
    shim::Allocate call;
    call.set_address(address);
    call.set_bytes(bytes);
    return ask<shim::Done>(ShimCall::allocate, call).done();
  }
  bool free(uint64_t address) {
    shim::Free call;
    call.set_address(address);
    return ask<shim::Done>(ShimCall::free, call).done();
  }
  uint64_t write(uint64_t address, const std::string& content) {
    shim::CopyToCard call;
    call.set_address(address);
    call.set_bytes(content.size());
    call.set_content(content);
    return ask<shim::CopiedToCard>(ShimCall::copy_to_card, call).bytes();
  }
  std::string read(uint64_t address, uint64_t bytes) {
    shim::CopyToHost call;
    call.set_address(address);
    call.set_bytes(bytes);
    return ask<shim::CopiedToHost>(ShimCall::copy_to_host, call).content();
  }
  bool write_registers(uint64_t address, const std::string& content) {
    shim::WriteRegisters call;
    call.set_address(address);
    call.set_bytes(static_cast<uint32_t>(content.size()));
    call.set_content(content);
    return ask<shim::Done>(ShimCall::write_registers, call).done();
  }
  uint32_t control(uint64_t address) {
    shim::ReadRegisters call;
    call.set_address(address);
    call.set_bytes(4);
    const auto reply = ask<shim::RegistersRead>(ShimCall::read_registers, call);
    EXPECT_EQ(reply.content().size(), 4U);
    return reply.content().size() == 4 ? load_le<uint32_t>(as_bytes(reply.content()).data()) : 0;
  }
  Result<ShimSession::Answer> answer(const ShimFrame& frame) { return session_.answer(frame); }
  ShimSession& session() { return session_; }

  std::vector<std::string> complaints;

 private:
  ShimSession session_;
};

}  // namespace penstock
