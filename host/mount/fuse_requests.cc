// SPDX-License-Identifier: Apache-2.0
#define FUSE_USE_VERSION 312
#include "mount/fuse_requests.h"

#include <fuse3/fuse_lowlevel.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mount/mount_tree.h"

namespace penstock {
namespace {

// What never changes the kernel keeps for an hour; the upper directories are asked for again.
constexpr double kLastingSeconds = 3600;
constexpr double kPassingSeconds = 0.5;
constexpr unsigned kReadBytesMax = 1 << 20;

MountTree& tree_of(fuse_req_t request) {
  return *static_cast<MountTree*>(fuse_req_userdata(request));
}

uint32_t process_of(fuse_req_t request) {
  return static_cast<uint32_t>(fuse_req_ctx(request)->pid);
}

void refuse(fuse_req_t request, const Error& error, int wrong_kind) {
  int number = EIO;
  if (error.code == Errc::absent) number = ENOENT;
  if (error.code == Errc::usage) number = wrong_kind;
  if (error.code == Errc::locked) number = ENFILE;
  fuse_reply_err(request, number);
}

double seconds_of(const MountTree::Found& found) {
  return found.lasting ? kLastingSeconds : kPassingSeconds;
}

fuse_entry_param parameters_of(const MountTree::Found& found) {
  fuse_entry_param entry{};
  entry.ino = found.node;
  entry.attr = found.status;
  entry.attr_timeout = entry.entry_timeout = seconds_of(found);
  return entry;
}

MountDirectory& directory_of(const fuse_file_info* file) {
  return *reinterpret_cast<MountDirectory*>(file->fh);  // NOLINT(performance-no-int-to-ptr): libfuse's form
}

void begin(void* tree, fuse_conn_info* connection) {
  connection->max_readahead = kReadBytesMax;
  connection->max_read = kReadBytesMax;  // as the mount's options say
  // The kernel then holds everybody to ACLs too, and not to the modes alone, which would give groups more.
  if (static_cast<MountTree*>(tree)->for_everybody())
    connection->want |= connection->capable & FUSE_CAP_POSIX_ACL;
}

void look_up(fuse_req_t request, fuse_ino_t parent, const char* name) {
  const auto found = tree_of(request).look_up(parent, name, process_of(request));
  if (!found) {
    refuse(request, found.error(), ENOTDIR);
    return;
  }
  const fuse_entry_param entry = parameters_of(*found);
  // Nobody takes the reference when the caller was interrupted.
  if (fuse_reply_entry(request, &entry) == -ENOENT) tree_of(request).forget(found->node, 1);
}

void forget(fuse_req_t request, fuse_ino_t node, uint64_t references) {
  tree_of(request).forget(node, references);
  fuse_reply_none(request);
}

void forget_several(fuse_req_t request, size_t count, fuse_forget_data* rows) {
  for (size_t i = 0; i < count; ++i) tree_of(request).forget(rows[i].ino, rows[i].nlookup);
  fuse_reply_none(request);
}

void get_status(fuse_req_t request, fuse_ino_t node, fuse_file_info* /*file*/) {
  const auto found = tree_of(request).status(node, process_of(request));
  if (!found) {
    refuse(request, found.error(), EIO);
  } else {
    fuse_reply_attr(request, &found->status, seconds_of(*found));
  }
}

void read_link(fuse_req_t request, fuse_ino_t node) {
  const auto target = tree_of(request).target(node, process_of(request));
  if (!target) {
    refuse(request, target.error(), EINVAL);
  } else if (target->size() >= PATH_MAX) {
    fuse_reply_err(request, ENAMETOOLONG);  // more than the kernel has room for
  } else {
    fuse_reply_readlink(request, target->c_str());
  }
}

void open_file(fuse_req_t request, fuse_ino_t /*node*/, fuse_file_info* file) {
  if ((file->flags & O_ACCMODE) != O_RDONLY) {
    fuse_reply_err(request, EROFS);
    return;
  }
  file->keep_cache = 1;  // contents never change
  file->noflush = 1;
  fuse_reply_open(request, file);
}

void read_file(fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, fuse_file_info* /*file*/) {
  // Kept by each thread: requests are many and as large as this.
  thread_local std::vector<uint8_t> buffer;
  buffer.resize(std::max<size_t>(buffer.size(), std::min<size_t>(size, kReadBytesMax)));
  const MutableBytes into(buffer.data(), std::min(size, buffer.size()));
  const auto read = tree_of(request).read(node, static_cast<uint64_t>(offset), into, process_of(request));
  if (!read) {
    refuse(request, read.error(), EISDIR);
  } else {
    fuse_reply_buf(request, reinterpret_cast<const char*>(buffer.data()), *read);
  }
}

void seek_file(fuse_req_t request, fuse_ino_t node, off_t offset, int whence, fuse_file_info* /*file*/) {
  MountTree& tree = tree_of(request);
  const auto from = static_cast<uint64_t>(offset);
  const auto place = whence == SEEK_HOLE ? tree.next_hole(node, from, process_of(request))
                                         : tree.next_data(node, from, process_of(request));
  if (!place) {
    refuse(request, place.error(), EINVAL);
  } else if (!*place) {
    fuse_reply_err(request, ENXIO);
  } else {
    fuse_reply_lseek(request, static_cast<off_t>(**place));
  }
}

void open_directory(fuse_req_t request, fuse_ino_t node, fuse_file_info* file) {
  auto directory = tree_of(request).open_directory(node, fuse_req_ctx(request)->uid, process_of(request));
  if (!directory) {
    refuse(request, directory.error(), ENOTDIR);
    return;
  }
  const bool lasting = tree_of(request).is_lasting(**directory);
  file->cache_readdir = file->keep_cache = lasting ? 1 : 0;
  MountDirectory* opened = directory->release();
  file->fh = reinterpret_cast<uint64_t>(opened);
  if (fuse_reply_open(request, file) != 0) delete opened;
}

void release_directory(fuse_req_t request, fuse_ino_t /*node*/, fuse_file_info* file) {
  delete &directory_of(file);
  fuse_reply_err(request, 0);
}

// Entries from number `offset` on, as many as there is room for.
void list(fuse_req_t request, size_t size, off_t offset, fuse_file_info* file, bool with_status) {
  std::vector<char> buffer(std::min<size_t>(size, kReadBytesMax));
  MountTree& tree = tree_of(request);
  size_t used = 0;
  for (off_t place = offset;; ++place) {
    auto listed =
        tree.list(directory_of(file), static_cast<uint64_t>(place), with_status, process_of(request));
    if (!listed && used == 0) {
      refuse(request, listed.error(), EIO);
      return;
    }
    if (!listed || !*listed) break;
    if ((*listed)->name.empty()) continue;
    const MountTree::Found& found = (*listed)->found;
    const char* name = (*listed)->name.c_str();
    const fuse_entry_param entry = parameters_of(found);
    const size_t room = buffer.size() - used;
    const size_t bytes =
        with_status ? fuse_add_direntry_plus(request, buffer.data() + used, room, name, &entry, place + 1)
                    : fuse_add_direntry(request, buffer.data() + used, room, name, &found.status, place + 1);
    if (bytes > room) {
      if (found.node != 0 && with_status) tree.forget(found.node, 1);
      break;
    }
    used += bytes;
  }
  fuse_reply_buf(request, buffer.data(), used);
}

void read_directory(fuse_req_t request, fuse_ino_t /*node*/, size_t size, off_t offset,
                    fuse_file_info* file) {
  list(request, size, offset, file, false);
}

void read_directory_with_status(fuse_req_t request, fuse_ino_t /*node*/, size_t size, off_t offset,
                                fuse_file_info* file) {
  list(request, size, offset, file, true);
}

// `size` 0 asks how much there is.
void reply_attribute(fuse_req_t request, const char* bytes, size_t count, size_t size) {
  if (size == 0) {
    fuse_reply_xattr(request, count);
  } else if (count > size) {
    fuse_reply_err(request, ERANGE);
  } else {
    fuse_reply_buf(request, bytes, count);
  }
}

void get_attribute(fuse_req_t request, fuse_ino_t node, const char* name, size_t size) {
  const auto value = tree_of(request).attribute(node, name, process_of(request));
  if (!value) {
    fuse_reply_err(request, value.error().code == Errc::absent ? ENODATA : EIO);
    return;
  }
  reply_attribute(request, reinterpret_cast<const char*>(value->data()), value->size(), size);
}

void list_attributes(fuse_req_t request, fuse_ino_t node, size_t size) {
  const auto names = tree_of(request).attribute_names(node);
  if (!names) {
    refuse(request, names.error(), EIO);
    return;
  }
  std::string all;
  for (const std::string& name : *names) all += name + '\0';
  reply_attribute(request, all.data(), all.size(), size);
}

fuse_lowlevel_ops make_requests() {
  fuse_lowlevel_ops requests{};
  requests.init = begin;
  requests.lookup = look_up;
  requests.forget = forget;
  requests.forget_multi = forget_several;
  requests.getattr = get_status;
  requests.readlink = read_link;
  requests.open = open_file;
  requests.read = read_file;
  requests.lseek = seek_file;
  requests.opendir = open_directory;
  requests.releasedir = release_directory;
  requests.readdir = read_directory;
  requests.readdirplus = read_directory_with_status;
  requests.getxattr = get_attribute;
  requests.listxattr = list_attributes;
  return requests;
}

}  // namespace

const fuse_lowlevel_ops& fuse_requests() {
  static const fuse_lowlevel_ops requests = make_requests();
  return requests;
}

}  // namespace penstock
