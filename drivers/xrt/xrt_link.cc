// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_link.h"

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/xclbin/xclbin_list.h"
#include "drivers/xrt/xrt_attempt.h"
#include "drivers/xrt/xrt_calls.h"
#include "drivers/xrt/xrt_emulation.h"
#include "drivers/xrt/xrt_launch.h"
#include "drivers/xrt/xrt_memory.h"
#include "drivers/xrt/xrt_program.h"
#include "drivers/xrt/xrt_telemetry.h"

namespace penstock {
namespace {

constexpr auto kRuntimeAtRun = std::chrono::milliseconds(20);
constexpr auto kSeeCard = "see docs/xrt.md, and what the system says (dmesg)";

// The kernels by name, and where each has its arguments: kernels/abi/abi.md.
struct KernelShape {
  const char* name;
  std::array<int, 4> arguments;  // by CardBank; -1: it has none
};
constexpr std::array<KernelShape, 4> kKernels = {{{"describe", {-1, -1, 0, -1}},
                                                  {"digest_batch", {0, 1, 2, -1}},
                                                  {"encode_batch", {0, 1, 2, 3}},
                                                  {"decode_batch", {0, 1, 2, 3}}}};

template <xrt::info::device kWhat>
std::string said(const xrt::device& card) {
  const auto text = xrt_attempt("", "", [&] { return card.get_info<kWhat>(); });
  return text ? *text : std::string();
}

class XrtLink final : public CardLink {
 public:
  XrtLink(xrt::device card, std::string name, std::string address)
      : card_(std::move(card)), name_(std::move(name)), address_(std::move(address)) {}

  ~XrtLink() override {
    calls_->later([card = std::move(card_), kernels = std::move(kernels_), runs = std::move(runs_)] {});
  }
  XrtLink(const XrtLink&) = delete;
  XrtLink& operator=(const XrtLink&) = delete;

  // failed: the program lacks a kernel, or wires the same argument of two kernels to different memory.
  Status find_kernels(const xrt::uuid& program) {
    PENSTOCK_TRY(xrt_attempt(name_, "list a program of this release: penstock devices --trust FILE", [&] {
      for (size_t i = 0; i < kKernels.size(); ++i)
        kernels_[i] = xrt::kernel(card_, program, kKernels[i].name);
    }));
    for (size_t i = 0; i < kKernels.size(); ++i) {
      for (size_t bank = 0; bank < groups_.size(); ++bank) {
        const int place = kKernels[i].arguments[bank];
        if (place < 0) continue;
        PENSTOCK_TRY_ASSIGN(const int group,
                            xrt_attempt(name_, kSeeCard, [&] { return kernels_[i].group_id(place); }));
        if (groups_[bank].value_or(group) != group) {
          return fail(Errc::failed, name_,
                      std::string(kKernels[i].name) + " is wired to other memory than the kernels before it",
                      "link the program as bitstreams/ does");
        }
        groups_[bank] = group;
      }
    }
    return {};
  }

  std::string kind() const override { return "xrt"; }
  std::string name() const override { return name_; }
  std::string address() const override { return address_; }
  bool emulated() const override { return xrt_emulated(); }

  Result<std::unique_ptr<CardMemory>> allocate(CardBank bank, size_t bytes) override {
    return calls_->call(
        name_, kSeeCard,
        [card = card_, bytes, where = group(bank), calls = calls_]() -> std::unique_ptr<CardMemory> {
          xrt::bo object(card, bytes, xrt::bo::flags::normal, where);
          auto* const host = object.map<uint8_t*>();
          return std::make_unique<XrtMemory>(std::move(object), MutableBytes(host, bytes), calls);
        });
  }

  Result<std::unique_ptr<CardMemory>> mirror(CardBank bank, Bytes host) override {
    // The runtime has no word for memory that is only read; nothing is ever synced to it.
    const MutableBytes writable(const_cast<uint8_t*>(host.data()), host.size());
    return calls_->call(
        name_, kSeeCard,
        [card = card_, writable, where = group(bank), calls = calls_]() -> std::unique_ptr<CardMemory> {
          xrt::bo object(card, writable.data(), writable.size(), xrt::bo::flags::normal, where);
          return std::make_unique<XrtMemory>(std::move(object), writable, calls);
        });
  }

