// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace penstock {

// The numbers of a list as the kernel writes them: "0-3,8". Empty where the text is none.
std::vector<unsigned> parse_cpu_list(std::string_view text);

// Keeps the calling thread to those of them that it may run on; where there are none it stays as it is.
void run_on_cpus(const std::vector<unsigned>& cpus) noexcept;

}  // namespace penstock
