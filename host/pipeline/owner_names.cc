// SPDX-License-Identifier: Apache-2.0
#include "pipeline/owner_names.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <utility>

namespace penstock {
namespace {

// What `look` (getpwuid_r, getgrgid_r) finds under a number; empty: nothing.
template <class Record, class Look>
std::string name_of(uint32_t id, Look look, char* Record::*name) {
  constexpr size_t kRecordBytesMax = 1 << 20;
  std::vector<char> buffer(1024);
  while (true) {
    Record record{};
    Record* found = nullptr;
    const int error_number = look(id, &record, buffer.data(), buffer.size(), &found);
    if (error_number == 0) return found == nullptr ? std::string() : std::string(record.*name);
    if (error_number == EINTR) continue;
    if (error_number != ERANGE || buffer.size() >= kRecordBytesMax) return {};
    buffer.resize(2 * buffer.size());
  }
}

}  // namespace

void OwnerNames::met(const MetaEntry& entry) {
  if (!users_.contains(entry.uid))
    add(users_, entry.uid, name_of<passwd>(entry.uid, getpwuid_r, &passwd::pw_name));
  if (!groups_.contains(entry.gid))
    add(groups_, entry.gid, name_of<group>(entry.gid, getgrgid_r, &group::gr_name));
}

void OwnerNames::add(Names& names, uint32_t id, std::string name) {
  if (!name.empty()) {
    const size_t bytes = owner_name_bytes({id, name});
    if (bytes_ + bytes > kOwnerNamesBytesMax) {
      name.clear();
    } else {
      bytes_ += bytes;
    }
  }
  names.emplace(id, std::move(name));
}

std::vector<OwnerName> OwnerNames::known(const Names& names) {
  std::vector<OwnerName> result;
  for (const auto& [id, name] : names) {
    if (!name.empty()) result.push_back({id, name});
  }
  return result;
}

}  // namespace penstock
