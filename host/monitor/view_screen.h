// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "monitor/server_view.h"

namespace penstock {

struct ScreenSize {
  size_t width = 80;
  size_t height = SIZE_MAX;  // lines
};

struct ScreenLine {
  enum class Tone : uint8_t { plain, heading, alarm };
  std::string text;
  Tone tone = Tone::plain;
};

// A view as lines that fit the size: ports and queues, devices, the stages of uploads, the store. Where there
// are too many, what says the least goes first, and a last line says how many are missing. `title` is
// printable ASCII, and the first line; `alarm` is one, too, where it is not empty.
std::vector<ScreenLine> screen_lines(const ServerView& view, ScreenSize size, const std::string& title,
                                     const std::string& alarm = {});

}  // namespace penstock
