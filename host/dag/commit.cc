// SPDX-License-Identifier: Apache-2.0
#include "dag/commit.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "dag/history.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "commit", std::move(why));
}

// JSON tools hold integers up to here exactly, and no history is as long.
constexpr uint64_t kCountMax = (uint64_t{1} << 53) - 1;

// Why no commit can have these parents, jump and depth; empty if one can.
std::string place_fault(const Commit& commit) {
  const std::vector<Cid>& parents = commit.parents;
  if (commit.depth > kCountMax || commit.seq > kCountMax) return "its depth or seq is over 2^53 - 1";
  if (commit.depth == 0)
    return parents.empty() && !commit.jump ? "" : "it is of depth 0, but has parents or a jump";
  if (parents.empty() || !commit.jump) return "it has no parent or no jump";
  if (parents.size() > kParentsMax) return "it has more than 5 parents";
  const size_t ordered = commit.depth == 1 ? 1 : 2;
  if (parents.size() < ordered) return "it has fewer than 2 parents";
  for (const Cid& parent : parents) {
    if (parent.codec != Multicodec::dag_cbor) return "a parent that is no dag-cbor block";
  }
  for (auto parent = parents.begin(); parent != parents.end(); ++parent) {
    if (std::find(parents.begin(), parent, *parent) != parent) return "a parent that stands twice";
  }
  if (!std::is_sorted(parents.begin() + static_cast<std::ptrdiff_t>(ordered), parents.end()))
    return "its imported parents are out of order";
  const bool jumps_to_head = jump_depth(commit.depth) + 1 == commit.depth;
  if (*commit.jump != parents[jumps_to_head ? 0 : 1]) return "its jump is not the one of its depth";
  return "";
}

std::string fault(const Commit& commit) {
  if (commit.root.codec == Multicodec::dag_cbor) return "its root is no content";
  if (commit.meta && commit.meta->codec != Multicodec::dag_cbor) return "its meta is no dag-cbor block";
  return place_fault(commit);
}

CborValue optional_link(const std::optional<Cid>& cid) {
  return cid ? CborValue{*cid} : CborValue{};
}

CborValue integer(int64_t value) {
  if (value < 0) return CborValue{CborNegative{static_cast<uint64_t>(-(value + 1))}};
  return CborValue{static_cast<uint64_t>(value)};
}

CborValue sizes_value(const CommitSizes& sizes) {
  return CborValue{CborValue::Map{{"content_bytes", {sizes.content_bytes}},
                                  {"files", {sizes.files}},
                                  {"directories", {sizes.directories}},
                                  {"symlinks", {sizes.symlinks}},
                                  {"new_blocks", {sizes.new_blocks}},
                                  {"new_bytes", {sizes.new_bytes}},
                                  {"stored_bytes", {sizes.stored_bytes}}}};
}

CborValue policy_value(const CommitPolicy& policy) {
  return CborValue{CborValue::Map{
      {"chunker", {policy.chunker}}, {"codec", {policy.codec}}, {"profile", {policy.profile}}}};
}

// Takes a map's fields one after the other by name; the first fault is kept and ends it all.
class Fields {
 public:
  Fields(const CborValue& value, std::string_view of) : of_(of) {
    map_ = value.as<CborValue::Map>();
    if (map_ == nullptr) refuse("is not a map");
  }

  template <class T>
  void take(std::string_view name, T& to) {
    const CborValue* value = field(name);
    const T* item = value == nullptr ? nullptr : value->as<T>();
    if (item != nullptr) {
      to = *item;
    } else {
      refuse("has no " + std::string(name) + " of the right type");
    }
  }

  void take(std::string_view name, std::optional<Cid>& to) {
    const CborValue* value = field(name);
    if (value == nullptr || value->is_null()) return;
    const Cid* cid = value->as<Cid>();
    if (cid == nullptr) return refuse("has a " + std::string(name) + " that is neither null nor a link");
    to = *cid;
  }

  void take(std::string_view name, int64_t& to) {
    const CborValue* value = field(name);
    const auto* natural = value == nullptr ? nullptr : value->as<uint64_t>();
    const auto* negative = value == nullptr ? nullptr : value->as<CborNegative>();
    constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
    if (natural != nullptr && *natural <= kMax) {
      to = static_cast<int64_t>(*natural);
    } else if (negative != nullptr && negative->magnitude <= kMax) {
      to = -static_cast<int64_t>(negative->magnitude) - 1;
    } else {
      refuse("has no " + std::string(name) + " of 64 bits");
    }
  }

  // The field as a value of its own shape.
  CborValue take_value(std::string_view name) {
    const CborValue* value = field(name);
    return value == nullptr ? CborValue{} : *value;
  }

  Status finish() {
    if (fault_.empty() && taken_ != map_->size()) refuse("has a field that is unknown");
    if (!fault_.empty()) return malformed(fault_);
    return {};
  }

 private:
  const CborValue* field(std::string_view name) {
    if (map_ == nullptr) return nullptr;
    const auto found =
        std::ranges::find(*map_, name, [](const auto& item) { return std::string_view(item.key); });
    if (found == map_->end()) {
      refuse("has no " + std::string(name));
      return nullptr;
    }
    ++taken_;
    return &found->value;
  }

  void refuse(const std::string& why) {
    if (fault_.empty()) fault_ = of_ + " " + why;
  }

  const CborValue::Map* map_ = nullptr;
  size_t taken_ = 0;
  std::string of_;
  std::string fault_;
};

