// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_program.h"

#include <optional>
#include <utility>

#include "drivers/xrt/xrt_attempt.h"

namespace penstock {
namespace {

// As uuid_text; none where the card holds no program. failed: it does not say.
Result<std::optional<std::string>> program_held(const xrt::device& card, const std::string& name) {
  return xrt_attempt(name, "it may hold another's program: look (docs/xrt.md), or --program",
                     [&]() -> std::optional<std::string> {
                       const xrt::uuid held = card.get_xclbin_uuid();
                       if (!held) return std::nullopt;
                       return held.to_string();
                     });
}

}  // namespace

Result<xrt::uuid> load_xrt_program(xrt::device& card, const XclbinList& list, bool may_replace,
                                   const std::string& platform, const std::string& name) {
  auto held = program_held(card, name);
  if (!held && !may_replace) return Failure(held.error());
  PENSTOCK_TRY_ASSIGN(const auto programs,
                      choose_xclbins(held ? *held : std::nullopt, list, may_replace, platform, name));
  for (size_t i = 0;; ++i) {
    // A file that is not the listed one is no reason to take an older one.
    PENSTOCK_TRY_ASSIGN(const auto file, read_trusted(programs[i]));
    auto loaded = xrt_attempt(programs[i].path, "see docs/xrt.md, and what the system says (dmesg)", [&] {
      // The runtime takes no size; read_trusted saw to it that the header's is the file's.
      return card.load_xclbin(reinterpret_cast<const axlf*>(file.data()));
    });
    if (loaded || i + 1 == programs.size()) return loaded;
  }
}

}  // namespace penstock
