// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/mld.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/frame_writer.h"
#include "drivers/ipstack/internet_checksum.h"
#include "drivers/ipstack/ip_packet.h"

namespace penstock {
namespace {

constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kQuery = 130;
constexpr uint8_t kReport = 143;
constexpr uint8_t kModeIsExclude = 2;
constexpr uint8_t kChangeToExclude = 4;
constexpr size_t kQueryBytes = 24;  // of version 1; version 2 has more
constexpr size_t kReportHeadBytes = 8;
constexpr size_t kRecordBytes = 20;
constexpr uint8_t kHopLimit = 1;
// Router alert (RFC 2711) that says MLD, and two bytes of padding.
constexpr std::array<uint8_t, 8> kOptions{kProtocolIcmpv6, 0, 5, 2, 0, 0, 1, 0};
constexpr std::array<uint8_t, 4> kRouterAlert{5, 2, 0, 0};

IpAddress mld_routers() {  // ff02::16
  IpAddress address = IpAddress::all_nodes();
  address.bytes[15] = 0x16;
  return address;
}

}  // namespace

bool is_mld_query(Bytes packet) {
  if (packet.size() < kIpv6Bytes + kOptions.size() + kQueryBytes || packet[0] >> 4 != 6) return false;
  const size_t bytes = load_be16(packet.data() + 4);
  if (bytes > packet.size() - kIpv6Bytes || bytes < kOptions.size() + kQueryBytes) return false;
  if (packet[6] != kHopByHop || packet[7] != kHopLimit) return false;
  const Bytes options = packet.subspan(kIpv6Bytes, kOptions.size());
  if (options[0] != kProtocolIcmpv6 || options[1] != 0) return false;
  if (std::search(options.begin() + 2, options.end(), kRouterAlert.begin(), kRouterAlert.end()) ==
      options.end())
    return false;
  const Bytes query = packet.subspan(kIpv6Bytes + kOptions.size(), bytes - kOptions.size());
  if (query[0] != kQuery) return false;
  const IpAddress source = IpAddress::ipv6(packet.data() + 8);
  const IpAddress destination = IpAddress::ipv6(packet.data() + 24);
  return source.is_link_local() &&
         InternetSum(pseudo_header_sum(source, destination, kProtocolIcmpv6, query.size()))
             .add(query)
             .is_right();
}

size_t write_mld_report(MutableBytes to, const LinkEnd& end, const IpAddress& source,
                        std::span<const IpAddress> groups, bool news) {
  const IpAddress destination = mld_routers();
  const size_t bytes = kReportHeadBytes + kRecordBytes * groups.size();
  write_ethernet(to.data(), end, destination.group_mac(), kEtherTypeIpv6);
  size_t head = end.head_bytes() + write_ip(to.data() + end.head_bytes(), {.source = source,
                                                                           .destination = destination,
                                                                           .protocol = kHopByHop,
                                                                           .hop_limit = kHopLimit,
                                                                           .bytes = kOptions.size() + bytes});
  std::memcpy(to.data() + head, kOptions.data(), kOptions.size());
  head += kOptions.size();
  uint8_t* const report = to.data() + head;
  std::memset(report, 0, bytes);
  report[0] = kReport;
  store_be16(report + 6, static_cast<uint16_t>(groups.size()));
  uint8_t* record = report + kReportHeadBytes;
  for (const IpAddress& group : groups) {
    record[0] = news ? kChangeToExclude : kModeIsExclude;
    std::memcpy(record + 4, group.bytes.data(), 16);
    record += kRecordBytes;
  }
  InternetSum(pseudo_header_sum(source, destination, kProtocolIcmpv6, bytes))
      .add({report, bytes})
      .store(report + 2);
  return head + bytes;
}

}  // namespace penstock
