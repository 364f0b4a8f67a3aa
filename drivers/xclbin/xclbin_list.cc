// SPDX-License-Identifier: Apache-2.0
#include "drivers/xclbin/xclbin_list.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/digest_text.h"
#include "drivers/xclbin/xclbin_header.h"
#include "hash/sha256.h"
#include "kernels/abi/penstock_abi.h"

namespace penstock {
namespace {

using Json = nlohmann::ordered_json;

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// All of the files that are read here; larger than any card's memory for programs.
constexpr off_t kFileBytesMax = off_t{1} << 30;

// What the name led to when it was opened, though it may lead elsewhere now.
Result<std::vector<uint8_t>> read_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return fail_errno(path, errno);
  const std::unique_ptr<const int, decltype([](const int* open) { ::close(*open); })> closing(&descriptor);
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return fail_errno(path, errno);
  if (!S_ISREG(about.st_mode)) return fail(Errc::failed, path, "is not a file", "name a regular file");
  if (about.st_size > kFileBytesMax)
    return fail(Errc::failed, path, "is larger than 1 GiB, which no xclbin is", "name another file");
  std::vector<uint8_t> bytes(static_cast<size_t>(about.st_size));
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::read(descriptor, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path, errno);
    if (got == 0) return fail(Errc::failed, path, "became shorter while it was read", "try again");
    done += static_cast<size_t>(got);
  }
  return bytes;
}

std::optional<std::string> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<TrustedXclbin> parse_entry(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto path = text_of(object, "path");
  const auto uuid = text_of(object, "uuid");
  const auto platform = text_of(object, "platform");
  const auto digest = text_of(object, "sha256");
  if (!path || !uuid || !platform || !digest) return std::nullopt;
  const auto sha256 = parse_digest(*digest);
  if (!sha256) return std::nullopt;
  return TrustedXclbin{*path, *sha256, *uuid, *platform};
}

// As the list can hold it.
bool is_utf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)) == Json(text);
}

Failure not_a_list(const std::string& path) {
  return fail(Errc::failed, path, "is not a list of FPGA programs",
              "put back the one that was there, or name another with PENSTOCK_XCLBINS");
}

// What a build of bitstreams/ says of its product.
Status check_manifest(const std::string& path, const Digest& digest) {
  if (!exists(path)) return {};
  PENSTOCK_TRY_ASSIGN(const auto bytes, read_file(path));
  const Json manifest = Json::parse(bytes, nullptr, false);
  const auto text = manifest.is_object() ? text_of(manifest, "sha256") : std::nullopt;
  const auto abi = manifest.is_object() ? manifest.find("abi_version") : manifest.end();
  if (!text || abi == manifest.end() || !abi->is_number_unsigned())
    return fail(Errc::failed, path, "is not a manifest", "build the bitstream again, or remove its manifest");
  if (*text != digest.hex())
    return fail(Errc::failed, path, "speaks of another file (its SHA-256 differs)",
                "build the bitstream again");
  if (*abi != PENSTOCK_ABI_VERSION) {
    return fail(Errc::failed, path,
                "its kernels speak version " + abi->dump() + " of the batch contract, this program " +
                    std::to_string(PENSTOCK_ABI_VERSION),
                "build it from this release");
  }
  return {};
}

}  // namespace

Result<std::string> XclbinList::default_path() {
  if (const char* path = std::getenv("PENSTOCK_XCLBINS"); path != nullptr && *path != '\0') return path;
  for (const auto& [variable, below] : {std::pair{"XDG_CONFIG_HOME", ""}, std::pair{"HOME", "/.config"}}) {
    if (const char* folder = std::getenv(variable); folder != nullptr && *folder != '\0')
      return std::string(folder) + below + "/penstock/xclbins.json";
  }
  return fail(Errc::usage, "list of FPGA programs", "no place for it is known",
              "set PENSTOCK_XCLBINS to a file");
}

