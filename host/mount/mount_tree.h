// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "mount/live_store.h"
#include "mount/mount_directory.h"
#include "mount/node_status.h"
#include "mount/node_table.h"
#include "mount/open_listings.h"
#include "mount/upper_folders.h"

namespace penstock {

// The commits of a store as a file system, without the kernel: nodes by number, as requests name them.
//
//   commits/TIME_CID/            the tree of each commit
//   commits/latest               a symlink to the newest
//   names/NAME/TIME_CID, latest  the same of the commits of one name
//   hosts/HOST/TIME_CID, latest
//
// A commit's folder is its root; where that is no directory, it holds the root alone. Where a commit has
// metadata, entries are as that says; else they may be read by everybody, belong to whoever mounted, and are
// as old as the commit; metadata that is damaged is reported, and left out. Any thread. Errors: absent, there
// is no such node or entry; usage, the node is of another kind; corrupt, it is damaged, which is reported
// too; locked, too many directories are open at once.
class MountTree {
 public:
  struct Options {
    MountOwner owner;
    std::function<void(const Error&)> report;  // one thread at a time
    bool for_everybody = false;  // others than who mounted may ask; the kernel holds them to modes
  };
  MountTree(LiveStore& store, Options options)
      : store_(&store), options_(std::move(options)), upper_(store, [this](const Error& e) { report(e); }) {}

  struct Found {
    uint64_t node = 0;
    struct stat status {};
    bool lasting = false;  // is so for ever: no, where metadata that is damaged is left out
  };
  // Counts a reference to what it finds. `process`: whoever asks, whose reader is warm.
  Result<Found> look_up(uint64_t directory, std::string_view name, uint32_t process);
  void forget(uint64_t node, uint64_t references) { nodes_.forget(node, references); }
  Result<Found> status(uint64_t node, uint32_t process);
  Result<std::string> target(uint64_t symlink, uint32_t process);
  // As many bytes of a file as there are, up to into.size(). usage: it is no file.
  Result<size_t> read(uint64_t file, uint64_t offset, MutableBytes into, uint32_t process);
  // Where in a file the next hole begins, or the next data, from `offset` on; nothing: there is none (the end
  // of a file counts as a hole), or `offset` lies behind it. usage: it is no file.
  Result<std::optional<uint64_t>> next_hole(uint64_t file, uint64_t offset, uint32_t process);
  Result<std::optional<uint64_t>> next_data(uint64_t file, uint64_t offset, uint32_t process);
  Result<std::vector<std::string>> attribute_names(uint64_t node);
  Result<std::vector<uint8_t>> attribute(uint64_t node, std::string_view name, uint32_t process);

  Result<std::unique_ptr<MountDirectory>> open_directory(uint64_t directory, uint32_t user, uint32_t process);
  // Whether its names are the same for ever.
  bool is_lasting(const MountDirectory& directory);
  static constexpr size_t kNameBytesMax = 255;
  struct Listed {
    std::string name;  // empty: longer than kNameBytesMax, which is reported
    Found found;       // node 0: not referred to, and only kind and inode are said; kind 0: damaged
  };
  // Entry number `place`; nothing at the end.
  Result<std::optional<Listed>> list(MountDirectory& directory, uint64_t place, bool refer, uint32_t process);

  bool for_everybody() const { return options_.for_everybody; }
  size_t nodes() const { return nodes_.size(); }

 private:
  template <class T>
  using Request = std::function<Result<T>(MountReader&)>;
  // Runs `request`; once more where the store's files changed below it; and where it is damaged, once more
  // for what can be shown without that. Reports damage.
  template <class T>
  Result<T> serve(uint32_t process, const Request<T>& request);

  Result<std::shared_ptr<const MountNode>> node_of(uint64_t id) const;
  Result<MountNode> child(const std::shared_ptr<const MountNode>& directory, std::string_view name,
                          MountReader& reader);
  Result<MountNode> commit_folder(const std::shared_ptr<const MountNode>& directory, std::string_view name,
                                  const Cid& commit, MountReader& reader);
  static Result<MountNode> entry_node(const std::shared_ptr<const MountNode>& directory, TreeEntry entry,
                                      MountReader& reader);
  Result<TreeEntry> look_in(const MountNode& directory, std::string_view name, MountReader& reader);
  Result<std::optional<uint64_t>> seek(uint64_t file, uint64_t offset, bool zeros, uint32_t process);
  Status rewind(MountDirectory& directory, MountReader& reader);
  Status advance(MountDirectory& directory, const MountReader& reader);
  Result<std::optional<TreeEntry>> entry_at(MountDirectory& directory, uint64_t place, MountReader& reader);
  Result<std::optional<TreeEntry>> walk_to(MountDirectory& directory, uint64_t place, MountReader& reader);
  std::optional<Listed> list_upper(const MountDirectory& directory, uint64_t place);
  Result<Found> found(const std::shared_ptr<const MountNode>& node, MountReader& reader) const;
  void report(const Error& error);
  // That a directory's list of metadata could not be read, at some time.
  void doubt(const MountNode& directory);
  bool is_doubted(const MountNode& directory);

  LiveStore* store_;
  const Options options_;
  NodeTable nodes_;
  OpenListings listings_;
  std::mutex reporting_;
  std::unordered_set<std::string> reported_;  // so that who asks again and again does not fill a log
  std::unordered_set<uint64_t> doubted_;      // inodes of directories, with reporting_ held
  UpperFolders upper_;
};

}  // namespace penstock
