// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "intake/upload_door.h"

namespace penstock {

// A door that keeps what it is given, and whose uploads end when the test says so.
class FakeUploadDoor final : public UploadDoor {
 public:
  struct Upload {
    std::string name;
    UploadKind kind = UploadKind::file;
    uint64_t content_bytes_max = 0;
    std::string bytes;
    bool finished = false;
    bool dropped = false;
  };

  UploadAdmission begin(const UploadStart& start) override {
    if (draining) return {.verdict = UploadAdmission::Verdict::draining, .error = {}};
    if (verdict != UploadAdmission::Verdict::begun)
      return {.verdict = verdict, .error = {Errc::failed, "/secret/segments", "no space left", {}}};
    uploads[++last] = {start.name, start.kind, start.content_bytes_max, {}};
    return {.id = last, .error = {}};
  }
  size_t append(uint64_t id, Bytes bytes) override {
    const size_t part = std::min(bytes.size(), room);
    room -= part;
    uploads.at(id).bytes += as_text(bytes.first(part));
    return part;
  }
  void finish(uint64_t id) override { uploads.at(id).finished = true; }
  void suspend(uint64_t id) override { uploads.at(id).finished = true; }
  void drop(uint64_t id) override { uploads.at(id).dropped = true; }
  void poll(UploadNews& news) override {
    for (auto& ended : news_.ended) news.ended.push_back(std::move(ended));
    news.writable.insert(news.writable.end(), news_.writable.begin(), news_.writable.end());
    news_ = {};
  }
  void drain() override { draining = true; }

  void end(uint64_t id, Result<StoredUpload> result) { news_.ended.push_back({id, std::move(result)}); }
  void make_room(uint64_t id, size_t bytes) {
    room = bytes;
    news_.writable.push_back(id);
  }

  std::map<uint64_t, Upload> uploads;
  uint64_t last = 0;
  size_t room = SIZE_MAX;
  bool draining = false;
  UploadAdmission::Verdict verdict = UploadAdmission::Verdict::begun;

 private:
  UploadNews news_;
};

}  // namespace penstock
