// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "codec/codec.h"
#include "ingest/source.h"
#include "memory/buffer_pool.h"
#include "offload/job.h"
#include "pipeline/entry_meta.h"
#include "store/store.h"
#include "verify/verified_block.h"

namespace penstock {

// A step of the way through what is put, in stream order.
struct TreeEvent {
  enum class Kind : uint8_t {
    directory_begin,
    directory_end,
    symlink,
    special,      // a FIFO, socket or device: metadata alone
    linked_file,  // a further name of a file that was met; its metadata says which
    known_file,   // one that need not be read: its metadata has its content
    missing,      // an entry that could not be read, and is not in the tree
    file_begin,
    leaves,        // the next `leaf_count` leaves of the batch belong to the open file
    known_leaves,  // the next `leaf_count` of those that are said to be in the store
    zero_run,      // zero_bytes of the open file
    file_end,
    file_dropped,  // it could not be read to its end: forget it
    stream_end,    // all of the stream is here
    stream_dropped,
    stream_suspended,  // more of it may come, under another number
  };

  Kind kind = Kind::leaves;
  uint32_t leaf_count = 0;
  uint64_t zero_bytes = 0;
  uint64_t stream = 0;     // which of those that are under way at once; a put has one
  bool tells_new = true;   // a stream's first: its commit says what of it was new
  bool unsettled = false;  // file_end: what was read may not be one moment's
  std::string name{};      // directory_begin, symlink, special, linked_file, known_file, missing, file_begin
  std::string target{};    // symlink
  std::unique_ptr<EntryMeta> meta{};  // of the same as `name`, where metadata is kept
};

struct Leaf {
  Digest digest;
  uint32_t bytes = 0;
  bool fresh = false;  // it was not in the store
};

// What the tree needs to know of a batch. It outlives the batch's buffers until its turn comes.
struct BatchOutline {
  uint64_t sequence = 0;  // 0, 1, 2 … in stream order
  std::vector<TreeEvent> events;
  std::vector<Leaf> leaves;
  std::vector<Leaf> known;  // whose bytes are not in the batch

  void clear() {
    events.clear();
    leaves.clear();
    known.clear();
  }
};

// A file that is read in one go, by the lane that has the batch: not by the one whose turn at the source it
// was.
struct WholeFile {
  size_t event = 0;  // its file_begin; what it consists of is put behind that when it has been read
  std::unique_ptr<Source> source;
  std::string path;  // for messages
  ChunkRef place;    // where in the input it goes: as many bytes as it can have
};

// One extent on its way through a lane: up to a frame's worth of chunks, of one file or many. Owned by a
// lane, used again and again: its vectors keep their capacity.
struct Batch {
  enum class State : uint8_t { idle, ready, in_flight };  // ready: for the device
  // What is asked of devices. A fused job is a `digest` that encodes as well.
  enum class Step : uint8_t { digest, check_digests, encode, check_payload };

  // Limits of one batch, so that a batch of misses is one frame.
  static constexpr size_t kEventsMax = 8192;
  static constexpr size_t kEventTextBytesMax = 1 << 20;  // names and targets, passed by one entry at the most

  State state = State::idle;
  Step step = Step::digest;
  BatchOutline outline;
  Buffer input;
  std::vector<WholeFile> whole_files;  // in the order of their events; until they are read
  std::vector<ChunkRef> chunks;
  std::vector<Digest> digests;
  bool digests_from_cpu = false;
  std::vector<Claim> claims;
  std::vector<BlockEntry> entries;  // the misses; chunks, then, are their places
  uint32_t begin = 0;               // where in input chunks' offsets count from
  uint32_t bytes = 0;               // from there to the end of the last chunk
  Buffer output;
  Job job;

  // For --verify cross: another device's answer to the same.
  Job check;
  std::vector<Digest> digests_again;  // of the chunks; empty where no other device made them
  Buffer decoded;

  bool checking() const { return step == Step::check_digests || step == Step::check_payload; }
  Job& current_job() { return checking() ? check : job; }
  bool fused() const { return job.operation == Operation::digest_encode; }

  // Each makes `job` ready. The digest's covers all chunks where they lie, and nothing behind them; the
  // encoding's, and the fused one's, take them without gaps.
  void ask_digest();
  void ask_fused(CodecSpec codec, bool any_codec);
  void ask_encode(CodecSpec codec, bool any_codec);

  MutableBytes raw() const { return input.bytes().subspan(begin, bytes); }
  Bytes chunk_bytes(size_t i) const { return raw().subspan(chunks[i].offset, chunks[i].length); }
  // Moves the chunks together, behind a place of that alignment at the first one or before it: they are a
  // frame's raw bytes then. Returns how many bytes were moved.
  uint64_t close_gaps(uint32_t alignment);

 private:
  void ask(Step next, Operation operation);
};

}  // namespace penstock
