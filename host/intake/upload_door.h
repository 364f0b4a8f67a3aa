// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// What the bytes of an upload are.
enum class UploadKind : uint8_t {
  file,    // the content of one file
  pieces,  // the same, cut by its sender, who leaves out what the store has (chunking/piece_head.h)
};

struct UploadStart {
  std::string name;  // checked: upload_name.h
  UploadKind kind = UploadKind::file;
  uint64_t content_bytes_max = UINT64_MAX;  // for pieces: a body's length does not tell
};

// An upload that is in the store for good.
struct StoredUpload {
  Cid cid;
  Cid commit;
  uint64_t bytes = 0;  // of content
};

// Whether an upload was let in.
struct UploadAdmission {
  enum class Verdict : uint8_t {
    begun,
    draining,  // no further ones are taken
    too_many,  // later there may be room
    failed,    // the store takes nothing more until somebody has seen to it
  };
  Verdict verdict = Verdict::begun;
  uint64_t id = 0;  // begun
  Error error;      // failed: why, for the operator
};

// What has happened since the last poll.
struct UploadNews {
  struct Ended {
    uint64_t id = 0;
    Result<StoredUpload> result;
  };
  std::vector<Ended> ended;
  std::vector<uint64_t> writable;  // these can take bytes again
};

// The way of a worker's uploads into the store. All calls are of the worker's thread and return at once; what
// takes time is done elsewhere, and `wake`, which it was made with, is called when poll() has news.
class UploadDoor {
 public:
  virtual ~UploadDoor() = default;

  virtual UploadAdmission begin(const UploadStart& start) = 0;
  // Takes a prefix of the next bytes and returns its length. Short: poll() will name the upload as writable.
  virtual size_t append(uint64_t id, Bytes bytes) = 0;
  // No more bytes come. poll() gives the result once the commit is durable.
  virtual void finish(uint64_t id) = 0;
  // The upload comes to nothing; no result follows, unless one is in poll() already.
  virtual void drop(uint64_t id) = 0;

  // Appends what is new. Each upload that was begun and not dropped ends once; it may fail before finish().
  virtual void poll(UploadNews& news) = 0;
  // Further begin() are refused as draining.
  virtual void drain() = 0;
};

}  // namespace penstock
