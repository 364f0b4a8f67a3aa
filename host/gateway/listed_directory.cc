// SPDX-License-Identifier: Apache-2.0
#include "gateway/listed_directory.h"

namespace penstock {
namespace {

// Refuses to read more than a listing may take.
class BoundedSource final : public BlockSource {
 public:
  explicit BoundedSource(BlockSource& source) : source_(&source) {}

  Result<Bytes> read(const Cid& cid) override {
    PENSTOCK_TRY_ASSIGN(const Bytes block, source_->read(cid));
    bytes_ += block.size();
    if (exceeded()) return fail(Errc::failed, cid.text(), "is one block too many");
    return block;
  }

  bool exceeded() const { return bytes_ > kListingBlockBytesMax; }

 private:
  BlockSource* source_;
  uint64_t bytes_ = 0;
};

}  // namespace

Result<std::optional<std::vector<DirectoryEntry>>> list_directory(BlockSource& source, const Cid& directory) {
  BoundedSource bounded(source);
  auto entries = DirectoryReader(bounded).list(directory);
  if (entries) return std::optional(std::move(*entries));
  if (bounded.exceeded()) return std::optional<std::vector<DirectoryEntry>>();
  return Failure(std::move(entries).error());
}

}  // namespace penstock
