// SPDX-License-Identifier: Apache-2.0
#include "sender/outgoing_stream.h"

#include <gtest/gtest.h>

#include "sender/object_body.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

TEST(OutgoingStreamTest, NamesFilesByTheirPathsAndLeavesOutTheRest) {
  ScriptedEntries entries;
  const auto content = ScriptedContent::of({1, 2, 3});
  entries.file("top", content)
      .directory("d")
      .file("a", content)
      .symlink("s", "a")
      .directory("e")
      .unreadable("u");
  entries.file("b", content).end().end().file("last", content);
  OutgoingStream stream(entries, {"p/", {}});
  std::vector<Error> left_out;
  for (const char* name : {"p/top", "p/d/a", "p/d/e/b", "p/last"}) {
    const auto object = stream.next(left_out);
    ASSERT_TRUE(object && *object);
    EXPECT_EQ((*object)->name, name);
  }
  const auto end = stream.next(left_out);
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
  ASSERT_EQ(left_out.size(), 2U);
  EXPECT_EQ(left_out[0].why, "is a symbolic link");
  EXPECT_EQ(left_out[1].code, Errc::partial);
}

TEST(OutgoingStreamTest, WhatStandsAtTheTopCanBeCalledOtherwise) {
  ScriptedEntries entries;
  entries.directory("d").file("a", ScriptedContent::of({1})).end();
  OutgoingStream stream(entries, {{}, "new"});
  std::vector<Error> left_out;
  EXPECT_EQ(stream.next(left_out).value()->name, "new/a");
}

TEST(ObjectBodyTest, GivesHolesAsTheZerosThatTheyReadAs) {
  ScriptedContent content;
  content.stretches = {{random_bytes(100, 1), 0}, {{}, 3'000'000}, {random_bytes(70'000, 2), 0}};
  ObjectBody body(StoreTerms{});
  body.begin({"n", "p", std::make_unique<ScriptedSource>(content), content.bytes()});
  std::vector<uint8_t> all;
  BodyBuffer buffer;
  while (!buffer.last) {
    buffer.bytes = 0;
    ASSERT_TRUE(body.fill(buffer));
    all.insert(all.end(), buffer.content().begin(), buffer.content().end());
  }
  ASSERT_EQ(all.size(), content.bytes());
  EXPECT_TRUE(all_zero(Bytes(all).subspan(100, 3'000'000)));
  EXPECT_TRUE(std::ranges::equal(Bytes(all).first(100), content.stretches[0].bytes));
  EXPECT_EQ(body.bytes(), content.bytes());
}

TEST(ObjectBodyTest, AFileThatIsShorterThanItWasComesToNothing) {
  ObjectBody body(StoreTerms{});
  body.begin({"n", "p", std::make_unique<ScriptedSource>(ScriptedContent::of({1, 2, 3})), 4});
  BodyBuffer buffer;
  const Status filled = body.fill(buffer);
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().code, Errc::partial);
}

TEST(ObjectBodyTest, ABadSectorIsOfThisObjectAlone) {
  ScriptedContent content = ScriptedContent::of(random_bytes(3'000'000, 3));
  content.fail_at = 2'000'000;
  ObjectBody body(StoreTerms{});
  body.begin({"n", "p", std::make_unique<ScriptedSource>(content), 3'000'000});
  BodyBuffer buffer;
  ASSERT_TRUE(body.fill(buffer));
  buffer.bytes = 0;
  const Status failed = body.fill(buffer);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::partial);
  // The next object is as if nothing had been.
  body.begin({"n", "p", std::make_unique<ScriptedSource>(ScriptedContent::of({1})), 1});
  buffer.bytes = 0;
  ASSERT_TRUE(body.fill(buffer));
  EXPECT_EQ(body.root(), cid_of(Multicodec::raw, buffer.content()));
}

}  // namespace
}  // namespace penstock
