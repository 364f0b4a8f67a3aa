// SPDX-License-Identifier: Apache-2.0
#include "appliance/init_command.h"

#include <fmt/format.h>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/json_text.h"
#include "chunking/chunker_spec.h"
#include "codec/codec.h"
#include "store/file_system.h"
#include "store/store.h"

namespace penstock {
namespace {

// The store's own directory is Store::init's to make; those above it, which the default place may lack, are
// made here, each durable before the next stands in it.
Status make_parents(FileSystem& files, const std::string& directory) {
  for (size_t slash = directory.find('/', 1); slash != std::string::npos;
       slash = directory.find('/', slash + 1)) {
    const std::string parent = directory.substr(0, slash);
    if (directory.find_first_not_of('/', slash) == std::string::npos) break;
    PENSTOCK_TRY_ASSIGN(const bool there, files.exists(parent));
    if (there) continue;
    PENSTOCK_TRY(files.make_directory(parent));
    const size_t above = parent.rfind('/');
    PENSTOCK_TRY(files.sync_directory(above == std::string::npos ? "."
                                      : above == 0               ? "/"
                                                                 : parent.substr(0, above)));
  }
  return {};
}

}  // namespace

void InitCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  global.describe_store(syntax);
  syntax.value("--chunker", chunker, "SPEC",
               "where its puts cut: cdc:MIN:AVG:MAX or fixed:SIZE (default cdc:16K:64K:256K)");
  syntax.value("--codec", codec, "CODEC",
               "what its puts encode with: auto, lz4, zstd[:LEVEL], deflate or stored (default auto)");
  global.describe_json(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock init                            in the default place\n"
      "  penstock init -s /srv/archive            in a directory, made if it is not there\n"
      "  penstock init -s /srv/vm --chunker fixed:64K --codec lz4\n");
}

Result<int> InitCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
  PENSTOCK_TRY_ASSIGN(const ChunkerSpec chunker_spec, parse_chunker(chunker));
  PENSTOCK_TRY(parse_codec(codec));
  StoreConfig config;
  config.chunker = chunker_text(chunker_spec);
  config.codec = codec;
  FileSystem& files = posix_file_system();
  PENSTOCK_TRY(make_parents(files, directory));
  PENSTOCK_TRY(Store::init(files, directory, config));
  if (global.json) {
    PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
    Json report;
    set_text(report, "store", directory);
    report["uuid"] = store->config().uuid;
    report["chunker"] = store->config().chunker;
    report["codec"] = store->config().codec;
    print_json(console, report);
  }
  console.summary(fmt::format("{}: an empty store, chunker {}, codec {}", directory, config.chunker, codec));
  return 0;
}

}  // namespace penstock
