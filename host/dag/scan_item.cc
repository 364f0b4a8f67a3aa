// SPDX-License-Identifier: Apache-2.0
#include "dag/scan_item.h"

#include "dag/cbor_writer.h"

namespace penstock {
namespace {

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "scan item", std::move(why));
}

}  // namespace

void append_scan_item(std::vector<uint8_t>& block, const ScanItem& item) {
  CborWriter to(block);
  if (!item.mark && !item.list) return to.null();
  to.array((item.mark ? 3 : 0) + (item.list ? 1 : 0));
  if (item.mark) {
    to.natural(item.mark->inode);
    to.integer(item.mark->ctime.seconds);
    to.natural(item.mark->ctime.nanoseconds);
  }
  if (item.list) to.link(*item.list);
}

Result<ScanItem> take_scan_item(CborReader& from) {
  ScanItem item;
  if (from.take_null()) return item;
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 1 && parts != 3 && parts != 4) return malformed("it has neither 1, 3 nor 4 parts");
  if (parts >= 3) {
    ScanMark mark;
    PENSTOCK_TRY_ASSIGN(mark.inode, from.natural());
    PENSTOCK_TRY_ASSIGN(mark.ctime.seconds, from.integer());
    PENSTOCK_TRY_ASSIGN(const uint64_t nanoseconds, from.natural(kNanosecondsMax));
    mark.ctime.nanoseconds = static_cast<uint32_t>(nanoseconds);
    item.mark = mark;
  }
  if (parts != 3) {
    PENSTOCK_TRY_ASSIGN(item.list, from.link());
    if (item.list->codec != Multicodec::dag_cbor) return malformed("its list is no dag-cbor block");
  }
  return item;
}

}  // namespace penstock
