// SPDX-License-Identifier: Apache-2.0
#include "drivers/software/software_device.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "codec/codec.h"
#include "drivers/software/software_queue_pair.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

Capabilities describe(const SoftwareOptions& options) {
  Capabilities capabilities;
  capabilities.kind = "software";
  capabilities.name = "CPU, SHA-256 by " + std::string(sha256_path().name());
  capabilities.operations = {Operation::digest, Operation::encode, Operation::digest_encode,
                             Operation::decode};
  for (const CodecRow& row : codec_table()) capabilities.codecs.push_back(row.id);
  capabilities.hashes = {HashId::sha2_256};
  capabilities.input_bytes_max = kFrameBytesMax;
  capabilities.chunks_max = kFrameChunksMax;
  capabilities.queue_depth = options.queue_depth;
  capabilities.shares_host_memory = true;
  capabilities.is_cpu = true;
  return capabilities;
}

class SoftwareDevice final : public Device {
 public:
  explicit SoftwareDevice(const SoftwareOptions& options) : capabilities_(describe(options)) {
    PENSTOCK_CHECK(options.queue_depth > 0);
  }

  const Capabilities& capabilities() const override { return capabilities_; }

  Status register_memory(std::span<const Slab>) override { return {}; }

  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override {
    if (depth == 0 || depth > capabilities_.queue_depth) {
      return fail(Errc::usage, "queue pair of " + std::to_string(depth) + " jobs",
                  "the software device has no such",
                  "give a depth from 1 to " + std::to_string(capabilities_.queue_depth));
    }
    return std::make_unique<SoftwareQueuePair>(depth);
  }

 private:
  const Capabilities capabilities_;
};

}  // namespace

std::unique_ptr<Device> make_software_device(SoftwareOptions options) {
  return std::make_unique<SoftwareDevice>(options);
}

DevicesFound find_software_devices() {
  return {1, {}};
}

Result<std::unique_ptr<Device>> open_software_device(size_t, const DriverOptions&) {
  return make_software_device({});
}

}  // namespace penstock
