// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/neighbour_table.h"

#include <algorithm>

namespace penstock {

NeighbourTable::NeighbourTable(std::span<const IpAddress> gateways, uint64_t seed)
    : entries_(kSlots + gateways.size()), lists_(entries_.size(), kLists), index_(entries_.size(), seed) {
  for (size_t slot = 0; slot < gateways.size(); ++slot) {
    Entry& entry = entries_[slot];
    entry.address = gateways[slot];
    entry.gateway = true;
    entry.asked_for = true;
    index_.insert(entry.address, slot);
    move_to(entry, State::incomplete, 0);
  }
  for (size_t slot = gateways.size(); slot < entries_.size(); ++slot) file(entries_[slot]);
}

bool NeighbourTable::has_mac(const Entry& entry) {
  return entry.state == State::reachable || entry.state == State::stale || entry.state == State::delay ||
         entry.state == State::probe;
}

bool NeighbourTable::unresolved(const Entry& entry) {
  return entry.state == State::incomplete || entry.state == State::silent;
}

bool NeighbourTable::goes_on_quietly(const Entry& entry) {
  switch (entry.state) {
    case State::reachable:
      return !entry.gateway;
    case State::incomplete:
      return entry.tries == kTries;
    default:
      return entry.state == State::silent;
  }
}

size_t NeighbourTable::list_of(const Entry& entry) {
  if (entry.gateway) return kLists;
  switch (entry.state) {
    case State::free:
      return List::free;
    case State::stale:
      return entry.asked_for ? asked_stale : unasked_stale;
    case State::silent:
      return asked_silent;
    default:
      return kLists;
  }
}

// After each change of what its list, or what is counted, hangs on.
void NeighbourTable::file(Entry& entry) {
  const auto slot = static_cast<size_t>(&entry - entries_.data());
  if (const size_t list = list_of(entry); list == kLists)
    lists_.remove(slot);
  else
    lists_.append(slot, list);
  const auto count = [&](bool& counted, bool now, size_t& sum) {
    if (now != counted) now ? ++sum : --sum;
    counted = now;
  };
  count(entry.counted_unresolved, !entry.gateway && unresolved(entry), unresolved_);
  count(entry.counted_unasked, !entry.gateway && entry.state != State::free && !entry.asked_for, unasked_);
}

NeighbourTable::Entry* NeighbourTable::entry_of(const IpAddress& address) {
  const size_t slot = index_.find(address);
  return slot == AddressIndex::kNone ? nullptr : &entries_[slot];
}

bool NeighbourTable::knows(const IpAddress& address) const {
  const size_t slot = index_.find(address);
  return slot != AddressIndex::kNone && has_mac(entries_[slot]);
}

std::optional<MacAddress> NeighbourTable::gateway_mac(size_t number) const {
  const Entry& entry = entries_[number];
  return has_mac(entry) ? std::optional(entry.mac) : std::nullopt;
}

bool NeighbourTable::contradicts(const NeighbourNews& news) const {
  const size_t slot = index_.find(news.address);
  return slot != AddressIndex::kNone && news.mac && has_mac(entries_[slot]) &&
         *news.mac != entries_[slot].mac;
}

void NeighbourTable::move_to(Entry& entry, State state, uint64_t due_ns) {
  entry.state = state;
  entry.tries = 0;
  entry.contested = false;
  entry.due_ns = due_ns;
  due_ns_ = std::min(due_ns_, due_ns);
  file(entry);
}

void NeighbourTable::release(Entry& entry) {
  index_.erase(static_cast<size_t>(&entry - entries_.data()));
  entry.state = State::free;
  file(entry);
  entry = {};
}

NeighbourTable::Answer NeighbourTable::find(const IpAddress& address, uint64_t now_ns, MacAddress& mac) {
  Entry* entry = entry_of(address);
  if (entry == nullptr) {
    entry = enter(address, true);
    if (entry != nullptr) move_to(*entry, State::incomplete, now_ns);
    turned_away_ |= entry == nullptr;
    return Answer::resolving;
  }
  if (entry->state == State::silent) {
    file(*entry);
    return Answer::silent;
  }
  if (entry->state == State::incomplete) return Answer::resolving;
  entry->asked_for = true;
  entry->in_use = true;
  if (entry->state == State::stale) move_to(*entry, State::delay, now_ns + kDelayNs);
  mac = entry->mac;
  return Answer::known;
}

bool NeighbourTable::hear(const NeighbourNews& news, uint64_t now_ns) {
  Entry* entry = entry_of(news.address);
  if (entry != nullptr) {
    NeighbourNews believed = news;
    // What answers no request of ours only says that it does: then whoever says so is asked first.
    believed.solicited &= entry->tries != 0;
    if (has_mac(*entry))
      renew(*entry, believed, now_ns);
    else
      resolve(*entry, believed, now_ns);
    return true;
  }
  if (!news.asks_us || !news.mac) return false;
  entry = enter(news.address, false);
  if (entry == nullptr) return false;
  entry->mac = *news.mac;
  move_to(*entry, State::stale, kNever);
  if (turned_away_) ++changes_;
  turned_away_ = false;
  return true;
}

// Its MAC address has become known.
void NeighbourTable::resolve(Entry& entry, const NeighbourNews& news, uint64_t now_ns) {
  if (!news.mac) return;
  if (entry.mac != MacAddress{} && *news.mac != entry.mac) ++moved_;
  entry.mac = *news.mac;
  entry.in_use = false;
  ++changes_;
  if (news.solicited)
    move_to(entry, State::reachable, now_ns + kReachableNs);
  else
    doubt(entry, now_ns);
}

// RFC 4861, section 7.2.5.
void NeighbourTable::renew(Entry& entry, const NeighbourNews& news, uint64_t now_ns) {
  const bool moved = news.mac && *news.mac != entry.mac;
  if (moved && entry.gateway) return contest(entry, now_ns);
  if (moved && !news.overrides) {
    if (entry.state == State::reachable) doubt(entry, now_ns);
    return;
  }
  if (moved) {
    entry.mac = *news.mac;
    ++changes_;
    ++moved_;
  }
  if (news.solicited)
    move_to(entry, State::reachable, now_ns + kReachableNs);
  else if (moved)
    doubt(entry, now_ns);
}

// Somebody else says that he is the gateway, whom all that leaves the network goes to. The station that is
// known is asked; all are, and one of them is believed, only if it is silent.
void NeighbourTable::contest(Entry& entry, uint64_t now_ns) {
  if (entry.contested) return;
  move_to(entry, State::probe, now_ns);
  entry.contested = true;
}

// It may no longer be what it was: it is probed if somebody uses it.
void NeighbourTable::doubt(Entry& entry, uint64_t now_ns) {
  if (entry.gateway)
    move_to(entry, State::probe, now_ns);
  else if (entry.in_use)
    move_to(entry, State::delay, now_ns + kDelayNs);
  else
    move_to(entry, State::stale, kNever);
}

// As yet in no state: the caller says which.
NeighbourTable::Entry* NeighbourTable::enter(const IpAddress& address, bool asked_for) {
  Entry* entry = room_for(asked_for);
  if (entry == nullptr) return nullptr;
  if (entry->state != State::free) release(*entry);
  entry->address = address;
  entry->asked_for = asked_for;
  index_.insert(address, static_cast<size_t>(entry - entries_.data()));
  return entry;
}

// A free slot, or one whose neighbour is missed least: never one that is in use, being asked for, or a
// gateway's.
NeighbourTable::Entry* NeighbourTable::room_for(bool asked_for) {
  if (asked_for && unresolved_ >= kUnresolvedMax) return first_of(asked_silent);
  if (!asked_for && unasked_ >= kUnaskedMax) return first_of(unasked_stale);
  if (Entry* entry = first_of(List::free)) return entry;
  if (Entry* entry = first_of(unasked_stale)) return entry;
  if (!asked_for) return nullptr;
  if (Entry* entry = first_of(asked_silent)) return entry;
  return first_of(asked_stale);
}

NeighbourTable::Entry* NeighbourTable::first_of(List list) {
  const size_t slot = lists_.front(list);
  return slot == SlotLists::kNone ? nullptr : &entries_[slot];
}

std::optional<NeighbourTable::Request> NeighbourTable::next_request(uint64_t now_ns) {
  if (now_ns < due_ns_) return std::nullopt;
  if (looked_at_ == 0) settle_quiet(now_ns);
  while (looked_at_ < entries_.size()) {
    Entry& entry = entries_[looked_at_++];
    if (entry.due_ns <= now_ns) return ask_again(entry, now_ns);
  }
  looked_at_ = 0;
  due_ns_ = kNever;
  for (const Entry& entry : entries_) due_ns_ = std::min(due_ns_, entry.due_ns);
  return std::nullopt;
}

void NeighbourTable::settle_quiet(uint64_t now_ns) {
  const auto due = [](uint64_t by) {
    return [by](const Entry& entry) { return entry.due_ns <= by && goes_on_quietly(entry); };
  };
  if (std::ranges::none_of(entries_, due(now_ns))) return;
  for (Entry& entry : entries_)
    if (due(now_ns + kTogetherNs)(entry)) go_on_quietly(entry, now_ns);
}

void NeighbourTable::go_on_quietly(Entry& entry, uint64_t now_ns) {
  switch (entry.state) {
    case State::reachable:
      // Who still sends there looks it up again, and so has it probed.
      if (entry.in_use) ++changes_;
      entry.in_use = false;
      return move_to(entry, State::stale, kNever);
    case State::incomplete:
      ++changes_;
      return move_to(entry, State::silent, now_ns + kSilenceNs);
    default:
      ++changes_;
      if (entry.gateway) return move_to(entry, State::incomplete, now_ns);
      return release(entry);
  }
}

NeighbourTable::Request NeighbourTable::ask_again(Entry& entry, uint64_t now_ns) {
  if (entry.state == State::probe && entry.tries == kTries) {
    // Whoever has its address now may have another MAC.
    ++changes_;
    move_to(entry, State::incomplete, now_ns);
  } else if (entry.state != State::probe && entry.state != State::incomplete) {
    move_to(entry, State::probe, now_ns);
  }
  ++entry.tries;
  entry.due_ns = now_ns + (entry.contested ? kContestedNs : kRetransNs);
  if (entry.state == State::probe) return {entry.address, entry.mac};
  return {entry.address, std::nullopt};
}

void NeighbourTable::ask_anew(uint64_t now_ns) {
  for (Entry& entry : entries_) {
    if (entry.state == State::silent && !entry.gateway) {
      ++changes_;
      release(entry);
    } else if (unresolved(entry)) {
      if (entry.state == State::silent) ++changes_;
      move_to(entry, State::incomplete, now_ns);
    } else if (entry.gateway) {
      move_to(entry, State::probe, now_ns);
    }
  }
}

size_t NeighbourTable::known() const {
  return static_cast<size_t>(std::ranges::count_if(entries_, has_mac));
}

size_t NeighbourTable::silent() const {
  return static_cast<size_t>(
      std::ranges::count_if(entries_, [](const Entry& entry) { return entry.state == State::silent; }));
}

}  // namespace penstock
