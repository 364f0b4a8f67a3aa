// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gateway/content_request.h"
#include "gateway/made_answer.h"
#include "gateway/path_walk.h"
#include "gateway/range_field.h"

namespace penstock {

// What is sent of an object, in one of its forms.
struct Representation {
  std::string media_type;
  std::string tag;          // ETag, with its quotes
  std::string file_name;    // to save it under where the request names none; empty: none
  bool attachment = false;  // never shown, always saved
  bool generated = false;   // by this program, which may come to make it otherwise
};

// The fields of a 200 of it.
HttpResponse content_head(const ContentRequest& request, const PathWalk& walk, const Representation& what);

// Whether the client has it already: the 304 then.
std::optional<MadeAnswer> not_modified(const ContentRequest& request, const HttpResponse& head);

// The head and the part that is asked for of something of `bytes` bytes.
struct SlicedHead {
  HttpResponse head;
  ByteSlice slice;
  bool has_body = true;  // no: 416, 304
};
SlicedHead sliced_head(const ContentRequest& request, const PathWalk& walk, const Representation& what,
                       uint64_t bytes);

}  // namespace penstock
