// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "drivers/xrt/xrt_attempt.h"

namespace penstock {

// A thread for those calls of the XRT runtime that nobody else waits for with a deadline: a card that is
// gone, or a kernel driver that hangs, keeps them for ever. What is not done in time is left to the thread,
// which is then not asked again. Any thread.
class XrtCalls {
 public:
  explicit XrtCalls(std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Waits a moment for what is to be done; the thread stays where that takes longer.
  ~XrtCalls();
  XrtCalls(const XrtCalls&) = delete;
  XrtCalls& operator=(const XrtCalls&) = delete;

  // What `work` returns, which is copied, and has to own what it uses: it may be done later than anybody
  // waits, and is then thrown away. failed: it threw, or was not done in time; `what` and `remedy` are for
  // the error.
  template <class Work>
  auto call(const std::string& what, const std::string& remedy, Work work)
      -> Result<std::invoke_result_t<Work>>;
  // Does it when it is its turn, if ever.
  void later(std::function<void()> work);

 private:
  // The runtime does not bear that a card is opened while it is being closed.
  static constexpr std::chrono::seconds kPatienceAtEnd{5};

  // The thread's too.
  struct Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> works;
    bool working = false;
    bool stuck = false;  // somebody gave up
    bool ending = false;
  };
  template <class Value>
  struct Answer {
    std::mutex mutex;
    std::condition_variable given;
    std::optional<Result<Value>> result;
  };

  static void run(Queue& queue);

  const std::chrono::milliseconds patience_;
  const std::shared_ptr<Queue> queue_;
};

template <class Work>
auto XrtCalls::call(const std::string& what, const std::string& remedy, Work work)
    -> Result<std::invoke_result_t<Work>> {
  {
    const std::lock_guard lock(queue_->mutex);
    if (queue_->stuck) return fail(Errc::failed, what, "does not answer any more", remedy);
  }
  auto answer = std::make_shared<Answer<std::invoke_result_t<Work>>>();
  later([answer, what, remedy, work = std::move(work)] {
    auto result = xrt_attempt(what, remedy, work);
    const std::lock_guard lock(answer->mutex);
    answer->result = std::move(result);
    answer->given.notify_one();
  });
  std::unique_lock lock(answer->mutex);
  const auto given = [&] { return answer->result.has_value(); };
  // Twice, for a process that was stopped meanwhile.
  if (answer->given.wait_for(lock, patience_, given) || answer->given.wait_for(lock, patience_ / 10, given))
    return std::move(*answer->result);
  const std::lock_guard queue_lock(queue_->mutex);
  queue_->stuck = true;
  return fail(Errc::failed, what, "does not answer", remedy);
}

}  // namespace penstock
