// SPDX-License-Identifier: Apache-2.0
#include "pipeline/attribute_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "unit/pipeline/as_nobody.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;
using Value = std::vector<uint8_t>;

// Modes that fchmod was called with, and whether there was an ACL already.
std::vector<std::pair<mode_t, bool>> modes_set;
// Modes of what an attribute was removed from, just before it was.
std::vector<mode_t> modes_at_removal;

struct AclEntry {
  uint16_t tag = 0;
  uint16_t permissions = 0;
  uint32_t id = UINT32_MAX;
};
constexpr uint16_t kUserObject = 0x01, kUser = 0x02, kGroupObject = 0x04, kMask = 0x10, kOther = 0x20;

Value acl(std::initializer_list<AclEntry> entries) {
  Value value(4 + 8 * entries.size());
  store_le<uint32_t>(value.data(), 2);
  uint8_t* at = value.data() + 4;
  for (const AclEntry& entry : entries) {
    store_le(at, entry.tag);
    store_le(at + 2, entry.permissions);
    store_le(at + 4, entry.id);
    at += 8;
  }
  return value;
}

// Lets a program bind ports below 1024 (capability.h: VFS_CAP_REVISION_2, effective, bit 10).
Value capability() {
  Value value(20);
  store_le<uint32_t>(value.data(), 0x02000001);
  store_le<uint32_t>(value.data() + 4, 1u << 10);
  return value;
}

class AttributeWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "penstock-attributes-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_EQ(chmod(pattern.c_str(), 0777), 0);
    where_ = open(pattern.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_GE(where_, 0);
  }
  void TearDown() override {
    close(where_);
    fs::remove_all(directory_);
  }

  static MetaEntry entry(uint32_t mode) {
    MetaEntry entry;
    entry.name = "x";
    entry.mode = mode;
    entry.uid = geteuid();
    entry.gid = getegid();
    entry.mtime = {1'234'567'890, 123'456'789};
    return entry;
  }

  // A new file "x" that has got what `entry` says.
  Status make_file(const MetaEntry& entry) {
    const int fd = openat(where_, "x", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    EXPECT_GE(fd, 0);
    const Status applied = writer_.apply(fd, entry, "a/x", true);
    close(fd);
    return applied;
  }

  Status make_directory(const MetaEntry& entry) {
    EXPECT_EQ(mkdirat(where_, "x", 0700), 0);
    const int fd = openat(where_, "x", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const Status applied = writer_.apply(fd, entry, "a/x", true);
    close(fd);
    return applied;
  }

  struct stat status() {
    struct stat status {};
    EXPECT_EQ(fstatat(where_, "x", &status, AT_SYMLINK_NOFOLLOW), 0);
    return status;
  }
  std::optional<Value> xattr(const char* name) {
    Value value(100'000);
    const ssize_t bytes = lgetxattr((directory_ / "x").c_str(), name, value.data(), value.size());
    if (bytes < 0) return std::nullopt;
    value.resize(static_cast<size_t>(bytes));
    return value;
  }
  // Whether the file system of the tests takes such an attribute.
  bool takes(const char* name, const Value& value) {
    const std::string probe = directory_ / "probe";
    EXPECT_EQ(mkdir(probe.c_str(), 0700), 0);
    const bool taken = lsetxattr(probe.c_str(), name, value.data(), value.size(), 0) == 0;
    EXPECT_EQ(rmdir(probe.c_str()), 0);
    return taken;
  }
  bool has_time(const MetaEntry& entry) {
    const timespec time = status().st_mtim;
    return time.tv_sec == entry.mtime.seconds && time.tv_nsec == entry.mtime.nanoseconds;
  }

  fs::path directory_;
  int where_ = -1;
  RefusalTally refused_;
  AttributeWriter writer_{refused_};
};

TEST_F(AttributeWriterTest, GivesAFileAllThatItHad) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  MetaEntry wanted = entry(kModeFile | 06751);
  wanted.uid = 1234;
  wanted.gid = 5678;
  wanted.xattrs = {
      {"security.capability", capability()}, {"trusted.t", Value{1}}, {"user.u", Value(3000, 7)}};
  const Status made = make_file(wanted);
  ASSERT_TRUE(made) << made.error().message();
  const struct stat got = status();
  EXPECT_EQ(got.st_mode, wanted.mode);
  EXPECT_EQ(got.st_uid, 1234u);
  EXPECT_EQ(got.st_gid, 5678u);
  EXPECT_TRUE(has_time(wanted));
  EXPECT_EQ(xattr("security.capability"), capability());  // chown and chmod behind it would take it away
  EXPECT_EQ(xattr("trusted.t"), Value{1});
  if (takes("user.u", {1})) {
    EXPECT_EQ(xattr("user.u"), Value(3000, 7));
    EXPECT_EQ(refused_.all(), 0u);
  }
}

TEST_F(AttributeWriterTest, GivesADirectoryItsAcls) {
  const Value access = acl({{kUserObject, 7}, {kUser, 5, 1234}, {kGroupObject, 0}, {kMask, 5}, {kOther, 0}});
  const Value inherited =
      acl({{kUserObject, 7}, {kUser, 7, 1234}, {kGroupObject, 5}, {kMask, 7}, {kOther, 0}});
  if (!takes("system.posix_acl_default", inherited)) GTEST_SKIP() << "no ACLs here";
  MetaEntry wanted = entry(kModeDirectory | 01750);
  wanted.xattrs = {{"system.posix_acl_access", access}, {"system.posix_acl_default", inherited}};
  ASSERT_TRUE(make_directory(wanted));
  EXPECT_EQ(status().st_mode, wanted.mode);
  EXPECT_EQ(xattr("system.posix_acl_access"), access);
  EXPECT_EQ(xattr("system.posix_acl_default"), inherited);
  EXPECT_TRUE(has_time(wanted));
  EXPECT_EQ(refused_.all(), 0u);
}

// The mode's group bits are the ACL's mask, which the owning group must not have even for a moment.
TEST_F(AttributeWriterTest, NoGroupHasAnAclsMaskBeforeTheAcl) {
  const Value access = acl({{kUserObject, 7}, {kUser, 7, 1234}, {kGroupObject, 0}, {kMask, 7}, {kOther, 0}});
  if (!takes("system.posix_acl_access", access)) GTEST_SKIP() << "no ACLs here";
  MetaEntry wanted = entry(kModeDirectory | 02770);
  wanted.xattrs = {{"system.posix_acl_access", access}};
  modes_set.clear();
  ASSERT_TRUE(make_directory(wanted));
  EXPECT_EQ(status().st_mode, wanted.mode);
  EXPECT_EQ(xattr("system.posix_acl_access"), access);
  ASSERT_FALSE(modes_set.empty());
  for (const auto& [mode, has_acl] : modes_set) EXPECT_TRUE(has_acl || (mode & 070) == 0) << std::oct << mode;
}

// Without its ACL the mode's group bits, which were its mask, are the owning group's.
TEST_F(AttributeWriterTest, NoGroupHasTheMaskOfAnAclThatGoes) {
  const Value access = acl({{kUserObject, 6}, {kUser, 7, 1234}, {kGroupObject, 0}, {kMask, 7}, {kOther, 0}});
  if (!takes("system.posix_acl_access", access)) GTEST_SKIP() << "no ACLs here";
  for (const bool held : {false, true}) {
    SCOPED_TRACE(held);
    MetaEntry before = entry(kModeFile | 0670);
    before.xattrs = {{"system.posix_acl_access", access}};
    ASSERT_TRUE(make_file(before));
    modes_at_removal.clear();
    const int fd = openat(where_, "x", O_RDWR | O_CLOEXEC);
    const MetaEntry after = entry(kModeFile | 0660);
    EXPECT_TRUE(held ? writer_.apply_at(where_, "x", after, "a/x", false)
                     : writer_.apply(fd, after, "a/x", false));
    close(fd);
    EXPECT_FALSE(xattr("system.posix_acl_access"));
    EXPECT_EQ(status().st_mode, after.mode);
    ASSERT_EQ(modes_at_removal.size(), 1u);
    EXPECT_EQ(modes_at_removal[0] & 070, 0u) << std::oct << modes_at_removal[0];
    ASSERT_EQ(unlinkat(where_, "x", 0), 0);
  }
}

// By its mode alone nobody can tell who gets into a directory that stands there.
TEST_F(AttributeWriterTest, ADirectoryIsClosedToWhoeverGetsInByMoreThanItsMode) {
  const Value access = acl({{kUserObject, 7}, {kUser, 7, 1234}, {kGroupObject, 0}, {kMask, 7}, {kOther, 0}});
  MetaEntry wanted = entry(kModeDirectory | 02775);
  ASSERT_TRUE(make_directory(wanted));
  const RestoredOwners owners = RestoredOwners::by_number();
  const int fd = openat(where_, "x", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT_EQ(mode_until_restored(fd, wanted, owners), 0775u);
  MetaEntry others = wanted;
  ++others.gid;
  EXPECT_EQ(mode_until_restored(fd, others, owners), 0700u);
  EXPECT_EQ(mode_until_restored(fd, others, RestoredOwners::none()), 0775u);
  MetaEntry with_acl = wanted;
  with_acl.xattrs = {{"system.posix_acl_access", access}};
  EXPECT_EQ(mode_until_restored(fd, with_acl, owners), 0700u) << "it gets one";
  if (fsetxattr(fd, "system.posix_acl_access", access.data(), access.size(), 0) == 0) {
    EXPECT_EQ(mode_until_restored(fd, wanted, owners), 0700u) << "it has one";
    EXPECT_EQ(mode_until_restored(fd, with_acl, owners), 0705u) << "the owning group has nothing by it";
  }
  close(fd);
}

TEST_F(AttributeWriterTest, GivesSymlinksAndFifosTheirs) {
  for (const uint32_t kind : {kModeSymlink, kModeFifo}) {
    MetaEntry wanted = entry(kind | (kind == kModeSymlink ? 0777 : 0421));
    if (geteuid() == 0) {
      wanted.uid = 77;
      wanted.gid = 88;
      wanted.xattrs = {{"trusted.t", Value{1, 2}}};
    }
    ASSERT_EQ(kind == kModeSymlink ? symlinkat("/etc", where_, "x") : mknodat(where_, "x", S_IFIFO | 0600, 0),
              0);
    const Status applied = writer_.apply_at(where_, "x", wanted, "a/x", true);
    ASSERT_TRUE(applied) << applied.error().message();
    EXPECT_EQ(status().st_mode, wanted.mode);
    EXPECT_EQ(status().st_uid, wanted.uid);
    EXPECT_EQ(status().st_gid, wanted.gid);
    EXPECT_TRUE(has_time(wanted));
    if (geteuid() == 0) {
      EXPECT_EQ(xattr("trusted.t"), (Value{1, 2}));
    }
    ASSERT_EQ(unlinkat(where_, "x", 0), 0);
  }
  EXPECT_EQ(refused_.all(), 0u);
  struct stat etc {};
  ASSERT_EQ(stat("/etc", &etc), 0);
  EXPECT_NE(etc.st_mtim.tv_nsec, 123'456'789);
}

TEST_F(AttributeWriterTest, CountsWhatNobodyMayDo) {
  const AsNobody nobody;
  MetaEntry wanted = entry(kModeFile | 06755);
  wanted.uid = 1234;
  wanted.gid = 5678;
  wanted.xattrs = {{"security.capability", capability()}, {"trusted.t", Value{1}}};
  const Status made = make_file(wanted);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(status().st_mode, kModeFile | 0755);  // it would act for nobody, not for 1234
  EXPECT_EQ(status().st_uid, geteuid());
  EXPECT_TRUE(has_time(wanted));
  for (const Refused what : {Refused::owner, Refused::mode, Refused::xattr, Refused::capability}) {
    EXPECT_EQ(refused_.of(what).times, 1u) << refused_text(what);
    EXPECT_EQ(refused_.of(what).first_path, "a/x");
    EXPECT_EQ(refused_.of(what).error_number, EPERM);
  }
  EXPECT_EQ(refused_.all(), 4u);
  EXPECT_EQ(refused_.entries_missing(), 0u);
}

TEST_F(AttributeWriterTest, LeavesNoSetuidBitOnAFileOfAnother) {
  const AsNobody nobody;
  MetaEntry wanted = entry(kModeFile | 04711);
  wanted.uid = 0;
  ASSERT_TRUE(make_file(wanted));
  EXPECT_EQ(status().st_mode, kModeFile | 0711);
  MetaEntry own = entry(kModeFile | 04711);
  ASSERT_EQ(unlinkat(where_, "x", 0), 0);
  ASSERT_TRUE(make_file(own));
  EXPECT_EQ(status().st_mode, own.mode);
}

TEST_F(AttributeWriterTest, AReadOnlyFileHasItsAttributesForNobodyToo) {
  if (!takes("user.u", {1})) GTEST_SKIP() << "no user attributes here";
  const AsNobody nobody;
  for (const uint32_t mode : {0400u, 0u}) {
    MetaEntry wanted = entry(kModeFile | mode);
    wanted.xattrs = {{"user.u", Value{5}}};
    ASSERT_TRUE(make_file(wanted));
    EXPECT_EQ(status().st_mode, wanted.mode);
    EXPECT_EQ(refused_.all(), 0u);
    EXPECT_TRUE(has_time(wanted));
    ASSERT_EQ(unlinkat(where_, "x", 0), 0);
  }
}

TEST_F(AttributeWriterTest, TakesAwayWhatTheEntryHasNot) {
  const Value access = acl({{kUserObject, 6}, {kUser, 4, 1234}, {kGroupObject, 4}, {kMask, 4}, {kOther, 0}});
  if (!takes("user.u", {1})) GTEST_SKIP() << "no user attributes here";
  MetaEntry before = entry(kModeFile | 0640);
  before.xattrs = {{"user.a", Value{1}}, {"user.b", Value(300, 2)}, {"user.c", Value{3}}};
  const bool acls = takes("system.posix_acl_default", access);
  if (acls) before.xattrs.insert(before.xattrs.begin(), {"system.posix_acl_access", access});
  ASSERT_TRUE(make_file(before));
  MetaEntry after = entry(kModeFile | 0600);
  after.xattrs = {{"user.b", Value{4}}, {"user.c", Value{3}}};
  const int fd = openat(where_, "x", O_RDWR | O_CLOEXEC);
  EXPECT_TRUE(writer_.apply(fd, after, "a/x", false));
  close(fd);
  EXPECT_FALSE(xattr("user.a"));
  EXPECT_EQ(xattr("user.b"), Value{4});
  EXPECT_EQ(xattr("user.c"), Value{3});
  EXPECT_FALSE(xattr("system.posix_acl_access"));
  EXPECT_EQ(status().st_mode, after.mode);
  EXPECT_EQ(refused_.all(), 0u);
}

TEST_F(AttributeWriterTest, TimesAreSetOrCounted) {
  for (const int64_t seconds : {int64_t{0}, int64_t{-1}, int64_t{-2'177'452'800}, int64_t{13'569'465'600},
                                int64_t{1} << 40, INT64_MIN, INT64_MAX}) {
    MetaEntry wanted = entry(kModeFile | 0600);
    wanted.mtime = {seconds, 999'999'999};
    const uint64_t before = refused_.of(Refused::time).times;
    ASSERT_TRUE(make_file(wanted)) << seconds;
    EXPECT_TRUE(status().st_mtim.tv_sec == seconds || refused_.of(Refused::time).times == before + 1)
        << seconds;
    ASSERT_EQ(unlinkat(where_, "x", 0), 0);
  }
}

TEST_F(AttributeWriterTest, TouchesNothingOfAnotherKind) {
  ASSERT_EQ(symlinkat("/etc", where_, "x"), 0);
  const Status applied = writer_.apply_at(where_, "x", entry(kModeFifo | 0600), "a/x", true);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::failed);
  EXPECT_EQ(applied.error().what, "a/x");
  EXPECT_FALSE(has_time(entry(kModeFifo)));
}

TEST(ModeWithoutAclTest, TheGroupGetsNoMoreThanItHad) {
  const Value narrow = acl({{kUserObject, 7}, {kUser, 7, 1}, {kGroupObject, 1}, {kMask, 7}, {kOther, 0}});
  EXPECT_EQ(mode_without_acl(04770, narrow), 04710u);
  const Value masked = acl({{kUserObject, 7}, {kGroupObject, 7}, {kMask, 4}, {kOther, 5}});
  EXPECT_EQ(mode_without_acl(0745, masked), 0745u);
  EXPECT_EQ(mode_without_acl(0775, {}), 0705u);
  EXPECT_EQ(mode_without_acl(0775, Bytes(narrow).first(19)), 0705u);
  EXPECT_EQ(mode_without_acl(0775, Value(20, 9)), 0705u);
}

class FewBlocks final : public BlockSource {
 public:
  Result<Bytes> read(const Cid& cid) override {
    const auto found = blocks.find(cid);
    if (found == blocks.end()) return fail(Errc::absent, cid.text(), "is not here");
    return Bytes(found->second);
  }
  std::map<Cid, Value> blocks;
};

TEST(FetchXattrValuesTest, BringsLongValuesIn) {
  FewBlocks source;
  const Value value(1000, 1);
  const Value huge(kXattrValueBytesMax + 1, 2);
  for (const Value& block : {value, huge}) source.blocks[cid_of(Multicodec::raw, block)] = block;
  MetaEntry entry;
  entry.xattrs = {{"user.a", Value{1}}, {"user.b", cid_of(Multicodec::raw, value)}};
  ASSERT_TRUE(fetch_xattr_values(source, entry));
  EXPECT_EQ(std::get<Value>(entry.xattrs[0].value), Value{1});
  EXPECT_EQ(std::get<Value>(entry.xattrs[1].value), value);
  for (const Cid& bad : {cid_of(Multicodec::raw, huge), cid_of(Multicodec::raw, Value{9})}) {
    entry.xattrs[0].value = bad;
    const Status fetched = fetch_xattr_values(source, entry);
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code, Errc::corrupt);
  }
}

}  // namespace
}  // namespace penstock

// In place of the C library's.
extern "C" int fchmod(int fd, mode_t mode) noexcept {
  penstock::modes_set.emplace_back(mode, fgetxattr(fd, "system.posix_acl_access", nullptr, 0) > 0);
  return static_cast<int>(syscall(SYS_fchmod, fd, mode));
}

extern "C" int fremovexattr(int fd, const char* name) noexcept {
  struct stat status {};
  if (fstat(fd, &status) == 0) penstock::modes_at_removal.push_back(status.st_mode);
  return static_cast<int>(syscall(SYS_fremovexattr, fd, name));
}

extern "C" int removexattr(const char* path, const char* name) noexcept {
  struct stat status {};
  if (stat(path, &status) == 0) penstock::modes_at_removal.push_back(status.st_mode);
  return static_cast<int>(syscall(SYS_removexattr, path, name));
}
