// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ip_stack.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>

#include "base/check.h"
#include "drivers/ipstack/announcer.h"
#include "drivers/ipstack/answer_limit.h"
#include "drivers/ipstack/arp.h"
#include "drivers/ipstack/frame_reader.h"
#include "drivers/ipstack/icmp.h"
#include "drivers/ipstack/mld.h"
#include "drivers/ipstack/ndp.h"
#include "drivers/ipstack/neighbour_table.h"
#include "drivers/ipstack/own_addresses.h"
#include "drivers/ipstack/path_mtu_table.h"
#include "drivers/ipstack/recent_remotes.h"
#include "drivers/ipstack/route_table.h"

namespace penstock {
namespace {

constexpr MacAddress kBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr size_t kIcmpBytesMin = 4;
constexpr size_t kCacheLine = 64;
// A second, of what whoever is at no path of ours may say, and which is looked at under the lock.
constexpr uint32_t kTooBigsHeard = 200;
constexpr uint32_t kMovesHeard = 200;
constexpr uint32_t kQueriesHeard = 20;
// New neighbours that somebody is answered at, a second: in the three that they are asked for they leave
// room.
constexpr uint32_t kAskedSparingly = 40;

FrameArrival dropped(FrameDrop why) {
  return {.kind = FrameArrival::Kind::dropped, .drop = why};
}

FrameArrival taken() {
  return {.kind = FrameArrival::Kind::taken};
}

uint32_t head_bytes(bool ipv6) {
  return (ipv6 ? kIpv6Bytes : kIpv4Bytes) + kUdpBytes;
}

// What does not change is not written: all threads read it.
template <class T>
void store_changed(std::atomic<T>& to, T value) {
  if (to.load(std::memory_order_relaxed) != value) to.store(value, std::memory_order_release);
}

// Never 0.
uint64_t station_word(const MacAddress& mac) {
  uint64_t word = 1;
  for (const uint8_t each : mac.bytes) word = word << 8 | each;
  return word;
}

uint64_t random_seed_of_table() {
  std::random_device source;
  return uint64_t{source()} << 32 | source();
}

}  // namespace

// What workers write and what they read lie apart: NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct IpStack::Parts {
  Parts(const IpConfig& its_config, std::unique_ptr<const OwnAddresses> addresses, RouteTable its_routes);

  FrameArrival receive_arp(const EthernetFrame& frame, uint64_t now_ns, MutableBytes answer);
  FrameArrival receive_ipv4(const EthernetFrame& frame, FrameChecks checks, uint64_t now_ns,
                            MutableBytes answer);
  FrameArrival receive_ipv6(const EthernetFrame& frame, FrameChecks checks, uint64_t now_ns,
                            MutableBytes answer);
  FrameArrival receive_udp(const IpPacket& packet, const OwnAddress& to, FrameChecks checks) const;
  FrameArrival receive_icmp(const EthernetFrame& frame, const IpPacket& packet, uint64_t now_ns,
                            MutableBytes answer);
  FrameArrival receive_too_big(const IpPacket& packet, uint64_t now_ns);
  FrameArrival receive_ndp(const EthernetFrame& frame, const IpPacket& packet, uint64_t now_ns,
                           MutableBytes answer);
  FrameArrival receive_solicitation(const EthernetFrame& frame, const IpPacket& packet,
                                    const NdpMessage& asked, uint64_t now_ns, MutableBytes answer);
  FrameArrival answered(size_t bytes);

  bool hear(const NeighbourNews& news, uint64_t now_ns);
  bool from_gateway(const IpAddress& neighbour, const MacAddress& station) const;
  bool may_answer(const IpAddress& neighbour, const MacAddress& station, uint64_t now_ns,
                  MutableBytes answer);
  FrameArrival receive_query(uint64_t now_ns);
  size_t write_request(const NeighbourTable::Request& request, MutableBytes into) const;
  void publish();  // with the lock

