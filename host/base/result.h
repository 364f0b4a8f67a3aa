// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace penstock {

// A T, or the Error that kept it from being. May not be ignored.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;
using Failure = tl::unexpected<Error>;

inline Failure fail(Errc code, std::string what, std::string why, std::string remedy = {}) {
  return Failure(Error{code, std::move(what), std::move(why), std::move(remedy)});
}

// A failed system call on `what`; `error_number` is errno as the call left it. Without a remedy it has the
// one that the number tells.
inline Failure fail_errno(std::string what, int error_number = errno, std::string remedy = {}) {
  if (remedy.empty()) remedy = errno_remedy(error_number);
  return fail(Errc::failed, std::move(what), errno_text(error_number), std::move(remedy));
}

}  // namespace penstock

// Returns the error of a Status or Result from the enclosing function.
#define PENSTOCK_TRY(expression)                                        \
  do {                                                                  \
    if (auto penstock_try_ = (expression); !penstock_try_) [[unlikely]] \
      return ::penstock::Failure(std::move(penstock_try_).error());     \
  } while (false)

// Declares `declaration` from the value of a Result, or returns its error.
#define PENSTOCK_TRY_ASSIGN(declaration, expression) \
  PENSTOCK_TRY_ASSIGN_(PENSTOCK_CONCAT_(penstock_try_, __LINE__), declaration, expression)
// A declaration in parentheses would be none: NOLINTBEGIN(bugprone-macro-parentheses)
#define PENSTOCK_TRY_ASSIGN_(result, declaration, expression) \
  auto result = (expression);                                 \
  if (!result) [[unlikely]]                                   \
    return ::penstock::Failure(std::move(result).error());    \
  declaration = std::move(*result)
// NOLINTEND(bugprone-macro-parentheses)
#define PENSTOCK_CONCAT_(a, b) PENSTOCK_CONCAT_2_(a, b)
#define PENSTOCK_CONCAT_2_(a, b) a##b
