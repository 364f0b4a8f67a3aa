// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/check.h"
#include "dag/cid.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const std::string_view text = as_text({data, size});
  const auto cid = parse_cid(text);
  if (!cid) return 0;
  const std::string again = cid->text();
  PENSTOCK_CHECK(parse_cid(again).value() == *cid);
  // Version 0 (Qm…) is another spelling; version 1 has one in base32.
  if (text.starts_with('b')) PENSTOCK_CHECK(again == text);
  return 0;
}
