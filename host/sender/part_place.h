// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/http_message.h"

namespace penstock {

// Where a server keeps an object that is sent in parts, and how far it is there (docs/ingest.md).
struct PartPlace {
  std::string path;                // "/uploads/TOKEN"; empty: there is none yet
  std::optional<uint64_t> offset;  // so much is durable; nothing: it has to be asked
};

// What a server says of one: of the answer to its creation, or to a question after it. Nothing where that is
// no such answer.
std::optional<PartPlace> parse_part_place(const HttpResponse& answer, const std::string& asked_path);

}  // namespace penstock
