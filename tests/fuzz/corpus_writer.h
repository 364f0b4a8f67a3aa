// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"

namespace penstock {

// Writes the seeds of the corpora, one file each: FOLDER/TARGET/NAME.
class CorpusWriter {
 public:
  explicit CorpusWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(std::string_view target, std::string_view name, Bytes input) {
    std::filesystem::create_directories(folder_ / target);
    std::ofstream file(folder_ / target / name, std::ios::binary);
    file.write(as_text(input).data(), static_cast<std::streamsize>(input.size()));
    PENSTOCK_CHECK(file.good());
  }
  void write(std::string_view target, std::string_view name, std::string_view input) {
    write(target, name, as_bytes(input));
  }

 private:
  std::filesystem::path folder_;
};

void write_dag_seeds(CorpusWriter& corpus);
void write_tree_seeds(CorpusWriter& corpus);
void write_meta_seeds(CorpusWriter& corpus);
void write_store_seeds(CorpusWriter& corpus);
void write_stream_seeds(CorpusWriter& corpus);
void write_shim_seeds(CorpusWriter& corpus);
void write_gateway_seeds(CorpusWriter& corpus);
void write_intake_seeds(CorpusWriter& corpus);
void write_frame_seeds(CorpusWriter& corpus);

}  // namespace penstock
