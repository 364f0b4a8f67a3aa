// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// Runs a filter of the system such as "gzip -dc" over `input`; what it wrote, or nothing if it failed.
inline std::optional<std::vector<uint8_t>> run_tool(const std::string& command, Bytes input) {
  char path[] = "/tmp/penstock_tool_XXXXXX";
  const int file = mkstemp(path);
  if (file < 0) return std::nullopt;
  close(file);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  std::optional<std::vector<uint8_t>> output;
  // NOLINTNEXTLINE(cert-env33-c): the command is the test's own
  if (FILE* pipe = popen((command + " < " + path).c_str(), "r")) {
    output.emplace();
    uint8_t part[65536];
    while (const size_t read = std::fread(part, 1, sizeof part, pipe))
      output->insert(output->end(), part, part + read);
    if (pclose(pipe) != 0) output.reset();
  }
  std::remove(path);
  return output;
}

}  // namespace penstock
