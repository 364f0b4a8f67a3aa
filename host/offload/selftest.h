// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

namespace penstock {

struct SelftestOutcome {
  enum class Verdict : uint8_t {
    passed,
    failed,   // a wrong answer, or none that helps
    silent,   // no answer: the device may still be at it
    stopped,  // before it was over: says nothing
  };

  Verdict verdict = Verdict::passed;
  std::string why;  // unless it passed: for people
};

// Work with known answers for one device. What it takes of memory and makes known to the device it does once,
// when it is made; run() may be called again as long as quiet() is true. One thread at a time; the device
// outlives it.
class Selftest {
 public:
  virtual ~Selftest() = default;

  // Waits for the device, for some seconds at the most; returns at once when `stop` is requested.
  virtual SelftestOutcome run(const std::stop_token& stop) = 0;

  // Whether the device has nothing left that is the test's. Else the test must not be destroyed.
  virtual bool quiet() const = 0;
};

}  // namespace penstock
