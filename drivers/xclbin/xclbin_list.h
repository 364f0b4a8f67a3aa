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

// The FPGA programs that cards may be given and asked to work with; no other one is. A JSON file.
class XclbinList {
 public:
  // PENSTOCK_XCLBINS, else $XDG_CONFIG_HOME/penstock/xclbins.json, else that under ~/.config. usage error:
  // none of them is set.
  static Result<std::string> default_path();

  // Empty where there is no such file. failed: it is not such a list.
  static Result<XclbinList> load(const std::string& path);
  // What load() reads.
  std::string text() const;

  // Reads the file and lists it; one of the same UUID gives way. A manifest beside it (FILE.json, as
  // bitstreams/ makes it) must agree with it. failed: there is no such file, it is not sound, or the manifest
  // speaks of another file or another version of the batch contract.
  Result<TrustedXclbin> trust(const std::string& file);

  // The newest last.
  std::span<const TrustedXclbin> entries() const { return entries_; }
  std::optional<TrustedXclbin> find(const std::string& uuid) const;

 private:
  std::vector<TrustedXclbin> entries_;
};

// The file's bytes, if they are those that were listed. failed: they changed, or cannot be read.
Result<std::vector<uint8_t>> read_trusted(const TrustedXclbin& trusted);

}  // namespace penstock
