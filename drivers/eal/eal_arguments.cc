// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal_arguments.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace penstock {
namespace {

enum class Value : uint8_t { none, needed, optional };

struct EalOption {
  std::string_view name;
  Value value;
};

constexpr std::array kOptions{
    EalOption{"allow", Value::needed},
    EalOption{"base-virtaddr", Value::needed},
    EalOption{"block", Value::needed},
    EalOption{"create-uio-dev", Value::none},
    EalOption{"file-prefix", Value::needed},
    EalOption{"force-max-simd-bitwidth", Value::needed},
    EalOption{"huge-dir", Value::needed},
    EalOption{"huge-unlink", Value::optional},
    EalOption{"huge-worker-stack", Value::optional},
    EalOption{"in-memory", Value::none},
    EalOption{"iova-mode", Value::needed},
    EalOption{"lcores", Value::needed},
    EalOption{"legacy-mem", Value::none},
    EalOption{"log-level", Value::needed},
    EalOption{"main-lcore", Value::needed},
    EalOption{"match-allocations", Value::none},
    EalOption{"mbuf-pool-ops-name", Value::needed},
    EalOption{"no-hpet", Value::none},
    EalOption{"no-huge", Value::none},
    EalOption{"no-pci", Value::none},
    EalOption{"no-shconf", Value::none},
    EalOption{"no-telemetry", Value::none},
    EalOption{"proc-type", Value::needed},
    EalOption{"single-file-segments", Value::none},
    EalOption{"socket-limit", Value::needed},
    EalOption{"socket-mem", Value::needed},
    EalOption{"syslog", Value::needed},
    EalOption{"telemetry", Value::none},
    EalOption{"trace", Value::needed},
    EalOption{"trace-bufsz", Value::needed},
    EalOption{"trace-dir", Value::needed},
    EalOption{"trace-mode", Value::needed},
    EalOption{"vdev", Value::needed},
    EalOption{"vfio-intr", Value::needed},
    EalOption{"vfio-vf-token", Value::needed},
    EalOption{"vmware-tsc-map", Value::none},
};

constexpr std::string_view kShortWithValue = "abcsdlSmnr";
constexpr std::string_view kShortAlone = "v";

Failure wrong(std::string_view word, std::string why, std::string remedy = {}) {
  return fail(Errc::usage, "EAL argument '" + std::string(word) + "'", std::move(why), std::move(remedy));
}

Status check_value(std::string_view word, std::string_view name, std::string_view value) {
  if (value.empty()) return wrong(word, "it needs a value");
  if (name == "log-level" && value.find("help") != std::string_view::npos)
    return wrong(word, "EAL would print a list and end the process");
  if (name == "proc-type" && value != "primary")
    return wrong(word, "this process owns its ports", "leave it out, or give a --file-prefix of its own");
  return {};
}

// How many words the option takes.
Result<size_t> check_long(const std::vector<std::string>& words, size_t at) {
  const std::string_view word = words[at];
  const size_t equals = word.find('=');
  const std::string_view name = word.substr(2, equals == std::string_view::npos ? equals : equals - 2);
  const auto* const option = std::ranges::find(kOptions, name, &EalOption::name);
  if (name == "help") return wrong(word, "EAL would print its help and end the process");
  if (option == kOptions.end())
    return wrong(word, "EAL has no such option",
                 "options are written whole, as dpdk-testpmd --help lists them");
  const bool has_value = equals != std::string_view::npos;
  if (has_value && option->value == Value::none) return wrong(word, "it takes no value");
  if (has_value) {
    PENSTOCK_TRY(check_value(word, name, word.substr(equals + 1)));
    return size_t{1};
  }
  if (option->value != Value::needed) return size_t{1};
  if (at + 1 == words.size()) return wrong(word, "it needs a value");
  PENSTOCK_TRY(check_value(word, name, words[at + 1]));
  return size_t{2};
}

Result<size_t> check_short(const std::vector<std::string>& words, size_t at) {
  const std::string_view word = words[at];
  for (size_t i = 1; i < word.size(); ++i) {
    if (kShortAlone.find(word[i]) != std::string_view::npos) continue;
    if (word[i] == 'h') return wrong(word, "EAL would print its help and end the process");
    if (kShortWithValue.find(word[i]) == std::string_view::npos) return wrong(word, "EAL has no such option");
    if (i + 1 < word.size()) return size_t{1};
    if (at + 1 == words.size() || words[at + 1].empty()) return wrong(word, "it needs a value");
    return size_t{2};
  }
  return size_t{1};
}

}  // namespace

Result<std::vector<std::string>> split_eal_arguments(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool within = false;  // a word, be it an empty one in quotes
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      within = true;
    } else if (c == ' ') {
      if (within) words.push_back(std::exchange(word, {}));
      within = false;
    } else {
      word += c;
      within = true;
    }
  }
  if (quote != 0) return fail(Errc::usage, "EAL arguments", "a quote is not closed");
  if (within) words.push_back(std::move(word));
  return words;
}

Status check_eal_arguments(const std::vector<std::string>& words) {
  for (size_t at = 0; at < words.size();) {
    const std::string_view word = words[at];
    if (word.find('\0') != std::string_view::npos) return wrong("", "it contains a zero byte");
    if (word.size() < 2 || word[0] != '-' || word == "--")
      return wrong(word, "an option was expected", "EAL's arguments stand between 'dpdk:' and ';'");
    PENSTOCK_TRY_ASSIGN(const size_t taken, word[1] == '-' ? check_long(words, at) : check_short(words, at));
    at += taken;
  }
  return {};
}

}  // namespace penstock
