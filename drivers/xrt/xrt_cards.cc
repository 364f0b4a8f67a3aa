// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_cards.h"

#include <experimental/xrt_system.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "drivers/batch/card_device.h"
#include "drivers/xrt/xrt_attempt.h"
#include "drivers/xrt/xrt_link.h"

namespace penstock {
namespace {

// In emulation the runtime counts none; how many there are it reads from this file, and so do we.
size_t emulated_cards() {
  const char* const folder = std::getenv("EMCONFIG_PATH");
  std::ifstream file(std::string(folder == nullptr ? "." : folder) + "/emconfig.json");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto config = nlohmann::json::parse(text, nullptr, false);
  const nlohmann::json::json_pointer first("/Platform/Boards/0/Devices/0/NumDevices");
  if (!config.is_object() || !config.contains(first) || !config[first].is_string()) return 0;
  const auto& number = config[first].get_ref<const std::string&>();
  size_t count = 0;
  std::from_chars(number.data(), number.data() + number.size(), count);
  return count;
}

}  // namespace

DevicesFound find_xrt_cards() {
  if (std::getenv("XCL_EMULATION_MODE") != nullptr)
    return {emulated_cards(), "the emulation is set up for no card (emconfig.json)"};
  const auto count = xrt_attempt("", "", [] { return xrt::system::enumerate_devices(); });
  if (!count) return {0, "the XRT runtime says: " + count.error().why + " (docs/xrt.md, Install)"};
  return {*count, "the XRT runtime finds no card on this machine"};
}

Result<std::unique_ptr<Device>> open_xrt_card(size_t number, const DriverOptions& options) {
  // The runtime's emulation makes up a card where there is none.
  if (number >= find_xrt_cards().count)
    return fail(Errc::failed, "xrt:" + std::to_string(number), "there is no such card",
                "see penstock devices");
  PENSTOCK_TRY_ASSIGN(auto link, open_xrt_link({static_cast<unsigned>(number), options.program}));
  return open_card(std::move(link));
}

}  // namespace penstock
