// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_program.h"

#include <optional>
#include <ranges>
#include <utility>

#include "drivers/xrt/xrt_attempt.h"

namespace penstock {
namespace {

constexpr auto kTrustRemedy = "list one that was built for this card: penstock devices --trust FILE";

// As uuid_text; none where the card holds no program, or will not say.
std::optional<std::string> program_held(const xrt::device& card) {
  const auto held = xrt_attempt("", "", [&] { return card.get_xclbin_uuid(); });
  if (!held || !*held) return std::nullopt;
  return held->to_string();
}

Result<xrt::uuid> load(xrt::device& card, const TrustedXclbin& program) {
  PENSTOCK_TRY_ASSIGN(const auto file, read_trusted(program));
  return xrt_attempt(program.path, "see what the runtime says (dmesg, xbutil examine)", [&] {
    // The runtime takes no size; that the header's is the file's was checked when it was listed.
    return card.load_xclbin(reinterpret_cast<const axlf*>(file.data()));
  });
}

}  // namespace

Result<xrt::uuid> choose_xrt_program(xrt::device& card, const XclbinList& list, bool may_replace,
                                     const std::string& name) {
  const auto held = program_held(card);
  if (held) {
    if (const auto listed = list.find(*held)) return load(card, *listed);
    if (!may_replace) {
      return fail(Errc::failed, name, "holds another program (" + *held + "), which may be in use",
                  "--program replaces it; if it is to be trusted with data: penstock devices --trust FILE");
    }
  }
  std::optional<Error> refused;
  for (const TrustedXclbin& program : std::views::reverse(list.entries())) {
    auto loaded = load(card, program);
    if (loaded) return loaded;
    refused = loaded.error();
  }
  if (refused) return Failure(std::move(*refused));
  return fail(Errc::failed, name, "no program for it is listed", kTrustRemedy);
}

}  // namespace penstock
