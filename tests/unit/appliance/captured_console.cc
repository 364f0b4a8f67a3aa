// SPDX-License-Identifier: Apache-2.0
#include "unit/appliance/captured_console.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace penstock {
namespace {

std::string contents(int descriptor) {
  std::string text(static_cast<size_t>(::lseek(descriptor, 0, SEEK_END)), '\0');
  EXPECT_EQ(::pread(descriptor, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  return text;
}

}  // namespace

CapturedConsole::CapturedConsole()
    : output_(::memfd_create("output", MFD_CLOEXEC)),
      diagnostics_(::memfd_create("diagnostics", MFD_CLOEXEC)),
      console_(output_, diagnostics_) {}

CapturedConsole::~CapturedConsole() {
  ::close(output_);
  ::close(diagnostics_);
}

std::string CapturedConsole::output() {
  EXPECT_TRUE(console_.finish().has_value());
  return contents(output_);
}

std::string CapturedConsole::diagnostics() {
  return contents(diagnostics_);
}

}  // namespace penstock
