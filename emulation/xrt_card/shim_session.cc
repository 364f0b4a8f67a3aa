// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/shim_session.h"

#include <fmt/format.h>
#include <shim_messages.pb.h>

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

template <class Message>
Result<Message> parse(const std::string& body) {
  Message message;
  if (message.ParseFromString(body)) return message;
  return fail(Errc::corrupt, "a call's body", "it is not one of XRT 2.13");
}

std::string done_text(bool done) {
  shim::Done message;
  message.set_done(done);
  return message.SerializeAsString();
}

MutableBytes as_mutable_bytes(std::string& text) {
  return {reinterpret_cast<uint8_t*>(text.data()), text.size()};
}

}  // namespace

ShimSession::ShimSession(const XrtCardOptions& options, Complaint complain)
    : options_(options), complain_(std::move(complain)) {
  for (const PlatformKernel& kernel : platform_kernels()) units_.emplace_back(kernel, buffers_, options_);
}

bool ShimSession::done(const Status& status) const {
  if (!status) complain_(status.error());
  return status.has_value();
}

Result<CardUnit*> ShimSession::unit_at(uint64_t address) {
  for (CardUnit& unit : units_) {
    if (address >= unit.kernel().base && address - unit.kernel().base < kUnitBytes) return &unit;
  }
  return fail(Errc::absent, fmt::format("register {:#x}", address), "it is of no compute unit");
}

Result<std::string> ShimSession::answer_allocate(const std::string& body) {
  PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::Allocate>(body));
  return done_text(done(buffers_.allocate(call.address(), call.bytes())));
}

Result<std::string> ShimSession::answer_free(const std::string& body) {
  PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::Free>(body));
  const bool freed = done(buffers_.free(call.address()));
  if (std::ranges::none_of(units_, &CardUnit::running)) buffers_.drop_freed();
  return done_text(freed);
}

Result<std::string> ShimSession::answer_copy_to_card(const std::string& body) {
  PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::CopyToCard>(body));
  if (call.content().size() != call.bytes()) {
    return fail(Errc::corrupt, "a copy to the card", "it contradicts itself");
  }
  shim::CopiedToCard answer;
  answer.set_bytes(0);
  if (const auto memory = buffers_.find(call.address(), call.bytes())) {
    std::ranges::copy(as_bytes(call.content()), memory->begin());
    answer.set_bytes(call.bytes());
  } else {
    complain_(memory.error());
  }
  return answer.SerializeAsString();
}

Result<std::string> ShimSession::answer_copy_to_host(const std::string& body) {
  PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::CopyToHost>(body));
  if (call.bytes() > kShimBodyBytesMax) return fail(Errc::corrupt, "a copy to the host", "it is too long");
  shim::CopiedToHost answer;
  answer.set_bytes(call.bytes());
  if (const auto memory = buffers_.find(call.address(), call.bytes())) {
    answer.set_content(memory->data(), call.bytes());
  } else {
    complain_(memory.error());
    answer.set_content(std::string(call.bytes(), '\0'));
  }
  return answer.SerializeAsString();
}

Result<std::string> ShimSession::answer_write_registers(const std::string& body) {
  PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::WriteRegisters>(body));
  const Bytes content = as_bytes(call.content());
  if (content.size() != call.bytes()) {
    return fail(Errc::corrupt, "a write of registers", "it contradicts itself");
  }
  const auto unit = unit_at(call.address());
  if (!unit) {
    complain_(unit.error());
    return done_text(false);
  }
  const Status written = (*unit)->write(call.address() - (*unit)->kernel().base, content);
  // A launch that was refused is one that ended: XRT ends the host's process where a write is not done.
  return done_text(done(written) || written.error().code == Errc::failed);
}

Result<std::string> ShimSession::answer_read_registers(const std::string& body) {
  PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::ReadRegisters>(body));
  if (call.bytes() > kUnitBytes) return fail(Errc::corrupt, "a read of registers", "it is too long");
  std::string content(call.bytes(), '\0');
  const auto unit = unit_at(call.address());
  shim::RegistersRead answer;
  answer.set_done(done(unit
                           ? (*unit)->read(call.address() - (*unit)->kernel().base, as_mutable_bytes(content))
                           : Status(Failure(unit.error()))));
  answer.set_content(std::move(content));
  return answer.SerializeAsString();
}

Result<ShimSession::Answer> ShimSession::answer(const ShimFrame& frame) {
  using Method = Result<std::string> (ShimSession::*)(const std::string&);
  Method method = nullptr;
  switch (static_cast<ShimCall>(frame.call)) {
    case ShimCall::close: {
      PENSTOCK_TRY_ASSIGN(const auto call, parse<shim::Close>(frame.body));
      return Answer{done_text(true), call.all()};
    }
    case ShimCall::set_up:
    case ShimCall::load:
      return Answer{done_text(true)};
    case ShimCall::allocate:
      method = &ShimSession::answer_allocate;
      break;
    case ShimCall::free:
      method = &ShimSession::answer_free;
      break;
    case ShimCall::copy_to_card:
      method = &ShimSession::answer_copy_to_card;
      break;
    case ShimCall::copy_to_host:
      method = &ShimSession::answer_copy_to_host;
      break;
    case ShimCall::write_registers:
      method = &ShimSession::answer_write_registers;
      break;
    case ShimCall::read_registers:
      method = &ShimSession::answer_read_registers;
      break;
  }
  if (method == nullptr) {
    return fail(Errc::corrupt, "call " + std::to_string(frame.call), "this card does not know it");
  }
  PENSTOCK_TRY_ASSIGN(std::string body, (this->*method)(frame.body));
  return Answer{std::move(body)};
}

Status serve_shim(int socket, ShimSession& session) {
  for (;;) {
    PENSTOCK_TRY_ASSIGN(const auto frame, read_shim_frame(socket));
    if (!frame) return {};
    PENSTOCK_TRY_ASSIGN(const auto answer, session.answer(*frame));
    PENSTOCK_TRY_ASSIGN(const bool sent, write_shim_answer(socket, answer.body));
    if (!sent || answer.last) return {};
  }
}

}  // namespace penstock
