// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dag/block_io.h"
#include "fault/frame_maker.h"
#include "fault/reference_model.h"
#include "fault/seeded_random.h"
#include "store/store.h"

namespace penstock {

// Random puts into a store, and a model of what it must hold then. What it borrows outlives it. One thread.
class Workload {
 public:
  struct Setup {
    FileSystem& files;
    std::string directory;
    IndexFactory index_factory;        // empty: the store's own
    std::function<LogPosition()> now;  // the time that the model's positions are in
    uint64_t segment_bytes = 64 << 10;
    bool sync_in_background =
        false;                     // by a thread of the store, so that the log's order is not ours to choose
    bool faults_expected = false;  // calls may fail: a session then ends, and the next must find its feet
  };

  Workload(Setup setup, FrameMaker& frames, ReferenceModel& model, uint64_t seed)
      : setup_(std::move(setup)), frames_(frames), model_(model), random_(seed) {}

  void expect_faults(bool expected) { setup_.faults_expected = expected; }

  // Each returns what went against the contract, or nothing.
  std::optional<std::string> init();
  // Opens a writer, puts, commits or not, reads beside, closes.
  std::optional<std::string> session();
  // The same, and the put is carried through and checked.
  std::optional<std::string> put_and_check();
  // Opens and compares with the model.
  std::optional<std::string> check(Access access);

  // What the last open of a writer said.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  class NodeSink;

  Result<std::unique_ptr<Store>> open(Access access);
  std::optional<std::string> unexpected(const char* what, const Error& error) const;

  ReferenceBlock new_leaf();
  ReferenceBlock some_leaf();
  Status put(Store& store, bool commit);
  // Of what a put has stored until now.
  Status checkpoint(Store& store, const std::vector<Digest>& blocks);
  // Gives a put up, and keeps what it has stored where the store can.
  void rescue(Store& store);
  Status put_leaves(Store& store, NodeSink& nodes, class FileBuilder& builder, std::vector<Digest>& covers);
  Status commit(Store& store, const Cid& root, const std::vector<Digest>& covers);
  // Makes a commit behind `head` and appends its block.
  Result<Cid> append_commit(Store& store, const Cid& head, const Cid& root, std::vector<Digest> covers);

  Setup setup_;
  FrameMaker& frames_;
  ReferenceModel& model_;
  SeededRandom random_;
  std::vector<Cid> leaves_;  // that duplicates are drawn from
  std::vector<std::string> notices_;
  std::vector<Digest> stored_;  // by the present put
};

}  // namespace penstock
