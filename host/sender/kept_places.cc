// SPDX-License-Identifier: Apache-2.0
#include "sender/kept_places.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "hash/sha256.h"
#include "ingest/owned_fd.h"

namespace penstock {
namespace {

constexpr mode_t kMode = 0600;  // who has the path and the token can go on with it

}  // namespace

std::string KeptPlaces::file_of(const ObjectBody& body) const {
  if (directory_.empty() || body.identity().empty()) return {};
  std::error_code error;
  const std::string path = std::filesystem::absolute(body.path(), error).string();
  std::string key;
  for (const std::string& part : {server_, body.name(), path, body.identity()}) {
    key += part;
    key += '\0';
  }
  return directory_ + "/" + sha256(as_bytes(key)).hex();
}

std::string KeptPlaces::find(const ObjectBody& body) const {
  std::string path;
  if (const std::string file = file_of(body); !file.empty())
    std::getline(std::ifstream(file) >> std::ws, path);
  return path;
}

void KeptPlaces::keep(const ObjectBody& body, const std::string& path) const {
  const std::string file = file_of(body);
  if (file.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  const std::string fresh = file + ".new";
  {
    const OwnedFd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
    const std::string line = path + "\n";
    if (!fd || ::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) return;
  }
  std::filesystem::rename(fresh, file, error);
}

void KeptPlaces::forget(const ObjectBody& body) const {
  if (const std::string file = file_of(body); !file.empty()) std::remove(file.c_str());
}

}  // namespace penstock
