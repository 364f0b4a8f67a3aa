// SPDX-License-Identifier: Apache-2.0
#include "unit/hls_lz4/sample_extents.h"

#include <algorithm>
#include <string>

namespace penstock {
namespace {

Bytes records(size_t bytes, std::mt19937_64& random) {
  const size_t size = 8 + random() % 60;
  const Bytes model = noise(size, random);
  Bytes made;
  while (made.size() < bytes) {
    made.insert(made.end(), model.begin(), model.end());
    for (int field = 0; field < 2; ++field) {
      made[made.size() - 1 - random() % size] = static_cast<uint8_t>(random() % 7);
    }
  }
  made.resize(bytes);
  return made;
}

Bytes by_turns(size_t bytes, std::mt19937_64& random) {
  Bytes made;
  while (made.size() < bytes) {
    const size_t part = 1 + random() % 5000;
    const Bytes next = random() % 2 == 0 ? noise(part, random) : prose(part, random);
    made.insert(made.end(), next.begin(), next.end());
  }
  made.resize(bytes);
  return made;
}

// Copies of what was before, with bytes changed, lost and put in between.
Bytes edited(size_t bytes, std::mt19937_64& random) {
  Bytes made = by_turns(std::min<size_t>(bytes, 300 + random() % 4000), random);
  while (made.size() < bytes) {
    const size_t from = random() % made.size();
    const size_t part = std::min<size_t>(1 + random() % 3000, made.size() - from);
    Bytes copy(made.begin() + std::ptrdiff_t(from), made.begin() + std::ptrdiff_t(from + part));
    for (int change = 0; change < 3; ++change) copy[random() % copy.size()] ^= static_cast<uint8_t>(random());
    if (random() % 2 == 0) copy.erase(copy.begin() + std::ptrdiff_t(random() % copy.size()));
    made.insert(made.end(), copy.begin(), copy.end());
    made.push_back(static_cast<uint8_t>(random()));
  }
  made.resize(bytes);
  return made;
}

}  // namespace

Bytes noise(size_t bytes, std::mt19937_64& random) {
  Bytes made(bytes);
  for (uint8_t& byte : made) byte = static_cast<uint8_t>(random());
  return made;
}

Bytes prose(size_t bytes, std::mt19937_64& random) {
  std::vector<std::string> words;
  for (int i = 0; i < 400; ++i) {
    std::string word;
    const size_t letters = 1 + random() % 9;
    for (size_t letter = 0; letter < letters; ++letter) word += static_cast<char>('a' + random() % 26);
    words.push_back(word + (random() % 10 == 0 ? ", " : " "));
  }
  Bytes made;
  while (made.size() < bytes) {
    const std::string& word = words[std::min(random() % words.size(), random() % words.size())];
    made.insert(made.end(), word.begin(), word.end());
  }
  made.resize(bytes);
  return made;
}

Bytes periodic(size_t bytes, size_t period, std::mt19937_64& random) {
  Bytes made = noise(std::min(bytes, period), random);
  made.resize(bytes);
  for (size_t i = period; i < bytes; ++i) made[i] = made[i - period];
  return made;
}

Bytes sample_extent(size_t bytes, std::mt19937_64& random) {
  switch (random() % 7) {
    case 0:
      return Bytes(bytes);
    case 1:
      return noise(bytes, random);
    case 2:
      return prose(bytes, random);
    case 3:
      return periodic(bytes, 1 + random() % (random() % 2 == 0 ? 40 : 70000), random);
    case 4:
      return records(bytes, random);
    case 5:
      return by_turns(bytes, random);
    default:
      return edited(bytes, random);
  }
}

}  // namespace penstock
