// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fault/seeded_random.h"
#include "unit/ipstack/made_frames.h"

namespace penstock {

// Frames as nobody should send them: good ones with bytes changed, cut, lengthened and joined, their
// checksums made right again more often than not, so that what is behind those is reached; and plain noise.
// For a stack of test_config(1).
class HostileFrames {
 public:
  explicit HostileFrames(uint64_t seed);

  Frame next();

 private:
  Frame changed(Frame frame);
  void change_once(Frame& frame);
  void set_checksums_right(Frame& frame);

  SeededRandom random_;
  std::vector<Frame> good_;
};

}  // namespace penstock
