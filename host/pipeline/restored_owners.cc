// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_owners.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <optional>
#include <string>

namespace penstock {
namespace {

// The number that `look` (getpwnam_r, getgrnam_r) finds under a name.
template <class Record, class Look>
std::optional<uint32_t> number_of(const std::string& name, Look look, uint32_t Record::*number) {
  constexpr size_t kRecordBytesMax = 1 << 20;
  std::vector<char> buffer(1024);
  while (true) {
    Record record{};
    Record* found = nullptr;
    const int error_number = look(name.c_str(), &record, buffer.data(), buffer.size(), &found);
    if (error_number == 0) return found == nullptr ? std::nullopt : std::optional(record.*number);
    if (error_number == EINTR) continue;
    if (error_number != ERANGE || buffer.size() >= kRecordBytesMax) return std::nullopt;
    buffer.resize(2 * buffer.size());
  }
}

template <class Find>
std::map<uint32_t, uint32_t> others(const std::vector<OwnerName>& owners, Find find) {
  std::map<uint32_t, uint32_t> numbers;
  for (const OwnerName& owner : owners) {
    if (owner.id == 0 || owner.name.find('\0') != std::string::npos) continue;
    const std::optional<uint32_t> here = find(owner.name);
    if (here && *here != owner.id) numbers.emplace(owner.id, *here);
  }
  return numbers;
}

}  // namespace

RestoredOwners RestoredOwners::by_name(const MetaRoot& meta) {
  RestoredOwners owners;
  owners.users_ = others(meta.users, [](const std::string& name) {
    return number_of<passwd>(name, getpwnam_r, &passwd::pw_uid);
  });
  owners.groups_ = others(meta.groups, [](const std::string& name) {
    return number_of<struct ::group>(name, getgrnam_r, &::group::gr_gid);
  });
  return owners;
}

RestoredOwners RestoredOwners::none() {
  RestoredOwners owners;
  owners.set_ = false;
  return owners;
}

}  // namespace penstock
