// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal.h"

#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "drivers/eal/eal_arguments.h"
#include "drivers/eal/eal_complaints.h"
#include "drivers/eal/eal_log.h"

namespace penstock {
namespace {

struct Remedy {
  std::string_view complaint;
  const char* remedy;
};

constexpr const char* kHugepages =
    "reserve hugepages (echo 512 > /proc/sys/vm/nr_hugepages, as root) and pass --in-memory, or do without: "
    "--no-huge -m 256";

constexpr std::array kRemedies{
    Remedy{"another primary",
           "another process has this file prefix: give it one of its own (--file-prefix NAME)"},
    Remedy{"as 'PA'", "pass --iova-mode=va, which needs an IOMMU for a NIC"},
    Remedy{"hugepage", kHugepages},
    Remedy{"memseg", kHugepages},
    Remedy{"Cannot init memory", kHugepages},
    Remedy{"vfio",
           "bind the NIC to vfio-pci (dpdk-devbind.py -b vfio-pci ADDRESS) and let this user read and "
           "write its group in /dev/vfio"},
    Remedy{"VFIO",
           "bind the NIC to vfio-pci (dpdk-devbind.py -b vfio-pci ADDRESS) and let this user read and "
           "write its group in /dev/vfio"},
    Remedy{"runtime directory",
           "let this user write to $RUNTIME_DIRECTORY or /var/run/dpdk, or pass --no-shconf"},
    Remedy{"call to mmap failed on AF_PACKET",
           "its rings are locked in memory: raise the limit (ulimit -l), or lower framecnt"},
    Remedy{"will not fit in mbuf",
           "give the port the MTU that its frames are for (mtu=9000), or lower framesz"},
    Remedy{"Could not open AF_PACKET socket",
           "run as root, or give the program CAP_NET_RAW and CAP_NET_ADMIN (setcap "
           "cap_net_raw,cap_net_admin+ep)"},
    Remedy{"Operation not permitted",
           "run as root, or give the program CAP_NET_RAW and CAP_NET_ADMIN (setcap "
           "cap_net_raw,cap_net_admin+ep)"},
    Remedy{"Invalid socket directory",
           "name a socket= in a folder that is there and that this user may write to"},
    Remedy{"Permission denied", "run as root, or let this user at the device"},
    Remedy{
        "Address already in use",
        "another process serves at that socket; if one was killed that did, remove what it left (rm SOCKET)"},
    Remedy{"Failed to connect socket", "start the process at the other end (role=server) first"},
    Remedy{"lcore", "name CPUs that this process may run on: --lcores 0@(0-1), or -l 0-1"},
    Remedy{"core ", "name CPUs that this process may run on: --lcores 0@(0-1), or -l 0-1"},
    Remedy{"SIOCGIFINDEX", "no network interface has that name (ip link)"},
    Remedy{"not compatible with --in-memory", "give one of --no-huge and --in-memory, not both"},
    Remedy{"parse device",
           "its driver is not known here: librte-net-af-packet23, librte-net-memif23 and their kin "
           "hold drivers"},
};

// EAL prints some of its errors, and its help, past its log.
class NoPrints {
 public:
  explicit NoPrints(FILE* nowhere)
      : stdout_(std::exchange(stdout, nowhere)), stderr_(std::exchange(stderr, nowhere)) {}
  ~NoPrints() {
    stdout = stdout_;
    stderr = stderr_;
  }
  NoPrints(const NoPrints&) = delete;
  NoPrints& operator=(const NoPrints&) = delete;

 private:
  FILE* const stdout_;
  FILE* const stderr_;
};

// 0, or the error.
int start_eal(const std::vector<std::string>& words) {
  // EAL keeps pointers to them, and writes to the array.
  static std::vector<std::string> kept;
  static std::vector<char*> arguments;
  kept = words;
  kept.insert(kept.begin(), "penstock");
  arguments.clear();
  for (std::string& word : kept) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  FILE* const log = EalLog::instance().stream();
  if (log == nullptr || EalLog::instance().nowhere() == nullptr) return ENOMEM;
  rte_openlog_stream(log);
  const NoPrints prints(EalLog::instance().nowhere());
  // EAL pins the thread that starts it to its main lcore, and threads made later would inherit that.
  cpu_set_t places;
  const bool known = ::pthread_getaffinity_np(::pthread_self(), sizeof places, &places) == 0;
  const int parsed = rte_eal_init(static_cast<int>(kept.size()), arguments.data());
  const int error = parsed < 0 ? rte_errno : 0;
  if (known) ::pthread_setaffinity_np(::pthread_self(), sizeof places, &places);
  std::fflush(log);
  return parsed < 0 && error == 0 ? EINVAL : error;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

std::string eal_reason(std::string fallback) {
  EalComplaints* const present = EalComplaints::present();
  std::string complaints = present == nullptr ? std::string() : present->take();
  return complaints.empty() ? std::move(fallback) : complaints;
}

std::string eal_remedy(const std::string& complaint) {
  for (const Remedy& known : kRemedies) {
    if (complaint.find(known.complaint) != std::string::npos) return known.remedy;
  }
  return {};
}

Result<const Eal*> Eal::start(const std::vector<std::string>& words) {
  static std::mutex mutex;
  static const Eal* started = nullptr;
  static std::string first_failure;
  const std::lock_guard lock(mutex);
  if (started != nullptr && started->arguments() == words) return started;
  if (started != nullptr)
    return fail(Errc::usage, "DPDK", "it was started with other arguments: " + joined(started->arguments()),
                "it starts once a process: give all its users the same arguments");
  PENSTOCK_TRY(check_eal_arguments(words));
  const EalComplaints complaints;
  if (const int error = start_eal(words); error != 0) {
    std::string why = eal_reason(rte_strerror(error));
    if (error == EALREADY && !first_failure.empty())
      return fail(Errc::failed, "DPDK",
                  "it did not start before, and starts once a process: " + first_failure);
    std::string remedy = eal_remedy(why);
    first_failure = why;
    return fail(error == EINVAL && remedy.empty() ? Errc::usage : Errc::failed, "DPDK", std::move(why),
                std::move(remedy));
  }
  started = new Eal(words);
  return started;
}

}  // namespace penstock
