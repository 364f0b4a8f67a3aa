// SPDX-License-Identifier: Apache-2.0
#include "store/commit_closure.h"

#include "dag/block_links.h"

namespace penstock {
Result<bool> CommitClosure::visit(const Cid& cid) {
  if (cid.codec == Multicodec::raw) return has_(cid.digest);
  if (!seen_.insert(cid.digest).second) return true;
  const auto block = source_->read(cid);
  if (!block && block.error().code == Errc::failed) return Failure(block.error());
  if (!block) return false;
  const auto links = block_links(cid.codec, *block);
  if (!links) return false;
  waiting_.insert(waiting_.end(), links->begin(), links->end());
  return true;
}

Result<bool> CommitClosure::complete(const Commit& commit) {
  waiting_ = {commit.root};
  if (commit.meta) waiting_.push_back(*commit.meta);
  while (!waiting_.empty()) {
    const Cid next = waiting_.back();
    waiting_.pop_back();
    PENSTOCK_TRY_ASSIGN(const bool there, visit(next));
    if (!there) return false;
  }
  return true;
}

}  // namespace penstock
