// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "base/check.h"
#include "codec/codec.h"
#include "fuzz/corpus_writer.h"

namespace penstock {
namespace {

void write_frames(CorpusWriter& corpus) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "a line of text, and its number " + std::to_string(i * i) + "\n";
  Encoder encoder;
  const auto rows = codec_table();
  for (size_t row = 0; row < rows.size(); ++row) {
    std::vector<uint8_t> out(text.size() + 64);
    const auto encoded = encoder.encode({.id = rows[row].id, .level = 1}, as_bytes(text), out);
    const Bytes payload =
        rows[row].id == CodecId::stored ? as_bytes(text) : Bytes(out).first(encoded.value());
    std::vector<uint8_t> input(7);
    input[0] = static_cast<uint8_t>(row);
    store_le(input.data() + 1, static_cast<uint32_t>(text.size()));
    input.insert(input.end(), payload.begin(), payload.end());
    corpus.write("decoder", rows[row].name, input);
  }
}

// A pattern, a line break, a path.
void write_patterns(CorpusWriter& corpus) {
  corpus.write("path_list", "lines", "a\n\n# b\n/c/d \n../e/");
  corpus.write("path_list", "nuls", std::string("a\0new\nline\0/c", 13));
  corpus.write("path_list", "empty-between-nuls", std::string("a\0\0b", 4));
  corpus.write("path_pattern", "anywhere", "node_modules\n/home/a/node_modules/b");
  corpus.write("path_pattern", "from-root", "/home/*/[a-c^]?x\n/home/b/b\xC3\xA9x");
  corpus.write("path_pattern", "any-depth", "a/**/**/b\n/x/a/1/2/b/c");
  corpus.write("path_pattern", "taken-back", "!\\!*\\\\[^\\]-a]\n/!b\\c");
  corpus.write("path_pattern", "many-rows", "*a*a*a*b\n/aaaaaaaaaaaaaaaaaaaaaaaa");
  corpus.write("path_pattern", "malformed", "a/[b-\n/a/b");
}

}  // namespace

void write_stream_seeds(CorpusWriter& corpus) {
  write_frames(corpus);
  write_patterns(corpus);
  for (const char* text : {"64K", "7E", "cdc:16K:64K:256K", "fixed:1M", "zstd:19", "zstd:-3", "lz4",
                           "deflate", "stored", "auto", "full", "payload", "cross", "sample:0.25"}) {
    std::string name = text;
    for (char& letter : name) letter = letter == ':' || letter == '.' ? '-' : letter;
    corpus.write("option_text", name, text);
  }
  // cdc, 64 bytes at least; three splits; literal bytes, zeros, repeated bytes.
  corpus.write("chunker", "cdc",
               std::string_view("\x01\x00\x10\x03\x02\x40\x07\x60"
                                "abcdefghijklmnopqrstuvwxyz012345"
                                "\x01\x00\x08\x02"
                                "a\x00\x02",
                                48));
  corpus.write("chunker", "fixed",
               std::string_view("\x00\x04\x02\x02\x09\x01\x00\x04\x02z\x00\x01\x01\x40\x00", 15));
}

}  // namespace penstock
