// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "appliance/console.h"
#include "pipeline/transfer_progress.h"

namespace penstock {

// What the status line says, from one sample of a transfer. `bytes_total` where it is known.
struct TransferSample {
  uint64_t files = 0;
  uint64_t bytes_content = 0;
  uint64_t bytes_stored = 0;  // 0: no ratio is shown
  std::optional<uint64_t> bytes_total;
  double bytes_per_second = 0;  // of late
};

// "1.20 GiB of 4.00 GiB, 30 %, 512 MiB/s, ratio 2.31, 5 s left".
std::string transfer_line(const TransferSample& sample);

// "9 s", "3 min 05 s", "2 h 07 min".
std::string duration_text(double seconds);

// Shows how far a transfer has come on the console's status line, several times a second, in a thread of its
// own; does nothing where nobody looks. Destroyed, it removes the line. `progress` outlives it.
class TransferDisplay {
 public:
  using Total = std::function<std::optional<uint64_t>()>;

  TransferDisplay(Console& console, const TransferProgress& progress, Total total);
  ~TransferDisplay();

 private:
  void run();

  Console* console_;
  const TransferProgress* progress_;
  Total total_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace penstock
