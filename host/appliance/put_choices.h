// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/transfer_display.h"
#include "appliance/tree_survey.h"
#include "base/result.h"
#include "ingest/entry_stream.h"
#include "offload/dispatcher.h"
#include "pipeline/put.h"

namespace penstock {

// How data is to be cut, encoded and checked, in the words of the command line.
struct PutChoices {
  std::string chunker;
  std::string codec;
  std::string profile;  // "default" or "ipfs", which has a chunker and a layout of its own
  std::string verify;
  std::string threads;
};

// usage error: one of them is malformed.
Result<PutOptions> parse_put_choices(const PutChoices& choices);

// SIZE of what is stored between checkpoints; none where it is 0. usage error: it is malformed.
Result<std::optional<CheckpointInterval>> parse_checkpoint(const std::string& size);

// usage error: the devices are to check each other, and there is none but the CPU. With one the host checks
// it.
Status check_devices_serve(const Dispatcher& devices, const PutOptions& options);

// The paths, or standard input, called `name` or "-", where "-" is the only one.
Result<std::unique_ptr<EntryStream>> open_inputs(const std::vector<std::string>& paths,
                                                 const std::string& name);
// What a put with metadata reads.
struct PutInputs {
  std::unique_ptr<EntryStream> entries;
  MetadataOptions metadata;        // none is kept of standard input
  std::vector<std::string> names;  // of the paths, as given
  std::vector<std::string> paths;  // these, as the walk names them
};
// `wanted`: what is chosen, of a walk with metadata.
Result<PutInputs> open_put_inputs(const std::vector<std::string>& paths, const std::string& name,
                                  EntryOptions wanted);
// Brings what stands in order of names back into that of the paths.
void order_as_given(std::vector<PutRoot>& roots, const std::vector<std::string>& names);
bool is_standard_input(const std::vector<std::string>& paths);

// What a display of reading them may take for the whole: a survey of the paths, which `survey` is to keep for
// as long, or the size of a file on standard input. Unknown, and no work is done, where nobody looks.
TransferDisplay::Total input_total(const std::vector<std::string>& paths, const Console& console,
                                   std::unique_ptr<TreeSurvey>& survey);

}  // namespace penstock
