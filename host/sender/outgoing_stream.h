// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/entry_stream.h"
#include "sender/outgoing_object.h"

namespace penstock {

// What objects are called.
struct ObjectNaming {
  std::string prefix{};  // in front of every name: "" or "P/"
  std::string top{};     // what is put at the top is called so; empty: what it is called there
};

// The files of an entry stream as objects, each named by its path in the stream. A whole tree as one object
// will be another such stream. One thread.
class OutgoingStream {
 public:
  // `entries` outlives it.
  OutgoingStream(EntryStream& entries, ObjectNaming naming) : entries_(entries), naming_(std::move(naming)) {}

  // Nothing at the end. What is no file, or cannot be read, is appended to `left_out` (code partial). An
  // error is one that every further entry would meet too.
  Result<std::optional<OutgoingObject>> next(std::vector<Error>& left_out);

 private:
  std::string name_of(const std::string& last) const;

  EntryStream& entries_;
  ObjectNaming naming_;
  std::vector<std::string> directories_;  // that are open, outermost first
};

}  // namespace penstock
