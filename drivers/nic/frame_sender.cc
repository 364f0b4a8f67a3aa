// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/frame_sender.h"

#include <rte_mbuf.h>

#include <algorithm>
#include <cstring>

namespace penstock {

FrameSender::~FrameSender() {
  for (size_t i = first_; i < last_; ++i) rte_pktmbuf_free(frames_[i]);
}

void FrameSender::drop() {
  for (; first_ != last_; ++first_) {
    QueueCounts::add(payloads_[first_] == 0 ? counts_.answers_unsent : counts_.send_refused);
    rte_pktmbuf_free(frames_[first_]);
  }
  first_ = last_ = 0;
}

rte_mbuf* FrameSender::begin() {
  if (last_ == kFrames) flush();
  if (last_ == kFrames) return nullptr;
  rte_mbuf* frame = device_.tx_pool().take();
  if (frame == nullptr) {
    QueueCounts::add(counts_.no_send_buffer);
    flush();
    // Devices give back what they sent when they are given more, and there may be nothing to give.
    {
      const std::unique_lock lock = lock_queue();
      device_.reclaim(queue_);
    }
    frame = device_.tx_pool().take();
  }
  return frame;
}

void FrameSender::add(rte_mbuf* frame, uint32_t payload_bytes) {
  if (frame->data_len < kFrameBytesMin) {
    const auto missing = static_cast<uint16_t>(kFrameBytesMin - frame->data_len);
    if (char* const pad = rte_pktmbuf_append(frame, missing); pad != nullptr) std::memset(pad, 0, missing);
  }
  frames_[last_] = frame;
  payloads_[last_] = payload_bytes;
  ++last_;
}

void FrameSender::add_own(Bytes frame) {
  rte_mbuf* const copy = begin();
  char* const to = copy == nullptr ? nullptr : rte_pktmbuf_append(copy, static_cast<uint16_t>(frame.size()));
  if (to == nullptr) {
    rte_pktmbuf_free(copy);
    QueueCounts::add(counts_.answers_unsent);
    return;
  }
  std::memcpy(to, frame.data(), frame.size());
  add(copy, 0);
}

void FrameSender::count_sent(size_t frames) {
  for (size_t i = first_; i < first_ + frames; ++i) {
    if (payloads_[i] == 0) continue;
    QueueCounts::add(counts_.packets_out);
    QueueCounts::add(counts_.bytes_out, payloads_[i]);
  }
}

std::unique_lock<std::mutex> FrameSender::lock_queue() const {
  return shared_ == nullptr ? std::unique_lock<std::mutex>() : std::unique_lock(*shared_);
}

// How many of them need no further care: sent, or fit for nothing.
size_t FrameSender::offer(std::span<rte_mbuf*> burst) {
  const std::unique_lock lock = lock_queue();
  const size_t fit = device_.prepare(queue_, burst);
  const size_t sent = fit == 0 ? 0 : device_.send(queue_, burst.first(fit));
  count_sent(sent);
  if (sent != fit || fit == burst.size()) return sent;
  // It would be in the way of all others for ever.
  rte_pktmbuf_free(burst[fit]);
  QueueCounts::add(counts_.frames_unfit);
  return fit + 1;
}

bool FrameSender::flush() {
  while (first_ != last_) {
    const size_t burst = std::min(last_ - first_, NicDevice::kBurst);
    const size_t done = offer(std::span(frames_).subspan(first_, burst));
    first_ += done;
    if (done != 0) continue;
    QueueCounts::add(counts_.send_full);
    std::copy(&frames_[first_], &frames_[0] + last_, frames_.begin());
    std::copy(&payloads_[first_], &payloads_[0] + last_, payloads_.begin());
    last_ -= first_;
    first_ = 0;
    return false;
  }
  first_ = last_ = 0;
  return true;
}

}  // namespace penstock
