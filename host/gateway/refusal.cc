// SPDX-License-Identifier: Apache-2.0
#include "gateway/refusal.h"

#include <nlohmann/json.hpp>

#include "gateway/held_body.h"

namespace penstock {

Refusal refusal_of(const Error& error) {
  switch (error.code) {
    case Errc::absent:
    case Errc::usage:  // another kind of object than what was asked for needs
      return {404, error.what, error.why, {}, {}};
    case Errc::corrupt:
      return {500,
              "this object",
              "is damaged",
              "tell the operator: the store is damaged, or the object was made so",
              {}};
    case Errc::failed:
    case Errc::locked:
    case Errc::partial:
      break;
  }
  return {500, "this object", "cannot be read", "tell the operator", {}};
}

std::string refusal_json(const Refusal& refusal) {
  nlohmann::ordered_json object;
  object["error"] = refusal.what;
  object["why"] = refusal.why;
  object["todo"] = refusal.remedy;
  // Texts may quote what a client or a stored name said, which need not be UTF-8.
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

MadeAnswer refusal_answer(const Refusal& refusal) {
  MadeAnswer answer = held_answer(refusal.status, "application/json", refusal_json(refusal));
  // What is refused now may be granted, or be there, the next time.
  answer.head.fields.push_back({"cache-control", "no-store"});
  answer.head.for_want_of_place = refusal.for_want_of_place;
  for (const HttpField& field : refusal.fields) answer.head.fields.push_back(field);
  return answer;
}

}  // namespace penstock
