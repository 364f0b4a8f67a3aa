// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "offload/device_figure.h"

namespace penstock {

// The kernels and the buffers of the batch contract (kernels/abi/abi.md).
enum class CardKernel : uint8_t { describe, digest, encode, decode };
enum class CardBank : uint8_t { request, input, answer, arena };

// A stretch of a card's memory with a host's side to it. Bytes move when they are synced, and only then; a
// sync waits until they have. Any thread, one at a time for the same bytes.
class CardMemory {
 public:
  virtual ~CardMemory() = default;

  virtual MutableBytes host() const = 0;
  // False: the runtime could not.
  virtual bool sync_to_card(size_t offset, size_t bytes) noexcept = 0;
  virtual bool sync_to_host(size_t offset, size_t bytes) noexcept = 0;
};

// Hears how a launch ended, on a thread of the card's runtime.
class LaunchListener {
 public:
  // `token`: of the launch. `well`: the kernel ran to its end, and its answers are in the card's memory; else
  // it may be at it still. Said once, and at any time, also before start() has returned.
  virtual void launch_ended(uint64_t token, bool well) noexcept = 0;

 protected:
  ~LaunchListener() = default;
};

// A kernel with its arguments, made once and launched many times, one launch after the other. Lives as long
// as the link: its runtime may not be done with it when the launch has ended.
class CardLaunch {
 public:
  virtual ~CardLaunch() = default;

  // Returns when the launch is queued. False: it is not, and nobody hears of it. `input` may differ from
  // launch to launch; describe has none. `token` is what the listener is told.
  virtual bool start(CardMemory* input, uint64_t token) noexcept = 0;
};

// The arguments of a kernel but for its input; null where it takes none.
struct CardArguments {
  CardMemory* request = nullptr;
  CardMemory* answer = nullptr;
  CardMemory* arena = nullptr;
};

// A card's runtime: memory in the banks that its kernels read and write, and launches. What is Penstock's
// side of the contract is above it, and the same for all of them. Any thread; outlives what it made.
class CardLink {
 public:
  virtual ~CardLink() = default;

  virtual std::string kind() const = 0;     // as Capabilities::kind
  virtual std::string name() const = 0;     // for people
  virtual std::string address() const = 0;  // as Capabilities::address
  virtual bool emulated() const = 0;        // as Capabilities::emulated

  // Memory with a host's side of its own, page-aligned. failed: the card or the host has none left.
  virtual Result<std::unique_ptr<CardMemory>> allocate(CardBank bank, size_t bytes) = 0;
  // Memory whose host's side is `host`: whole pages, which stay mapped as long as it lives. Nothing is ever
  // synced to the host.
  virtual Result<std::unique_ptr<CardMemory>> mirror(CardBank bank, Bytes host) = 0;
  virtual Result<std::unique_ptr<CardLaunch>> prepare(CardKernel kernel, const CardArguments& arguments,
                                                      LaunchListener& listener) = 0;

  // Ends its threads: no listener hears anything behind that. Nothing is under way.
  virtual void stop() noexcept = 0;

  // The CPUs that its bus ends at, as the kernel lists them ("0-15,32-47"); empty: it does not matter.
  virtual std::string near_cpus() const { return {}; }

  // What it says of itself now: temperature, power, modelled time.
  virtual std::vector<DeviceFigure> figures() const = 0;
};

}  // namespace penstock
