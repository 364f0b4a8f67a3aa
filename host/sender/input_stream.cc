// SPDX-License-Identifier: Apache-2.0
#include "sender/input_stream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ingest/source.h"

namespace penstock {
namespace {

class InputSource final : public Source {
 public:
  InputSource(int fd, int interrupted, std::string path)
      : fd_(fd), interrupted_(interrupted), path_(std::move(path)) {}

  Result<ReadResult> read(MutableBytes into) override {
    while (!ended_) {
      pollfd waited[] = {{fd_, POLLIN, 0}, {interrupted_, POLLIN, 0}};
      if (::poll(waited, 2, -1) < 0 && errno != EINTR) return fail_errno(path_);
      if (waited[1].revents != 0) return fail(Errc::failed, path_, "reading was given up");
      const ssize_t got = ::read(fd_, into.data(), into.size());
      if (got > 0) return ReadResult{static_cast<size_t>(got), 0};
      if (got == 0) {
        ended_ = true;  // a terminal would go on after its end-of-file key
      } else if (errno != EINTR && errno != EAGAIN) {
        return fail_errno(path_);
      }
    }
    return ReadResult{};
  }
  bool may_wait() const override { return true; }

 private:
  int fd_;
  int interrupted_;
  std::string path_;
  bool ended_ = false;
};

}  // namespace

Result<InputStream> InputStream::open(int fd, std::string name, std::string path) {
  OwnedFd interrupted(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!interrupted) return fail_errno(path);
  return InputStream(fd, std::move(name), std::move(path), std::move(interrupted));
}

Result<std::optional<Entry>> InputStream::next() {
  if (std::exchange(given_, true)) return std::optional<Entry>();
  Entry entry;
  entry.name = name_;
  entry.path = path_;
  entry.source = std::make_unique<InputSource>(fd_, interrupted_.get(), path_);
  return std::optional<Entry>(std::move(entry));
}

void InputStream::interrupt() const {
  static_cast<void>(::eventfd_write(interrupted_.get(), 1));
}

}  // namespace penstock
