// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_list.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "ingest/owned_fd.h"
#include "ingest/top_level_path.h"

namespace penstock {
namespace {

Result<std::string> read_whole(const std::string& file) {
  const OwnedFd opened(file == "-" ? -1 : open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (file != "-" && !opened) return fail_errno(file);
  const int fd = file == "-" ? STDIN_FILENO : opened.get();
  constexpr size_t kStep = 64 * kKiB;
  std::string text;
  while (true) {
    const size_t before = text.size();
    if (before > kPathListBytesMax)
      return fail(Errc::failed, file, "is a list of more than 1 GiB", "put it in several parts");
    text.resize(before + kStep);
    const ssize_t got = read(fd, text.data() + before, kStep);
    text.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno != EINTR) return fail_errno(file == "-" ? "standard input" : file);
    if (got == 0) return text;
  }
}

std::string place_text(const std::string& file, uint64_t place) {
  return (file == "-" ? "standard input" : file) + ":" + std::to_string(place);
}

// Lists name many paths of one directory in a row: what is above them is looked up once.
class LastParent {
 public:
  Result<std::string> locate(const std::string& given) {
    PENSTOCK_TRY_ASSIGN(const TopLevelPath top, TopLevelPath::resolve(given));
    const size_t slash = top.path.rfind('/');
    if (top.follow || slash == std::string::npos || slash == 0) return located(top);
    const std::string_view parent = std::string_view(top.path).substr(0, slash);
    if (parent != parent_) {
      PENSTOCK_TRY_ASSIGN(const std::string whole, located(top));
      parent_ = parent;
      location_ = whole.substr(0, whole.rfind('/'));
      return whole;
    }
    return location_ + top.path.substr(slash);
  }

 private:
  static Result<std::string> located(const TopLevelPath& top) {
    std::string path = absolute_path(top);
    if (path.empty())
      return fail(Errc::failed, top.path, "it cannot be told where that is", "give its absolute path");
    return path;
  }

  std::string parent_;
  std::string location_;
};

}  // namespace

Result<std::vector<ListedPath>> parse_path_list(std::string_view text, const std::string& file,
                                                ListForm form) {
  std::vector<ListedPath> paths;
  const char end = form == ListForm::nul ? '\0' : '\n';
  for (uint64_t place = 1; !text.empty(); ++place) {
    const std::string_view path = text.substr(0, text.find(end));
    text.remove_prefix(std::min(path.size() + 1, text.size()));
    if (form == ListForm::nul && path.empty())
      return fail(Errc::usage, place_text(file, place), "is an empty path", "leave it out");
    if (path.find('\0') != std::string_view::npos)
      return fail(Errc::usage, place_text(file, place), "has a NUL, which no path has",
                  "give a list with NULs with --files-from0");
    if (!path.empty()) paths.push_back({std::string(path), place});
  }
  return paths;
}

Status read_path_list(const std::string& file, ListForm form, std::vector<std::string>& into) {
  PENSTOCK_TRY_ASSIGN(const std::string text, read_whole(file));
  PENSTOCK_TRY_ASSIGN(const std::vector<ListedPath> listed, parse_path_list(text, file, form));
  LastParent above;
  for (const ListedPath& one : listed) {
    auto path = above.locate(one.path);
    if (!path) {
      Error error = std::move(path).error();
      error.what = place_text(file, one.place) + ": " + error.what;
      return Failure(std::move(error));
    }
    into.push_back(std::move(*path));
  }
  return {};
}

Result<std::string> located_path(const std::string& path) {
  return LastParent().locate(path);
}

}  // namespace penstock
