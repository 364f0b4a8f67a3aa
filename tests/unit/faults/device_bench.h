// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "hash/sha256.h"
#include "memory/buffer_pool.h"
#include "offload/device.h"

namespace penstock {

// Jobs with buffers of their own, and a queue pair that they go through. The device is the test's.
class DeviceBench {
 public:
  static constexpr size_t kBufferBytes = 64 << 10;
  static constexpr uint32_t kDepth = 8;
  static constexpr uint32_t kInputBytes = 8192;

  struct Work {
    Buffer input;
    Buffer output;
    std::vector<uint8_t> original;  // what input held
    ChunkRef chunk;
    Digest digest;
    Job job;

    bool digest_is_right() const { return digest == sha256(Bytes(original)); }
    bool input_is_untouched() const {
      const MutableBytes all = input.bytes();
      return std::equal(original.begin(), original.end(), all.begin());
    }
  };

  explicit DeviceBench(Device& device) : queue_(*device.open_queue_pair(kDepth)) {}

  QueuePair& queue() { return *queue_; }
  void close() { queue_.reset(); }

  // Each job's content is another. The output is half of its buffer.
  Work& digest_work() {
    Work& work = works_.emplace_back();
    work.input = pool_->acquire();
    work.output = pool_->acquire();
    for (size_t i = 0; i < kInputBytes; ++i)
      work.original.push_back(static_cast<uint8_t>("penstock"[i % 8] + i / 512 + 7 * works_.size()));
    std::ranges::copy(work.original, work.input.bytes().begin());
    std::ranges::fill(work.output.bytes(), uint8_t{0});
    work.chunk = {0, kInputBytes};
    work.job.operation = Operation::digest;
    work.job.input = work.input.bytes().first(kInputBytes);
    work.job.chunks = {&work.chunk, 1};
    work.job.digests = {&work.digest, 1};
    work.job.input_buffer = &work.input;
    work.job.output_buffer = &work.output;
    work.job.generation = queue_->generation();
    return work;
  }
  Work& encode_work() {
    Work& work = digest_work();
    work.job.operation = Operation::encode;
    work.job.codec = CodecId::lz4;
    work.job.digests = {};
    work.job.output = work.output.bytes().first(kBufferBytes / 2);
    return work;
  }

  bool submit(Work& work) {
    Job* job = &work.job;
    return queue_->submit({&job, 1}) == 1;
  }
  std::vector<Job*> poll(size_t polls = 1) {
    std::vector<Job*> all;
    for (size_t i = 0; i < polls; ++i) {
      std::vector<Job*> finished(kDepth);
      finished.resize(queue_->poll(finished));
      all.insert(all.end(), finished.begin(), finished.end());
    }
    return all;
  }

 private:
  std::unique_ptr<BufferPool> pool_ = *BufferPool::create("test", kBufferBytes, 64);
  std::deque<Work> works_;
  std::unique_ptr<QueuePair> queue_;
};

}  // namespace penstock
