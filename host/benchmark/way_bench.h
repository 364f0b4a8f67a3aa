// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/cost.h"
#include "benchmark/timing.h"
#include "codec/codec_spec.h"
#include "offload/job.h"

namespace penstock {

// One way to do one operation, in several runs over the same data: a device, or a software path on one
// thread.
struct WayBench {
  Operation operation = Operation::digest;
  CodecSpec codec;              // not of digest
  std::string device;           // as --device takes it
  std::string way;              // "sha-ni-x3", "emulated card 0"
  bool emulated = false;        // the CPU plays the device: the figures are no card's
  uint64_t bytes = 0;           // raw, a run
  uint64_t bytes_encoded = 0;   // what is left of them; 0 for digest
  Timing wall{};                // of the thread that feeds it
  Timing cpu{};                 // of the whole process
  double modelled_seconds = 0;  // a run, by the device's own reckoning; 0: it has none

  Cost cost() const { return {bytes, wall.median_ns()}; }
  Cost modelled() const { return {bytes, modelled_seconds * 1e9}; }
  double core_seconds_per_gb() const { return bytes == 0 ? 0 : cpu.median_ns() / static_cast<double>(bytes); }
  // Raw to encoded bytes; 0 where nothing is encoded.
  double ratio() const {
    return bytes_encoded == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(bytes_encoded);
  }
};

}  // namespace penstock
