// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace penstock {

// The slots of a table of fixed size in lists, each in one at most, so that what was put there first is found
// without looking at the others. It allocates when it is made.
class SlotLists {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  SlotLists(size_t slots, size_t lists) : slots_(slots), nodes_(slots + lists) {
    for (size_t i = 0; i < nodes_.size(); ++i)
      nodes_[i] = {static_cast<uint32_t>(i), static_cast<uint32_t>(i)};
  }

  size_t front(size_t list) const {
    const size_t first = nodes_[slots_ + list].next;
    return first < slots_ ? first : kNone;
  }
  // To the end of `list`, wherever it was.
  void append(size_t slot, size_t list) {
    remove(slot);
    const auto end = static_cast<uint32_t>(slots_ + list);
    const uint32_t last = nodes_[end].previous;
    nodes_[slot] = {last, end};
    nodes_[last].next = nodes_[end].previous = static_cast<uint32_t>(slot);
  }
  void remove(size_t slot) {
    const Node node = nodes_[slot];
    nodes_[node.previous].next = node.next;
    nodes_[node.next].previous = node.previous;
    nodes_[slot] = {static_cast<uint32_t>(slot), static_cast<uint32_t>(slot)};
  }

 private:
  // A ring: what is in no list is one of its own, and each list has a node that is no slot's.
  struct Node {
    uint32_t previous = 0;
    uint32_t next = 0;
  };

  size_t slots_;
  std::vector<Node> nodes_;
};

}  // namespace penstock
