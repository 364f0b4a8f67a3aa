// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/xclbin_image.h"

#include <xclbin.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "emulation/xrt_card/card_platform.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr size_t kAlignment = 8;

using Image = std::vector<uint8_t>;

template <size_t N>
void set_text(char (&field)[N], std::string_view text) {
  std::copy_n(text.data(), std::min(text.size(), N - 1), field);
}

void append(Image& image, const void* record, size_t bytes) {
  const auto* const begin = static_cast<const uint8_t*>(record);
  image.insert(image.end(), begin, begin + bytes);
}

// Tables begin with their count, and with as many bytes of padding as the first entry needs.
template <class Table>
Image begin_table(size_t count, size_t first_entry) {
  Image image(first_entry);
  static_assert(offsetof(Table, m_count) == 0 && sizeof(Table::m_count) == sizeof(uint32_t));
  store_le(image.data(), static_cast<uint32_t>(count));
  return image;
}

Image memory_topology() {
  Image image = begin_table<mem_topology>(kPlatformBanks, offsetof(mem_topology, m_mem_data));
  for (unsigned place = 0; place < kPlatformBanks; ++place) {
    mem_data bank{};
    bank.m_type = MEM_DDR4;
    bank.m_used = 1;
    bank.m_size = kPlatformBankBytes >> 10;
    bank.m_base_address = platform_bank_base(static_cast<CardBank>(place));
    const std::string tag = "DDR[" + std::to_string(place) + "]";
    std::copy(tag.begin(), tag.end(), bank.m_tag);
    append(image, &bank, sizeof bank);
  }
  return image;
}

Image unit_layout() {
  const auto kernels = platform_kernels();
  Image image = begin_table<ip_layout>(kernels.size(), offsetof(ip_layout, m_ip_data));
  for (const PlatformKernel& kernel : kernels) {
    ip_data unit{};
    unit.m_type = IP_KERNEL;
    unit.properties = AP_CTRL_CHAIN << IP_CONTROL_SHIFT;
    unit.m_base_address = kernel.base;
    const std::string name = std::string(kernel.name) + ":" + std::string(kernel.name) + "_1";
    std::copy(name.begin(), name.end(), unit.m_name);
    append(image, &unit, sizeof unit);
  }
  return image;
}

Image connections() {
  const auto kernels = platform_kernels();
  size_t count = 0;
  for (const PlatformKernel& kernel : kernels) count += kernel.arguments.size();
  Image image = begin_table<connectivity>(count, offsetof(connectivity, m_connection));
  for (size_t unit = 0; unit < kernels.size(); ++unit) {
    for (size_t place = 0; place < kernels[unit].arguments.size(); ++place) {
      const connection wire{static_cast<int32_t>(place), static_cast<int32_t>(unit),
                            static_cast<int32_t>(kernels[unit].arguments[place])};
      append(image, &wire, sizeof wire);
    }
  }
  return image;
}

Image text_section(std::string_view text) {
  return {text.begin(), text.end()};
}

struct Section {
  axlf_section_kind kind;
  std::string_view name;
  Image content;
};

axlf_header header_of(size_t sections) {
  axlf_header header{};
  header.m_versionMajor = 2;
  header.m_versionMinor = 13;
  header.m_mode = XCLBIN_SW_EMU;
  header.m_numSections = static_cast<uint32_t>(sections);
  constexpr std::string_view kPlatform = "penstock_emulated_card";
  std::copy(kPlatform.begin(), kPlatform.end(), header.m_platformVBNV);
  return header;
}

// Sections behind the header and their own headers; all fields but the UUID.
Image lay_out(const std::vector<Section>& sections) {
  axlf top{};
  std::copy_n("xclbin2", 8, top.m_magic);
  top.m_signature_length = -1;
  std::fill(std::begin(top.reserved), std::end(top.reserved), 0xff);
  std::fill(std::begin(top.m_keyBlock), std::end(top.m_keyBlock), 0xff);
  top.m_header = header_of(sections.size());
  Image image(offsetof(axlf, m_sections) + sections.size() * sizeof(axlf_section_header));
  Image headers;
  for (const Section& section : sections) {
    image.resize((image.size() + kAlignment - 1) / kAlignment * kAlignment);
    axlf_section_header header{};
    header.m_sectionKind = section.kind;
    set_text(header.m_sectionName, section.name);
    header.m_sectionOffset = image.size();
    header.m_sectionSize = section.content.size();
    append(headers, &header, sizeof header);
    append(image, section.content.data(), section.content.size());
  }
  top.m_header.m_length = image.size();
  std::copy_n(reinterpret_cast<const uint8_t*>(&top), offsetof(axlf, m_sections), image.begin());
  std::copy(headers.begin(), headers.end(), image.begin() + offsetof(axlf, m_sections));
  return image;
}

// RFC 9562, version 8: of the contents' SHA-256.
void set_uuid(Image& image) {
  const Digest digest = sha256(image);
  uint8_t* const uuid = image.data() + offsetof(axlf, m_header) + offsetof(axlf_header, uuid);
  std::copy_n(digest.bytes.data(), sizeof(xuid_t), uuid);
  uuid[6] = static_cast<uint8_t>((uuid[6] & 0x0f) | 0x80);
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3f) | 0x80);
}

}  // namespace

std::vector<uint8_t> xclbin_image() {
  const Image memory = memory_topology();
  const Image wires = connections();
  Image image = lay_out({
      {BITSTREAM, "bitstream", text_section("the kernels are in the card's process")},
      {EMBEDDED_METADATA, "metadata", text_section(xclbin_metadata())},
      {MEM_TOPOLOGY, "mem_topology", memory},
      {CONNECTIVITY, "connectivity", wires},
      {IP_LAYOUT, "ip_layout", unit_layout()},
      {ASK_GROUP_TOPOLOGY, "group_topology", memory},
      {ASK_GROUP_CONNECTIVITY, "group_connect", wires},
  });
  set_uuid(image);
  return image;
}

}  // namespace penstock
