// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/launch_bounds.h"

#include <fmt/format.h>

#include <cstring>

#include "emulation/xrt_card/card_platform.h"
#include "kernels/abi/penstock_abi.h"

namespace penstock {
namespace {

constexpr uint64_t words(uint64_t bytes) {
  return bytes / PENSTOCK_WORD_BYTES + (bytes % PENSTOCK_WORD_BYTES == 0 ? 0 : 1);
}

Status check(CardBank bank, MutableBytes buffer, uint64_t words_wanted) {
  if (words_wanted <= words(buffer.size())) return {};
  return fail(Errc::failed,
              fmt::format("the buffer of {}, {} bytes", platform_bank_name(bank), buffer.size()),
              fmt::format("the batch's header says {} words of 64 bytes", words_wanted));
}

}  // namespace

Status check_launch_bounds(CardKernel kernel, const KernelArguments& arguments) {
  if (kernel == CardKernel::describe) {
    return check(CardBank::answer, arguments.answer, words(sizeof(penstock_capabilities)));
  }
  PENSTOCK_TRY(check(CardBank::request, arguments.request, 1));
  penstock_request_header header;
  std::memcpy(&header, arguments.request.data(), sizeof header);
  // What a kernel answers without looking at more, abi.md.
  if (header.submissions == 0 || header.submissions > PENSTOCK_SUBMISSIONS_MAX) return {};
  PENSTOCK_TRY(check(CardBank::request, arguments.request, 1 + uint64_t{header.submissions}));
  PENSTOCK_TRY(check(CardBank::answer, arguments.answer, header.submissions));
  if (header.chunks > uint64_t{PENSTOCK_EXTENT_CHUNKS_MAX} * header.submissions) return {};
  if (header.chunks > 0) {
    const uint64_t list_end = header.chunks_offset + uint64_t{header.chunks} * sizeof(penstock_chunk);
    PENSTOCK_TRY(check(CardBank::request, arguments.request, words(list_end)));
    PENSTOCK_TRY(check(CardBank::answer, arguments.answer,
                       words(header.digests_offset + uint64_t{header.chunks} * 32)));
  }
  PENSTOCK_TRY(check(CardBank::input, arguments.input, words(header.input_bytes)));
  const bool arena = kernel == CardKernel::encode || kernel == CardKernel::decode;
  return arena ? check(CardBank::arena, arguments.arena, header.arena_bytes / PENSTOCK_WORD_BYTES) : Status();
}

}  // namespace penstock
