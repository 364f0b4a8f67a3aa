// SPDX-License-Identifier: Apache-2.0
#include "xrt/process_sample.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace penstock {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of the line that begins with `name` and a colon; 0 where there is none.
uint64_t number_of(std::string_view status, std::string_view name) {
  const std::string wanted = "\n" + std::string(name) + ":";
  const size_t line = status.find(wanted);
  if (line == std::string_view::npos) return 0;
  const size_t digits = status.find_first_of("0123456789", line + wanted.size());
  if (digits == std::string_view::npos) return 0;
  uint64_t number = 0;
  std::from_chars(status.data() + digits, status.data() + status.size(), number);
  return number;
}

}  // namespace

ProcessSample ProcessSample::of(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  const std::string status = read_text(folder + "/status");
  ProcessSample sample;
  sample.memory_kib = number_of(status, "RssAnon") + number_of(status, "RssShmem");
  sample.resident_kib = number_of(status, "VmRSS");
  sample.threads = number_of(status, "Threads");
  std::error_code error;
  for (const auto& descriptor : std::filesystem::directory_iterator(folder + "/fd", error)) {
    static_cast<void>(descriptor);
    ++sample.descriptors;
  }
  return sample;
}

std::string ProcessSample::text() const {
  return fmt::format("{:>7} KiB ({:>7} with files), {:>2} descriptors, {:>2} threads", memory_kib,
                     resident_kib, descriptors, threads);
}

std::vector<pid_t> children_named(const std::string& name) {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string number = entry.path().filename();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string status = read_text(entry.path() / "status");
    const bool ours = number_of(status, "PPid") == static_cast<uint64_t>(::getpid());
    if (ours && status.starts_with("Name:\t" + name + "\n"))
      found.push_back(static_cast<pid_t>(std::stol(number)));
  }
  return found;
}

}  // namespace penstock
