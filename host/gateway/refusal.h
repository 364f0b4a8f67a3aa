// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/error.h"
#include "gateway/made_answer.h"
#include "http/http_message.h"

namespace penstock {

// Why a request is not answered with what it asked for. Its body is {"error": WHAT, "why": WHY, "todo":
// REMEDY}.
struct Refusal {
  unsigned status = 400;
  std::string what;
  std::string why;
  std::string remedy;               // may be empty
  std::vector<HttpField> fields{};  // beside those of every answer
  bool for_want_of_place = false;   // as HttpResponse has it
};

// A T, or the Refusal that the client gets in its place.
template <class T>
using OrRefusal = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(unsigned status, std::string what, std::string why,
                                      std::string remedy = {}) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(what), std::move(why), std::move(remedy), {}});
}

// What an error met while something was read means to the client: 404 or 500. Of damage and of failures it
// learns no more than that: their words name files and places of the store, and are the operator's.
Refusal refusal_of(const Error& error);

std::string refusal_json(const Refusal& refusal);
MadeAnswer refusal_answer(const Refusal& refusal);

}  // namespace penstock
