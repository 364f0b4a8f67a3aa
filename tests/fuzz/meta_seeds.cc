// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "base/check.h"
#include "dag/directory_builder.h"
#include "dag/hard_link_list.h"
#include "dag/meta_list_builder.h"
#include "dag/meta_root.h"
#include "fuzz/collected_blocks.h"
#include "fuzz/corpus_writer.h"

namespace penstock {
namespace {

const Cid kObject = cid_of(Multicodec::dag_cbor, as_bytes("object"));
const Cid kRaw = cid_of(Multicodec::raw, as_bytes("raw"));

std::vector<MetaEntry> entries_of_each_kind() {
  return {{.name = "block", .mode = kModeBlockDevice | 0660, .mtime = {1, 2}, .device = DeviceNumber{8, 1}},
          {.name = "directory", .mode = kModeDirectory | 0755, .mtime = {-1, 999'999'999}, .list = kObject},
          {.name = "fifo", .mode = kModeFifo | 0600},
          {.name = "file",
           .mode = kModeFile | 04755,
           .uid = 1000,
           .gid = 100,
           .mtime = {1'700'000'000, 5},
           .size = uint64_t{1} << 40,
           .hard_link = "top/a/first",
           .xattrs = {{"user.a", std::vector<uint8_t>{1, 2}}, {"user.long", kRaw}}},
          {.name = "link\xff", .mode = kModeSymlink | 0777}};
}

ScanItem item_of(const MetaEntry& entry) {
  ScanItem item{.mark = ScanMark{.inode = entry.name.size(), .ctime = entry.mtime}};
  if (is_directory(entry)) item.list = kObject;
  return item;
}

void write_items(CorpusWriter& corpus) {
  for (const MetaEntry& entry : entries_of_each_kind()) {
    std::vector<uint8_t> block;
    PENSTOCK_CHECK(append_meta_entry(block, entry).has_value());
    corpus.write("meta_entry", entry.name.substr(0, 4), block);
  }
  const ScanMark mark{.inode = 77, .ctime = {-1, 5}};
  for (const auto& [name, item] : {std::pair("none", ScanItem{}),
                                   {"mark", ScanItem{.mark = mark}},
                                   {"list", ScanItem{.list = kObject}},
                                   {"both", ScanItem{.mark = mark, .list = kObject}}}) {
    std::vector<uint8_t> block;
    append_scan_item(block, item);
    corpus.write("scan_item", name, block);
  }
}

void write_roots(CorpusWriter& corpus) {
  MetaRoot root{.tops = kObject};
  corpus.write("meta_root", "least", encode_meta_root(root).value());
  root.several = true;
  root.scan = root.hard_links = kObject;
  root.from = {"/etc", "/srv/\xff"};
  root.users = {{0, "root"}, {1000, "anna"}};
  root.groups = {{0, "root"}};
  root.unread = {.reported = 3, .missing = 2, .paths = {"etc/a", "etc/a.b"}};
  root.choice = {.exclude = {"*.o"},
                 .exclude_any_case = {"x"},
                 .marks = {".skip:head"},
                 .bytes_max = 1,
                 .caches = true,
                 .one_file_system = true,
                 .list = Digest{}};
  corpus.write("meta_root", "full", encode_meta_root(root).value());
  corpus.write("meta_root", "scan", encode_scan_root(kObject));
}

void write_lists(CorpusWriter& corpus) {
  CollectedBlocks plain;
  MetaListBuilder builder(plain);
  for (const MetaEntry& entry : entries_of_each_kind())
    PENSTOCK_CHECK(builder.add(entry, item_of(entry)).has_value());
  const MetaListLinks links = builder.finish().value();
  corpus.write("meta_list", "plain", input_of(plain.numbered(links.list, links.scan)));

  CollectedBlocks sharded;
  MetaListBuilder small(sharded, {.plain_bytes_max = 100,
                                  .leaf_entries_min = 2,
                                  .leaf_entries_max = 3,
                                  .node_links_min = 2,
                                  .node_links_max = 3});
  for (int i = 0; i < 20; ++i) {
    const MetaEntry entry{.name = "name" + std::to_string(10 + i), .mode = kModeFile | 0644};
    PENSTOCK_CHECK(small.add(entry, item_of(entry)).has_value());
  }
  const MetaListLinks top = small.finish().value();
  corpus.write("meta_list", "sharded", input_of(sharded.numbered(top.list, top.scan)));

  CollectedBlocks hard;
  const std::vector<HardLinkGroup> groups{{"a/b", 2}, {"a-b", 300}};
  corpus.write("meta_list", "hard-links", input_of(hard.numbered(*put_hard_links(hard, groups).value())));
}

// A directory of some of the entries, and all of them in the list.
void write_joined(CorpusWriter& corpus) {
  CollectedBlocks blocks;
  DirectoryBuilder empty(blocks);
  const DagLink inner = empty.finish().value();
  MetaListBuilder list(blocks);
  DirectoryBuilder content(blocks);
  for (const MetaEntry& entry : entries_of_each_kind()) {
    PENSTOCK_CHECK(list.add(entry, item_of(entry)).has_value());
    if (has_content(entry)) PENSTOCK_CHECK(content.add(entry.name, inner).has_value());
  }
  PENSTOCK_CHECK(content.add("zz", inner).has_value());
  const Cid directory = content.finish().value().cid;
  corpus.write("tree_cursor", "joined", input_of(blocks.numbered(directory, list.finish().value().list)));
}

}  // namespace

void write_meta_seeds(CorpusWriter& corpus) {
  write_items(corpus);
  write_roots(corpus);
  write_lists(corpus);
  write_joined(corpus);
}

}  // namespace penstock
