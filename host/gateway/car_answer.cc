// SPDX-License-Identifier: Apache-2.0
#include "gateway/car_answer.h"

#include "dag/object_info.h"
#include "dag/object_source.h"
#include "gateway/car_body.h"
#include "gateway/content_head.h"
#include "gateway/media_type.h"
#include "gateway/refusal.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

constexpr size_t kTagDigits = 16;

// Which CAR it is follows from what was asked for. Weak: the order of blocks may come to be another.
std::string car_tag(const ContentRequest& request, const PathWalk& walk) {
  std::string choice;
  for (const Cid& root : walk.roots) choice += root.text() + "/";
  choice += "?" + std::to_string(static_cast<int>(request.car.scope)) + (request.car.duplicates ? "y" : "n");
  if (const auto& bytes = request.car.bytes)
    choice += std::to_string(bytes->from) + ":" + (bytes->to ? std::to_string(*bytes->to) : "*");
  return "W/\"" + walk.roots.front().text() + ".car." + sha256(as_bytes(choice)).hex().substr(0, kTagDigits) +
         "\"";
}

}  // namespace

Result<MadeAnswer> car_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source) {
  ObjectSource blocks(source, walk.roots.front());
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(blocks, walk.target));
  CarChoice choice = request.car;
  ByteSlice slice{0, UINT64_MAX};
  if (choice.bytes && info.kind != ObjectKind::file) choice.bytes.reset();
  if (choice.bytes) {
    if (info.content_bytes > 0 && choice.bytes->outside(info.content_bytes)) {
      return refusal_answer({400,
                             "the parameter entity-bytes",
                             "asks for bytes outside of the file's " + std::to_string(info.content_bytes),
                             {},
                             {}});
    }
    slice = choice.bytes->of(info.content_bytes);
    if (slice.length == 0) choice.scope = CarScope::block;
  }
  const std::string type =
      std::string(kCarMediaType) + "; version=1; order=dfs; dups=" + (choice.duplicates ? "y" : "n");
  MadeAnswer answer;
  answer.head = content_head(request, walk,
                             {type, car_tag(request, walk), walk.roots.front().text() + ".car", true, false});
  answer.head.fields.push_back({"accept-ranges", "none"});
  if (auto unchanged = not_modified(request, answer.head)) return std::move(*unchanged);
  answer.body = std::make_unique<CarBody>(source, walk, choice, slice);
  return answer;
}

}  // namespace penstock
