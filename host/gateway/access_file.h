// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "gateway/access_list.h"

namespace penstock {

// The access list in a file, and its newest good state. The file is looked at again when it has changed, at
// most once a second, so that a token that was taken out of it soon opens nothing. No file: nobody may do
// anything. A file that is malformed, or that others than its owner may write to, is reported, and the list
// stays what it was. Any threads.
class AccessFile {
 public:
  using Report = std::function<void(const Error&)>;

  // usage, failed: as reload().
  static Result<std::unique_ptr<AccessFile>> open(std::string path, Report report);

  // Never null. The list that a request began with is its own to the end.
  std::shared_ptr<const AccessList> list();
  // Reads the file now, whether it has changed or not. usage: it is malformed; failed: it cannot be read, or
  // others than its owner may write to it. The list is the old one then.
  Status reload();

 private:
  // What tells one state of the file from another.
  struct Stamp {
    bool there = false;
    int64_t modified_ns = 0;
    int64_t changed_ns = 0;
    uint64_t bytes = 0;
    uint64_t inode = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  AccessFile(std::string path, Report report) : path_(std::move(path)), report_(std::move(report)) {}
  Stamp look() const;
  Status reload_locked();

  const std::string path_;
  const Report report_;
  std::mutex mutex_;  // guards what follows; once a request
  std::shared_ptr<const AccessList> list_ = std::make_shared<const AccessList>();
  Stamp stamp_;  // of what was read last, good or not
  std::chrono::steady_clock::time_point looked_at_;
};

// The list as the file has it now; an empty one where there is no file. As AccessFile::reload.
Result<AccessList> read_access_list(const std::string& path);

// Changes of the file: all of one is in it or nothing has changed, also after a loss of power. Callers of
// several processes wait for each other. A new file is of mode 0600; one that is replaced keeps owner, group
// and mode. Errors as of read_access_list.

// Makes a token with these rights and adds it to the file, which is made where there is none. Returns the
// token, which stands nowhere else. usage: as AccessList::add_token.
Result<std::string> add_token_to_file(const std::string& path, const std::string& name, const Rights& rights,
                                      std::optional<int64_t> expires);
// absent: there is no token of that name.
Status remove_token_from_file(const std::string& path, const std::string& name);

}  // namespace penstock
