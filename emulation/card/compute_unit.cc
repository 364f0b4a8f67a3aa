// SPDX-License-Identifier: Apache-2.0
#include "emulation/card/compute_unit.h"

#include <hls_simulation.h>

#include <exception>

#include "hls/datapath/cycles.h"
#include "hls/decode_batch/decode_batch.h"
#include "hls/describe/describe.h"
#include "hls/digest_batch/digest_batch.h"
#include "hls/encode_batch/encode_batch.h"

namespace penstock {
namespace {

fabric::Word* words(MutableBytes memory) {
  static_assert(sizeof(fabric::Word) == PENSTOCK_WORD_BYTES, "a kernel's word is memory's");
  return reinterpret_cast<fabric::Word*>(memory.data());
}

void call(CardKernel kernel, const KernelArguments& with) {
  switch (kernel) {
    case CardKernel::describe:
      return describe(words(with.answer));
    case CardKernel::digest:
      return digest_batch(words(with.request), words(with.input), words(with.answer));
    case CardKernel::encode:
      return encode_batch(words(with.request), words(with.input), words(with.answer), words(with.arena));
    case CardKernel::decode:
      return decode_batch(words(with.request), words(with.input), words(with.answer), words(with.arena));
  }
}

}  // namespace

std::string_view card_kernel_text(CardKernel kernel) {
  switch (kernel) {
    case CardKernel::describe:
      return "describe";
    case CardKernel::digest:
      return "digest";
    case CardKernel::encode:
      return "encode";
    case CardKernel::decode:
      break;
  }
  return "decode";
}

void ComputeUnit::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ComputeUnit::launch(const KernelArguments& arguments, LaunchListener& listener, uint64_t token) {
  const std::lock_guard lock(mutex_);
  queue_.push_back({arguments, &listener, token});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void ComputeUnit::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Queued queued = queue_.front();
    queue_.pop_front();
    lock.unlock();
    queued.listener->launch_ended(queued.token, execute(queued.arguments));
  }
}

// A fault is a defect of the kernel: it hangs or crashes, and the launch did not end well.
bool ComputeUnit::execute(const KernelArguments& arguments) noexcept {
  fabric::CycleRecord record;
  try {
    const fabric::CycleScope scope(record);
    call(kernel_, arguments);
  } catch (const std::exception&) {
    return false;
  }
  launches_.fetch_add(1, std::memory_order_relaxed);
  clocks_.fetch_add(record.longest(), std::memory_order_relaxed);
  return true;
}

}  // namespace penstock
