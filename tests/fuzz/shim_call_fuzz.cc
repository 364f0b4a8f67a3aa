// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "emulation/xrt_card/shim_frame.h"
#include "emulation/xrt_card/shim_session.h"
#include "fuzz/fuzz_input.h"

using namespace penstock;

// Input: calls one after the other, each a head of 14 bytes and a body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto quiet = [](const Error&) {};
  ShimSession session({KernelHang{CardKernel::describe, 1}, {}}, quiet);
  FuzzInput input({data, size});
  while (!input.empty()) {
    const auto head = parse_shim_head(input.take_bytes(kShimHeadBytes));
    if (!head) return 0;
    const Bytes body = input.take_bytes(std::min<uint64_t>(head->body_bytes, size));
    const ShimFrame frame{head->call, std::string(as_text(body))};
    const auto answer = session.answer(frame);
    if (!answer || answer->last) return 0;
  }
  return 0;
}
