// SPDX-License-Identifier: Apache-2.0
#include "pipeline/left_entries.h"

namespace penstock {

void LeftEntries::add(const std::string& path, const Error& error) {
  if (count_++ >= kTold || !told_) return;
  told_(path, {Errc::partial, what_, error.why, error.remedy});
}

void LeftEntries::end() {
  if (count_ > kTold && told_)
    told_("", {Errc::partial, std::to_string(count_ - kTold) + " more", what_, {}});
}

}  // namespace penstock