  const IpConfig config;
  const LinkEnd link;
  const std::unique_ptr<const OwnAddresses> own;
  const RouteTable routes;
  AnswerLimit echo_limit;
  AnswerLimit gateway_limit;
  AnswerLimit neighbour_limit;
  AnswerLimit too_big_limit{kTooBigsHeard};
  AnswerLimit move_limit{kMovesHeard};
  AnswerLimit query_limit{kQueriesHeard};
  AnswerLimit ask_limit{kAskedSparingly};

  std::mutex mutex;
  NeighbourTable neighbours;
  PathMtuTable path_mtus;
  RecentRemotes recent;
  Announcer announcer;
  uint64_t path_mtu_lowered = 0;
  uint64_t requests_sent = 0;
  uint64_t announcements_sent = 0;

  alignas(kCacheLine) std::atomic<uint64_t> generation{0};
  std::atomic<uint64_t> next_due_ns{0};
  std::atomic<bool> has_path_mtus{false};
  // Each one's MAC address as station_word() has it, or 0.
  std::vector<std::atomic<uint64_t>> gateway_stations;
  alignas(kCacheLine) std::atomic<uint64_t> answers_sent{0};
};

IpStack::Parts::Parts(const IpConfig& its_config, std::unique_ptr<const OwnAddresses> addresses,
                      RouteTable its_routes)
    : config(its_config),
      link{config.mac, config.vlan},
      own(std::move(addresses)),
      routes(std::move(its_routes)),
      echo_limit(config.answers_per_second / 4),
      gateway_limit(config.answers_per_second / 4),
      neighbour_limit(config.answers_per_second / 2),
      neighbours(routes.gateways(), random_seed_of_table()),
      path_mtus(random_seed_of_table()),
      recent(random_seed_of_table()),
      announcer(*own, link, !config.announces),
      gateway_stations(routes.gateways().size()) {
  publish();
}

void IpStack::Parts::publish() {
  store_changed(generation, neighbours.changes());
  store_changed(next_due_ns, std::min({neighbours.due_ns(), path_mtus.due_ns(), announcer.due_ns()}));
  store_changed(has_path_mtus, path_mtus.size() != 0);
  for (size_t i = 0; i < gateway_stations.size(); ++i) {
    const auto mac = neighbours.gateway_mac(i);
    store_changed(gateway_stations[i], mac ? station_word(*mac) : 0);
  }
}

bool IpStack::Parts::hear(const NeighbourNews& news, uint64_t now_ns) {
  const std::lock_guard lock(mutex);
  // What is missed of many contradictions, a probe finds out.
  if (neighbours.contradicts(news) && !move_limit.take(now_ns)) return true;
  const bool known = neighbours.hear(news, now_ns);
  publish();
  return known;
}

// By its station, once that is known: anybody can use a gateway's address, and gateways have addresses that
// nobody told the port.
bool IpStack::Parts::from_gateway(const IpAddress& neighbour, const MacAddress& station) const {
  const uint64_t word = station_word(station);
  for (size_t i = 0; i < gateway_stations.size(); ++i) {
    const uint64_t known = gateway_stations[i].load(std::memory_order_relaxed);
    if (known == 0 ? neighbour == routes.gateways()[i] : known == word) return true;
  }
  return false;
}

bool IpStack::Parts::may_answer(const IpAddress& neighbour, const MacAddress& station, uint64_t now_ns,
                                MutableBytes answer) {
  if (answer.size() < kOwnFrameBytes) return false;
  return (from_gateway(neighbour, station) ? gateway_limit : neighbour_limit).take(now_ns);
}

FrameArrival IpStack::Parts::answered(size_t bytes) {
  answers_sent.fetch_add(1, std::memory_order_relaxed);
  return {.kind = FrameArrival::Kind::answered, .answer_bytes = bytes};
}

