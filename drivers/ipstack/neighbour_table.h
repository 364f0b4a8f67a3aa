// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/ipstack/address_index.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/mac_address.h"
#include "drivers/ipstack/slot_lists.h"

namespace penstock {

// What a frame says of the station that is at an address.
struct NeighbourNews {
  IpAddress address{};
  std::optional<MacAddress> mac{};  // none: the one that is known is still right
  bool solicited = false;           // it answers a request of ours
  bool overrides = false;           // it counts more than what is known
  bool asks_us = false;             // whoever speaks to us is worth knowing, if there is room
};

// Neighbours and their MAC addresses, as RFC 4861, section 7.3 has it; of ARP no less than of NDP. Of fixed
// size: the gateways, which never leave it, and others, of which only so many may be unresolved, or known
// without ever having been asked for. Not thread-safe; it allocates when it is made.
class NeighbourTable {
 public:
  static constexpr size_t kSlots = 1024;  // beside the gateways
  static constexpr size_t kUnresolvedMax = 256;
  static constexpr size_t kUnaskedMax = 256;

  static constexpr uint64_t kSecond = 1'000'000'000;
  static constexpr uint64_t kRetransNs = kSecond;
  static constexpr uint64_t kReachableNs = 30 * kSecond;
  static constexpr uint64_t kDelayNs = 5 * kSecond;
  static constexpr uint64_t kSilenceNs = 5 * kSecond;
  static constexpr unsigned kTries = 3;
  // A gateway that somebody else says he is has less time to answer.
  static constexpr uint64_t kContestedNs = kSecond / 4;
  // What becomes of several in this time without a frame happens at once: each change makes all look up
  // again.
  static constexpr uint64_t kTogetherNs = kSecond / 2;
  static constexpr uint64_t kNever = UINT64_MAX;

  NeighbourTable(std::span<const IpAddress> gateways, uint64_t seed);

  enum class Answer : uint8_t { known, resolving, silent };
  // For somebody who wants to send there. One that is not known is asked for from now on.
  Answer find(const IpAddress& address, uint64_t now_ns, MacAddress& mac);
  bool knows(const IpAddress& address) const;
  // Of the gateway with that number, as they were given.
  std::optional<MacAddress> gateway_mac(size_t number) const;
  // They name another station than the one that is known.
  bool contradicts(const NeighbourNews& news) const;

  // Returns whether the neighbour is in the table.
  bool hear(const NeighbourNews& news, uint64_t now_ns);

  struct Request {
    IpAddress address{};
    std::optional<MacAddress> at{};  // a probe of the one that is known; none: all are asked
  };
  // Moves on what is due. Called until it returns none.
  std::optional<Request> next_request(uint64_t now_ns);
  // Nothing is due before; it may be that nothing is due then either.
  uint64_t due_ns() const { return due_ns_; }

  // What was asked may have reached nobody: gateways, and who is being asked for, are asked at once; who was
  // silent is forgotten.
  void ask_anew(uint64_t now_ns);

  // Grows whenever what find() said may be different now.
  uint64_t changes() const { return changes_; }
  size_t known() const;
  size_t silent() const;
  uint64_t moved() const { return moved_; }  // neighbours that were found at another station, so far

 private:
  enum class State : uint8_t { free, incomplete, reachable, stale, delay, probe, silent };
  struct Entry {
    IpAddress address{};
    MacAddress mac{};
    State state = State::free;
    bool gateway = false;
    bool asked_for = false;  // ever
    bool in_use = false;     // found since it was confirmed
    bool contested = false;  // a gateway's probe is because somebody else says that he is it
    bool counted_unresolved = false;
    bool counted_unasked = false;
    uint8_t tries = 0;
    uint64_t due_ns = kNever;
  };

  // What may make room, those first that were found or entered first.
  enum List : uint8_t { free, unasked_stale, asked_silent, asked_stale, kLists };

  static bool has_mac(const Entry& entry);
  static bool unresolved(const Entry& entry);
  static bool goes_on_quietly(const Entry& entry);

  static size_t list_of(const Entry& entry);

  Entry* entry_of(const IpAddress& address);
  void file(Entry& entry);
  void move_to(Entry& entry, State state, uint64_t due_ns);
  void release(Entry& entry);
  void resolve(Entry& entry, const NeighbourNews& news, uint64_t now_ns);
  void renew(Entry& entry, const NeighbourNews& news, uint64_t now_ns);
  void contest(Entry& entry, uint64_t now_ns);
  void doubt(Entry& entry, uint64_t now_ns);
  Entry* enter(const IpAddress& address, bool asked_for);
  Entry* room_for(bool asked_for);
  Entry* first_of(List list);
  void settle_quiet(uint64_t now_ns);
  void go_on_quietly(Entry& entry, uint64_t now_ns);
  Request ask_again(Entry& entry, uint64_t now_ns);

  std::vector<Entry> entries_;
  SlotLists lists_;
  AddressIndex index_;
  size_t unresolved_ = 0;  // none of the gateways'
  size_t unasked_ = 0;
  uint64_t moved_ = 0;
  uint64_t due_ns_ = kNever;  // or sooner
  uint64_t changes_ = 1;
  size_t looked_at_ = 0;      // entries, since next_request() returned none
  bool turned_away_ = false;  // one was asked for that there was no room for
};

}  // namespace penstock
