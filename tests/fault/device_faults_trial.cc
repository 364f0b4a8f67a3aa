// SPDX-License-Identifier: Apache-2.0
#include "fault/device_faults_trial.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include <fmt/format.h>

#include "drivers/software/software_device.h"
#include "fault/auditing_sink.h"
#include "fault/small_batches.h"

namespace penstock {
namespace {

constexpr size_t kBatches = 48;  // of a round
constexpr unsigned kLanes = 3;
constexpr uint64_t kBytesMax = 64 << 10;  // of a batch
constexpr double kRate = 0.01;
constexpr double kLostRate = 0.001;
constexpr uint64_t kRoundsPerJob = 5;  // that many times fewer; more mean that devices get no work

// Each thread's own, and each look at it takes ten microseconds: so deadlines count polls, and a machine that
// is busy makes no device late.
uint64_t counting_clock() {
  thread_local uint64_t now_ns = 1'000'000'000;
  return now_ns += 10'000;
}

// A deadline falls between one and two milliseconds, an answer that is late up to four.
constexpr auto kDeadline = std::chrono::milliseconds(1);
constexpr uint64_t kLateNsMax = 4'000'000;

// A device that goes wrong by chance is as good after a test as before.
class NoSelftest final : public Selftest {
 public:
  SelftestOutcome run(const std::stop_token&) override { return {}; }
  bool quiet() const override { return true; }
};

DispatcherOptions dispatcher_options() {
  DispatcherOptions options;
  options.now_ns = counting_clock;
  options.deadline_min = options.deadline_max = kDeadline;
  options.deadline_factor = 1;
  options.selftest = [](Device&) { return std::make_unique<NoSelftest>(); };
  options.selftest_pause = std::chrono::microseconds(1);
  options.selftests_max = 1000;
  return options;
}

FaultOptions fault_options(uint64_t seed, bool shares_host_memory) {
  FaultOptions options;
  options.seed = seed;
  options.rates.fill(kRate);
  options.rate(FaultKind::device_lost) = kLostRate;
  options.shares_host_memory = shares_host_memory;
  options.now_ns = counting_clock;
  options.late_ns_max = kLateNsMax;
  return options;
}

// Each with both codecs.
VerifyLevel level_of(uint64_t round) {
  using enum VerifyLevel::Kind;
  constexpr std::array<VerifyLevel, 4> kLevels = {{{full}, {cross}, {payload}, {sample, 0.5}}};
  return kLevels[round / 2 % kLevels.size()];
}

bool checks_everything(VerifyLevel level) {
  return level.kind == VerifyLevel::Kind::full || level.kind == VerifyLevel::Kind::cross;
}

constexpr uint64_t kRoundsPerLiar = 8;  // one of each level and codec
constexpr FaultKind kWrongDigests[] = {FaultKind::wrong_digest, FaultKind::other_answer,
                                       FaultKind::write_after_answer};

// A write after an answer may spoil the input of the job that is in those buffers by then.
bool may_have_made_digests_wrong(const FaultyDevice& device) {
  return std::ranges::any_of(kWrongDigests, [&](FaultKind kind) { return device.injected(kind) > 0; });
}

constexpr FaultKind kWrongAnswers[] = {FaultKind::wrong_digest, FaultKind::wrong_payload,
                                       FaultKind::other_answer, FaultKind::short_output,
                                       FaultKind::overrun,      FaultKind::stale_generation};

}  // namespace

std::vector<std::string> DeviceFaultsTrial::run() {
  while (complaints_.empty() && counters_.jobs < jobs_) {
    if (counters_.rounds > 10 + jobs_ / kRoundsPerJob) complain("the devices get no work");
    put_round(counters_.rounds++);
  }
  return complaints_;
}

// Two work in the host's memory, so that they are guarded; the third stands for one whose driver copies.
// Where devices check each other only one of them gives wrong digests: two that make the same mistake agree.
DeviceFaultsTrial::Members DeviceFaultsTrial::make_members(uint64_t round) {
  const bool cross = level_of(round).kind == VerifyLevel::Kind::cross;
  Members members;
  for (size_t i = 0; i < kDevices; ++i) {
    const uint64_t seed = SeededRandom(seed_ + (round * kDevices + i) * 0x10001).next();
    FaultOptions options = fault_options(seed, i + 1 < kDevices);
    if (cross && i != round / kRoundsPerLiar % kDevices) {
      for (const FaultKind kind : kWrongDigests) options.rate(kind) = 0;
    }
    members.faulty.push_back(std::make_unique<FaultyDevice>(make_software_device({}), options));
    members.watched.push_back(std::make_unique<WatchedDevice>(*members.faulty.back(), stranded_));
  }
  members.cpu = make_software_device({});
  members.watched_cpu = std::make_unique<WatchedDevice>(*members.cpu, stranded_);
  return members;
}

DeviceFaultsTrial::Outcome DeviceFaultsTrial::put_tree(size_t tree, Dispatcher& dispatcher, uint64_t round,
                                                       VerifyLevel level) {
  AuditingSink sink(stranded_);
  std::atomic<uint64_t> stranded_inputs{0};
  PutOptions options;
  options.threads = kLanes;
  options.chunker = *parse_chunker("cdc:1K:4K:16K");
  options.codec = {round % 2 == 0 ? CodecId::lz4 : CodecId::zstd, 1};
  options.verify = level;
  options.observe = [&](Bytes raw, std::span<const BlockEntry>) {
    if (stranded_.holds_any_of(raw)) ++stranded_inputs;
  };
  SmallBatches entries(seed_ + tree, kBatches);
  Result<PutReport> report = put_entries(entries, dispatcher, sink, options);
  for (std::string& complaint : sink.complaints()) complain(std::move(complaint));
  if (stranded_inputs > 0) complain("what was appended lies in memory that a device may write to");
  if (checks_everything(level) && sink.rechecks() > 0)
    complain("everything is verified in full, and was to be read back");
  return {std::move(report), sink.whole(), sink.damages()};
}

const Cid& DeviceFaultsTrial::expected_root(size_t tree) {
  if (roots_[tree]) return *roots_[tree];
  const auto cpu = make_software_device({});
  Dispatcher alone({cpu.get()}, *cpu, {});
  const Result<PutReport> report = put_tree(tree, alone, 0, {}).report;
  if (!report) complain("by the CPU alone: " + report.error().message());
  return roots_[tree].emplace(report ? report->root.cid : Cid());
}

void DeviceFaultsTrial::put_round(uint64_t round) {
  const size_t tree = round % kTrees;
  put_with_faults(tree, expected_root(tree), round);
  if (complaints_.empty() && !stranded_.drop_pages())
    complain("memory that a device may write to was given back");
}

// Devices outlive the dispatcher.
void DeviceFaultsTrial::put_with_faults(size_t tree, const Cid& expected, uint64_t round) {
  const Members members = make_members(round);
  std::vector<Device*> devices;
  for (const auto& device : members.watched) devices.push_back(device.get());
  Dispatcher dispatcher(devices, *members.watched_cpu, dispatcher_options());
  const VerifyLevel level = level_of(round);
  const Outcome put = put_tree(tree, dispatcher, round, level);
  const bool digests_wrong = std::ranges::any_of(
      members.faulty, [](const auto& device) { return may_have_made_digests_wrong(*device); });
  judge(put, expected, level, digests_wrong);
  check_jobs(*members.watched_cpu);
  for (size_t i = 0; i < kDevices; ++i) {
    check_jobs(*members.watched[i]);
    check_answers(*members.faulty[i], *dispatcher.members()[i + 1], level);
  }
  add_up(members, dispatcher);
}

// Where a level leaves something unchecked, a put during which a device was found wrong is whole or refused.
// What nobody could notice is there: wrong payloads that a sample left out, wrong digests that were trusted.
void DeviceFaultsTrial::judge(const Outcome& put, const Cid& expected, VerifyLevel level,
                              bool digests_wrong) {
  if (!put.report) {
    const Error& error = put.report.error();
    if (checks_everything(level) || error.code != Errc::corrupt)
      complain("the put failed: " + error.message());
    ++counters_.refused;
    return;
  }
  if (!put.whole) complain("blocks were claimed that never came, or came unclaimed");
  if (put.report->rechecked) ++counters_.read_back;
  const bool all_checked = checks_everything(level) || put.report->rechecked;
  const bool sampled = level.kind == VerifyLevel::Kind::sample;
  if (put.damages > 0 && (all_checked || !(sampled || digests_wrong)))
    complain(fmt::format("{} damages in what was appended, with --verify {}", put.damages,
                         verify_level_text(level)));
  const Cid& root = put.report->root.cid;
  if (root != expected && (all_checked || sampled || !digests_wrong))
    complain(fmt::format("the root is {}, by the CPU alone {}, with --verify {}", root.text(),
                         expected.text(), verify_level_text(level)));
}

// Each job that a device was given came back from it, once, or was taken back.
void DeviceFaultsTrial::check_jobs(const WatchedDevice& device) {
  const WatchCounters& seen = device.counters();
  const std::string& name = device.capabilities().name;
  if (seen.accepted != seen.returned + seen.abandoned)
    complain(fmt::format("{}: {} jobs accepted, {} returned, {} abandoned", name, seen.accepted.load(),
                         seen.returned.load(), seen.abandoned.load()));
  if (seen.in_stranded > 0)
    complain(fmt::format("{}: {} jobs in stranded buffers", name, seen.in_stranded.load()));
  if (seen.bytes_max > kBytesMax) complain(fmt::format("{}: a job of {} bytes", name, seen.bytes_max.load()));
}

// An answer that was made wrong is in one of three counters of the dispatcher: it could not be (impossible),
// or verification reported it (wrong), or nobody looked since the device was suspect (discarded: right ones
// are there too). So their sum is no less than what was made wrong. And the first two hold nothing else, but
// that a write after an answer may spoil one job that is in those buffers by then.
void DeviceFaultsTrial::check_answers(const FaultyDevice& device, const DispatchMember& member,
                                      VerifyLevel level) {
  const MemberCounters& seen = member.counters();
  uint64_t made_wrong = 0;
  for (const FaultKind kind : kWrongAnswers) made_wrong += device.injected(kind);
  const uint64_t noticed = seen.wrong + seen.impossible;
  if (checks_everything(level) && made_wrong > noticed + seen.discarded)
    complain(fmt::format("{} answers were made wrong, {} noticed and {} discarded", made_wrong, noticed,
                         seen.discarded.load()));
  // Whose digests were trusted is not known any more when a frame turns out to have wrong ones.
  const bool known = level.kind != VerifyLevel::Kind::payload;
  if (known && noticed > made_wrong + device.injected(FaultKind::write_after_answer))
    complain(fmt::format("{} answers were found wrong, and {} were", noticed, made_wrong));
  const uint64_t echoes = device.injected(FaultKind::twice) + device.injected(FaultKind::after_abandon);
  if (seen.stale != echoes)
    complain(fmt::format("{} answers to nothing were given, {} dropped", echoes, seen.stale.load()));
}

void DeviceFaultsTrial::add_up(const Members& members, const Dispatcher& dispatcher) {
  for (size_t i = 0; i < kDevices; ++i) {
    const DispatchMember& member = *dispatcher.members()[i + 1];
    counters_.jobs += members.watched[i]->counters().accepted;
    counters_.bytes += members.watched[i]->counters().bytes;
    counters_.wrong += member.counters().wrong;
    counters_.impossible += member.counters().impossible;
    counters_.discarded += member.counters().discarded;
    counters_.stale += members.watched[i]->counters().echoes;
    counters_.abandoned += member.counters().abandoned;
    counters_.devices_lost += member.health().state() == DeviceState::lost ? 1 : 0;
    for (size_t kind = 0; kind < kFaultKinds; ++kind)
      counters_.injected[kind] += members.faulty[i]->injected(static_cast<FaultKind>(kind));
  }
  counters_.jobs_cpu += members.watched_cpu->counters().accepted;
  counters_.regions_stranded = stranded_.regions();
}

}  // namespace penstock