FrameArrival IpStack::Parts::receive_arp(const EthernetFrame& frame, uint64_t now_ns, MutableBytes answer) {
  if (frame.destination != link.mac && frame.destination != kBroadcast) return dropped(FrameDrop::other_mac);
  const auto arp = read_arp(frame.content);
  if (!arp) return dropped(arp.error());
  if (own->find(arp->sender) != nullptr) return dropped(FrameDrop::address_conflict);
  if (!arp->is_probe() && !own->is_other_host(arp->sender)) return dropped(FrameDrop::bad_arp);
  const bool for_us = own->find(arp->target) != nullptr;
  const bool asks_us = for_us && arp->is_request;
  if (asks_us && !may_answer(arp->sender, frame.source, now_ns, answer))
    return dropped(FrameDrop::too_many_answers);
  bool known = false;
  if (own->network_of(arp->sender) != nullptr) {
    known = hear({.address = arp->sender,
                  .mac = arp->sender_mac,
                  .solicited = for_us && !asks_us && frame.destination == link.mac,
                  .overrides = true,
                  .asks_us = asks_us},
                 now_ns);
  }
  if (!asks_us) return known || for_us ? taken() : dropped(FrameDrop::other_address);
  return answered(write_arp(answer, link, arp->sender_mac,
                            {.is_request = false,
                             .sender_mac = link.mac,
                             .sender = arp->target,
                             .target_mac = arp->sender_mac,
                             .target = arp->sender}));
}

FrameArrival IpStack::Parts::receive_ipv4(const EthernetFrame& frame, FrameChecks checks, uint64_t now_ns,
                                          MutableBytes answer) {
  if (frame.destination != link.mac) return dropped(FrameDrop::other_mac);
  const auto packet = read_ipv4(frame.content, checks.ip_header != FrameChecks::Verdict::good);
  if (!packet) return dropped(packet.error());
  const OwnAddress* const to = own->find(packet->destination);
  if (to == nullptr) return dropped(FrameDrop::other_address);
  if (!own->is_other_host(packet->source)) return dropped(FrameDrop::bad_source);
  if (packet->protocol == kProtocolUdp) return receive_udp(*packet, *to, checks);
  if (packet->protocol == kProtocolIcmp) return receive_icmp(frame, *packet, now_ns, answer);
  return dropped(FrameDrop::other_protocol);
}

FrameArrival IpStack::Parts::receive_ipv6(const EthernetFrame& frame, FrameChecks checks, uint64_t now_ns,
                                          MutableBytes answer) {
  if (frame.destination != link.mac && !own->in_group(frame.destination))
    return dropped(FrameDrop::other_mac);
  const auto packet = read_ipv6(frame.content);
  if (!packet) {
    const bool query = packet.error() == FrameDrop::extension_header && is_mld_query(frame.content);
    return query ? receive_query(now_ns) : dropped(packet.error());
  }
  const OwnAddress* const to = own->find(packet->destination);
  if (to == nullptr && !own->in_group(packet->destination)) return dropped(FrameDrop::other_address);
  if (to != nullptr && frame.destination != link.mac) return dropped(FrameDrop::other_mac);
  const bool icmp = packet->protocol == kProtocolIcmpv6;
  const bool unspecified = icmp && packet->source.is_unspecified();  // only of those who ask for an address
  if (!unspecified && !own->is_other_host(packet->source)) {
    // With this hop limit it comes from the port's own network.
    const bool neighbour = icmp && packet->hop_limit == kNdpHopLimit && own->find(packet->source) != nullptr;
    return dropped(neighbour ? FrameDrop::address_conflict : FrameDrop::bad_source);
  }
  if (icmp) return receive_icmp(frame, *packet, now_ns, answer);
  if (packet->protocol != kProtocolUdp) return dropped(FrameDrop::other_protocol);
  if (to == nullptr) return dropped(FrameDrop::other_address);
  return receive_udp(*packet, *to, checks);
}

