// SPDX-License-Identifier: Apache-2.0
#include "store/store_toml.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>

#include "base/crc32c.h"
#include "base/limits.h"
#include "store/store_uuid.h"

namespace penstock {
namespace {

constexpr int64_t kFormat = 1;
constexpr size_t kTextBytesMax = 64 * kKiB;
constexpr size_t kCrcLineBytes = 20;

constexpr std::array<std::string_view, 7> kKeys = {"format", "uuid",    "chunker", "codec",
                                                   "parity", "volumes", "crc32c"};

Failure damaged(const char* why) {
  return fail(Errc::corrupt, "store.toml", why, "restore this file from a copy; the blocks are not affected");
}

Failure unknown(std::string why) {
  return fail(Errc::failed, "store.toml", std::move(why), "use the version of penstock that made the store");
}

std::string crc_line(std::string_view covered) {
  char line[kCrcLineBytes + 1];
  std::snprintf(line, sizeof line, "crc32c = \"%08x\"\n", crc32c(as_bytes(covered)));
  return line;
}

template <class Text>
std::string quoted(const Text& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

// Nested tables and arrays cost the parser stack and time, and format 1 has none: anything deeper than one
// bracket is not ours, whatever its checksum says.
bool is_flat(std::string_view text) {
  int depth = 0;
  for (char c : text) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') depth = 0;
    if (depth > 1) return false;
  }
  return true;
}

// toml++ 3.3 has code points on which it runs into undefined behaviour (U+FEEF is one), and format 1 has no
// use for any beyond ASCII.
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string encode_store_toml(const StoreConfig& config) {
  std::string text = "# A penstock store; host/store/format.md says what is in it. Not to be edited.\n";
  text += "format = " + std::to_string(kFormat) + "\n";
  text += "uuid = " + quoted(config.uuid) + "\n";
  text += "chunker = " + quoted(config.chunker) + "\n";
  text += "codec = " + quoted(config.codec) + "\n";
  text += "parity = \"none\"\nvolumes = []\n";
  return text + crc_line(text);
}

Result<StoreConfig> parse_store_toml(std::string_view text) {
  if (text.size() < kCrcLineBytes || text.size() > kTextBytesMax) return damaged("is cut off or too long");
  const std::string_view covered = text.substr(0, text.size() - kCrcLineBytes);
  if (text.substr(covered.size()) != crc_line(covered)) return damaged("its checksum differs");
  if (!is_ascii(text)) return damaged("has bytes that are not ASCII");
  if (!is_flat(text)) return damaged("is nested");
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) return damaged("is not TOML");
  const toml::table& table = parsed.table();

  const auto format = table["format"].value_exact<int64_t>();
  if (!format) return damaged("names no format");
  if (*format != kFormat)
    return unknown("is of format " + std::to_string(*format) + ", newer than this program's");
  for (const auto& [key, value] : table) {
    if (std::ranges::find(kKeys, key.str()) == kKeys.end()) {
      return unknown("has the unknown key '" + std::string(key.str()) + "'");
    }
  }
  const auto uuid = table["uuid"].value_exact<std::string>();
  const auto chunker = table["chunker"].value_exact<std::string>();
  const auto codec = table["codec"].value_exact<std::string>();
  const auto parity = table["parity"].value_exact<std::string>();
  const toml::array* volumes = table["volumes"].as_array();
  if (!uuid || !chunker || !codec || !parity || volumes == nullptr) return damaged("lacks a key");
  if (*parity != "none") return unknown("asks for parity");
  if (!volumes->empty()) return unknown("asks for volumes");
  if (!parse_store_uuid(*uuid)) return damaged("has a malformed uuid");
  return StoreConfig{*uuid, *chunker, *codec};
}

}  // namespace penstock
