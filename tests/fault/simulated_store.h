// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "fault/frame_maker.h"
#include "fault/recorded_index.h"
#include "fault/recording_file_system.h"
#include "fault/reference_model.h"
#include "fault/weakened_file_system.h"
#include "fault/workload.h"
#include "fault/writeback_cache.h"

namespace penstock {

// A disk in memory, the index of the store on it, and what that store must hold. Not moved: workloads borrow
// it.
struct SimulatedStore {
  static constexpr const char* kDirectory = "/store";

  explicit SimulatedStore(Weakness lacking = Weakness::none) : SimulatedStore({}, {}, {}, lacking) {}
  SimulatedStore(FileImage disk, RecordedIndex left, ReferenceModel model_then, Weakness lacking)
      : recording(std::move(disk)),
        weakened(recording, lacking, kDirectory),
        index(std::move(left)),
        model(std::move(model_then)),
        weakness(lacking) {}
  SimulatedStore(const SimulatedStore&) = delete;
  SimulatedStore& operator=(const SimulatedStore&) = delete;

  Workload workload(FrameMaker& frames, uint64_t seed, uint64_t segment_bytes) {
    const auto now = [this] { return recording.position(); };
    return Workload({.files = weakened,
                     .directory = kDirectory,
                     .index_factory = index.factory(now),
                     .now = now,
                     .segment_bytes = segment_bytes,
                     .sync_in_background = sync_in_background},
                    frames, model, seed);
  }

  // What a power failure at `position` may leave.
  std::unique_ptr<SimulatedStore> crash(LogPosition position, SeededRandom& random) const {
    FileImage image =
        crash_image(recording.disk(), std::span(recording.log()).first(position), random.next());
    return std::make_unique<SimulatedStore>(std::move(image), index.crash(position, random),
                                            model.at(position), weakness);
  }

  RecordingFileSystem recording;
  WeakenedFileSystem weakened;
  RecordedIndex index;
  ReferenceModel model;
  Weakness weakness;
  bool sync_in_background = false;
};

}  // namespace penstock
