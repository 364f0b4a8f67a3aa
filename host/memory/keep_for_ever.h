// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace penstock {

// Never ends what nobody can prove to be at rest, such as memory that a device may still write to: it stays
// to the end of the process, where a leak checker finds it. Any thread.
template <class Item>
void keep_for_ever(std::unique_ptr<Item> item) {
  static std::mutex mutex;
  static auto& kept = *std::make_unique<std::vector<std::unique_ptr<Item>>>().release();
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(item));
}

}  // namespace penstock
