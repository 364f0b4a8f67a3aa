// SPDX-License-Identifier: Apache-2.0
#include "emulation/card/emulated_card.h"

#include <array>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "drivers/batch/card_device.h"
#include "emulation/card/compute_unit.h"
#include "emulation/card/emulated_memory.h"
#include "emulation/card/memory_bank.h"

namespace penstock {
namespace {

// Nothing was synthesised: what the kernels are written for (docs/hls.md).
constexpr double kClockHz = 300e6;

class EmulatedLaunch final : public CardLaunch {
 public:
  EmulatedLaunch(ComputeUnit& unit, const KernelArguments& arguments, bool takes_input,
                 LaunchListener& listener)
      : unit_(&unit), arguments_(arguments), takes_input_(takes_input), listener_(&listener) {}

  bool start(CardMemory* input, uint64_t token) noexcept override {
    auto* const memory = dynamic_cast<EmulatedMemory*>(input);
    if (takes_input_ != (memory != nullptr)) return false;
    if (takes_input_ && memory->bank().role() != CardBank::input) return false;
    KernelArguments arguments = arguments_;
    if (takes_input_) arguments.input = memory->device();
    unit_->launch(arguments, *listener_, token);
    return true;
  }

 private:
  ComputeUnit* unit_;
  KernelArguments arguments_;
  bool takes_input_;
  LaunchListener* listener_;
};

class EmulatedCard final : public CardLink {
 public:
  explicit EmulatedCard(const EmulatedCardOptions& options)
      : name_("emulated card " + std::to_string(options.number)),
        banks_{{{CardBank::request, name_ + ", bank of requests", options.bank_bytes},
                {CardBank::input, name_ + ", bank of inputs", options.bank_bytes},
                {CardBank::answer, name_ + ", bank of answers", options.bank_bytes},
                {CardBank::arena, name_ + ", bank of outputs", options.bank_bytes}}} {}

  std::string kind() const override { return "card"; }
  std::string name() const override { return name_; }
  std::string address() const override { return {}; }
  bool emulated() const override { return true; }

  Result<std::unique_ptr<CardMemory>> allocate(CardBank bank, size_t bytes) override {
    PENSTOCK_TRY_ASSIGN(auto memory, EmulatedMemory::allocate(banks_[static_cast<size_t>(bank)], bytes));
    return memory;
  }
  Result<std::unique_ptr<CardMemory>> mirror(CardBank bank, Bytes host) override {
    PENSTOCK_TRY_ASSIGN(auto memory, EmulatedMemory::mirror(banks_[static_cast<size_t>(bank)], host));
    return memory;
  }

  Result<std::unique_ptr<CardLaunch>> prepare(CardKernel kernel, const CardArguments& arguments,
                                              LaunchListener& listener) override {
    const bool batch = kernel != CardKernel::describe;
    const bool arena = kernel == CardKernel::encode || kernel == CardKernel::decode;
    KernelArguments held;
    PENSTOCK_TRY_ASSIGN(held.request, argument(arguments.request, CardBank::request, batch));
    PENSTOCK_TRY_ASSIGN(held.answer, argument(arguments.answer, CardBank::answer, true));
    PENSTOCK_TRY_ASSIGN(held.arena, argument(arguments.arena, CardBank::arena, arena));
    return std::make_unique<EmulatedLaunch>(units_[static_cast<size_t>(kernel)], held, batch, listener);
  }

  void stop() noexcept override {
    for (ComputeUnit& unit : units_) unit.stop();
  }

  std::vector<DeviceFigure> figures() const override {
    std::vector<DeviceFigure> figures;
    for (const CardKernel kernel : {CardKernel::digest, CardKernel::encode, CardKernel::decode}) {
      const ComputeUnit& unit = units_[static_cast<size_t>(kernel)];
      const double seconds = static_cast<double>(unit.clocks()) / kClockHz;
      const std::string text(card_kernel_text(kernel));
      figures.push_back(
          {"launches_" + text, static_cast<double>(unit.launches()), "", DeviceFigure::Origin::measured});
      figures.push_back({"seconds_" + text, seconds, "s", DeviceFigure::Origin::modelled});
    }
    figures.push_back({"clock", kClockHz / 1e6, "MHz", DeviceFigure::Origin::assumed});
    return figures;
  }

 private:
  // An argument in the bank that the kernel is wired to.
  Result<MutableBytes> argument(CardMemory* memory, CardBank bank, bool wanted) const {
    auto* const emulated = dynamic_cast<EmulatedMemory*>(memory);
    const bool right = wanted ? emulated != nullptr && emulated->bank().role() == bank : memory == nullptr;
    if (!right) return fail(Errc::failed, name_, "a kernel's argument lies in another bank", "report this");
    return wanted ? emulated->device() : MutableBytes{};
  }

  const std::string name_;
  std::array<MemoryBank, 4> banks_;  // by CardBank
  std::array<ComputeUnit, 4> units_{{ComputeUnit(CardKernel::describe), ComputeUnit(CardKernel::digest),
                                     ComputeUnit(CardKernel::encode), ComputeUnit(CardKernel::decode)}};
};

}  // namespace

std::unique_ptr<CardLink> make_emulated_card(const EmulatedCardOptions& options) {
  return std::make_unique<EmulatedCard>(options);
}

DevicesFound find_emulated_cards() {
  return {4, {}};
}

Result<std::unique_ptr<Device>> open_emulated_card(size_t number, const DriverOptions&) {
  EmulatedCardOptions options;
  options.number = static_cast<unsigned>(number);
  return open_card(make_emulated_card(options));
}

}  // namespace penstock
