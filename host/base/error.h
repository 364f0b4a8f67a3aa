// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace penstock {

// What kind of failure this is. The value is the exit code of the command line (docs/command-line.md).
enum class Errc : uint8_t {
  failed = 1,   // the environment refused: I/O error, full disk, no memory
  usage = 2,    // the caller's input is malformed: CID, size, range, option
  corrupt = 3,  // data is missing or does not match its address
  locked = 4,   // another process writes to the store
  absent = 5,   // no such object
  partial = 6,  // done, but some entries could not be read or changed meanwhile
};

// An error that can happen, as a value. Printed as `penstock: WHAT: WHY (what to do)`.
struct Error {
  Errc code = Errc::failed;
  std::string what;    // the thing concerned: a path, a CID, an option
  std::string why;     // what is wrong with it
  std::string remedy;  // what the user can do; may be empty

  std::string message() const;
};

// `why` for the present value of errno, or the one given.
std::string errno_text(int error_number);
// What the user can do about it, where the number alone tells; may be empty.
std::string errno_remedy(int error_number);

}  // namespace penstock
