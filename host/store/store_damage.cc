// SPDX-License-Identifier: Apache-2.0
#include "store/store_damage.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr size_t kDigestsNamedMax = 3;

}  // namespace

Error StoreDamage::error() const {
  std::string why = "bytes " + std::to_string(begin) + " to " + std::to_string(end) + ": " + what;
  const size_t named = std::min(digests.size(), kDigestsNamedMax);
  for (size_t i = 0; i < named; ++i) why += (i == 0 ? "; blocks " : ", ") + digests[i].hex();
  if (digests.size() > named) why += " and " + std::to_string(digests.size() - named) + " more";
  return {Errc::corrupt, file, std::move(why), range ? "put the same data again to heal it" : ""};
}

}  // namespace penstock
