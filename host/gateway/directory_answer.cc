// SPDX-License-Identifier: Apache-2.0
#include "gateway/directory_answer.h"

#include "dag/object_info.h"
#include "dag/object_source.h"
#include "gateway/content_head.h"
#include "gateway/file_answer.h"
#include "gateway/listing_body.h"
#include "gateway/media_type.h"
#include "gateway/refusal.h"

namespace penstock {
namespace {

constexpr std::string_view kIndexName = "index.html";
// Of how a page is made: another number is another page.
constexpr std::string_view kPageVersion = "1";
// Up to so many entries need no place among the long ones.
constexpr size_t kShortListing = 2000;

MadeAnswer redirection(const ContentRequest& request) {
  MadeAnswer answer;
  answer.head.status = 301;
  std::string location = request.path_text + "/";
  if (!request.query_text.empty()) location += "?" + request.query_text;
  answer.head.fields = {{"location", std::move(location)},
                        {"cache-control", "private, max-age=3600"},
                        {"vary", "accept, authorization"}};
  answer.head.content_bytes = 0;
  return answer;
}

// The file of that name in the directory; nothing if there is none.
Result<std::optional<Cid>> index_file(const PathWalk& walk, BlockSource& source) {
  ObjectSource blocks(source, walk.roots.front());
  const auto entry = DirectoryReader(blocks).lookup(walk.target, kIndexName);
  if (!entry && entry.error().code == Errc::absent) return std::optional<Cid>();
  if (!entry) return Failure(entry.error());
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(blocks, entry->cid));
  return info.kind == ObjectKind::file ? std::optional(entry->cid) : std::nullopt;
}

Result<MadeAnswer> listing(const ContentRequest& request, const PathWalk& walk, ListingStyle style,
                           BlockSource& source, const PlaceCount& listings) {
  const std::string cid = walk.target.text();
  Representation what;
  if (style == ListingStyle::json) {
    what = {std::string(kJsonMediaType), "\"" + cid + ".json\"", cid + ".json", false, true};
  } else {
    what = {"text/html; charset=utf-8",
            "\"DirIndex-" + std::string(kPageVersion) + "_CID-" + cid + "\"",
            {},
            false,
            true};
  }
  MadeAnswer answer;
  answer.head = content_head(request, walk, what);
  if (auto unchanged = not_modified(request, answer.head)) return std::move(*unchanged);
  ObjectSource blocks(source, walk.roots.front());
  ListedDirectory directory{request.path_text, walk.target, !request.path.segments.empty(), {}};
  PENSTOCK_TRY_ASSIGN(auto entries, list_directory(blocks, walk.target));
  if (!entries) {
    return refusal_answer(
        {501, cid, "this directory is too large to be listed", "ask for format=car&dag-scope=entity", {}});
  }
  PlaceCount::Place place;
  if (entries->size() > kShortListing) {
    place = listings.take();
    if (!place)
      return refusal_answer({503, cid, "too many others are being listed", "try again in a moment", {}});
  }
  directory.entries = std::move(*entries);
  answer.body = std::make_unique<ListingBody>(std::move(directory), style, std::move(place));
  return answer;
}

}  // namespace

Result<MadeAnswer> directory_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source,
                                    const PlaceCount& listings) {
  if (request.format == ContentFormat::json)
    return listing(request, walk, ListingStyle::json, source, listings);
  if (!request.path.trailing_slash) return redirection(request);
  PENSTOCK_TRY_ASSIGN(const std::optional<Cid> index, index_file(walk, source));
  if (index) return file_answer(request, walk, *index, kIndexName, source);
  return listing(request, walk, ListingStyle::page, source, listings);
}

}  // namespace penstock
