// SPDX-License-Identifier: Apache-2.0
#include "pipeline/cross_check.h"

namespace penstock {

bool CrossCheck::possible(const Dispatcher& dispatcher, VerifyLevel level) {
  return level.kind == VerifyLevel::Kind::cross && dispatcher.members().size() > 2;
}

bool CrossCheck::ask(Batch& batch, Batch::Step step) const {
  batch.check.not_member = batch.job.member;
  batch.check.no_cpu_share = true;  // what the CPU checks it checks as the host
  if (!dispatcher_->serves(batch.check)) return false;
  batch.step = step;
  batch.state = Batch::State::ready;
  return true;
}

bool CrossCheck::ask_digests(Batch& batch) const {
  if (!possible_) return false;
  batch.digests_again.resize(batch.chunks.size());
  Job& check = batch.check;
  check.operation = Operation::digest;
  check.input = batch.raw();
  check.input_buffer = &batch.input;
  check.chunks = batch.chunks;
  check.output = {};
  check.digests = batch.digests_again;
  if (ask(batch, Batch::Step::check_digests)) return true;
  batch.digests_again.clear();
  return false;
}

bool CrossCheck::ask_payload(Batch& batch) const {
  if (!possible_) return false;
  Job& check = batch.check;
  check.operation = Operation::decode;
  check.codec = batch.job.codec;
  check.input = batch.output.bytes().first(batch.job.output_length);
  check.input_buffer = &batch.output;
  check.chunks = {};
  check.output = batch.decoded.bytes().first(batch.bytes);
  check.digests = {};
  return ask(batch, Batch::Step::check_payload);
}

void CrossCheck::keep_misses(Batch& batch) {
  if (batch.digests_again.empty()) return;
  size_t kept = 0;
  for (size_t i = 0; i < batch.claims.size(); ++i) {
    if (batch.claims[i] != Claim::present) batch.digests_again[kept++] = batch.digests_again[i];
  }
  batch.digests_again.resize(kept);
}

CrossAnswer CrossCheck::answer(const Batch& batch) {
  const bool decoded = batch.step == Batch::Step::check_payload && batch.check.status == JobStatus::done;
  return {.decoded = decoded ? Bytes(batch.check.output.first(batch.check.output_length)) : Bytes(),
          .digests = batch.digests_again};
}

}  // namespace penstock
