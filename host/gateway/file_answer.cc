// SPDX-License-Identifier: Apache-2.0
#include "gateway/file_answer.h"

#include "gateway/content_head.h"
#include "gateway/file_body.h"
#include "gateway/media_type.h"

namespace penstock {

Result<MadeAnswer> file_answer(const ContentRequest& request, const PathWalk& walk, const Cid& file,
                               std::string_view name, BlockSource& source) {
  auto body = std::make_unique<FileBody>(source, file);
  PENSTOCK_TRY_ASSIGN(const uint64_t bytes, body->open({0, 0}));
  const std::string_view shown = request.file_name.empty() ? name : std::string_view(request.file_name);
  SlicedHead sliced = sliced_head(
      request, walk,
      {std::string(media_type_of(shown)), "\"" + file.text() + "\"", std::string(name), false, false}, bytes);
  MadeAnswer answer;
  answer.head = std::move(sliced.head);
  if (!sliced.has_body) return answer;
  PENSTOCK_TRY(body->open(sliced.slice));
  answer.body = std::move(body);
  return answer;
}

}  // namespace penstock
