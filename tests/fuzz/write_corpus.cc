// SPDX-License-Identifier: Apache-2.0
// write_corpus FOLDER: writes the seeds that are checked in under tests/fuzz/corpus, by our own encoders.
#include <cstdio>

#include "fuzz/corpus_writer.h"

int main(int argc, char** argv) {
  using namespace penstock;
  if (argc != 2) {
    std::fputs("usage: write_corpus FOLDER\n", stderr);
    return 2;
  }
  CorpusWriter corpus(argv[1]);
  write_dag_seeds(corpus);
  write_tree_seeds(corpus);
  write_meta_seeds(corpus);
  write_store_seeds(corpus);
  write_stream_seeds(corpus);
  write_shim_seeds(corpus);
  write_gateway_seeds(corpus);
  write_intake_seeds(corpus);
  write_frame_seeds(corpus);
  return 0;
}
