// SPDX-License-Identifier: Apache-2.0
#include "ingest/descriptor_source.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace penstock {
namespace {

void wait_until_readable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  static_cast<void>(poll(&waited, 1, -1));  // an error shows in the read that follows
}

}  // namespace

Result<ReadResult> DescriptorSource::read(MutableBytes into) {
  PENSTOCK_CHECK(!into.empty());
  ReadResult result;
  while (result.bytes < into.size() && !ended_) {
    const ssize_t got = ::read(fd_, into.data() + result.bytes, into.size() - result.bytes);
    if (got > 0) {
      result.bytes += static_cast<size_t>(got);
    } else if (got == 0) {
      ended_ = true;  // a terminal would go on after its end-of-file key
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_until_readable(fd_);
    } else if (errno != EINTR) {
      return fail_errno(name_);
    }
  }
  return result;
}

}  // namespace penstock
