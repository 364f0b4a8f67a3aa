// SPDX-License-Identifier: Apache-2.0
#include "sender/outgoing_stream.h"

#include <utility>

namespace penstock {

std::string OutgoingStream::name_of(const std::string& last) const {
  std::string name = naming_.prefix;
  for (const std::string& directory : directories_) name += directory + "/";
  return name + last;
}

Result<std::optional<OutgoingObject>> OutgoingStream::next(std::vector<Error>& left_out) {
  for (;;) {
    PENSTOCK_TRY_ASSIGN(std::optional<Entry> entry, entries_.next());
    if (!entry) return std::optional<OutgoingObject>();
    if (directories_.empty() && !naming_.top.empty()) entry->name = naming_.top;
    switch (entry->kind) {
      case Entry::Kind::directory_begin:
        directories_.push_back(std::move(entry->name));
        break;
      case Entry::Kind::directory_end:
        directories_.pop_back();
        break;
      case Entry::Kind::symlink:
        left_out.push_back({Errc::partial, entry->path, "is a symbolic link", "send what it leads to"});
        break;
      case Entry::Kind::special:
      case Entry::Kind::unreadable:
        left_out.push_back(std::move(entry->error));
        break;
      case Entry::Kind::file:
        return std::optional(OutgoingObject{name_of(entry->name), std::move(entry->path),
                                            std::move(entry->source), entry->size_hint});
    }
  }
}

}  // namespace penstock
