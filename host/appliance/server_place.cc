// SPDX-License-Identifier: Apache-2.0
#include "appliance/server_place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "gateway/access_file.h"
#include "ingest/owned_fd.h"
#include "quic/tls_identity.h"

namespace penstock {
namespace {

bool is_there(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0;
}

std::string fresh(const std::string& path) {
  return path + ".new";
}

// Two at once would each take the other's files for what an interrupted one left.
Result<OwnedFd> lock_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(path);
  OwnedFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return fail_errno(path);
  while (::flock(directory.get(), LOCK_EX) != 0)
    if (errno != EINTR) return fail_errno(path);
  return directory;
}

// Both files are whole before either gets its name; a call that follows an interrupted one gives the other
// its name too.
Result<std::string> complete_identity(const ServerPlace& place, const std::vector<std::string>& names) {
  const std::array<std::string, 2> paths = {place.key(), place.certificate()};
  if (!is_there(paths[0]) && !is_there(paths[1])) {
    for (const std::string& path : paths)
      if (::unlink(fresh(path).c_str()) != 0 && errno != ENOENT) return fail_errno(fresh(path));
    SelfSigned wanted;
    wanted.names = names;
    PENSTOCK_TRY(write_self_signed(wanted, fresh(place.certificate()), fresh(place.key())));
  }
  for (const std::string& path : paths) {
    if (is_there(path) || !is_there(fresh(path))) continue;
    if (::rename(fresh(path).c_str(), path.c_str()) != 0) return fail_errno(path);
  }
  PENSTOCK_TRY_ASSIGN(const auto identity, TlsIdentity::load(place.certificate(), place.key()));
  return identity->fingerprint();
}

}  // namespace

Result<ServerSetUp> make_server_place(const ServerPlace& place, const std::vector<std::string>& names) {
  PENSTOCK_TRY_ASSIGN(const OwnedFd directory, lock_directory(place.directory));
  const bool access = is_there(place.access());
  if (access && is_there(place.certificate()) && is_there(place.key())) {
    return fail(Errc::failed, place.access(), "is there already",
                "the server is set up; penstock token add makes further tokens; remove " + place.directory +
                    " to begin anew");
  }
  ServerSetUp made;
  PENSTOCK_TRY_ASSIGN(made.fingerprint, complete_identity(place, names));
  if (::fsync(directory.get()) != 0) return fail_errno(place.directory);
  if (access) return made;
  const Rights all{.append = true, .read = true, .admin = true};
  PENSTOCK_TRY_ASSIGN(made.token, add_token_to_file(place.access(), "first", all, std::nullopt));
  return made;
}

}  // namespace penstock
