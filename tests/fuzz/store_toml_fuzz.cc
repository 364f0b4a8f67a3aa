// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "store/store_toml.h"

namespace {

using namespace penstock;

constexpr std::string_view kChecksumLine = "crc32c = \"";
constexpr size_t kChecksumLineBytes = 22;

void read_toml(std::string_view text) {
  const auto config = parse_store_toml(text);
  if (!config) return;
  const std::string ours = encode_store_toml(*config);
  const auto again = parse_store_toml(ours);
  PENSTOCK_CHECK(again.has_value());
  PENSTOCK_CHECK(encode_store_toml(*again) == ours);
}

}  // namespace

// Input: store.toml. It is read as it is, and with the checksum line set right, or added where there is none.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = as_text({data, size});
  read_toml(text);
  std::string_view covered = text;
  if (size >= kChecksumLineBytes && text.substr(size - kChecksumLineBytes).starts_with(kChecksumLine)) {
    covered.remove_suffix(kChecksumLineBytes);
  }
  read_toml(fmt::format("{}{}{:08x}\"\n", covered, kChecksumLine, crc32c(as_bytes(covered))));
  return 0;
}
