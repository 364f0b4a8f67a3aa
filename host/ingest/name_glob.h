// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace penstock {

// A pattern of one name: * is any characters, ? one of them, [a-z] one of these, [^a-z] one of the others, \x
// is x itself (the syntax of Go's filepath.Match). A character is one of UTF-8; a byte that is part of none
// is one of its own. Case is ignored among the letters of ASCII alone. Any thread.
class NameGlob {
 public:
  // usage error: a set without an end or without members, a range that runs backwards, a \ at the end.
  static Result<NameGlob> parse(std::string_view text, bool ignore_case);

  // Takes at most as many steps as `name` has bytes times the pattern's.
  bool matches(std::string_view name) const;

 private:
  struct Range {
    uint32_t low = 0;
    uint32_t high = 0;
  };
  struct Item {
    enum class Kind : uint8_t { character, any_one, any_row, set };
    Kind kind = Kind::character;
    uint32_t character = 0;
    bool inverted = false;
    std::vector<Range> ranges{};
  };

  Status add_set(std::string_view text, size_t& at);
  bool takes(const Item& item, uint32_t character) const;

  std::vector<Item> items_;
  std::string literal_;  // where there are characters alone and case counts
  bool is_literal_ = false;
  bool ignore_case_ = false;
};

}  // namespace penstock
