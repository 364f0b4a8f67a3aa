// SPDX-License-Identifier: Apache-2.0
// Two texts of metrics, a NUL between them, as a server may send them: whatever they say is a screen of
// printable lines that fit.
#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "monitor/server_view.h"
#include "monitor/view_screen.h"

namespace penstock {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

void check_screen(const ServerView& view, ScreenSize size) {
  const std::vector<ScreenLine> lines = screen_lines(view, size, "title", "alarm");
  PENSTOCK_CHECK(!lines.empty() && lines.size() <= std::max<size_t>(size.height, 1));
  for (const ScreenLine& line : lines)
    PENSTOCK_CHECK(line.text.size() <= size.width && is_printable(line.text));
}

void check_texts(std::string_view text) {
  const size_t middle = std::min(text.find('\0'), text.size());
  const auto before = parse_exposition(text.substr(0, middle));
  const auto now = parse_exposition(text.substr(std::min(middle + 1, text.size())));
  if (!now) return;
  const ServerView view = view_server(before ? &*before : nullptr, *now, 1);
  for (const ScreenSize size : {ScreenSize{80, 24}, ScreenSize{20, 5}, ScreenSize{0, 1}, ScreenSize{}})
    check_screen(view, size);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes) {
  penstock::check_texts(penstock::as_text({data, bytes}));
  return 0;
}
