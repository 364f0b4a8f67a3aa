// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

// A list of paths: what is taken from it, written as a list again, gives the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const std::string_view text = as_text({data, size});
  for (const ListForm form : {ListForm::lines, ListForm::nul}) {
    const auto paths = parse_path_list(text, "list", form);
    if (!paths) {
      PENSTOCK_CHECK(paths.error().code == Errc::usage);
      continue;
    }
    std::string again;
    uint64_t place = 0;
    for (const ListedPath& one : *paths) {
      PENSTOCK_CHECK(!one.path.empty() && one.path.find('\0') == std::string::npos);
      PENSTOCK_CHECK(std::exchange(place, one.place) < one.place);
      again += one.path + (form == ListForm::nul ? '\0' : '\n');
    }
    const auto same = parse_path_list(again, "list", form);
    PENSTOCK_CHECK(same.has_value());
    PENSTOCK_CHECK(std::ranges::equal(*same, *paths, {}, &ListedPath::path, &ListedPath::path));
  }
  return 0;
}
