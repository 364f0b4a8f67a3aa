// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

namespace penstock {

// A piece of an upload, in order and without gaps.
struct UploadPiece {
  enum class Kind : uint8_t {
    data,
    known,  // its sender says that the store has it
    zero_run,
  };
  Kind kind = Kind::data;
  uint64_t length = 0;  // bytes; data and known: one leaf
  Digest digest{};      // known
};

// What arrives of one upload, until its pieces have a place in a batch. One thread.
class UploadBody {
 public:
  // What an upload may keep before it counts as a large one.
  static constexpr size_t kSmallBytes = 64 << 10;

  UploadBody(uint64_t id, std::string name) : id_(id), name_(std::move(name)) {}
  virtual ~UploadBody() = default;

  uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }
  // What was copied within it so far, beside what take() took.
  uint64_t bytes_shifted() const { return bytes_shifted_; }

  // Whether as much as `bytes` more can be kept only as a large one.
  virtual bool would_be_large(size_t bytes) const = 0;
  // Takes a prefix of `bytes`, not empty; 0 while pieces wait to be placed.
  virtual size_t take(Bytes bytes) = 0;
  // No more bytes come.
  virtual void end() = 0;
  virtual bool ended() const = 0;

  // Pieces that are certain, in order.
  virtual bool has_piece() const = 0;
  virtual UploadPiece piece() const = 0;
  // Of a data piece, until it is passed.
  virtual Bytes piece_bytes() const = 0;
  virtual void pass_piece() = 0;

  // Why this is no upload at all: what is taken then comes to nothing.
  virtual const std::optional<Error>& error() const = 0;

 protected:
  void count_shifted(uint64_t bytes) { bytes_shifted_ += bytes; }

 private:
  uint64_t bytes_shifted_ = 0;
  const uint64_t id_;
  const std::string name_;
};

}  // namespace penstock
