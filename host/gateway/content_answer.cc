// SPDX-License-Identifier: Apache-2.0
#include "gateway/content_answer.h"

#include <array>

#include "dag/object_info.h"
#include "dag/object_source.h"
#include "gateway/block_body.h"
#include "gateway/car_answer.h"
#include "gateway/content_head.h"
#include "gateway/directory_answer.h"
#include "gateway/file_answer.h"
#include "gateway/held_body.h"
#include "gateway/media_type.h"
#include "gateway/refusal.h"

namespace penstock {
namespace {

Result<MadeAnswer> block_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source,
                                const Representation& what) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, ObjectSource(source, walk.roots.front()).read(walk.target));
  SlicedHead sliced = sliced_head(request, walk, what, block.size());
  MadeAnswer answer;
  answer.head = std::move(sliced.head);
  if (sliced.has_body) answer.body = std::make_unique<BlockBody>(source, walk.target, sliced.slice);
  return answer;
}

Result<MadeAnswer> raw_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source) {
  const std::string cid = walk.target.text();
  return block_answer(request, walk, source,
                      {std::string(kRawMediaType), "\"" + cid + ".raw\"", cid + ".bin", true, false});
}

Result<MadeAnswer> dag_cbor_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source) {
  const std::string cid = walk.target.text();
  return block_answer(request, walk, source,
                      {std::string(kDagCborMediaType), "\"" + cid + "\"", cid + ".cbor", true, false});
}

// Whose media type says what it is, and whose content is where it points.
MadeAnswer symlink_answer(const ContentRequest& request, const PathWalk& walk, const ObjectInfo& info) {
  HttpResponse head =
      content_head(request, walk, {"inode/symlink", "\"" + walk.target.text() + "\"", {}, false, false});
  if (auto answer = not_modified(request, head)) return std::move(*answer);
  MadeAnswer answer;
  answer.head = std::move(head);
  answer.head.content_bytes = info.target.size();
  answer.body = std::make_unique<HeldBody>(info.target);
  return answer;
}

Result<MadeAnswer> deserialized_answer(const ContentRequest& request, const PathWalk& walk,
                                       BlockSource& source, const PlaceCount& listings) {
  ObjectSource blocks(source, walk.roots.front());
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(blocks, walk.target));
  if (info.kind == ObjectKind::directory) return directory_answer(request, walk, source, listings);
  if (request.format == ContentFormat::json && request.format_in_query)
    return refusal_answer({406, walk.target.text(), "only directories are shown as JSON", {}, {}});
  ContentRequest native = request;
  native.format = ContentFormat::native;
  if (request.path.trailing_slash && !request.path.segments.empty() && info.kind != ObjectKind::dag_cbor &&
      info.kind != ObjectKind::commit)
    return refusal_answer({404, walk.target.text(), "it is not a directory", "ask without the last '/'", {}});
  switch (info.kind) {
    case ObjectKind::file:
      return file_answer(native, walk, walk.target, request.path.file_name(), source);
    case ObjectKind::symlink:
      return symlink_answer(native, walk, info);
    case ObjectKind::commit:
    case ObjectKind::dag_cbor:
    case ObjectKind::directory:
      break;
  }
  return dag_cbor_answer(native, walk, source);
}

Result<MadeAnswer> answer_walk(const ContentRequest& request, const PathWalk& walk, BlockSource& source,
                               const PlaceCount& listings) {
  if (walk.segments_left > 0) {
    return refusal_answer({501,
                           walk.target.text(),
                           "the path ends inside this block, where there is no link",
                           "ask for the block, and look into it",
                           {}});
  }
  switch (request.format) {
    case ContentFormat::raw:
      return raw_answer(request, walk, source);
    case ContentFormat::car:
      return car_answer(request, walk, source);
    case ContentFormat::dag_cbor:
      if (walk.target.codec == Multicodec::dag_cbor) return dag_cbor_answer(request, walk, source);
      return refusal_answer({406, walk.target.text(), "it is not dag-cbor", "ask for format=raw", {}});
    case ContentFormat::native:
    case ContentFormat::json:
      break;
  }
  return deserialized_answer(request, walk, source, listings);
}

MadeAnswer failed_answer(const ContentRequest& request, const Error& error, const ContentBounds& bounds) {
  Refusal refusal = refusal_of(error);
  if (refusal.status == 500 && bounds.report) bounds.report(error);
  if (request.only_if_cached && error.code == Errc::absent) refusal.status = 412;
  return refusal_answer(refusal);
}

}  // namespace

MadeAnswer make_content_answer(const ContentRequest& request, BlockSource& source,
                               const ContentBounds& bounds) {
  const auto walk = walk_path(source, request.path.root, request.path.segments);
  if (!walk) return failed_answer(request, walk.error(), bounds);
  auto answer = answer_walk(request, *walk, source, bounds.listings);
  if (!answer) return failed_answer(request, answer.error(), bounds);
  return std::move(*answer);
}

MadeAnswer make_probe_answer(bool car) {
  if (!car) return held_answer(200, kRawMediaType, {});
  // {"roots": [the CID 01 55 00 00], "version": 1}, and its length before it.
  static constexpr std::array<uint8_t, 26> kHeader = {0x19, 0xa2, 0x65, 'r',  'o',  'o',  't',  's',  0x81,
                                                      0xd8, 0x2a, 0x45, 0x00, 0x01, 0x55, 0x00, 0x00, 0x67,
                                                      'v',  'e',  'r',  's',  'i',  'o',  'n',  0x01};
  return held_answer(200, std::string(kCarMediaType) + "; version=1; order=dfs; dups=n",
                     std::string(kHeader.begin(), kHeader.end()));
}

}  // namespace penstock
