// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_emulation.h"

#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>

namespace penstock {
namespace {

constexpr auto kRemedy = "emulation/with-card sets it up";
constexpr auto kSocketsRemedy = "the runtime's sockets lie in /tmp/$USER: choose another USER, or mend that";
constexpr std::string_view kSocketNameMax = "/device99_99_4194304";
// That it starts as the card, under XILINX_VITIS.
constexpr auto kModel = "/data/emulation/unified/cpu_em/generic_pcie/model/genericpciemodel";

// By doing it: what may be written is not all that keeps one from it.
Status check_writable(const std::string& what, const std::string& folder, const char* remedy) {
  std::string name = folder + "/penstock-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return fail_errno(what, errno, remedy);
  ::rmdir(name.c_str());
  return {};
}

Status check_run_folder() {
  const char* const folder = std::getenv("SDACCEL_EM_RUN_DIR");
  if (folder == nullptr) return check_writable("the working folder, as SDACCEL_EM_RUN_DIR", ".", kRemedy);
  return check_writable(std::string("SDACCEL_EM_RUN_DIR=") + folder, folder, kRemedy);
}

Status prepare_socket_folder() {
  const char* const user = std::getenv("USER");
  const std::string folder = user == nullptr ? "/tmp" : std::string("/tmp/") + user;
  if (folder.size() + kSocketNameMax.size() >= sizeof(sockaddr_un::sun_path))
    return fail(Errc::failed, folder, "is too long for the name of a socket", kSocketsRemedy);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Errc::failed, folder, error.message(), kSocketsRemedy);
  return check_writable(folder, folder, kSocketsRemedy);
}

Status check_model() {
  const char* const vitis = std::getenv("XILINX_VITIS");
  if (vitis == nullptr) return fail(Errc::failed, "XILINX_VITIS", "is not set", kRemedy);
  const std::string model = std::string(vitis) + kModel;
  if (::access(model.c_str(), X_OK) != 0) return fail_errno("XILINX_VITIS: " + model, errno, kRemedy);
  return {};
}

}  // namespace

bool xrt_emulated() {
  return std::getenv("XCL_EMULATION_MODE") != nullptr;
}

DevicesFound find_emulated_xrt_cards() {
  const char* const folder = std::getenv("EMCONFIG_PATH");
  const std::string path = std::string(folder == nullptr ? "." : folder) + "/emconfig.json";
  DevicesFound found = {0,
                        path + ", from EMCONFIG_PATH, lists no emulated card; emulation/with-card writes it"};
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto config = nlohmann::json::parse(text, nullptr, false);
  const nlohmann::json::json_pointer first("/Platform/Boards/0/Devices/0/NumDevices");
  if (!config.is_object() || !config.contains(first) || !config[first].is_string()) return found;
  const auto& number = config[first].get_ref<const std::string&>();
  std::from_chars(number.data(), number.data() + number.size(), found.count);
  return found;
}

const EmulationHandlers::Handlers& EmulationHandlers::before() {
  static const Handlers handlers = [] {
    Handlers now{};
    for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], nullptr, &now[i]);
    return now;
  }();
  return handlers;
}

EmulationHandlers::EmulationHandlers() {
  if (xrt_emulated()) static_cast<void>(before());
}

EmulationHandlers::~EmulationHandlers() {
  if (!xrt_emulated()) return;
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before()[i], nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // it writes to the card's process, whether that is there or not
}

Status prepare_xrt_emulation() {
  const char* const mode = std::getenv("XCL_EMULATION_MODE");
  if (mode == nullptr || mode != std::string_view("sw_emu")) return {};
  PENSTOCK_TRY(check_run_folder());
  PENSTOCK_TRY(prepare_socket_folder());
  return check_model();
}

}  // namespace penstock
