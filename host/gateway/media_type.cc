// SPDX-License-Identifier: Apache-2.0
#include "gateway/media_type.h"

#include <algorithm>
#include <array>

namespace penstock {
namespace {

struct Row {
  std::string_view extension;
  std::string_view media_type;
};

constexpr std::array kRows = {
    Row{"avif", "image/avif"},
    Row{"bmp", "image/bmp"},
    Row{"car", "application/vnd.ipld.car"},
    Row{"css", "text/css; charset=utf-8"},
    Row{"csv", "text/csv; charset=utf-8"},
    Row{"flac", "audio/flac"},
    Row{"gif", "image/gif"},
    Row{"gz", "application/gzip"},
    Row{"htm", "text/html; charset=utf-8"},
    Row{"html", "text/html; charset=utf-8"},
    Row{"ico", "image/vnd.microsoft.icon"},
    Row{"jpeg", "image/jpeg"},
    Row{"jpg", "image/jpeg"},
    Row{"js", "text/javascript; charset=utf-8"},
    Row{"json", "application/json"},
    Row{"log", "text/plain; charset=utf-8"},
    Row{"md", "text/markdown; charset=utf-8"},
    Row{"mjs", "text/javascript; charset=utf-8"},
    Row{"mp3", "audio/mpeg"},
    Row{"mp4", "video/mp4"},
    Row{"ogg", "audio/ogg"},
    Row{"opus", "audio/ogg"},
    Row{"otf", "font/otf"},
    Row{"pdf", "application/pdf"},
    Row{"png", "image/png"},
    Row{"svg", "image/svg+xml"},
    Row{"tar", "application/x-tar"},
    Row{"ttf", "font/ttf"},
    Row{"txt", "text/plain; charset=utf-8"},
    Row{"wasm", "application/wasm"},
    Row{"wav", "audio/wav"},
    Row{"webm", "video/webm"},
    Row{"webp", "image/webp"},
    Row{"woff", "font/woff"},
    Row{"woff2", "font/woff2"},
    Row{"xml", "text/xml; charset=utf-8"},
    Row{"zip", "application/zip"},
    Row{"zst", "application/zstd"},
};

bool same_letters(std::string_view name, std::string_view extension) {
  return std::ranges::equal(name, extension, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  });
}

}  // namespace

std::string_view media_type_of(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const Row& row : kRows)
      if (same_letters(file_name.substr(dot + 1), row.extension)) return row.media_type;
  }
  return "application/octet-stream";
}

}  // namespace penstock
