// SPDX-License-Identifier: Apache-2.0
#include "appliance/commit_listing.h"

#include "appliance/commit_text.h"

namespace penstock {

Result<std::optional<Commit>> CommitListing::read(const Cid& cid) {
  auto commit = read_commit(*source_, cid);
  if (commit) return std::optional(std::move(*commit));
  const Error& error = commit.error();
  if (error.code == Errc::failed) return Failure(error);
  if (damaged_.insert(cid).second) {
    // No put makes this very block again, for its time is in it.
    console_->report({Errc::corrupt, "commit " + cid.text(), error.what + ": " + error.why,
                      "penstock verify names all damage; putting the data again makes a new commit of it"});
  }
  return std::optional<Commit>();
}

Result<bool> CommitListing::wanted(const Cid& cid, const Commit& commit, const CommitWish& wish) {
  Result<bool> met = wish.met_by(*source_, commit);
  if (met || met.error().code == Errc::failed) return met;
  if (damaged_.insert(cid).second) console_->report(met.error());
  return false;
}

void CommitListing::add(const Cid& cid, const std::optional<Commit>& commit) {
  if (json_) {
    array_.add(commit ? commit_json(cid, *commit) : Json{{"cid", cid.text()}, {"kind", nullptr}});
  } else {
    console_->print(commit ? commit_line(cid, *commit) : cid.text() + "  ?\n");
  }
}

int CommitListing::finish() {
  if (json_) array_.finish();
  return damaged_.empty() ? 0 : static_cast<int>(Errc::corrupt);
}

}  // namespace penstock
