// SPDX-License-Identifier: Apache-2.0
#define FUSE_USE_VERSION 312
#include "mount/mount.h"

#include <fcntl.h>
#include <fuse3/fuse_log.h>
#include <fuse3/fuse_lowlevel.h>
#include <mntent.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "mount/fuse_requests.h"
#include "mount/mount_tree.h"

namespace penstock {
namespace {

constexpr int kStopLookMs = 200;
// linux/ioprio.h: who a thread is (0: the caller), and the least of the best-effort class.
constexpr int kIoWhoThread = 1;
constexpr int kIoBestEffortLeast = 2 << 13 | 7;

// What libfuse said last, which it would else write to standard error in its own form.
std::mutex said_mutex;
std::string said;  // with said_mutex held

void keep_what_is_said(fuse_log_level /*level*/, const char* format, va_list arguments) {
  std::array<char, 512> text{};
  static_cast<void>(std::vsnprintf(text.data(), text.size(), format, arguments));
  const std::lock_guard lock(said_mutex);
  said = text.data();
  while (said.ends_with('\n')) said.pop_back();
}

std::string what_was_said(const std::string& otherwise) {
  const std::lock_guard lock(said_mutex);
  return said.empty() ? otherwise : said;
}

// Whether Penstock has something mounted there.
bool is_mounted(const std::filesystem::path& directory) {
  std::error_code error;
  const std::string place = std::filesystem::canonical(directory, error).string();
  FILE* mounts = error ? nullptr : ::setmntent("/proc/self/mounts", "r");
  if (mounts == nullptr) return false;
  bool found = false;
  while (const mntent* one = ::getmntent(mounts))
    found = found || (place == one->mnt_dir && std::string_view(one->mnt_type) == "fuse.penstock");
  ::endmntent(mounts);
  return found;
}

// What can be known before the kernel is asked.
Status check_place(const std::string& directory) {
  const std::filesystem::path path(directory);
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error.value() == ENOTCONN)
    return fail(Errc::failed, directory, "a mount is still there whose process was killed",
                "unmount it: fusermount3 -u, or umount as root");
  if (status.type() == std::filesystem::file_type::not_found) return fail_errno(directory, ENOENT);
  if (error) return fail_errno(directory, error.value());
  if (status.type() != std::filesystem::file_type::directory) return fail_errno(directory, ENOTDIR);
  const bool empty = std::filesystem::is_empty(path, error);
  if (error) return fail_errno(directory, error.value());
  if (!empty && is_mounted(path))
    return fail(Errc::failed, directory, "a store is mounted there already",
                "unmount it: fusermount3 -u, or umount as root; or give another directory");
  if (!empty)
    return fail(Errc::failed, directory, "it is not empty, and a mount would hide what is in it",
                "give an empty directory");
  if (::access("/dev/fuse", R_OK | W_OK) != 0)
    return fail(Errc::failed, "/dev/fuse", errno_text(errno),
                "load the kernel module fuse; a container needs the device, and CAP_SYS_ADMIN");
  return {};
}

struct SessionDestroyer {
  void operator()(fuse_session* session) const { fuse_session_destroy(session); }
};
using Session = std::unique_ptr<fuse_session, SessionDestroyer>;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<Session> open_session(const MountOptions& options, MountTree& tree) {
  std::string settings = "ro,nosuid,nodev,fsname=penstock,subtype=penstock,max_read=1048576";
  if (options.allow_other) settings += ",allow_other,default_permissions";
  std::array<std::string, 3> words = {"penstock", "-o", settings};
  std::array<char*, 4> pointers = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  fuse_args arguments = FUSE_ARGS_INIT(3, pointers.data());
  Session session(fuse_session_new(&arguments, &fuse_requests(), sizeof(fuse_lowlevel_ops), &tree));
  fuse_opt_free_args(&arguments);
  if (!session)
    return fail(Errc::failed, "mount", what_was_said("libfuse makes no session"), "see docs/mount.md");
  return session;
}

// Who puts goes before who looks, at the CPU and at the disk. A kernel that refuses changes nothing else.
void step_back(int nice) {
  if (nice == 0) return;
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, nice));
  static_cast<void>(::syscall(SYS_ioprio_set, kIoWhoThread, 0, kIoBestEffortLeast));
}