  Result<std::unique_ptr<CardLaunch>> prepare(CardKernel kernel, const CardArguments& arguments,
                                              LaunchListener& listener) override {
    const std::array<CardMemory*, 4> given = {arguments.request, nullptr, arguments.answer, arguments.arena};
    const KernelShape& shape = kKernels[static_cast<size_t>(kernel)];
    std::vector<std::pair<int, xrt::bo>> objects;
    for (size_t bank = 0; bank < given.size(); ++bank) {
      if (given[bank] != nullptr)
        objects.emplace_back(shape.arguments[bank], static_cast<XrtMemory*>(given[bank])->object());
    }
    const auto make = [of = kernels_[static_cast<size_t>(kernel)], objects = std::move(objects)] {
      xrt::run run(of);
      for (const auto& [place, object] : objects) run.set_arg(place, object);
      return run;
    };
    const int place = shape.arguments[static_cast<size_t>(CardBank::input)];
    const auto input = place < 0 ? std::nullopt : std::optional(place);
    PENSTOCK_TRY_ASSIGN(auto run,
                        calls_->call(name_, kSeeCard, [make, input, hears = &listener, starts = starting_] {
                          return std::make_shared<XrtRun>(make, input, *hears, starts);
                        }));
    const std::lock_guard lock(runs_mutex_);
    runs_.push_back(run);
    return std::make_unique<XrtLaunch>(std::move(run));
  }

  // The runtime's threads are the process's: they only go silent.
  void stop() noexcept override {
    const std::lock_guard lock(runs_mutex_);
    for (const auto& run : runs_) run->silence();
    // In software emulation a thread of the runtime's that has told of an end is at the run for a moment
    // longer, and says nothing of when it is done.
    std::this_thread::sleep_for(kRuntimeAtRun);
  }

  std::vector<DeviceFigure> figures() const override {
    const auto reports = calls_->call(name_, kSeeCard, [card = card_] {
      using What = xrt::info::device;
      return XrtReports{said<What::thermal>(card), said<What::electrical>(card), said<What::pcie_info>(card)};
    });
    return reports ? xrt_figures(*reports) : std::vector<DeviceFigure>();
  }

  std::string near_cpus() const override {
    if (emulated()) return {};
    std::ifstream file("/sys/bus/pci/devices/" + address_ + "/local_cpulist");
    std::string list;
    std::getline(file, list);
    return list;
  }

 private:
  int group(CardBank bank) const { return groups_[static_cast<size_t>(bank)].value(); }

  xrt::device card_;
  const std::string name_;
  const std::string address_;
  std::array<xrt::kernel, 4> kernels_;  // by CardKernel
  const std::shared_ptr<std::mutex> starting_ = std::make_shared<std::mutex>();
  std::mutex runs_mutex_;
  std::vector<std::shared_ptr<XrtRun>> runs_;  // to the end: XrtRun
  std::array<std::optional<int>, 4> groups_;   // by CardBank: memory groups of the runtime
  const std::shared_ptr<XrtCalls> calls_ = std::make_shared<XrtCalls>();
};

}  // namespace

Result<std::unique_ptr<CardLink>> open_xrt_link(const XrtLinkOptions& options) {
  const std::string what = "xrt:" + std::to_string(options.index);
  const EmulationHandlers kept;
  PENSTOCK_TRY_ASSIGN(xrt::device card,
                      xrt_attempt(what, kSeeCard, [&] { return xrt::device(options.index); }));
  // In emulation it is the index, and may be the address of another device here.
  std::string address = xrt_emulated() ? "" : said<xrt::info::device::bdf>(card);
  const std::string platform = said<xrt::info::device::name>(card);
  // Two of a kind have the same name.
  const std::string name = platform + " (" + what + ")";
  PENSTOCK_TRY_ASSIGN(const std::string list_path, XclbinList::default_path());
  PENSTOCK_TRY_ASSIGN(const XclbinList list, XclbinList::load(list_path));
  PENSTOCK_TRY_ASSIGN(const xrt::uuid program,
                      load_xrt_program(card, list, options.may_program, platform, what));
  auto link = std::make_unique<XrtLink>(std::move(card), name, std::move(address));
  PENSTOCK_TRY(link->find_kernels(program));
  return link;
}

}  // namespace penstock
