// SPDX-License-Identifier: Apache-2.0
#include "unit/quic/test_identity.h"

#include <cstdlib>
#include <filesystem>

#include "base/check.h"

namespace penstock {

TestIdentity::TestIdentity(const std::string& name, std::chrono::system_clock::time_point begins,
                           std::chrono::hours life)
    : folder_((std::filesystem::temp_directory_path() / "penstock-identity-XXXXXX").string()) {
  PENSTOCK_CHECK(::mkdtemp(folder_.data()) != nullptr);
  SelfSigned wanted{{name, "127.0.0.1", "::1"}};
  wanted.begins = begins;
  wanted.ends = begins + life;
  PENSTOCK_CHECK(write_self_signed(wanted, certificate_path(), key_path()).has_value());
  identity_ = TlsIdentity::load(certificate_path(), key_path()).value();
}

TestIdentity::~TestIdentity() {
  std::filesystem::remove_all(folder_);
}

}  // namespace penstock
