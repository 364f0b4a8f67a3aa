// SPDX-License-Identifier: Apache-2.0
// flip_test [--flips=N] [GoogleTest options]
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "fault/frame_maker.h"
#include "fault/reference_model.h"
#include "fault/workload.h"
#include "pipeline/store_audit.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

uint64_t flips = 5000;

// What a child says of itself to the parent that watches it, in memory they share.
struct Report {
  std::atomic<uint64_t> progress{0};
  char doing[512] = {};
  char wrong[2048] = {};
};

// Runs `body` in a process of its own, so that a crash or a hang in it is a failed test that names its cause.
void run_watched(const std::function<void(Report&)>& body) {
  void* shared = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  Report& report = *new (shared) Report;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    body(report);
    _exit(report.wrong[0] == 0 ? 0 : 1);
  }
  constexpr auto kHang = std::chrono::minutes(2);
  uint64_t seen = 0;
  auto since = std::chrono::steady_clock::now();
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (const uint64_t progress = report.progress; progress != seen) {
      seen = progress;
      since = std::chrono::steady_clock::now();
    } else if (std::chrono::steady_clock::now() - since > kHang) {
      kill(child, SIGKILL);
    }
  }
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status) << " (9: it hung) at "
                                 << report.doing;
  EXPECT_STREQ(report.wrong, "") << "at " << report.doing;
  EXPECT_GE(report.progress, 1u);
  munmap(shared, sizeof(Report));
}

// One bit of a file.
struct Flip {
  fs::path file;
  uint64_t offset = 0;
  unsigned bit = 0;

  std::string text() const { return fmt::format("{} byte {} bit {}", file.string(), offset, bit); }

  // Twice, and all is as it was.
  void apply() const {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    PENSTOCK_CHECK(descriptor >= 0);
    uint8_t byte = 0;
    PENSTOCK_CHECK(pread(descriptor, &byte, 1, static_cast<off_t>(offset)) == 1);
    byte = static_cast<uint8_t>(byte ^ (1u << bit));
    PENSTOCK_CHECK(pwrite(descriptor, &byte, 1, static_cast<off_t>(offset)) == 1);
    close(descriptor);
  }
};

