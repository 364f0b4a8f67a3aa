// SPDX-License-Identifier: Apache-2.0
#include "fault/crash_trial.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "fault/workload.h"

namespace penstock {

namespace {

constexpr size_t kOperationsShown = 12;

std::string_view text_of(const FileNode& file) {
  return as_text(file.bytes);
}

bool blank(std::string_view text) {
  return text.find_first_not_of('\0') == std::string_view::npos;
}

// What `before` held in segments and the log and `after` holds nowhere; nothing if all of it is still there.
std::optional<std::string> destroyed(const FileImage& before, const FileImage& after, uint64_t& moved) {
  const auto kept = after.files();
  for (const auto& [path, file] : before.files()) {
    const bool kept_for_ever = path.find("/segments/") != std::string::npos ||
                               path.find("/set-aside/") != std::string::npos || path.ends_with("commits.log");
    if (!kept_for_ever) continue;
    const std::string_view old = text_of(*file);
    const auto same = kept.find(path);
    const std::string_view now = same == kept.end() ? std::string_view{} : text_of(*same->second);
    const auto differ = std::mismatch(old.begin(), old.end(), now.begin(), now.end()).first;
    const std::string_view tail = old.substr(static_cast<size_t>(differ - old.begin()));
    if (blank(tail)) continue;
    ++moved;
    const bool found = std::any_of(kept.begin(), kept.end(), [&](const auto& other) {
      return text_of(*other.second).find(tail) != std::string_view::npos;
    });
    if (!found) return fmt::format("the last {} bytes of {} were destroyed by recovery", tail.size(), path);
  }
  return std::nullopt;
}

FaultPlan some_faults(SeededRandom& random) {
  FaultPlan plan{.seed = random.next()};
  switch (random.below(4)) {
    case 0:
      plan.rate = 0.1;
      break;
    case 1:
      plan.space_left = random.below(40000);
      break;
    default:
      plan.fails_at = random.below(40);
      break;
  }
  return plan;
}

}  // namespace

std::optional<std::string> CrashTrial::make_workload(uint64_t number) {
  SeededRandom random(number * 2 + 1);
  workload_ = std::make_unique<SimulatedStore>(weakness_);
  workload_->sync_in_background = sync_in_background_;
  SimulatedStore& store = *workload_;
  Workload workload = store.workload(frames_, random.next(), uint64_t{8 << 10} << random.below(4));
  ++counters_.workloads;
  if (auto wrong = workload.init()) return wrong;
  const bool faulty = random.chance(0.4);
  for (uint64_t sessions = random.between(1, 8); sessions > 0; --sessions) {
    const bool faults = faulty && random.chance(0.6);
    if (faults) {
      store.recording.inject(some_faults(random));
    } else {
      store.recording.heal();
    }
    workload.expect_faults(faults);
    if (auto wrong = workload.session()) return wrong;
  }
  store.recording.heal();
  workload.expect_faults(false);
  counters_.operations += store.recording.position();
  counters_.faults += store.recording.faults_injected();
  return workload.check(random.chance(0.5) ? Access::read : Access::write);
}

std::unique_ptr<SimulatedStore> CrashTrial::crash(const SimulatedStore& store, LogPosition position,
                                                  SeededRandom& random) {
  const std::span log = std::span(store.recording.log()).first(position);
  moment_.clear();
  for (const FileOperation& operation : log.last(std::min(log.size(), kOperationsShown))) {
    moment_ += "  " + describe(operation) + "\n";
  }
  return store.crash(position, random);
}

// Nothing was promised yet: the store may be there or not, but then it can be made.
std::optional<std::string> CrashTrial::before_init(SimulatedStore& store, uint64_t seed) {
  ++counters_.before_init;
  Workload workload = store.workload(frames_, seed, 64 << 10);
  if (!workload.check(Access::read)) return std::nullopt;
  if (auto wrong = workload.init()) return "after a crash in init: " + *wrong;
  return workload.put_and_check();
}

std::optional<std::string> CrashTrial::recover(SimulatedStore& store, uint64_t seed) {
  Workload workload = store.workload(frames_, seed, 16 << 10);
  if (auto wrong = workload.check(Access::write)) return wrong;
  if (auto wrong = destroyed(store.recording.disk(), store.recording.view(), counters_.tails_set_aside)) {
    return wrong;
  }
  if (auto wrong = workload.put_and_check()) return "in the next put: " + *wrong;
  return workload.check(Access::read);
}

std::optional<std::string> CrashTrial::power_failures(uint64_t state) {
  SeededRandom random(state * 2);
  const LogPosition created = workload_->model.created;
  const LogPosition first =
      random.chance(0.05) ? random.below(created) : random.between(created, workload_->recording.position());
  const std::unique_ptr<SimulatedStore> store = crash(*workload_, first, random);
  if (store->model.created == kNever) return before_init(*store, random.next());

  counters_.commits_acknowledged += static_cast<uint64_t>(
      std::count_if(store->model.attempts.begin(), store->model.attempts.end(),
                    [](const CommitAttempt& attempt) { return attempt.acknowledged == 0; }));
  if (auto wrong = store->workload(frames_, 0, 64 << 10).check(Access::read)) return "reader: " + *wrong;
  if (store->recording.position() != 0) return "a reader wrote to the store";
  if (auto wrong = recover(*store, random.next())) return "writer: " + *wrong;
  counters_.commits_recovered += static_cast<uint64_t>(std::count_if(
      store->model.attempts.begin(), store->model.attempts.end(), [](const CommitAttempt& attempt) {
        return attempt.begun == 0 && attempt.acknowledged != 0 && attempt.acknowledged != kNever;
      }));

  const LogPosition second = random.below(store->recording.position() + 1);
  const std::unique_ptr<SimulatedStore> again = crash(*store, second, random);
  if (auto wrong = destroyed(store->recording.disk(), again->recording.disk(), counters_.tails_set_aside)) {
    return fmt::format("a second crash at operation {} of recovery: {}", second, *wrong);
  }
  if (auto wrong = recover(*again, random.next())) {
    return fmt::format("writer, after a second crash at operation {} of recovery: {}", second, *wrong);
  }
  return std::nullopt;
}

std::optional<Violation> CrashTrial::run(uint64_t state) {
  const uint64_t number = state / kStatesPerWorkload;
  moment_.clear();
  if (!workload_ || workload_number_ != number) {
    workload_number_ = number;
    workload_wrong_ = make_workload(number);
  }
  ++counters_.states;
  if (workload_wrong_) return Violation{"before any crash: " + *workload_wrong_, ""};
  if (auto wrong = power_failures(state)) return Violation{*wrong, moment_};
  return std::nullopt;
}

}  // namespace penstock
