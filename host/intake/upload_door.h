// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "intake/stored_upload.h"

namespace penstock {

// What the bytes of an upload are.
enum class UploadKind : uint8_t {
  file,    // the content of one file
  pieces,  // the same, cut by its sender, who leaves out what the store has (chunking/piece_head.h)
};

// Of an upload that can be gone on with after its connection was lost: which one.
struct PartialStart {
  std::string token;              // empty: a new one
  std::string caller;             // whose it is
  std::optional<uint64_t> bytes;  // new: of the whole object, where that is known
  uint64_t offset = 0;            // where its sender goes on
};

struct UploadStart {
  std::string name;  // checked: upload_name.h; that of a partial upload which is gone on with is known
  UploadKind kind = UploadKind::file;
  uint64_t content_bytes_max = UINT64_MAX;  // for pieces: a body's length does not tell
  std::optional<PartialStart> partial{};
  bool tells_new = true;  // its commit says what of it was new, and so does the commit's CID
};

// Whether an upload was let in.
struct UploadAdmission {
  enum class Verdict : uint8_t {
    begun,
    draining,  // no further ones are taken
    too_many,  // later there may be room
    taken,     // partial: another has it, or it is there no more
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
  // A partial upload has left the door, and can be gone on with from `offset` on: all that is before it is
  // durable. Where that is not what the sender goes on from, it may come before suspend().
  struct Suspended {
    uint64_t id = 0;
    std::string token;
    uint64_t offset = 0;
  };
  std::vector<Ended> ended;
  std::vector<Suspended> suspended;
  std::vector<uint64_t> writable;  // these can take bytes again
  std::vector<uint64_t> wanted;    // partial ones that are asked for elsewhere: drop() lets them go
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
  // No more bytes of a partial upload come for now. poll() says how far it is once that is durable.
  virtual void suspend(uint64_t id) = 0;
  // The upload comes to nothing; no result follows, unless one is in poll() already. A partial one whose
  // token somebody has is suspended.
  virtual void drop(uint64_t id) = 0;

  // Appends what is new. Each upload that was begun and not dropped ends, or is suspended, once; it may fail
  // before finish().
  virtual void poll(UploadNews& news) = 0;
  // Further begin() are refused as draining.
  virtual void drain() = 0;
};

}  // namespace penstock
