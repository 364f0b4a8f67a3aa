// SPDX-License-Identifier: Apache-2.0
#include "sender/object_body.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "ingest/file_source.h"
#include "ingest/open_for_reading.h"

namespace penstock {
namespace {

Error left_out(Error error) {
  error.code = Errc::partial;
  return error;
}

}  // namespace

void ObjectBody::begin(OutgoingObject object) {
  object_ = std::move(object);
  waits_ = object_.source->may_wait();
  const auto* const file = dynamic_cast<const FileSource*>(object_.source.get());
  is_file_ = file != nullptr;
  identity_ = is_file_ ? file->identity() : std::string();
  if (std::exchange(begun_, false)) roots_.reset();
  hole_bytes_ = 0;
  bytes_ = 0;
  changed_.clear();
}

Status ObjectBody::begin_again() {
  if (!is_file_)
    return fail(Errc::partial, path(), "did not get there, and can be read only once", "send it again");
  OwnedFd file = open_for_reading(AT_FDCWD, path().c_str(), 0);
  if (!file) return Failure(left_out(fail_errno(path()).value()));
  auto source = FileSource::take(std::move(file), path());
  if (!source) return Failure(left_out(std::move(source).error()));
  const uint64_t size = (*source)->size_at_open();
  begin({std::move(object_.name), std::move(object_.path), std::move(*source), size});
  return {};
}

Status ObjectBody::fill(BodyBuffer& buffer) {
  begun_ = true;
  while (buffer.bytes < BodyBuffer::kBytes && !buffer.last) {
    auto got = read(buffer.room().subspan(buffer.bytes));
    if (!got) return Failure(left_out(std::move(got).error()));
    buffer.bytes += *got;
    buffer.last = *got == 0;
    if (waits_) break;
  }
  buffer.first = bytes_ == 0;
  bytes_ += buffer.bytes;
  PENSTOCK_TRY(roots_.add({buffer.memory.get(), RootMaker::kHeadroomBytes + buffer.bytes}));
  keep_pieces(buffer);
  return buffer.last ? finish(buffer) : Status();
}

// What a piece began with in the part before lies in front of this one's bytes.
void ObjectBody::keep_pieces(BodyBuffer& buffer) const {
  if (!pieces_) return;
  const uint64_t room_at = bytes_ - buffer.bytes;
  for (const RootMaker::Cut& cut : roots_.cuts()) {
    Bytes bytes;
    if (cut.piece.kind == Piece::Kind::data) {
      const size_t place = RootMaker::kHeadroomBytes + cut.at - room_at;
      bytes = {buffer.memory.get() + place, static_cast<size_t>(cut.piece.length)};
    }
    buffer.pieces.add(cut.piece, cut.digest, bytes);
  }
}

// A hole is sent as the zeros that it reads as: HTTP has no other word for it.
Result<size_t> ObjectBody::read(MutableBytes into) {
  if (hole_bytes_ == 0) {
    PENSTOCK_TRY_ASSIGN(const ReadResult got, object_.source->read(into));
    if (got.hole_bytes == 0) return got.bytes;
    hole_bytes_ = got.hole_bytes;
  }
  const size_t zeros = std::min<uint64_t>(hole_bytes_, into.size());
  std::memset(into.data(), 0, zeros);
  hole_bytes_ -= zeros;
  return zeros;
}

Status ObjectBody::finish(BodyBuffer& buffer) {
  begun_ = false;
  PENSTOCK_TRY_ASSIGN(const DagLink root, roots_.finish());
  keep_pieces(buffer);
  root_ = root.cid;
  changed_ = object_.source->changed();
  object_.source.reset();
  if (object_.size_hint != 0 && bytes_ != object_.size_hint)
    return fail(Errc::partial, path(), changed_.empty() ? "ended early" : changed_,
                "send it when it is quiet");
  return {};
}

}  // namespace penstock
