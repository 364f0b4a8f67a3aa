// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace penstock {

// An FPGA program that this machine's operator trusts with data.
struct TrustedXclbin {
  std::string path;  // absolute
  Digest sha256;     // of the file, when it was listed
  std::string uuid;  // as uuid_text
  std::string platform;

  friend bool operator==(const TrustedXclbin&, const TrustedXclbin&) = default;
};

// The FPGA programs that cards may be given; no other one is. Of one that a card holds already only the UUID
// can be held against it. A JSON file.
class XclbinList {
 public:
  // PENSTOCK_XCLBINS, else $XDG_CONFIG_HOME/penstock/xclbins.json, else that under ~/.config. usage error:
  // none of them is set.
  static Result<std::string> default_path();

  // Empty where there is no such file. failed: it is not such a list, or lists a UUID twice.
  static Result<XclbinList> load(const std::string& path);
  // What load() reads.
  std::string text() const;

  // Reads the file and lists it, by its real path; one of the same UUID gives way. A manifest beside it
  // (FILE.json, as bitstreams/ makes it) must agree with it. failed: there is no such file, it is not sound,
  // its path is not UTF-8, or the manifest speaks of another file or another version of the batch contract.
  Result<TrustedXclbin> trust(const std::string& file);

  // The newest last.
  std::span<const TrustedXclbin> entries() const { return entries_; }
  std::optional<TrustedXclbin> find(const std::string& uuid) const;

 private:
  std::vector<TrustedXclbin> entries_;
};

// The programs to try on a card for `platform` (its name; another is better than none), the likeliest first.
// `held` is the UUID of the one that it holds, if any; unless `may_replace`, that alone, else newer ones than
// that. failed: that is not listed, or none is. `card` is its name for errors.
Result<std::vector<TrustedXclbin>> choose_xclbins(const std::optional<std::string>& held,
                                                  const XclbinList& list, bool may_replace,
                                                  const std::string& platform, const std::string& card);

// The file's bytes, if they are those that were listed, and the sound program of the UUID that is listed.
// failed: they are not, or cannot be read.
Result<std::vector<uint8_t>> read_trusted(const TrustedXclbin& trusted);

}  // namespace penstock