Result<CommitSizes> sizes_of(const CborValue& value) {
  CommitSizes sizes;
  Fields fields(value, "its sizes");
  fields.take("content_bytes", sizes.content_bytes);
  fields.take("files", sizes.files);
  fields.take("directories", sizes.directories);
  fields.take("symlinks", sizes.symlinks);
  fields.take("new_blocks", sizes.new_blocks);
  fields.take("new_bytes", sizes.new_bytes);
  fields.take("stored_bytes", sizes.stored_bytes);
  PENSTOCK_TRY(fields.finish());
  return sizes;
}

Result<CommitPolicy> policy_of(const CborValue& value) {
  CommitPolicy policy;
  Fields fields(value, "its policy");
  fields.take("chunker", policy.chunker);
  fields.take("codec", policy.codec);
  fields.take("profile", policy.profile);
  PENSTOCK_TRY(fields.finish());
  return policy;
}

Status take_parents(const CborValue::Array& items, std::vector<Cid>& parents) {
  for (const CborValue& item : items) {
    const Cid* cid = item.as<Cid>();
    if (cid == nullptr) return malformed("a parent that is not a link");
    parents.push_back(*cid);
  }
  return {};
}

Status take_paths(const CborValue::Array& items, std::vector<std::string>& paths) {
  for (const CborValue& item : items) {
    const auto* path = item.as<CborValue::ByteString>();
    if (path == nullptr) return malformed("a path that is not a byte string");
    paths.emplace_back(as_text(*path));
  }
  return {};
}

Result<Commit> commit_of(const CborValue& value) {
  Commit commit;
  std::string kind;
  CborValue::Array parents;
  CborValue::Array paths;
  Fields fields(value, "it");
  fields.take("kind", kind);
  fields.take("root", commit.root);
  fields.take("meta", commit.meta);
  fields.take("parents", parents);
  fields.take("jump", commit.jump);
  fields.take("depth", commit.depth);
  fields.take("seq", commit.seq);
  fields.take("time", commit.time_ns);
  const CborValue sizes = fields.take_value("sizes");
  fields.take("name", commit.name);
  fields.take("host", commit.host);
  fields.take("paths", paths);
  const CborValue policy = fields.take_value("policy");
  fields.take("verify", commit.verify);
  PENSTOCK_TRY(fields.finish());
  if (kind != kCommitKind) return malformed("it is of another kind");
  PENSTOCK_TRY(take_parents(parents, commit.parents));
  PENSTOCK_TRY(take_paths(paths, commit.paths));
  PENSTOCK_TRY_ASSIGN(commit.sizes, sizes_of(sizes));
  PENSTOCK_TRY_ASSIGN(commit.policy, policy_of(policy));
  if (std::string why = fault(commit); !why.empty()) return malformed(std::move(why));
  return commit;
}

Commit make_genesis() {
  // The empty directory: a dag-pb node without links whose data says directory.
  static constexpr std::array<uint8_t, 4> kEmptyDirectory{0x0a, 0x02, 0x08, 0x01};
  Commit commit;
  commit.root = cid_of(Multicodec::dag_pb, kEmptyDirectory);
  commit.name = "genesis";
  return commit;
}

}  // namespace

Result<std::vector<uint8_t>> encode_commit(const Commit& commit) {
  if (std::string why = fault(commit); !why.empty()) return fail(Errc::usage, "commit", std::move(why));
  CborValue::Array parents;
  for (const Cid& parent : commit.parents) parents.push_back({parent});
  CborValue::Array paths;
  for (const std::string& path : commit.paths)
    paths.push_back({CborValue::ByteString(path.begin(), path.end())});
  return encode_dag_cbor(CborValue{CborValue::Map{{"kind", {std::string(kCommitKind)}},
                                                  {"root", {commit.root}},
                                                  {"meta", optional_link(commit.meta)},
                                                  {"parents", {std::move(parents)}},
                                                  {"jump", optional_link(commit.jump)},
                                                  {"depth", {commit.depth}},
                                                  {"seq", {commit.seq}},
                                                  {"time", integer(commit.time_ns)},
                                                  {"sizes", sizes_value(commit.sizes)},
                                                  {"name", {commit.name}},
                                                  {"host", {commit.host}},
                                                  {"paths", {std::move(paths)}},
                                                  {"policy", policy_value(commit.policy)},
                                                  {"verify", {commit.verify}}}});
}

Result<Commit> decode_commit(Bytes block) {
  PENSTOCK_TRY_ASSIGN(const CborValue value, decode_dag_cbor(block));
  return commit_of(value);
}

bool is_commit(const CborValue& value) {
  const auto* map = value.as<CborValue::Map>();
  if (map == nullptr) return false;
  return std::ranges::any_of(*map, [](const auto& item) {
    const auto* text = item.value.template as<std::string>();
    return item.key == "kind" && text != nullptr && *text == kCommitKind;
  });
}

const Commit& genesis() {
  static const Commit commit = make_genesis();
  return commit;
}

const Cid& genesis_cid() {
  static const Cid cid = [] {
    const auto block = encode_commit(genesis());
    PENSTOCK_CHECK(block.has_value());
    return cid_of(Multicodec::dag_cbor, *block);
  }();
  return cid;
}

Result<Commit> read_commit(BlockSource& source, const Cid& cid) {
  if (cid == genesis_cid()) return genesis();
  const auto not_a_commit = [&] {
    return fail(Errc::usage, cid.text(), "it is not a commit", "list commits with: penstock log");
  };
  if (cid.codec != Multicodec::dag_cbor) return not_a_commit();
  PENSTOCK_TRY_ASSIGN(const Bytes block, source.read(cid));
  const auto value = decode_dag_cbor(block);
  if (!value) return fault_in_block(cid, value.error());
  if (!is_commit(*value)) return not_a_commit();
  auto commit = commit_of(*value);
  if (!commit) return fault_in_block(cid, commit.error());
  return commit;
}

}  // namespace penstock
