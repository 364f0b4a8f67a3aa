// SPDX-License-Identifier: Apache-2.0
#include "appliance/server_token.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "ingest/open_for_reading.h"

namespace penstock {
namespace {

constexpr size_t kTokenBytesMax = 4096;

Result<std::string> read_start(const std::string& file) {
  const OwnedFd opened = open_for_reading(AT_FDCWD, file.c_str(), 0);
  if (!opened) return fail_errno(file);
  std::string text(kTokenBytesMax + 1, '\0');
  size_t end = 0;
  while (end < text.size()) {
    const ssize_t got = ::read(opened.get(), text.data() + end, text.size() - end);
    if (got < 0) return fail_errno(file);
    if (got == 0) break;
    end += static_cast<size_t>(got);
  }
  text.resize(end);
  return text;
}

}  // namespace

Result<std::string> find_server_token(const std::string& file) {
  std::string token;
  std::string from = file;
  if (!file.empty()) {
    PENSTOCK_TRY_ASSIGN(token, read_start(file));
  } else if (const char* set = std::getenv("PENSTOCK_TOKEN"); set != nullptr) {
    token = set;
    from = "PENSTOCK_TOKEN";
  } else {
    return token;
  }
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  const bool plain = std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; });
  if (token.empty() || !plain || token.size() > kTokenBytesMax)
    return fail(Errc::usage, from, "holds no token", "give what penstock serve --init printed");
  return token;
}

}  // namespace penstock
