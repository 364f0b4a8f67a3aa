// SPDX-License-Identifier: Apache-2.0
#include "ingest/read_fault.h"

#include <cerrno>
#include <utility>

namespace penstock {

Error read_fault(std::string path, int error_number) {
  switch (error_number) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return {Errc::failed, std::move(path), errno_text(error_number), errno_remedy(error_number)};
    case ENOENT:
      return {Errc::partial, std::move(path), "vanished before it could be read", kRaceRemedy};
    case ELOOP:
    case ENOTDIR:
    case ENXIO:
      return {Errc::partial, std::move(path), "was replaced by something else before it could be read",
              kRaceRemedy};
    default:
      return {Errc::partial, std::move(path), errno_text(error_number), errno_remedy(error_number)};
  }
}

}  // namespace penstock
