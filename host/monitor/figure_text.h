// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace penstock {

// Figures in at most six characters for columns; "-" where there is none.

// "0", "7.5", "999", "12.6k", "3.4M", "1.2G".
std::string count_text(std::optional<double> value);
// Of bytes a second: "0.0001" would be none of three digits, so that it is "0.00"; "3.21", "12.6", "126".
std::string gigabytes_text(std::optional<double> bytes);
std::string gigabits_text(std::optional<double> bytes);
// Of a part of one: "27 %".
std::string percent_text(std::optional<double> part);
// Of a ratio or so: "2.31".
std::string ratio_text(std::optional<double> value);
// Of bytes: "1.5 GiB", which may be longer.
std::string size_text(std::optional<double> bytes);

}  // namespace penstock
