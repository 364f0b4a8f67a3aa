// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "gateway/made_answer.h"
#include "intake/partial_uploads.h"
#include "intake/stored_upload.h"

namespace penstock {

inline constexpr std::string_view kUploadsPath = "/uploads/";

// Answers about uploads in parts (draft-ietf-httpbis-resumable-upload).

// 201 or 204: so much is durable, and more may come.
MadeAnswer partial_created_answer(const std::string& token, uint64_t offset, int64_t age_s,
                                  uint64_t bytes_max);
MadeAnswer partial_kept_answer(uint64_t offset);
// 204 to a HEAD.
MadeAnswer partial_state_answer(const PartialUploads::Found& found, uint64_t bytes_max);
MadeAnswer partial_gone_answer();
// 409: the body goes on elsewhere than what is durable ends.
MadeAnswer mismatch_answer(uint64_t offset, uint64_t given);
// 400: it has been completed with other bytes.
MadeAnswer completed_answer(uint64_t bytes);
// 201, of any upload: it is committed.
MadeAnswer stored_answer(const StoredUpload& stored);

}  // namespace penstock
