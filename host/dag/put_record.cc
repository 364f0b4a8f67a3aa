// SPDX-License-Identifier: Apache-2.0
#include "dag/put_record.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "dag/hard_link_list.h"
#include "dag/meta_entry.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

using Texts = std::vector<std::string>;

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "metadata root", std::move(why));
}

size_t encoded_bytes(const Texts& texts) {
  size_t bytes = 0;
  for (const std::string& text : texts) bytes += cbor_head_bytes(text.size()) + text.size();
  return bytes;
}

size_t encoded_bytes(const PutChoice& choice) {
  return encoded_bytes(choice.exclude) + encoded_bytes(choice.exclude_any_case) + encoded_bytes(choice.marks);
}

void write_texts(CborWriter& to, const Texts& texts) {
  to.array(texts.size());
  for (const std::string& text : texts) to.bytes(as_bytes(text));
}

Result<Texts> read_texts(CborReader& from) {
  Texts texts;
  PENSTOCK_TRY_ASSIGN(const size_t count, from.array());
  for (size_t i = 0; i < count; ++i) {
    PENSTOCK_TRY_ASSIGN(const Bytes text, from.bytes());
    texts.emplace_back(as_text(text));
  }
  return texts;
}

// A list that stands only where it has something.
Result<Texts> read_some_texts(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(Texts texts, read_texts(from));
  if (texts.empty()) return malformed("a choice of nothing");
  return texts;
}

Result<Digest> read_digest(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(const Bytes bytes, from.bytes());
  Digest digest;
  if (bytes.size() != digest.bytes.size()) return malformed("a digest that has not 32 bytes");
  std::ranges::copy(bytes, digest.bytes.begin());
  return digest;
}

Result<bool> read_true(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(const bool value, from.boolean());
  if (!value) return malformed("a choice that says its default");
  return true;
}

Result<PutChoice::Dropped> read_dropped(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 2) return malformed("a number of patterns without a digest");
  PutChoice::Dropped dropped;
  PENSTOCK_TRY_ASSIGN(dropped.count, from.natural());
  PENSTOCK_TRY_ASSIGN(dropped.digest, read_digest(from));
  return dropped;
}

Status read_field(CborReader& from, std::string_view key, PutChoice& choice) {
  if (key == "list") {
    PENSTOCK_TRY_ASSIGN(choice.list, read_digest(from));
  } else if (key == "over") {
    PENSTOCK_TRY_ASSIGN(choice.dropped, read_dropped(from));
  } else if (key == "bytes") {
    PENSTOCK_TRY_ASSIGN(choice.bytes_max, from.natural());
  } else if (key == "marks") {
    PENSTOCK_TRY_ASSIGN(choice.marks, read_some_texts(from));
  } else if (key == "store") {
    PENSTOCK_TRY_ASSIGN(choice.store, read_some_texts(from));
  } else if (key == "caches") {
    PENSTOCK_TRY_ASSIGN(choice.caches, read_true(from));
  } else if (key == "one_fs") {
    PENSTOCK_TRY_ASSIGN(choice.one_file_system, read_true(from));
  } else if (key == "exclude") {
    PENSTOCK_TRY_ASSIGN(choice.exclude, read_some_texts(from));
  } else if (key == "iexclude") {
    PENSTOCK_TRY_ASSIGN(choice.exclude_any_case, read_some_texts(from));
  } else {
    return malformed("a choice that is unknown");
  }
  return {};
}

std::string paths_fault(const Texts& paths) {
  for (size_t i = 0; i < paths.size(); ++i) {
    if (!hard_link_path_fault(paths[i]).empty()) return "a path of an entry that is none";
    if (i > 0 && !walks_before(paths[i - 1], paths[i]))
      return "missing entries that are out of order, or one that stands twice";
  }
  return {};
}

bool is_text(const std::string& text) {
  return !text.empty() && text.find('\0') == std::string::npos;
}

}  // namespace

bool unread_fits(const std::string& path, size_t& bytes) {
  const size_t more = cbor_head_bytes(path.size()) + path.size();
  if (bytes + more > kUnreadBytesMax) return false;
  bytes += more;
  return true;
}

