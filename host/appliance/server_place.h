// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace penstock {

// Where a store's server keeps what is its own: the folder `server` in the store's, which is its owner's
// alone.
struct ServerPlace {
  std::string directory;

  static ServerPlace in_store(const std::string& store_directory) { return {store_directory + "/server"}; }
  std::string certificate() const { return directory + "/certificate.pem"; }
  std::string key() const { return directory + "/key.pem"; }
  std::string access() const { return directory + "/access.json"; }
};

struct ServerSetUp {
  std::string token;        // stands nowhere else; empty: there was an access list already
  std::string fingerprint;  // of the certificate
};

// Makes what is missing of: the folder, a self-signed certificate for `names`, and an access list with a
// token that may do everything. What is there stays, so that a call that was interrupted can be made again.
// failed: all of it is there already, or what is there does not fit together.
Result<ServerSetUp> make_server_place(const ServerPlace& place, const std::vector<std::string>& names);

}  // namespace penstock
