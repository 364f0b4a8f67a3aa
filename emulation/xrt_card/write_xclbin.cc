// SPDX-License-Identifier: Apache-2.0
// penstock-emulated-xclbin: writes what XRT's software emulation needs to know of the emulated card.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "emulation/xrt_card/xclbin_image.h"
#include "emulation/xrt_card/xrt_card_options.h"

namespace {

constexpr unsigned kCardsMax = 16;
constexpr const char* kUsage =
    "usage: penstock-emulated-xclbin [--cards N] FOLDER\n"
    "Writes FOLDER/penstock.xclbin, and FOLDER/emconfig.json for N cards (1 to 16; default 1). Exit code 2, "
    "too,\n"
    "where the cards could not read PENSTOCK_EMULATED_CARD_HANG or PENSTOCK_EMULATED_CARD_ABI: from a card "
    "itself\n"
    "its host hears no more than that it ended.\n";

std::optional<unsigned> parse_cards(std::string_view text) {
  unsigned cards = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cards);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && cards >= 1 && cards <= kCardsMax ? std::optional(cards) : std::nullopt;
}

bool write(const std::filesystem::path& path, penstock::Bytes content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  file.close();
  if (file) return true;
  fmt::print(stderr, "penstock-emulated-xclbin: {}: cannot be written\n", path.string());
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  std::optional<unsigned> cards = 1;
  int next = 1;
  if (count == 2 && std::string_view(arguments[1]) == "--help") {
    fmt::print("{}", kUsage);
    return 0;
  }
  if (count > 3 && std::string_view(arguments[1]) == "--cards") {
    cards = parse_cards(arguments[2]);
    next = 3;
  }
  if (!cards || count != next + 1 || arguments[next][0] == '-') {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  const auto options = penstock::XrtCardOptions::parse(std::getenv("PENSTOCK_EMULATED_CARD_HANG"),
                                                       std::getenv("PENSTOCK_EMULATED_CARD_ABI"));
  if (!options) {
    fmt::print(stderr, "penstock-emulated-xclbin: {}\n", options.error().message());
    return 2;
  }
  const std::filesystem::path folder = arguments[next];
  const bool done = write(folder / "penstock.xclbin", penstock::xclbin_image()) &&
                    write(folder / "emconfig.json", penstock::as_bytes(penstock::emconfig_text(*cards)));
  return done ? 0 : 1;
}