// It is answered by next_frame(), in a while.
FrameArrival IpStack::Parts::receive_query(uint64_t now_ns) {
  if (!query_limit.take(now_ns)) return dropped(FrameDrop::too_many_answers);
  const std::lock_guard lock(mutex);
  announcer.asked(now_ns);
  publish();
  return taken();
}

FrameArrival IpStack::Parts::receive_udp(const IpPacket& packet, const OwnAddress& to,
                                         FrameChecks checks) const {
  const auto datagram = read_udp(packet, checks.udp != FrameChecks::Verdict::good);
  if (!datagram) return dropped(datagram.error());
  if (datagram->destination_port != config.udp_port) return dropped(FrameDrop::other_port);
  if (datagram->source_port == 0) return dropped(FrameDrop::bad_source);  // nobody could answer it
  return {.kind = FrameArrival::Kind::datagram,
          .ecn = packet.ecn,
          .payload = datagram->payload,
          .path = {to.as_local, packet.source.with_port(datagram->source_port)}};
}

FrameArrival IpStack::Parts::receive_icmp(const EthernetFrame& frame, const IpPacket& packet, uint64_t now_ns,
                                          MutableBytes answer) {
  if (packet.content.size() < kIcmpBytesMin) return dropped(FrameDrop::truncated);
  if (!icmp_sum_is_right(packet)) return dropped(FrameDrop::bad_icmp_checksum);
  const IcmpKind kind = icmp_kind(packet);
  if (kind == IcmpKind::neighbour) return receive_ndp(frame, packet, now_ns, answer);
  if (packet.source.is_unspecified()) return dropped(FrameDrop::bad_source);
  if (kind == IcmpKind::other || packet.destination.is_group()) return dropped(FrameDrop::unwanted_icmp);
  if (kind == IcmpKind::too_big) return receive_too_big(packet, now_ns);
  if (!echo_limit.take(now_ns)) return dropped(FrameDrop::too_many_answers);
  const size_t bytes = write_echo_answer(answer, link, frame.source, packet);
  return bytes == 0 ? dropped(FrameDrop::unwanted_icmp) : answered(bytes);
}

FrameArrival IpStack::Parts::receive_too_big(const IpPacket& packet, uint64_t now_ns) {
  const auto said = read_too_big(packet);
  if (!said) return dropped(said.error());
  // Only of what the port has sent itself, as far as one can tell; and IPv6 has no smaller networks (RFC
  // 8201, section 4).
  const auto hop = routes.find(said->destination);
  if (own->find(said->source) == nullptr || said->source_port != config.udp_port ||
      said->destination_port == 0 || !hop || (packet.source.is_ipv6 && said->mtu < PathMtuTable::kLeastIpv6))
    return dropped(FrameDrop::unwanted_icmp);
  if (!too_big_limit.take(now_ns)) return dropped(FrameDrop::too_many_answers);
  const std::lock_guard lock(mutex);
  if (!neighbours.knows(hop->neighbour) || !recent.has(said->destination, said->destination_port))
    return dropped(FrameDrop::unwanted_icmp);
  if (said->mtu < config.mtu && path_mtus.lower(said->destination, said->mtu, now_ns)) ++path_mtu_lowered;
  publish();
  return taken();
}

FrameArrival IpStack::Parts::receive_ndp(const EthernetFrame& frame, const IpPacket& packet, uint64_t now_ns,
                                         MutableBytes answer) {
  const auto message = read_ndp(packet);
  if (!message) return dropped(message.error());
  const bool own_target = own->find(message->target) != nullptr;
  if (message->is_solicitation) {
    if (!own_target) return dropped(FrameDrop::other_address);
    return receive_solicitation(frame, packet, *message, now_ns, answer);
  }
  if (packet.source.is_unspecified()) return dropped(FrameDrop::bad_source);
  if (own_target) return dropped(FrameDrop::address_conflict);
  const bool known = hear({.address = message->target,
                           .mac = message->mac,
                           .solicited = message->solicited,
                           .overrides = message->overrides},
                          now_ns);
  return known ? taken() : dropped(FrameDrop::unwanted_icmp);
}