// A small store on the real disk whose bits get flipped.
class FlippedStore {
 public:
  explicit FlippedStore(uint64_t seed) : random_(seed) {
    std::string name = testing::TempDir() + "penstock_flip_XXXXXX";
    root_ = mkdtemp(name.data());
    Workload workload = workload_at(root_ / "store");
    std::optional<std::string> wrong = workload.init();
    for (int i = 0; i < 10 && !wrong; ++i) wrong = workload.put_and_check();
    PENSTOCK_CHECK(!wrong);
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "store")) {
      if (!entry.is_regular_file() || entry.file_size() == 0) continue;
      files_.push_back(entry.path());
      sizes_.push_back(entry.file_size());
    }
    std::sort(files_.begin(), files_.end());
    for (size_t i = 0; i < files_.size(); ++i) sizes_[i] = fs::file_size(files_[i]);
  }
  ~FlippedStore() { fs::remove_all(root_); }

  // Half of the flips by bytes, half by files, so that small files get their share.
  Flip next() {
    size_t file = random_.below(files_.size());
    if (random_.chance(0.5)) {
      uint64_t total = 0;
      for (const uint64_t size : sizes_) total += size;
      uint64_t at = random_.below(total);
      for (file = 0; at >= sizes_[file]; ++file) at -= sizes_[file];
    }
    return {files_[file], random_.below(sizes_[file]), static_cast<unsigned>(random_.below(8))};
  }

  // What is wrong with how a reader and verify take the flip; empty if nothing.
  std::string read_with(const Flip& flip) {
    const std::string part = fs::relative(flip.file, root_ / "store").string();
    const bool in_index = part.starts_with("index/");
    const bool in_segment = part.starts_with("segments/");
    Result<std::unique_ptr<Store>> store =
        Store::open(posix_file_system(), (root_ / "store").string(), Access::read, {});
    if (!store) {
      if (in_index || in_segment) return "does not open: " + store.error().message();
      return store.error().code == Errc::corrupt ? "" : "opens with another code: " + store.error().message();
    }
    if (std::string wrong = wrong_bytes(**store, in_index); !wrong.empty()) return wrong;
    if (in_segment || part == "commits.log") return unnamed(**store, flip);
    return "";
  }

  // What is wrong with how a writer takes it, on a copy: it makes nothing worse, and where it has found the
  // damage, putting the same blocks again heals the store.
  std::string write_with() {
    const fs::path copy = root_ / "copy";
    fs::remove_all(copy);
    fs::copy(root_ / "store", copy, fs::copy_options::recursive);
    Result<std::unique_ptr<Store>> store = Store::open(posix_file_system(), copy.string(), Access::write,
                                                       {.segments = {.segment_bytes = kSegmentBytes}});
    if (!store) {
      return store.error().code == Errc::corrupt ? "" : "opens with another code: " + store.error().message();
    }
    if (std::string wrong = wrong_bytes(**store, false); !wrong.empty()) return "writer: " + wrong;
    AuditOptions options;
    options.threads = 1;
    if (const auto found = audit_store(**store, options); !found) return "writer: " + found.error().message();
    for (const auto& [digest, block] : model_.blocks) {
      const Status put = frames_.put(**store, {&block, 1}, random_);
      if (!put) return "putting again: " + put.error().message();
    }
    const std::string wrong = wrong_bytes(**store, true);
    return wrong.empty() ? "" : "healed: " + wrong;
  }

 private:
  static constexpr uint64_t kSegmentBytes = 64 << 10;

  Workload workload_at(const fs::path& directory) {
    return Workload({.files = posix_file_system(),
                     .directory = directory.string(),
                     .index_factory = {},
                     .now = [this] { return ++now_; },
                     .segment_bytes = kSegmentBytes},
                    frames_, model_, random_.next());
  }

  std::string wrong_bytes(Store& store, bool none_may_be_missing) {
    const auto reader = store.new_reader();
    for (const auto& [digest, block] : model_.blocks) {
      const Result<Bytes> read = reader->read(block.cid);
      if (!read) {
        if (read.error().code == Errc::corrupt && !none_may_be_missing) continue;
        return fmt::format("block {}: {}", block.cid.text(), read.error().message());
      }
      if (!std::equal(read->begin(), read->end(), block.bytes.begin(), block.bytes.end())) {
        return fmt::format("block {} reads back wrong", block.cid.text());
      }
    }
    return "";
  }

  static std::string unnamed(Store& store, const Flip& flip) {
    bool named = false;
    const std::string name = flip.file.filename().string();
    AuditOptions options;
    options.threads = 1;
    options.damage = [&](const Error& damage) {
      named = named || damage.message().find(name) != std::string::npos;
    };
    const Result<AuditReport> report = audit_store(store, options);
    if (!report) return "verify ends with " + report.error().message();
    // The last copy of the last log record looks like the torn tail of a write.
    if (name == "commits.log" && report->bytes_unacknowledged > 0) return "";
    if (report->damages == 0) return "verify finds no damage";
    return named ? "" : "verify does not name the file";
  }

  SeededRandom random_;
  fs::path root_;
  FrameMaker frames_;
  ReferenceModel model_;
  LogPosition now_ = 0;
  std::vector<fs::path> files_;
  std::vector<uint64_t> sizes_;
};

uint64_t seed_of_run() {
  const char* chosen = std::getenv("PENSTOCK_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
}

void flip_bits(Report& report) {
  FlippedStore store(seed_of_run());
  for (uint64_t i = 0; i < flips && report.wrong[0] == 0; ++i) {
    const Flip flip = store.next();
    std::snprintf(report.doing, sizeof report.doing, "flip %lu, %s (PENSTOCK_SEED=%lu)", i,
                  flip.text().c_str(), seed_of_run());
    flip.apply();
    std::string wrong = store.read_with(flip);
    if (wrong.empty() && i % 20 == 0) wrong = store.write_with();
    flip.apply();
    std::snprintf(report.wrong, sizeof report.wrong, "%s", wrong.c_str());
    ++report.progress;
  }
}

TEST(FlipTest, AFlippedBitIsNeverReadAndIsNamedByVerify) {
  run_watched(flip_bits);
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  constexpr std::string_view kFlips = "--flips=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kFlips)) penstock::flips = std::strtoull(argv[i] + kFlips.size(), nullptr, 10);
  }
  return RUN_ALL_TESTS();
}