Result<XclbinList> XclbinList::load(const std::string& path) {
  if (!exists(path)) return XclbinList();
  PENSTOCK_TRY_ASSIGN(const auto bytes, read_file(path));
  const Json json = Json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("xclbins") || !json["xclbins"].is_array()) return not_a_list(path);
  XclbinList list;
  for (const Json& object : json["xclbins"]) {
    auto entry = parse_entry(object);
    if (!entry) return not_a_list(path);
    if (list.find(entry->uuid))
      return fail(Errc::failed, path, "lists " + entry->uuid + " twice", "remove one of the two");
    list.entries_.push_back(std::move(*entry));
  }
  return list;
}

std::string XclbinList::text() const {
  Json array = Json::array();
  for (const TrustedXclbin& entry : entries_) {
    array.push_back({{"path", entry.path},
                     {"sha256", entry.sha256.hex()},
                     {"uuid", entry.uuid},
                     {"platform", entry.platform}});
  }
  return Json{{"xclbins", array}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<TrustedXclbin> XclbinList::trust(const std::string& file) {
  PENSTOCK_TRY_ASSIGN(const auto bytes, read_file(file));
  auto header = parse_xclbin_header(bytes);
  if (!header) {
    header.error().what = file;
    return Failure(header.error());
  }
  std::error_code error;
  const std::string real = std::filesystem::canonical(file, error).string();
  if (error) return fail_errno(file, error.value());
  if (!is_utf8(real))
    return fail(Errc::failed, file, "its path is not UTF-8, as the list has to be", "move it");
  TrustedXclbin entry{real, sha256(bytes), uuid_text(header->uuid), header->platform};
  PENSTOCK_TRY(check_manifest(file + ".json", entry.sha256));
  std::erase_if(entries_, [&](const TrustedXclbin& other) { return other.uuid == entry.uuid; });
  entries_.push_back(entry);
  return entry;
}

std::optional<TrustedXclbin> XclbinList::find(const std::string& uuid) const {
  const auto found = std::ranges::find(entries_, uuid, &TrustedXclbin::uuid);
  if (found == entries_.end()) return std::nullopt;
  return *found;
}

Result<std::vector<TrustedXclbin>> choose_xclbins(const std::optional<std::string>& held,
                                                  const XclbinList& list, bool may_replace,
                                                  const std::string& platform, const std::string& card) {
  if (held && !may_replace) {
    if (auto listed = list.find(*held)) return std::vector{std::move(*listed)};
    return fail(Errc::failed, card, "holds another program (" + *held + "), which may be in use",
                "--program replaces it; if it is to be trusted with data: penstock devices --trust FILE");
  }
  std::vector<TrustedXclbin> programs(list.entries().begin(), list.entries().end());
  std::reverse(programs.begin(), programs.end());
  const auto built_for_it = [&](const TrustedXclbin& program) { return program.platform == platform; };
  if (std::any_of(programs.begin(), programs.end(), built_for_it))
    std::erase_if(programs, [&](const TrustedXclbin& program) { return !built_for_it(program); });
  // Where no newer one is taken the card fails, rather than that it keeps what it holds without a word.
  const auto kept = std::find_if(programs.begin(), programs.end(),
                                 [&](const TrustedXclbin& program) { return program.uuid == held; });
  if (kept != programs.end()) programs.erase(std::max(kept, programs.begin() + 1), programs.end());
  if (!programs.empty()) return programs;
  return fail(Errc::failed, card, "no program for it is listed",
              "list one that was built for this card: penstock devices --trust FILE");
}

Result<std::vector<uint8_t>> read_trusted(const TrustedXclbin& trusted) {
  constexpr auto kListAgain = "if that is right, list it again (penstock devices --trust FILE)";
  PENSTOCK_TRY_ASSIGN(auto bytes, read_file(trusted.path));
  if (sha256(bytes) != trusted.sha256) {
    return fail(Errc::failed, trusted.path, "is not the file that was listed (its SHA-256 differs)",
                kListAgain);
  }
  // Lists are files that people write, too.
  const auto header = parse_xclbin_header(bytes);
  if (!header) return fail(Errc::failed, trusted.path, header.error().why, header.error().remedy);
  if (uuid_text(header->uuid) != trusted.uuid)
    return fail(Errc::failed, trusted.path, "is not of the UUID that is listed", kListAgain);
  return bytes;
}

}  // namespace penstock
