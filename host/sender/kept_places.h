// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "sender/object_body.h"

namespace penstock {

// Where servers keep what was begun to be sent, from one run of the program to the next: a small file for
// each, named by the SHA-256 of whose file it is. What cannot be kept or found is none. One thread.
class KeptPlaces {
 public:
  // An empty directory: nothing is kept.
  KeptPlaces(std::string directory, std::string server)
      : directory_(std::move(directory)), server_(std::move(server)) {}

  // The path at the server; empty: there is none.
  std::string find(const ObjectBody& body) const;
  void keep(const ObjectBody& body, const std::string& path) const;
  void forget(const ObjectBody& body) const;

 private:
  std::string file_of(const ObjectBody& body) const;

  const std::string directory_;
  const std::string server_;
};

}  // namespace penstock
