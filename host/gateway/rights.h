// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// What somebody may do. None of them is part of another.
struct Rights {
  bool append = false;  // upload objects
  bool read = false;    // objects, and whether they are there
  bool admin = false;   // metrics

  bool any() const { return append || read || admin; }
  Rights& operator|=(const Rights& other) {
    append |= other.append;
    read |= other.read;
    admin |= other.admin;
    return *this;
  }
  friend bool operator==(const Rights&, const Rights&) = default;
};

// Sets the right of that name: "append", "read", "admin". False for another name.
bool add_right(Rights& rights, std::string_view name);
// Their names, in the order in which they stand above.
std::vector<std::string> right_names(const Rights& rights);

}  // namespace penstock
