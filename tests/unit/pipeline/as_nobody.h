// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <vector>

#include "base/check.h"

namespace penstock {

// While it lives this process has no privilege: root becomes user and group 65534, others stay who they are.
class AsNobody {
 public:
  static constexpr unsigned kNobody = 65534;

  AsNobody() {
    if (!was_root_) return;
    groups_.resize(static_cast<size_t>(getgroups(0, nullptr)));
    PENSTOCK_CHECK(getgroups(static_cast<int>(groups_.size()), groups_.data()) >= 0);
    PENSTOCK_CHECK(setgroups(0, nullptr) == 0);
    PENSTOCK_CHECK(setegid(kNobody) == 0 && seteuid(kNobody) == 0);
    PENSTOCK_CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);  // or /proc/self were still root's
  }
  ~AsNobody() {
    if (!was_root_) return;
    PENSTOCK_CHECK(seteuid(0) == 0 && setegid(0) == 0);
    PENSTOCK_CHECK(setgroups(groups_.size(), groups_.data()) == 0);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const bool was_root_ = geteuid() == 0;
  std::vector<gid_t> groups_;
};

}  // namespace penstock