// Waits for the kernel's next request or for the end: false. One thread is woken for one request.
bool wait_for_request(int waiting, int stopped) {
  epoll_event event{};
  while (::epoll_wait(waiting, &event, 1, -1) < 0) {
    if (errno != EINTR) return false;
  }
  return event.data.fd != stopped;
}

void serve_requests(fuse_session* session, int stopped, int nice) {
  step_back(nice);
  const Descriptor waiting(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event request{};
  request.events = EPOLLIN | EPOLLEXCLUSIVE;
  request.data.fd = fuse_session_fd(session);
  epoll_event stop{};
  stop.events = EPOLLIN;
  stop.data.fd = stopped;
  const bool ready = ::epoll_ctl(waiting.get(), EPOLL_CTL_ADD, request.data.fd, &request) == 0 &&
                     ::epoll_ctl(waiting.get(), EPOLL_CTL_ADD, stopped, &stop) == 0;
  fuse_buf buffer{};
  while (ready && !fuse_session_exited(session) && wait_for_request(waiting.get(), stopped)) {
    const int bytes = fuse_session_receive_buf(session, &buffer);
    if (bytes == -EINTR || bytes == -EAGAIN) continue;
    if (bytes <= 0) break;  // unmounted
    fuse_session_process_buf(session, &buffer);
  }
  std::free(buffer.mem);
  // Whoever comes to the end first takes the others with it.
  const uint64_t one = 1;
  static_cast<void>(!::write(stopped, &one, sizeof one));
}

// Threads that answer until the session ends or `stop` is set.
Status serve_session(fuse_session* session, const MountOptions& options, const std::atomic<bool>& stop) {
  const int fd = fuse_session_fd(session);
  if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) return fail_errno("/dev/fuse");
  const Descriptor stopped(::eventfd(0, EFD_CLOEXEC));
  if (stopped.get() < 0) return fail_errno("eventfd");
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < options.readers; ++i)
    threads.emplace_back(serve_requests, session, stopped.get(), options.nice);
  if (options.mounted) options.mounted();

  const Descriptor waiting(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event end{};
  end.events = EPOLLIN;
  Status ready = ::epoll_ctl(waiting.get(), EPOLL_CTL_ADD, stopped.get(), &end) == 0
                     ? Status()
                     : Status(fail_errno("epoll"));
  while (ready && !stop && ::epoll_wait(waiting.get(), &end, 1, kStopLookMs) <= 0) {
  }
  const uint64_t one = 1;
  static_cast<void>(!::write(stopped.get(), &one, sizeof one));
  return ready;
}

}  // namespace

Status serve_mount(const StoreOpener& open, const MountOptions& options, const std::atomic<bool>& stop) {
  fuse_set_log_func(&keep_what_is_said);
  PENSTOCK_TRY(check_place(options.directory));
  LiveStore store(open, options.readers);
  PENSTOCK_TRY(store.current());
  MountTree tree(store, {{::getuid(), ::getgid()}, options.report, options.allow_other});
  PENSTOCK_TRY_ASSIGN(const Session session, open_session(options, tree));
  if (fuse_session_mount(session.get(), options.directory.c_str()) != 0) {
    return fail(
        Errc::failed, options.directory, what_was_said("it cannot be mounted"),
        "others than root need fusermount3 (Debian: fuse3), and for --allow-other user_allow_other in "
        "/etc/fuse.conf");
  }
  const Status served = serve_session(session.get(), options, stop);
  fuse_session_unmount(session.get());
  PENSTOCK_TRY(served);
  const std::string trouble = what_was_said("");
  if (!stop && !trouble.empty())
    return fail(Errc::failed, options.directory, trouble,
                "see docs/mount.md, or dmesg for the kernel's side");
  return {};
}

}  // namespace penstock
