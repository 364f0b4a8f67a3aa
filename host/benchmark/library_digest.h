// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/digest.h"

namespace penstock {

// OpenSSL's SHA-256 through its own interface (EVP), a message at a time, with the algorithm fetched and the
// context made beforehand: the best that a caller can have of it. One thread.
class LibraryDigest {
 public:
  static constexpr const char* kName = "OpenSSL EVP";

  LibraryDigest();
  ~LibraryDigest();

  Digest digest(Bytes message);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace penstock
