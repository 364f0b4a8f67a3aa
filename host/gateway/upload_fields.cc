// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload_fields.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace penstock {
namespace {

constexpr size_t kDigitsMax = 15;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// False: it is there and is no such item.
template <class T>
bool take_field(const HttpRequest& request, const char* name, std::optional<T> (*parse)(std::string_view),
                std::optional<T>& value) {
  const auto count = std::ranges::count(request.fields, name, &HttpField::name);
  if (count == 0) return true;
  value = parse(*find_field(request.fields, name));
  return count == 1 && value.has_value();
}

}  // namespace

std::optional<uint64_t> parse_field_integer(std::string_view text) {
  text = trimmed(text);
  uint64_t value = 0;
  const bool digits = !text.empty() && text.size() <= kDigitsMax &&
                      std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<bool> parse_field_boolean(std::string_view text) {
  text = trimmed(text);
  if (text == "?0") return false;
  if (text == "?1") return true;
  return std::nullopt;
}

OrRefusal<UploadFields> parse_upload_fields(const HttpRequest& request) {
  UploadFields fields;
  const char* wrong = nullptr;
  if (!take_field(request, "upload-complete", parse_field_boolean, fields.complete))
    wrong = "Upload-Complete";
  if (!take_field(request, "upload-offset", parse_field_integer, fields.offset)) wrong = "Upload-Offset";
  if (!take_field(request, "upload-length", parse_field_integer, fields.bytes)) wrong = "Upload-Length";
  if (wrong != nullptr)
    return refuse(400, std::string("the field ") + wrong, "is malformed, or there more than once",
                  "Upload-Complete: ?0 or ?1; Upload-Offset and Upload-Length: a number of bytes");
  return fields;
}

}  // namespace penstock
