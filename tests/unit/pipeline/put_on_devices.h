// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/put.h"
#include "unit/pipeline/disguised_device.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {

// Bytes that every codec compresses: each stretch of 32 comes twice.
inline std::vector<uint8_t> soft_bytes(size_t count, uint64_t seed) {
  std::vector<uint8_t> bytes = random_bytes(count, seed);
  for (size_t i = 32; i < count; i += 64)
    std::memcpy(bytes.data() + i, bytes.data() + i - 32, std::min<size_t>(32, count - i));
  return bytes;
}

// A put that devices in disguise do, beside the same one on the CPU alone.
class PutOnDevices : public testing::Test {
 protected:
  PutOnDevices() {
    options_.threads = 1;
    options_.codec = {CodecId::zstd, 1};
    options_.codec_any = true;
    options_.verify = *parse_verify_level("full");
    // No device is late, however busy the machine is, but where a test says so.
    dispatcher_options_.deadline_min = std::chrono::minutes(10);
  }

  Disguise& device() { return disguises_.emplace_back(); }

  void file(const std::vector<uint8_t>& bytes) { contents_.push_back(ScriptedContent::of(bytes)); }

  Result<PutReport> put() {
    std::vector<Device*> devices;
    for (Disguise& disguise : disguises_)
      devices.push_back(devices_.emplace_back(std::make_unique<DisguisedDevice>(disguise)).get());
    dispatcher_ = std::make_unique<Dispatcher>(devices, *cpu_, dispatcher_options_);
    return put_on(*dispatcher_, sink_);
  }
  // Fails where the root is another than the CPU's, or something was claimed and never appended.
  PutReport put_well() {
    const Result<PutReport> report = put();
    EXPECT_TRUE(report) << report.error().message();
    if (!report) return {};
    MemorySink alone;
    Dispatcher cpu({cpu_.get()}, *cpu_, {});
    const Result<PutReport> expected = put_on(cpu, alone);
    EXPECT_TRUE(expected);
    EXPECT_EQ(report->root.cid, expected->root.cid);
    EXPECT_EQ(sink_.claimed(), sink_.blocks());
    EXPECT_EQ(sink_.appended_twice, 0u);
    EXPECT_EQ(sink_.blocks(), alone.blocks());
    for (const Disguise& disguise : disguises_) EXPECT_EQ(disguise.misaligned, 0u);
    return *report;
  }
  // Device i, 1 and on, as the dispatcher saw it.
  const DispatchMember& member(size_t i) const { return *dispatcher_->members()[i]; }
  uint64_t wrong(size_t i) const { return member(i).counters().wrong; }

  PutOptions options_;
  DispatcherOptions dispatcher_options_;
  MemorySink sink_;

 private:
  Result<PutReport> put_on(Dispatcher& dispatcher, MemorySink& sink) {
    ScriptedEntries entries;
    for (size_t i = 0; i < contents_.size(); ++i) entries.file("file" + std::to_string(i), contents_[i]);
    return put_entries(entries, dispatcher, sink, options_);
  }

  std::deque<Disguise> disguises_;
  std::unique_ptr<Device> cpu_ = make_software_device({});
  std::deque<std::unique_ptr<Device>> devices_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::vector<ScriptedContent> contents_;
};

}  // namespace penstock