FrameArrival IpStack::Parts::receive_solicitation(const EthernetFrame& frame, const IpPacket& packet,
                                                  const NdpMessage& asked, uint64_t now_ns,
                                                  MutableBytes answer) {
  if (!may_answer(packet.source, frame.source, now_ns, answer)) return dropped(FrameDrop::too_many_answers);
  // Somebody tries out the port's address for himself (RFC 4861, section 7.2.4): all hear that it is taken.
  const bool tries_it_out = packet.source.is_unspecified();
  const IpAddress to = tries_it_out ? IpAddress::all_nodes() : packet.source;
  if (asked.mac && own->network_of(packet.source) != nullptr)
    hear({.address = packet.source, .mac = asked.mac, .overrides = true, .asks_us = true}, now_ns);
  const MacAddress station = tries_it_out ? to.group_mac() : asked.mac.value_or(frame.source);
  return answered(
      write_ndp(answer, link, station, asked.target, to,
                {.solicited = !tries_it_out, .overrides = true, .target = asked.target, .mac = link.mac}));
}

size_t IpStack::Parts::write_request(const NeighbourTable::Request& request, MutableBytes into) const {
  const OwnAddress* const from = own->network_of(request.address);
  PENSTOCK_CHECK(from != nullptr);  // neighbours are on the port's networks
  if (!request.address.is_ipv6) {
    return write_arp(into, link, request.at.value_or(kBroadcast),
                     {.is_request = true,
                      .sender_mac = link.mac,
                      .sender = from->address,
                      .target_mac = request.at.value_or(MacAddress{}),
                      .target = request.address});
  }
  const IpAddress to = request.at ? request.address : request.address.solicited_node();
  return write_ndp(into, link, request.at.value_or(to.group_mac()), from->address, to,
                   {.is_solicitation = true, .target = request.address, .mac = link.mac});
}

Result<std::unique_ptr<IpStack>> IpStack::create(const IpConfig& config) {
  PENSTOCK_TRY(check_ip_config(config));
  auto own = std::make_unique<const OwnAddresses>(config);
  PENSTOCK_TRY_ASSIGN(RouteTable routes, RouteTable::create(config, *own));
  return std::unique_ptr<IpStack>(
      new IpStack(std::make_unique<Parts>(config, std::move(own), std::move(routes))));
}

