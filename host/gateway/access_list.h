// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "gateway/rights.h"

namespace penstock {

// Somebody who is known by a token or a certificate.
struct AccessEntry {
  std::string name;  // unique among its kind
  Digest sha256;     // of the token's text, or of the certificate's DER
  Rights rights;
  std::optional<int64_t> expires;  // seconds since 1970; from then on it gives no right

  bool expired(int64_t now) const { return expires && now >= *expires; }
  friend bool operator==(const AccessEntry&, const AccessEntry&) = default;
};

// Who may do what, as access.json says:
//   {"version": 1,
//    "tokens": [{"name": "backup", "sha256": "64 hex digits", "rights": ["append"],
//                "expires": "2027-01-31T00:00:00Z"}],
//    "certificates": [{"name": "...", "sha256": "...", "rights": [...]}]}
// Who is not in it may do nothing. A value; reads from any threads.
class AccessList {
 public:
  static constexpr size_t kTextBytesMax = size_t{4} << 20;
  static constexpr size_t kEntriesMax = 1'000;
  static constexpr size_t kNameBytesMax = 128;

  // usage error: not such a text. What it does not know, it refuses: a misspelt "expires" must not give a
  // right for ever. An empty text is an empty list.
  static Result<AccessList> parse(std::string_view text);
  std::string text() const;

  // Null: unknown. All entries are compared, and each whole, so that time does not tell how near a guess is.
  const AccessEntry* token(const Digest& sha256) const { return find(tokens_, sha256); }
  // `fingerprint`: 64 lower-case hex digits, as HttpPeer has it.
  const AccessEntry* certificate(std::string_view fingerprint) const;

  // usage error: the name is malformed or taken, there are no rights, or there are too many entries.
  Status add_token(AccessEntry entry) { return add(tokens_, std::move(entry)); }
  Status add_certificate(AccessEntry entry) { return add(certificates_, std::move(entry)); }

  // False: there is none of that name.
  bool remove_token(std::string_view name) {
    return std::erase_if(tokens_, [name](const AccessEntry& entry) { return entry.name == name; }) > 0;
  }

  const std::vector<AccessEntry>& tokens() const { return tokens_; }
  const std::vector<AccessEntry>& certificates() const { return certificates_; }

 private:
  static const AccessEntry* find(const std::vector<AccessEntry>& entries, const Digest& sha256);
  Status add(std::vector<AccessEntry>& entries, AccessEntry entry) const;

  std::vector<AccessEntry> tokens_;
  std::vector<AccessEntry> certificates_;
};

}  // namespace penstock
