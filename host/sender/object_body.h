// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "sender/body_buffer.h"
#include "sender/outgoing_object.h"
#include "sender/root_maker.h"
#include "sender/store_terms.h"

namespace penstock {

// One object after the other as it is read, and its root as it comes about. Owned by an UploadLane; used by
// the reading thread while a task of it is there, by the sending one otherwise.
class ObjectBody {
 public:
  explicit ObjectBody(const StoreTerms& terms)
      : roots_(terms.chunker, terms.layout), pieces_(terms.takes_pieces()) {}

  void begin(OutgoingObject object);
  // From the front, whatever was read of it. partial: it is no file, or cannot be read any longer.
  Status begin_again();
  // Reads the next part; `buffer.last`: it was the last one, and root() is known. A source that makes its
  // reader wait fills the buffer only as far as it has something. partial: it cannot be read.
  Status fill(BodyBuffer& buffer);
  void end() { object_.source.reset(); }

  const std::string& name() const { return object_.name; }
  const std::string& path() const { return object_.path; }
  uint64_t size_hint() const { return object_.size_hint; }
  uint64_t bytes() const { return bytes_; }  // read so far
  // FileSource::identity; empty: it is no file.
  const std::string& identity() const { return identity_; }
  const Cid& root() const { return root_; }
  // Why what was read is not one moment's content; empty if it is. Known with root().
  const std::string& changed() const { return changed_; }

 private:
  Result<size_t> read(MutableBytes into);
  Status finish(BodyBuffer& buffer);
  void keep_pieces(BodyBuffer& buffer) const;

  OutgoingObject object_;
  RootMaker roots_;
  const bool pieces_;     // are kept with their buffers
  bool waits_ = false;    // reading may wait for a writer
  bool is_file_ = false;  // it can be opened again
  std::string identity_;
  bool begun_ = false;
  uint64_t hole_bytes_ = 0;  // of a hole, not yet given
  uint64_t bytes_ = 0;
  Cid root_;
  std::string changed_;
};

}  // namespace penstock