IpStack::IpStack(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
IpStack::~IpStack() = default;

const IpConfig& IpStack::config() const {
  return parts_->config;
}

std::span<const MacAddress> IpStack::group_macs() const {
  return parts_->own->group_macs();
}

FrameArrival IpStack::receive(MutableBytes frame, FrameChecks checks, uint64_t now_ns, MutableBytes answer) {
  const auto ethernet = read_ethernet(frame, parts_->link);
  if (!ethernet) return dropped(ethernet.error());
  switch (ethernet->type) {
    case kEtherTypeIpv4:
      return parts_->receive_ipv4(*ethernet, checks, now_ns, answer);
    case kEtherTypeIpv6:
      return parts_->receive_ipv6(*ethernet, checks, now_ns, answer);
    case kEtherTypeArp:
      return parts_->receive_arp(*ethernet, now_ns, answer);
    default:
      return dropped(FrameDrop::other_protocol);
  }
}

IpStack::Way IpStack::find_way(const NetPath& path, uint64_t now_ns, FrameHead& head, Asking asking) {
  Parts& parts = *parts_;
  const auto remote = IpAddress::of(path.remote);
  if (!remote || path.remote.port() == 0) return Way::unreachable;
  const auto hop = parts.routes.find(*remote);
  if (!hop) return Way::unreachable;
  const OwnAddress* source = hop->source;
  if (const auto local = IpAddress::of(path.local); local && !local->is_unspecified()) {
    source = parts.own->find(*local);
    if (source == nullptr || local->is_ipv6 != remote->is_ipv6) return Way::unreachable;
  }
  FrameEnds ends{.link = parts.link,
                 .source = source->address,
                 .destination = *remote,
                 .source_port = parts.config.udp_port,
                 .destination_port = path.remote.port()};
  const std::lock_guard lock(parts.mutex);
  if (asking == Asking::sparingly && !parts.neighbours.knows(hop->neighbour) && !parts.ask_limit.take(now_ns))
    return Way::resolving;
  const NeighbourTable::Answer answer = parts.neighbours.find(hop->neighbour, now_ns, ends.next_hop);
  parts.publish();
  if (answer == NeighbourTable::Answer::silent) return Way::unreachable;
  if (answer == NeighbourTable::Answer::resolving) return Way::resolving;
  parts.recent.add(*remote, path.remote.port());
  head = FrameHead(ends, parts.config.mtu - head_bytes(remote->is_ipv6));
  return Way::ready;
}

uint64_t IpStack::generation() const {
  return parts_->generation.load(std::memory_order_acquire);
}

size_t IpStack::next_frame(uint64_t now_ns, MutableBytes into) {
  PENSTOCK_CHECK(into.size() >= kOwnFrameBytes);
  Parts& parts = *parts_;
  if (now_ns < next_due_ns()) return 0;
  const std::lock_guard lock(parts.mutex);
  parts.path_mtus.expire(now_ns);
  if (const size_t bytes = parts.announcer.next_frame(now_ns, into.first(kOwnFrameBytes)); bytes != 0) {
    ++parts.announcements_sent;
    parts.publish();
    return bytes;
  }
  const auto request = parts.neighbours.next_request(now_ns);
  parts.publish();
  if (!request) return 0;
  ++parts.requests_sent;
  return parts.write_request(*request, into.first(kOwnFrameBytes));
}

void IpStack::link_came_up(uint64_t now_ns) {
  const std::lock_guard lock(parts_->mutex);
  parts_->announcer.begin(now_ns);
  parts_->neighbours.ask_anew(now_ns);
  parts_->publish();
}

uint64_t IpStack::next_due_ns() const {
  return parts_->next_due_ns.load(std::memory_order_acquire);
}

uint32_t IpStack::payload_max(const NetAddress& remote) const {
  const auto address = IpAddress::of(remote);
  const bool ipv6 = !address || address->is_ipv6;
  uint32_t mtu = parts_->config.mtu;
  if (address && parts_->has_path_mtus.load(std::memory_order_acquire)) {
    const std::lock_guard lock(parts_->mutex);
    mtu = parts_->path_mtus.find(*address, mtu);
  }
  return mtu - head_bytes(ipv6);
}

std::optional<IpStack::Hop> IpStack::first_hop(const NetAddress& remote) const {
  const auto address = IpAddress::of(remote);
  const auto hop = address ? parts_->routes.find(*address) : std::nullopt;
  if (!hop) return {};
  return Hop{hop->neighbour, hop->neighbour != *address};
}

NetAddress IpStack::source_for(const NetAddress& remote) const {
  const auto address = IpAddress::of(remote);
  const auto hop = address ? parts_->routes.find(*address) : std::nullopt;
  return hop ? hop->source->as_local : NetAddress();
}

IpStack::Counters IpStack::counters() const {
  const std::lock_guard lock(parts_->mutex);
  return {.neighbours_known = parts_->neighbours.known(),
          .neighbours_silent = parts_->neighbours.silent(),
          .path_mtu_lowered = parts_->path_mtu_lowered,
          .answers_sent = parts_->answers_sent.load(std::memory_order_relaxed),
          .requests_sent = parts_->requests_sent,
          .neighbours_moved = parts_->neighbours.moved(),
          .announcements_sent = parts_->announcements_sent};
}

}  // namespace penstock
