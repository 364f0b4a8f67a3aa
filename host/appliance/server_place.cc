// SPDX-License-Identifier: Apache-2.0
#include "appliance/server_place.h"

#include <sys/stat.h>

#include <cerrno>

#include "gateway/access_file.h"
#include "quic/tls_identity.h"

namespace penstock {

Result<FirstToken> make_server_place(const ServerPlace& place, const std::vector<std::string>& names) {
  if (::mkdir(place.directory.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(place.directory);
  struct stat found {};
  if (::stat(place.access().c_str(), &found) == 0) {
    return fail(Errc::failed, place.access(), "is there already",
                "the server is set up; remove " + place.directory + " to begin anew");
  }
  SelfSigned wanted;
  wanted.names = names;
  PENSTOCK_TRY(write_self_signed(wanted, place.certificate(), place.key()));
  PENSTOCK_TRY_ASSIGN(const auto identity, TlsIdentity::load(place.certificate(), place.key()));
  const Rights all{.append = true, .read = true, .admin = true};
  PENSTOCK_TRY_ASSIGN(std::string token, add_token_to_file(place.access(), "first", all, std::nullopt));
  return FirstToken{std::move(token), identity->fingerprint()};
}

}  // namespace penstock
