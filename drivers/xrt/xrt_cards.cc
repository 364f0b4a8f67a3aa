// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_cards.h"

#include <experimental/xrt_system.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "drivers/batch/card_device.h"
#include "drivers/xrt/xrt_attempt.h"
#include "drivers/xrt/xrt_emulation.h"
#include "drivers/xrt/xrt_link.h"

namespace penstock {
namespace {

constexpr auto kPatienceVariable = "PENSTOCK_XRT_OPEN_SECONDS";
// To be given a program takes a card some seconds.
constexpr std::chrono::seconds kPatienceToOpen{60};

// Whoever gave up leaves it to the thread that opens.
struct Opening {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Result<std::unique_ptr<Device>>> result;
};

// On a thread of its own, where nothing may be thrown.
Result<std::unique_ptr<Device>> open(const XrtLinkOptions& options) {
  auto opened = xrt_attempt("xrt:" + std::to_string(options.index), "see docs/xrt.md",
                            [&]() -> Result<std::unique_ptr<Device>> {
                              PENSTOCK_TRY_ASSIGN(auto link, open_xrt_link(options));
                              return open_card(std::move(link));
                            });
  if (!opened) return Failure(opened.error());
  return std::move(*opened);
}

Result<std::chrono::seconds> patience_to_open() {
  const char* const text = std::getenv(kPatienceVariable);
  if (text == nullptr || *text == '\0') return kPatienceToOpen;
  const std::string_view digits = text;
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), seconds);
  if (error != std::errc() || end != digits.end() || seconds == 0)
    return fail(Errc::usage, kPatienceVariable, "is no number of seconds", "give it 1 or more, or unset it");
  return std::chrono::seconds(seconds);
}

}  // namespace

DevicesFound find_xrt_cards() {
  if (xrt_emulated()) return find_emulated_xrt_cards();
  const auto count = xrt_attempt("", "", [] { return xrt::system::enumerate_devices(); });
  if (!count) return {0, "the XRT runtime says: " + count.error().why + " (docs/xrt.md, Install)"};
  return {*count, "the XRT runtime finds no card on this machine"};
}

Result<std::unique_ptr<Device>> open_xrt_card(size_t number, const DriverOptions& options) {
  // The runtime's emulation makes up a card where there is none.
  if (number >= find_xrt_cards().count)
    return fail(Errc::failed, "xrt:" + std::to_string(number), "there is no such card",
                "see penstock devices");
  PENSTOCK_TRY(prepare_xrt_emulation());
  PENSTOCK_TRY_ASSIGN(const std::chrono::seconds patience, patience_to_open());
  auto opening = std::make_shared<Opening>();
  std::thread([opening, link = XrtLinkOptions{static_cast<unsigned>(number), options.program}] {
    auto opened = open(link);
    const std::lock_guard lock(opening->mutex);
    opening->result = std::move(opened);
    opening->ended.notify_all();
  }).detach();
  std::unique_lock lock(opening->mutex);
  if (!opening->ended.wait_for(lock, patience, [&] { return opening->result.has_value(); })) {
    return fail(Errc::failed, "xrt:" + std::to_string(number),
                "was not opened within " + std::to_string(patience.count()) + " s",
                std::string("see docs/xrt.md; ") + kPatienceVariable + " allows it more");
  }
  return std::move(*opening->result);
}

}  // namespace penstock
