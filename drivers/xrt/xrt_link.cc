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
#include "drivers/xrt/xrt_emulation.h"
#include "drivers/xrt/xrt_launch.h"
#include "drivers/xrt/xrt_memory.h"
#include "drivers/xrt/xrt_program.h"
#include "drivers/xrt/xrt_telemetry.h"

namespace penstock {
namespace {

constexpr auto kRuntimeAtRun = std::chrono::milliseconds(20);
constexpr auto kSeeCard = "see what the runtime says (xbutil examine, dmesg)";

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
    return xrt_attempt(name_, kSeeCard, [&]() -> std::unique_ptr<CardMemory> {
      xrt::bo object(card_, bytes, xrt::bo::flags::normal, group(bank));
      auto* const host = object.map<uint8_t*>();
      return std::make_unique<XrtMemory>(std::move(object), MutableBytes(host, bytes));
    });
  }

  Result<std::unique_ptr<CardMemory>> mirror(CardBank bank, Bytes host) override {
    // The runtime has no word for memory that is only read; nothing is ever synced to it.
    auto* const writable = const_cast<uint8_t*>(host.data());
    return xrt_attempt(name_, "allow more locked memory (ulimit -l)", [&]() -> std::unique_ptr<CardMemory> {
      xrt::bo object(card_, writable, host.size(), xrt::bo::flags::normal, group(bank));
      return std::make_unique<XrtMemory>(std::move(object), MutableBytes(writable, host.size()));
    });
  }

  Result<std::unique_ptr<CardLaunch>> prepare(CardKernel kernel, const CardArguments& arguments,
                                              LaunchListener& listener) override {
    const std::array<CardMemory*, 4> given = {arguments.request, nullptr, arguments.answer, arguments.arena};
    const KernelShape& shape = kKernels[static_cast<size_t>(kernel)];
    return xrt_attempt(name_, kSeeCard, [&]() -> std::unique_ptr<CardLaunch> {
      xrt::run run(kernels_[static_cast<size_t>(kernel)]);
      for (size_t bank = 0; bank < given.size(); ++bank) {
        if (given[bank] != nullptr)
          run.set_arg(shape.arguments[bank], static_cast<XrtMemory*>(given[bank])->object());
      }
      const int input = shape.arguments[static_cast<size_t>(CardBank::input)];
      auto made =
          std::make_shared<XrtRun>(std::move(run), input < 0 ? std::nullopt : std::optional(input), listener);
      const std::lock_guard lock(runs_mutex_);
      runs_.push_back(made);
      return std::make_unique<XrtLaunch>(std::move(made));
    });
  }

  // The runtime's threads are the process's: they only go silent.
  void stop() noexcept override {
    const std::lock_guard lock(runs_mutex_);
    for (const auto& run : runs_) run->silence();
    // A thread of the runtime's that has told of an end is at the run for a moment longer, and says nothing
    // of when it is done.
    std::this_thread::sleep_for(kRuntimeAtRun);
  }

  std::vector<DeviceFigure> figures() const override {
    using What = xrt::info::device;
    return xrt_figures(
        {said<What::thermal>(card_), said<What::electrical>(card_), said<What::pcie_info>(card_)});
  }

  std::string near_cpus() const override {
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
  std::mutex runs_mutex_;
  std::vector<std::shared_ptr<XrtRun>> runs_;  // to the end: XrtRun
  std::array<std::optional<int>, 4> groups_;   // by CardBank: memory groups of the runtime
};

}  // namespace

Result<std::unique_ptr<CardLink>> open_xrt_link(const XrtLinkOptions& options) {
  const std::string what = "xrt:" + std::to_string(options.index);
  PENSTOCK_TRY_ASSIGN(xrt::device card,
                      xrt_attempt(what, kSeeCard, [&] { return xrt::device(options.index); }));
  std::string address = said<xrt::info::device::bdf>(card);
  // Two of a kind have the same name.
  const std::string name = said<xrt::info::device::name>(card) + " (" + what + ")";
  PENSTOCK_TRY_ASSIGN(const std::string list_path, XclbinList::default_path());
  PENSTOCK_TRY_ASSIGN(const XclbinList list, XclbinList::load(list_path));
  PENSTOCK_TRY_ASSIGN(const xrt::uuid program, choose_xrt_program(card, list, options.may_program, what));
  auto link = std::make_unique<XrtLink>(std::move(card), name, std::move(address));
  PENSTOCK_TRY(link->find_kernels(program));
  return link;
}

}  // namespace penstock