void bound_choice(PutChoice& choice) {
  if (encoded_bytes(choice) <= kChoiceBytesMax) return;
  std::string all;
  PutChoice::Dropped dropped;
  for (const auto& [kind, texts] : {std::pair('e', &choice.exclude), std::pair('i', &choice.exclude_any_case),
                                    std::pair('m', &choice.marks)}) {
    for (const std::string& text : *texts) (all += kind) += text + '\0';
    dropped.count += texts->size();
    texts->clear();
  }
  dropped.digest = sha256(as_bytes(all));
  choice.dropped = dropped;
}

std::string shortfall_fault(const PutShortfall& shortfall) {
  if (shortfall.missing > shortfall.reported || shortfall.paths.size() > shortfall.missing)
    return "more entries that are missing than were told of";
  if (std::string why = paths_fault(shortfall.paths); !why.empty()) return why;
  return encoded_bytes(shortfall.paths) <= kUnreadBytesMax ? "" : "missing entries of over 65,536 bytes";
}

std::string choice_fault(const PutChoice& choice) {
  for (const Texts* texts : {&choice.exclude, &choice.exclude_any_case, &choice.marks})
    if (!std::ranges::all_of(*texts, is_text))
      return "a pattern or mark that is empty, or has a NUL byte in it";
  if (choice.dropped && (choice.dropped->count == 0 || encoded_bytes(choice) > 0))
    return "patterns that were dropped, and are there";
  if (std::string why = paths_fault(choice.store); !why.empty()) return why;
  if (encoded_bytes(choice.store) > kUnreadBytesMax) return "places of the store of over 65,536 bytes";
  return encoded_bytes(choice) <= kChoiceBytesMax ? "" : "patterns of over 262,144 bytes";
}

void write_shortfall(CborWriter& to, const PutShortfall& shortfall) {
  to.array(3);
  to.natural(shortfall.reported);
  to.natural(shortfall.missing);
  write_texts(to, shortfall.paths);
}

Result<PutShortfall> read_shortfall(CborReader& from) {
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 3) return malformed("what could not be read has not 3 parts");
  PutShortfall shortfall;
  PENSTOCK_TRY_ASSIGN(shortfall.reported, from.natural());
  PENSTOCK_TRY_ASSIGN(shortfall.missing, from.natural());
  PENSTOCK_TRY_ASSIGN(shortfall.paths, read_texts(from));
  if (!shortfall.any()) return malformed("nothing that could not be read");
  return shortfall;
}

void write_choice(CborWriter& to, const PutChoice& choice) {
  const auto key = [&](bool there, std::string_view name) {
    if (there) to.text(name);
    return there;
  };
  to.map((choice.list ? 1 : 0) + (choice.dropped ? 1 : 0) + (choice.bytes_max ? 1 : 0) +
         (choice.marks.empty() ? 0 : 1) + (choice.store.empty() ? 0 : 1) + (choice.caches ? 1 : 0) +
         (choice.one_file_system ? 1 : 0) + (choice.exclude.empty() ? 0 : 1) +
         (choice.exclude_any_case.empty() ? 0 : 1));
  if (key(choice.list.has_value(), "list")) to.bytes(choice.list->bytes);
  if (key(choice.dropped.has_value(), "over")) {
    to.array(2);
    to.natural(choice.dropped->count);
    to.bytes(choice.dropped->digest.bytes);
  }
  if (key(choice.bytes_max.has_value(), "bytes")) to.natural(*choice.bytes_max);
  if (key(!choice.marks.empty(), "marks")) write_texts(to, choice.marks);
  if (key(!choice.store.empty(), "store")) write_texts(to, choice.store);
  if (key(choice.caches, "caches")) to.boolean(true);
  if (key(choice.one_file_system, "one_fs")) to.boolean(true);
  if (key(!choice.exclude.empty(), "exclude")) write_texts(to, choice.exclude);
  if (key(!choice.exclude_any_case.empty(), "iexclude")) write_texts(to, choice.exclude_any_case);
}

Result<PutChoice> read_choice(CborReader& from) {
  PutChoice choice;
  PENSTOCK_TRY_ASSIGN(const size_t fields, from.map());
  if (fields == 0) return malformed("a choice of nothing");
  std::string_view key;
  for (size_t i = 0; i < fields; ++i) {
    PENSTOCK_TRY_ASSIGN(key, from.key(key));
    PENSTOCK_TRY(read_field(from, key, choice));
  }
  return choice;
}

}  // namespace penstock
