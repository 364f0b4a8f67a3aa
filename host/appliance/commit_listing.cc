// SPDX-License-Identifier: Apache-2.0
#include "appliance/commit_listing.h"

#include "appliance/commit_text.h"
#include "appliance/put_record_text.h"
#include "dag/meta_root.h"

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
  if (!commit) {
    if (json_) return array_.add({{"cid", cid.text()}, {"kind", nullptr}});
    return console_->print(cid.text() + "  ?\n");
  }
  // Metadata that is damaged is for `stat` and `verify` to name.
  const auto meta = read_meta_root(*source_, *commit);
  const bool has_meta = meta && meta->has_value();
  if (json_) {
    Json object = commit_json(cid, *commit);
    object["put"] = has_meta ? put_record_json((*meta)->unread, (*meta)->choice) : Json();
    return array_.add(object);
  }
  std::string line = commit_line(cid, *commit, has_meta ? (*meta)->from : commit->paths);
  if (has_meta && (*meta)->unread.any()) line.insert(line.size() - 1, "  (incomplete)");
  console_->print(line);
}

int CommitListing::finish() {
  if (json_) array_.finish();
  return damaged_.empty() ? 0 : static_cast<int>(Errc::corrupt);
}

}  // namespace penstock
