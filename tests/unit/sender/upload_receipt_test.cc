// SPDX-License-Identifier: Apache-2.0
#include "sender/upload_receipt.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

std::string receipt(const std::string& cid, const std::string& commit, const std::string& bytes) {
  return R"({"cid":")" + cid + R"(","commit":")" + commit + R"(","bytes":)" + bytes + "}";
}

TEST(UploadReceiptTest, TakesWhatServersSay) {
  const Cid cid = cid_of(Multicodec::raw, as_bytes("content"));
  const Cid commit = cid_of(Multicodec::dag_cbor, as_bytes("commit"));
  const auto read = parse_receipt(receipt(cid.text(), commit.text(), "18446744073709551615"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cid, cid);
  EXPECT_EQ(read->commit, commit);
  EXPECT_EQ(read->bytes, UINT64_MAX);
}

TEST(UploadReceiptTest, RefusesWhatIsNone) {
  const std::string cid = cid_of(Multicodec::raw, as_bytes("content")).text();
  const std::string deep(60'000, '[');
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("{}"), deep, receipt("", cid, "1"),
        receipt(cid, "bafy", "1"), receipt(cid, cid, "-1"), receipt(cid, cid, "\"1\""),
        receipt(cid, cid, "1.5"), receipt(cid, cid, "99999999999999999999"),
        receipt(cid, cid, "1").substr(0, 40)}) {
    EXPECT_FALSE(parse_receipt(text)) << text.substr(0, 100);
  }
}

TEST(RefusalErrorTest, HasTheServersWords) {
  const Error error =
      refusal_error("a.txt", 413, R"({"error":"the upload","why":"is too large","todo":"see limits"})");
  EXPECT_EQ(error.message(), "a.txt: the server answers 413: the upload is too large (see limits)");
}

TEST(RefusalErrorTest, SurvivesAnyBody) {
  EXPECT_EQ(refusal_error("a", 500, "<html>").message(), "a: the server answers 500");
  EXPECT_EQ(refusal_error("a", 500, R"({"error":{},"why":7})").message(), "a: the server answers 500");
  const Error error = refusal_error("a", 500, R"({"error":")" + std::string(50'000, 'x') + R"("})");
  EXPECT_LT(error.message().size(), 400U);
}

}  // namespace
}  // namespace penstock
