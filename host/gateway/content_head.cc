// SPDX-License-Identifier: Apache-2.0
#include "gateway/content_head.h"

#include "gateway/disposition.h"
#include "gateway/entity_tag.h"

namespace penstock {
namespace {

// What is stored may be anybody's HTML. "sandbox" gives a page an origin of its own and no scripts, forms or
// windows, so that it cannot ask this server for anything in the name of whoever looks at it.
constexpr const char* kContentPolicy =
    "sandbox; default-src 'self' data: 'unsafe-inline'; script-src 'none'; object-src 'none'; base-uri "
    "'none'; "
    "form-action 'none'; frame-ancestors 'none'";

// The gateway specification says "public"; but who may read is for each request to show, so that no cache
// between may answer others.
constexpr const char* kForEver = "private, max-age=29030400, immutable";
// The object stays, but its page may look otherwise with the next release.
constexpr const char* kForNow = "private, max-age=3600";

constexpr size_t kRootsBytesMax = 2048;

std::string roots_text(const PathWalk& walk) {
  std::string text;
  for (const Cid& root : walk.roots) text += (text.empty() ? "" : ",") + root.text();
  return text;
}

std::string located_with_format(const ContentRequest& request) {
  std::string location = request.path_text + "?";
  if (!request.query_text.empty()) location += request.query_text + "&";
  return location + "format=" + std::string(content_format_name(request.format));
}

}  // namespace

HttpResponse content_head(const ContentRequest& request, const PathWalk& walk, const Representation& what) {
  HttpResponse head;
  auto& fields = head.fields;
  fields.push_back({"content-type", what.media_type});
  fields.push_back({"etag", what.tag});
  fields.push_back({"cache-control", what.generated ? kForNow : kForEver});
  fields.push_back({"vary", "accept, authorization"});
  fields.push_back({"x-ipfs-path", request.path_text});
  // Only caches use it, and a long path would make it longer than heads may be.
  if (std::string roots = roots_text(walk); roots.size() <= kRootsBytesMax)
    fields.push_back({"x-ipfs-roots", std::move(roots)});
  fields.push_back({"x-content-type-options", "nosniff"});
  fields.push_back({"content-security-policy", kContentPolicy});
  fields.push_back({"cross-origin-resource-policy", "same-origin"});
  fields.push_back({"referrer-policy", "no-referrer"});
  const bool attachment = what.attachment || request.download;
  const std::string& name = request.file_name.empty() ? what.file_name : request.file_name;
  if (attachment || !request.file_name.empty())
    fields.push_back({"content-disposition", disposition(attachment, name)});
  if (request.format != ContentFormat::native && !request.format_in_query)
    fields.push_back({"content-location", located_with_format(request)});
  return head;
}

std::optional<MadeAnswer> not_modified(const ContentRequest& request, const HttpResponse& head) {
  const auto tag = find_field(head.fields, "etag");
  if (request.if_none_match.empty() || !none_match_names(request.if_none_match, *tag)) return std::nullopt;
  MadeAnswer answer;
  answer.head = head;
  answer.head.status = 304;
  answer.head.content_bytes.reset();
  return answer;
}

SlicedHead sliced_head(const ContentRequest& request, const PathWalk& walk, const Representation& what,
                       uint64_t bytes) {
  SlicedHead sliced{content_head(request, walk, what), {0, bytes}, true};
  if (auto answer = not_modified(request, sliced.head)) {
    sliced.head = std::move(answer->head);
    sliced.has_body = false;
    return sliced;
  }
  auto& fields = sliced.head.fields;
  fields.push_back({"accept-ranges", "bytes"});
  sliced.head.content_bytes = bytes;
  const bool ranged = request.range && (request.if_range.empty() || if_range_is(request.if_range, what.tag));
  if (!ranged) return sliced;
  const auto slice = request.range->of(bytes);
  if (!slice) {
    sliced.head.status = 416;
    sliced.head.content_bytes = 0;
    sliced.has_body = false;
    fields.push_back({"content-range", "bytes */" + std::to_string(bytes)});
    return sliced;
  }
  sliced.slice = *slice;
  sliced.head.status = 206;
  sliced.head.content_bytes = slice->length;
  fields.push_back({"content-range", "bytes " + std::to_string(slice->offset) + "-" +
                                         std::to_string(slice->offset + slice->length - 1) + "/" +
                                         std::to_string(bytes)});
  return sliced;
}

}  // namespace penstock
