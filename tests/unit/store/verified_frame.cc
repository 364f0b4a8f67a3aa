// SPDX-License-Identifier: Apache-2.0
#include "unit/store/verified_frame.h"

#include "base/check.h"
#include "base/limits.h"

namespace penstock {

VerifiedFrame::VerifiedFrame(const std::vector<TestBlock>& blocks, CodecId codec) {
  for (const TestBlock& block : blocks) {
    raw_.insert(raw_.end(), block.bytes.begin(), block.bytes.end());
    entries_.push_back({block.cid.digest, block.cid.codec, static_cast<uint32_t>(block.bytes.size())});
  }
  EncodedBlock encoded;
  encoded.raw = raw_;
  encoded.payload = raw_;
  encoded.entries = entries_;
  if (codec != CodecId::stored && raw_.size() > 1) {
    payload_.resize(raw_.size() - 1);
    if (const auto size = Encoder().encode({codec, 1}, raw_, payload_)) {
      encoded.codec = codec;
      encoded.payload = Bytes(payload_).first(*size);
    }
  }
  pool_ = std::move(*BufferPool::create("test", kFrameBytesMax, 1));
  verifier_ = std::make_unique<Verifier>(VerifyLevel{}, pool_->acquire());
  auto block = verifier_->verify(encoded);
  PENSTOCK_CHECK(block.has_value());
  block_ = *block;
}

}  // namespace penstock
