// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace penstock {

// What store.toml says beside format version and uuid. The texts are those of the command line; the store
// keeps them and leaves their meaning to chunking/ and codec/.
struct StoreConfig {
  std::string uuid;  // made by init where empty
  std::string chunker = "cdc:16K:64K:256K";
  std::string codec = "auto";
};

}  // namespace penstock
