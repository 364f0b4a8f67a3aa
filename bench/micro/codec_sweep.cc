// SPDX-License-Identifier: Apache-2.0
// codec_sweep [-f FRAME] [-r ROUNDS] [-m MAX] [-s SETTING]... FILE...: what each setting makes of the files'
// bytes, one thread. The files are put side by side and cut into frames of FRAME bytes (default 2M), of which
// at most MAX bytes (default all), evenly spread, are taken. Each frame is encoded and decoded by every
// setting in turn, ROUNDS times (default 5), so that what disturbs the machine disturbs all of them alike;
// the best round of a frame counts. Everything decoded is compared. Prints a line a setting, tab-separated:
// setting, stored bytes of the raw ones in percent, encode and decode in ns of the thread's CPU time a raw
// byte.
#include <fmt/core.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "base/size_text.h"
#include "codec/decoder.h"
#include "micro/codec_sweep_setting.h"

namespace {

using namespace penstock;

struct Options {
  size_t frame_bytes = kFrameBytesMax;
  int rounds = 5;
  uint64_t bytes_max = UINT64_MAX;
  std::vector<std::string> settings;
  std::vector<std::string> files;
};

struct Tally {
  uint64_t bytes_stored = 0;
  uint64_t encode_ns = 0;
  uint64_t decode_ns = 0;
};

// The best rounds of one frame.
struct Best {
  size_t bytes_stored = 0;
  uint64_t encode_ns = UINT64_MAX;
  uint64_t decode_ns = UINT64_MAX;
};

uint64_t thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void run_once(bench::CodecSweepSetting& setting, Decoder& decoder, Bytes raw, MutableBytes payload,
              MutableBytes back, Best& best) {
  const uint64_t begin = thread_ns();
  const auto length = setting.encode(raw, payload.first(raw.size() - 1));
  const uint64_t encoded = thread_ns();
  // A frame that does not shrink is stored, and then there is nothing to decode.
  if (length) PENSTOCK_CHECK(decoder.decode(setting.id(), payload.first(*length), back.first(raw.size())));
  const uint64_t decoded = thread_ns();
  if (length) PENSTOCK_CHECK(std::equal(raw.begin(), raw.end(), back.begin()));
  best.bytes_stored = length.value_or(raw.size());
  best.encode_ns = std::min(best.encode_ns, encoded - begin);
  best.decode_ns = std::min(best.decode_ns, decoded - encoded);
}

std::vector<uint8_t> read_files(const std::vector<std::string>& files) {
  std::vector<uint8_t> bytes;
  for (const std::string& path : files) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fmt::print(stderr, "codec_sweep: {}: cannot be read\n", path);
    bytes.insert(bytes.end(), std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

std::vector<Bytes> frames_of(Bytes bytes, const Options& options) {
  std::vector<Bytes> frames;
  for (size_t at = 0; at < bytes.size(); at += options.frame_bytes)
    frames.push_back(bytes.subspan(at, std::min(options.frame_bytes, bytes.size() - at)));
  const size_t count =
      std::min<uint64_t>(frames.size(), std::max<uint64_t>(options.bytes_max / options.frame_bytes, 1));
  for (size_t i = 0; i < count; ++i) frames[i] = frames[i * frames.size() / count];
  frames.resize(count);
  return frames;
}

void sweep(const Options& options, std::vector<std::unique_ptr<bench::CodecSweepSetting>>& settings) {
  const std::vector<uint8_t> bytes = read_files(options.files);
  const std::vector<Bytes> frames = frames_of(bytes, options);
  std::vector<uint8_t> payload(options.frame_bytes);
  std::vector<uint8_t> back(options.frame_bytes);
  std::vector<Tally> tallies(settings.size());
  Decoder decoder;
  uint64_t bytes_raw = 0;
  for (const Bytes raw : frames) {
    bytes_raw += raw.size();
    std::vector<Best> best(settings.size());
    for (int round = 0; round < options.rounds; ++round) {
      for (size_t turn = 0; turn < settings.size(); ++turn) {
        const size_t i = round % 2 == 0 ? turn : settings.size() - 1 - turn;
        run_once(*settings[i], decoder, raw, payload, back, best[i]);
      }
    }
    for (size_t i = 0; i < settings.size(); ++i) {
      tallies[i].bytes_stored += best[i].bytes_stored;
      tallies[i].encode_ns += best[i].encode_ns;
      tallies[i].decode_ns += best[i].decode_ns;
    }
  }
  fmt::print("{} bytes in frames of {}\tstored, %\tencode, ns/B\tdecode, ns/B\n", bytes_raw,
             options.frame_bytes);
  const auto a_byte = [&](uint64_t value) {
    return static_cast<double>(value) / static_cast<double>(std::max<uint64_t>(bytes_raw, 1));
  };
  for (size_t i = 0; i < settings.size(); ++i) {
    fmt::print("{}\t{:.2f}\t{:.3f}\t{:.3f}\n", options.settings[i], 100 * a_byte(tallies[i].bytes_stored),
               a_byte(tallies[i].encode_ns), a_byte(tallies[i].decode_ns));
  }
}

Result<Options> parse(int argc, char** argv) {
  Options options;
  for (int letter = 0; (letter = getopt(argc, argv, "f:r:m:s:")) != -1;) {
    if (letter == 'f') {
      PENSTOCK_TRY_ASSIGN(options.frame_bytes, parse_size(optarg));
    } else if (letter == 'r') {
      options.rounds = static_cast<int>(std::strtol(optarg, nullptr, 10));
    } else if (letter == 'm') {
      PENSTOCK_TRY_ASSIGN(options.bytes_max, parse_size(optarg));
    } else if (letter == 's') {
      options.settings.emplace_back(optarg);
    } else {
      return fail(Errc::usage, "command line", "has an unknown option", "see the head of codec_sweep.cc");
    }
  }
  for (int i = optind; i < argc; ++i) options.files.emplace_back(argv[i]);
  if (options.frame_bytes == 0 || options.frame_bytes > kFrameBytesMax || options.rounds < 1)
    return fail(Errc::usage, "command line", "has a frame or rounds out of range", "give frames of 1 to 2M");
  if (options.settings.empty())
    options.settings = {"lz4", "deflate", "zstd:-1", "zstd:1", "zstd:2", "zstd:3"};
  return options;
}

Status run(int argc, char** argv) {
  PENSTOCK_TRY_ASSIGN(const Options options, parse(argc, argv));
  std::vector<std::unique_ptr<bench::CodecSweepSetting>> settings;
  for (const std::string& text : options.settings) {
    PENSTOCK_TRY_ASSIGN(settings.emplace_back(), bench::open_codec_sweep_setting(text));
  }
  sweep(options, settings);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const Status done = run(argc, argv);
  if (done) return 0;
  fmt::print(stderr, "codec_sweep: {}\n", done.error().message());
  return static_cast<int>(done.error().code);
}
