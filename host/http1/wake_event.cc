// SPDX-License-Identifier: Apache-2.0
#include "http1/wake_event.h"

#include <sys/eventfd.h>

namespace penstock {

WakeEvent::WakeEvent() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void WakeEvent::wake() {
  ::eventfd_write(fd_.get(), 1);
}

void WakeEvent::clear() {
  eventfd_t count = 0;
  ::eventfd_read(fd_.get(), &count);
}

}  // namespace penstock
