// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <system_error>

namespace penstock {

std::string Error::message() const {
  std::string text = what;
  if (!why.empty()) text += (text.empty() ? "" : ": ") + why;
  if (!remedy.empty()) text += " (" + remedy + ")";
  return text;
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace penstock
