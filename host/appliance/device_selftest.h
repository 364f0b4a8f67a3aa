// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "memory/buffer_pool.h"
#include "offload/device.h"
#include "offload/selftest.h"

namespace penstock {

// Sends work with known answers through a queue pair of a device, of each operation that it lists: SHA-256 of
// the FIPS 180-4 examples and of a longer text, several in a job and at odd offsets; for each codec a text
// and noise that it encodes, that the host decodes, and that it decodes again.
class DeviceSelftest final : public Selftest {
 public:
  static constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds(10);

  // Makes its memory known to `device`, so before lanes open their queue pairs. An answer is waited for as
  // long as `patience`.
  static Result<std::unique_ptr<Selftest>> create(Device& device,
                                                  std::chrono::nanoseconds patience = kPatience);

  SelftestOutcome run(const std::stop_token& stop) override;
  bool quiet() const override { return quiet_; }

 private:
  DeviceSelftest(Device& device, std::chrono::nanoseconds patience, std::unique_ptr<BufferPool> pool);

  // Each true if all is well; else outcome_ says what is not.
  bool check_digests();
  bool check_frames(CodecId codec, bool compressible);
  bool check_frame(Operation operation, CodecId codec, bool compressible);
  bool check_decoding(CodecId codec, Bytes payload);
  bool finish(Job& job);
  bool wrong(std::string_view what);
  bool can(Operation operation) const;

  Device* device_;
  std::chrono::nanoseconds patience_;
  std::unique_ptr<BufferPool> pool_;
  Buffer raw_;
  Buffer encoded_;
  Buffer decoded_;
  std::unique_ptr<QueuePair> queue_pair_;  // while it runs, and when it is not quiet
  bool quiet_ = true;
  std::stop_token stop_;
  SelftestOutcome outcome_;
};

}  // namespace penstock
