// SPDX-License-Identifier: Apache-2.0
#include "gateway/partial_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/held_body.h"

namespace penstock {
namespace {

constexpr const char* kProblemMediaType = "application/problem+json";
constexpr const char* kProblems = "https://iana.org/assignments/http-problem-types#";

void add_state(MadeAnswer& answer, uint64_t offset, bool complete) {
  answer.head.fields.push_back({"upload-offset", std::to_string(offset)});
  answer.head.fields.push_back({"upload-complete", complete ? "?1" : "?0"});
}

void add_limit(MadeAnswer& answer, int64_t age_s, uint64_t bytes_max) {
  answer.head.fields.push_back({"upload-limit", "max-age=" + std::to_string(std::max<int64_t>(age_s, 0)) +
                                                    ", max-size=" + std::to_string(bytes_max)});
}

MadeAnswer empty_answer(unsigned status) {
  MadeAnswer answer;
  answer.head.status = status;
  // 204 has no body, and so no length of one.
  if (status != 204) answer.head.content_bytes = 0;
  answer.head.fields.push_back({"cache-control", "no-store"});
  return answer;
}

MadeAnswer problem_answer(unsigned status, const nlohmann::ordered_json& problem) {
  MadeAnswer answer = held_answer(status, kProblemMediaType, problem.dump() + "\n");
  answer.head.fields.push_back({"cache-control", "no-store"});
  return answer;
}

}  // namespace

MadeAnswer partial_created_answer(const std::string& token, uint64_t offset, int64_t age_s,
                                  uint64_t bytes_max) {
  MadeAnswer answer = empty_answer(201);
  answer.head.fields.push_back({"location", std::string(kUploadsPath) + token});
  add_state(answer, offset, false);
  add_limit(answer, age_s, bytes_max);
  return answer;
}

MadeAnswer partial_kept_answer(uint64_t offset) {
  MadeAnswer answer = empty_answer(204);
  add_state(answer, offset, false);
  return answer;
}

MadeAnswer partial_state_answer(const PartialUploads::Found& found, uint64_t bytes_max) {
  MadeAnswer answer = empty_answer(204);
  add_state(answer, found.offset, found.result.has_value());
  add_limit(answer, found.seconds_left, bytes_max);
  const std::optional<uint64_t> bytes = found.result ? found.result->bytes : found.bytes;
  if (bytes) answer.head.fields.push_back({"upload-length", std::to_string(*bytes)});
  return answer;
}

MadeAnswer partial_gone_answer() {
  return empty_answer(204);
}

MadeAnswer mismatch_answer(uint64_t offset, uint64_t given) {
  nlohmann::ordered_json problem;
  problem["type"] = std::string(kProblems) + "mismatching-upload-offset";
  problem["title"] = "the upload goes on elsewhere";
  problem["expected-offset"] = offset;
  problem["provided-offset"] = given;
  MadeAnswer answer = problem_answer(409, problem);
  add_state(answer, offset, false);
  return answer;
}

MadeAnswer completed_answer(uint64_t bytes) {
  nlohmann::ordered_json problem;
  problem["type"] = std::string(kProblems) + "completed-upload";
  problem["title"] = "the upload is complete";
  MadeAnswer answer = problem_answer(400, problem);
  add_state(answer, bytes, true);
  return answer;
}

MadeAnswer stored_answer(const StoredUpload& stored) {
  nlohmann::ordered_json json;
  json["cid"] = stored.cid.text();
  json["commit"] = stored.commit.text();
  json["bytes"] = stored.bytes;
  MadeAnswer answer = held_answer(201, "application/json", json.dump() + "\n");
  answer.head.fields.push_back({"location", "/ipfs/" + stored.cid.text()});
  answer.head.fields.push_back({"cache-control", "no-store"});
  return answer;
}

}  // namespace penstock
