// SPDX-License-Identifier: Apache-2.0
#include "appliance/devices_command.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "appliance/command_syntax.h"
#include "appliance/device_selftest.h"
#include "appliance/device_text.h"
#include "appliance/driver_table.h"
#include "appliance/json_text.h"
#include "base/size_text.h"
#include "codec/codec.h"
#include "drivers/xclbin/xclbin_list.h"
#include "offload/stranded_buffers.h"
#include "store/posix_file_system.h"
#include "store/replace_file.h"

namespace penstock {
namespace {

// One row of the output: a device, or a kind of which there is none.
struct DeviceRow {
  std::string choice;  // what --device takes
  std::string state;   // "present", "passed", "failed", "absent"
  std::string detail;  // why it is absent or failed
  std::optional<Capabilities> capabilities;
  std::unique_ptr<DeviceHealth> health;  // of one that is there
  std::vector<DeviceFigure> figures;
};

std::string_view operation_text(Operation operation) {
  switch (operation) {
    case Operation::digest:
      return "digest";
    case Operation::encode:
      return "encode";
    case Operation::digest_encode:
      return "digest+encode";
    case Operation::decode:
      return "decode";
  }
  return "?";
}

std::vector<std::string> operation_texts(const Capabilities& capabilities) {
  std::vector<std::string> texts;
  for (const Operation operation : capabilities.operations) texts.emplace_back(operation_text(operation));
  return texts;
}

std::vector<std::string> codec_texts(const Capabilities& capabilities) {
  std::vector<std::string> texts;
  for (const CodecId codec : capabilities.codecs) texts.emplace_back(codec_name(codec));
  return texts;
}

// What the self-test says. Where the device may still touch what is the test's, both stay until the process
// ends, which is soon.
void test(std::unique_ptr<Device> device, DeviceRow& row, Console& console) {
  SelftestOutcome outcome;
  auto made = DeviceSelftest::create(*device);
  if (made) {
    outcome = (*made)->run({});
  } else {
    outcome = {SelftestOutcome::Verdict::failed, made.error().why};
  }
  row.state = "passed";
  if (outcome.verdict == SelftestOutcome::Verdict::silent) {
    row.health->lose(HealthCause::selftest_silent);
  } else {
    row.health->tested(outcome.verdict == SelftestOutcome::Verdict::passed);
  }
  if (outcome.verdict != SelftestOutcome::Verdict::passed) {
    row.state = "failed";
    row.detail = outcome.why;
    console.report({Errc::failed, row.capabilities->name, outcome.why, "do not use this device"});
  }
  if (!made || (*made)->quiet()) return;
  StrandedBuffers stranded(0);
  stranded.keep(std::move(*made));
  stranded.keep(std::move(device));
}

std::vector<DeviceRow> rows_of(const Driver& driver, const DriverOptions& options, bool with_selftest,
                               Console& console) {
  std::vector<DeviceRow> rows;
  const std::string kind(driver.kind);
  const DevicesFound found = driver.find();
  if (found.count == 0) rows.push_back({kind, "absent", found.none_because, {}, {}, {}});
  for (size_t i = 0; i < found.count; ++i) {
    DeviceRow row;
    row.choice = i == 0 ? kind : fmt::format("{}:{}", kind, i);
    auto device = driver.open(i, options);
    if (device) {
      row.state = "present";
      row.capabilities = (*device)->capabilities();
      row.health = std::make_unique<DeviceHealth>();
      row.figures = (*device)->figures();
      if (with_selftest) test(std::move(*device), row, console);
    } else {
      row.state = "failed";
      row.detail = device.error().message();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string row_text(const DeviceRow& row) {
  std::string text = fmt::format("{:<12} {:<8} ", row.choice, row.state);
  if (!row.capabilities) return text + row.detail + "\n";
  const Capabilities& can = *row.capabilities;
  text += fmt::format("{}; {}; {}; jobs of up to {} in {} chunks, {} at a time", can.name,
                      fmt::join(operation_texts(can), ", "), fmt::join(codec_texts(can), ", "),
                      human_size(can.input_bytes_max), can.chunks_max, can.units);
  text += fmt::format("; {}", device_state_text(row.health->state()));
  if (!can.address.empty()) text += "; at " + can.address;
  for (const DeviceFigure& figure : row.figures) {
    // The rest is of work, and there was none.
    if (figure.origin == DeviceFigure::Origin::measured && !figure.unit.empty())
      text += fmt::format("; {} {:g} {}", figure.name, figure.value, figure.unit);
  }
  if (!row.detail.empty()) text += "; " + row.detail;
  return text + "\n";
}

Json row_json(const DeviceRow& row) {
  Json object;
  object["device"] = row.choice;
  object["state"] = row.state;
  if (!row.detail.empty()) set_text(object, "detail", row.detail);
  if (!row.capabilities) return object;
  const Capabilities& can = *row.capabilities;
  set_text(object, "name", can.name);
  object["kind"] = can.kind;
  set_text(object, "address", can.address);
  object["operations"] = operation_texts(can);
  object["codecs"] = codec_texts(can);
  object["input_bytes_max"] = can.input_bytes_max;
  object["chunks_max"] = can.chunks_max;
  object["input_alignment"] = can.input_alignment;
  object["units"] = can.units;
  object["queue_depth"] = can.queue_depth;
  object["shares_host_memory"] = can.shares_host_memory;
  object["emulated"] = can.emulated;
  object["is_cpu"] = can.is_cpu;
  set_health(object, *row.health);
  object["figures"] = figures_json(row.figures);
  return object;
}

// Whoever changes the list holds it, from before it is read until it is written.
Result<std::unique_ptr<FileLock>> lock_list(const std::string& path) {
  constexpr auto kPatience = std::chrono::seconds(60);
  constexpr auto kBetween = std::chrono::milliseconds(20);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto lock = posix_file_system().lock(path + ".lock");
    if (lock || lock.error().code != Errc::locked) return lock;
    if (std::chrono::steady_clock::now() > end)
      return fail(Errc::locked, path, "another process changes it", "wait until it is done and try again");
    std::this_thread::sleep_for(kBetween);
  }
}

Result<TrustedXclbin> add_to_list(const std::string& path, const std::string& file) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail_errno(folder, error.value());
  PENSTOCK_TRY_ASSIGN(const auto lock, lock_list(path));
  PENSTOCK_TRY_ASSIGN(XclbinList list, XclbinList::load(path));
  PENSTOCK_TRY_ASSIGN(TrustedXclbin listed, list.trust(file));
  PENSTOCK_TRY(replace_file(posix_file_system(), folder, path, as_bytes(list.text())));
  return listed;
}

// Lists the program in `file`, and says what was listed.
Result<int> list_program(const std::string& file, bool json, Console& console) {
  PENSTOCK_TRY_ASSIGN(const std::string path, XclbinList::default_path());
  PENSTOCK_TRY_ASSIGN(const TrustedXclbin listed, add_to_list(path, file));
  if (json) {
    Json object;
    set_text(object, "path", listed.path);
    object["sha256"] = listed.sha256.hex();
    object["uuid"] = listed.uuid;
    set_text(object, "platform", listed.platform);
    set_text(object, "list", path);
    print_json(console, object);
  } else {
    console.print(fmt::format("listed {}\n  UUID {}, for {}\n  SHA-256 {}\n  in {}\n", listed.path,
                              listed.uuid, listed.platform.empty() ? "an unnamed platform" : listed.platform,
                              listed.sha256.hex(), path));
  }
  return 0;
}

}  // namespace

void DevicesCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.flag("--selftest", selftest, "send each device work with known answers");
  global.describe_program(syntax);
  syntax.value("--trust", trust, "FILE", "list an FPGA program (xclbin) that cards may work with");
  global.describe_json(syntax);
  syntax.examples(
      "  penstock devices                         in order of priority: --device auto takes the first "
      "present\n"
      "  penstock devices --selftest\n"
      "  penstock devices --trust penstock_u55c.xclbin\n");
}

Result<int> DevicesCommand::run(const GlobalOptions& global, Console& console) const {
  if (!trust.empty()) return list_program(trust, global.json, console);
  const DriverOptions options{.program = global.program, .passed_over = {}};
  bool failed = false;
  JsonArray array(console);
  for (const Driver& driver : driver_table()) {
    for (const DeviceRow& row : rows_of(driver, options, selftest, console)) {
      failed = failed || row.state == "failed";
      if (global.json) {
        array.add(row_json(row));
      } else {
        console.print(row_text(row));
      }
    }
  }
  if (global.json) array.finish();
  return failed ? static_cast<int>(Errc::failed) : 0;
}

}  // namespace penstock
