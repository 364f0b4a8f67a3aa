#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a penstock store without any of its code: written from host/store/format.md, docs/tree.md and docs/metadata.md alone.

    penstock_reader.py STORE commits              the commits, oldest first: CID and root
    penstock_reader.py STORE ls CID               a tree: type, size, CID, path
    penstock_reader.py STORE get CID PATH         extracts a file, directory or symlink as PATH
    penstock_reader.py STORE meta CID             a commit's metadata: kind, mode, owner, time, device or size, path, attributes
    penstock_reader.py STORE record CID          what a commit says of its put: what was missing, what was left out
    penstock_reader.py STORE blocks               digest and length of every block, each checked

CID may be a commit's: its root is meant. Every checksum and digest on the way is checked. Standard library, and
libzstd.so.1 through ctypes.
"""
import base64, ctypes, hashlib, os, struct, sys, tomllib, zlib

TABLE = []
for n in range(256):
    for _ in range(8):
        n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
    TABLE.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


class Damaged(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Damaged(what)


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def lz4_block(data, size):
    out, at = bytearray(), 0

    def length(total):
        nonlocal at
        more = total == 15
        while more:
            total += data[at]
            more = data[at] == 255
            at += 1
        return total

    while at < len(data):
        token = data[at]
        at += 1
        literals = length(token >> 4)
        out += data[at:at + literals]
        at += literals
        if at >= len(data):
            break
        distance = data[at] | data[at + 1] << 8
        at += 2
        check(0 < distance <= len(out), "LZ4 distance")
        for _ in range(length(token & 15) + 4):
            out.append(out[-distance])
    return bytes(out)


def zstd_frame(data, size):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_decompress.restype = ctypes.c_size_t
    library.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t] * 2
    out = ctypes.create_string_buffer(size + 1)
    got = library.ZSTD_decompress(out, size, data, len(data))
    check(got == size, "zstd frame")
    return out.raw[:size]


CODECS = {0: lambda data, size: data, 1: lz4_block, 2: zstd_frame, 3: lambda data, size: zlib.decompress(data, -15)}


def cid_text(codec, digest):
    return "b" + base64.b32encode(bytes([1, codec, 0x12, 32]) + digest).decode().lower().rstrip("=")


def parse_cid(binary):
    check(len(binary) == 36 and binary[0] == 1 and binary[2:4] == b"\x12\x20", "CID")
    return binary[1], binary[4:]


def parse_text(text):
    digits = text[1:].upper()
    return parse_cid(base64.b32decode(digits + "=" * (-len(digits) % 8)))


class Store:
    def __init__(self, directory):
        self.directory = directory
        text = read(directory + "/store.toml")
        check(text[-20:] == b'crc32c = "%08x"\n' % crc32c(text[:-20]), "store.toml: checksum")
        config = tomllib.loads(text.decode("ascii"))
        check(config["format"] == 1, "store.toml: another format")
        keys = {"format", "uuid", "chunker", "codec", "parity", "volumes", "crc32c"}
        check(set(config) == keys and config["parity"] == "none" and config["volumes"] == [], "store.toml: keys")
        self.uuid = bytes.fromhex(config["uuid"].replace("-", ""))
        self.commits, self.watermarks = [], {}
        self.read_log(read(directory + "/commits.log"))
        self.places = {}  # digest → (segment, record, place)
        for number, watermark in sorted(self.watermarks.items()):
            self.read_segment(number, watermark)
        self.record_read = None

    def read_log(self, log):
        check(log[:8] == b"PENSTLOG" and u32(log, 8) == 1 and log[12:28] == self.uuid and u32(log, 28) == crc32c(log[:28]),
              "commits.log: header")
        at, last = 32, 0
        while at < len(log):
            record = self.log_record(log[at:])
            if record is None:  # damaged copy or torn tail: the next position where one is whole
                at = log.find(b"PLOG", at + 1)
                if at < 0:
                    break
                continue
            sequence, commits, watermarks, size = record
            at += size
            if sequence == last:
                continue
            check(sequence == last + 1, "commits.log: records %d to %d are lost" % (last + 1, sequence - 1))
            last = sequence
            self.watermarks.update(watermarks)
            self.commits += commits

    def log_record(self, data):
        if data[:4] != b"PLOG" or len(data) < 64 or u32(data, 56) != crc32c(self.uuid + data[:56]):
            return None
        version, kind, sequence, codec = struct.unpack_from("<HHQI", data, 4)
        marks_end = 60 + 8 * u32(data, 52)
        end = marks_end + (32 * u32(data, 20) if kind == 2 else 0)
        if len(data) < end + 4 or u32(data, end) != crc32c(self.uuid + data[:end]):
            return None
        check(version == 1 and (kind, codec) in ((0, 0), (1, 0x71), (2, 0x71)), "commits.log: unknown kind of record")
        digests = [data[20:52]] * (kind == 1) + [data[at:at + 32] for at in range(marks_end, end, 32)]
        watermarks = list(struct.iter_unpack("<II", data[60:marks_end]))
        return sequence, [(codec, digest) for digest in digests], watermarks, end + 4

    def read_segment(self, number, watermark):
        data = read("%s/segments/%08x.seg" % (self.directory, number))[:watermark]
        check(len(data) == watermark, "segment %08x: its end is missing" % number)
        check(data[:8] == b"PENSTSEG" and struct.unpack_from("<II", data, 8) == (1, number) and data[16:32] == self.uuid
              and u32(data, 32) == crc32c(data[:32]), "segment %08x: header" % number)
        end, listed = watermark, None
        if data[-20:-12] == b"PENSTFTR":
            count, end = struct.unpack_from("<II", data, watermark - 12)
            check(40 * count + 20 + end == watermark, "segment %08x: footer" % number)
            check(u32(data, watermark - 4) == crc32c(self.seed(number) + data[end:-4]), "segment %08x: footer" % number)
            listed = [struct.unpack_from("<32sII", data, end + 40 * i) for i in range(count)]
            check(listed == sorted(listed), "segment %08x: footer is not sorted" % number)
        found, at = [], 36
        while at < end:
            header, table = self.record_head(number, at, data)
            found += [(digest, at, place) for place, (digest, _, _) in enumerate(table)]
            at += 84 + 40 * len(table) + header[1]
        check(at == end and listed in (None, sorted(found)), "segment %08x: footer and records differ" % number)
        self.places.update((digest, (number, record, place)) for digest, record, place in found)

    def seed(self, number):
        return self.uuid + struct.pack("<I", number)

    def record_head(self, number, at, data, base=0):
        """Of the record at offset `at`, where data[0] is the segment's byte `base`."""
        where = "segment %08x, offset %d: " % (number, at)
        check(len(data) >= at - base + 84, where + "cut off")
        head = data[at - base:at - base + 84 + 40 * 4096]
        magic, version, codec, raw, encoded, count, payload_crc = struct.unpack_from("<4sHHIIII", head)
        check(magic == b"PREC" and version == 1 and codec in CODECS, where + "no record")
        check(1 <= count <= 4096 and raw <= 1 << 21 and encoded <= 1 << 21, where + "lengths")
        check(head[24:80] == bytes(56), where + "encrypted")
        head = head[:84 + 40 * count]
        check(len(head) == 84 + 40 * count, where + "cut off")
        covered = self.seed(number) + struct.pack("<I", at) + head[:80] + head[84:]
        check(u32(head, 80) == crc32c(covered), where + "checksum of the header")
        table = list(struct.iter_unpack("<32sII", head[84:]))
        check(sum(length for _, _, length in table) == raw, where + "lengths do not add up")
        return (raw, encoded, codec, payload_crc), table

    def record(self, number, at):
        if self.record_read is None or self.record_read[0] != (number, at):
            with open("%s/segments/%08x.seg" % (self.directory, number), "rb") as file:
                file.seek(at)
                data = file.read(84 + 40 * 4096 + (1 << 21))
            (size, encoded, codec, payload_crc), table = self.record_head(number, at, data, at)
            begin = 84 + 40 * len(table)
            payload = data[begin:begin + encoded]
            check(crc32c(payload) == payload_crc, "segment %08x, offset %d: payload" % (number, at))
            raw = CODECS[codec](payload, size)
            check(len(raw) == size, "segment %08x, offset %d: does not decode" % (number, at))
            self.record_read = (number, at), table, raw
        return self.record_read[1:]

    def block(self, digest):
        check(digest in self.places, "block %s is missing" % digest.hex())
        number, at, place = self.places[digest]
        table, raw = self.record(number, at)
        begin = sum(length for _, _, length in table[:place])
        block = raw[begin:begin + table[place][2]]
        check(hashlib.sha256(block).digest() == digest, "block %s does not match its address" % digest.hex())
        return block


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def protobuf(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        yield key >> 3, value


def node(block):
    """The links (CID, name) of a dag-pb node, and its UnixFS type and data."""
    links, kind, inline = [], None, b""
    for field, value in protobuf(block):
        if field == 2:
            link = dict(protobuf(value))
            links.append((parse_cid(link[1]), link.get(2, b"")))
        else:
            unixfs = dict(protobuf(value))
            kind, inline = unixfs[1], unixfs.get(2, b"")
    return links, kind, inline


def cbor(data, at=0):
    major, small = data[at] >> 5, data[at] & 31
    at += 1
    if small >= 24 and major != 7:
        width = 1 << (small - 24)
        small, at = int.from_bytes(data[at:at + width], "big"), at + width
    if major in (2, 3):
        return data[at:at + small] if major == 2 else data[at:at + small].decode(), at + small
    if major in (4, 5):
        items = []
        for _ in range(small * (major - 3)):
            item, at = cbor(data, at)
            items.append(item)
        return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at
    if major == 6:
        item, at = cbor(data, at)
        return parse_cid(item[1:]), at
    return {0: small, 1: -1 - small, 7: {20: False, 21: True}.get(small)}[major], at


def listed(store, cid, first=None, level=None):
    """A meta list's entries, in order; hard-link lists have the same nodes (docs/metadata.md)."""
    block = cbor(store.block(cid[1]))[0]
    if "entries" in block:
        check(level in (None, 0), "a leaf of a list at a node's level")
        yield from block["entries"]
        return
    check(block["level"] >= 1 and level in (None, block["level"]), "levels of a list do not descend")
    for name, child, count in block["shards"]:
        below = list(listed(store, child, name, block["level"] - 1))
        check(len(below) == count, "a list's node miscounts")
        key = below[0]["n"] if isinstance(below[0], dict) else below[0][0]
        check(key == name, "a list's node misnames its child")
        yield from below


KINDS = {0o040000: "directory", 0o100000: "file", 0o120000: "symlink", 0o010000: "fifo", 0o020000: "character device",
         0o060000: "block device", 0o140000: "socket"}
IN_CONTENT = ("directory", "file", "symlink")


def described(store, content, meta, path=b""):
    """Each entry that a meta list has, joined with the content directory by name: path, kind, entry, content's CID."""
    there = dict((name, cid) for cid, name in entries_of(store, content)) if content else {}
    before = None
    for entry in listed(store, meta):
        name = entry["n"]
        check(before is None or before < name, "a meta list is out of order")
        before = name
        check(set(entry) <= set("adghlmnstu") and {"m", "n", "t"} <= set(entry), "a meta entry's keys")
        kind = KINDS.get(entry["m"] & 0o170000)
        check(kind is not None, "a mode without a kind")
        cid = there.pop(name, None)
        check((cid is not None) == (kind in IN_CONTENT), "metadata of %r: content that there should not be, or none" % name)
        check(("l" in entry) == (kind == "directory") and ("d" in entry) == kind.endswith("device"), "fields of another kind")
        if cid is not None:
            check(next(tree(store, cid, b""))[0] == kind, "metadata of %r: another kind than its content" % name)
        yield path + name, kind, entry, cid
        if kind == "directory":
            yield from described(store, cid, entry["l"], path + name + b"/")
    check(not there, "content without metadata")


def entries_of(store, cid):
    links, kind, _ = node(store.block(cid[1]))
    return entries(store, links, kind == 5)


def metadata_of(store, cid):
    """What a commit's metadata says, the top-level names first; nothing where it has none."""
    commit = cbor(store.block(cid[1]))[0]
    if commit.get("meta") is None:
        return
    root = cbor(store.block(commit["meta"][1]))[0]
    check(root["kind"] == "penstock-meta-v1", "metadata of another kind")
    if root["several"]:
        yield from described(store, commit["root"], root["tops"])
        return
    (top,) = listed(store, root["tops"])
    kind = KINDS[top["m"] & 0o170000]
    check(next(tree(store, commit["root"], b""))[0] == kind, "the top is of another kind")
    yield top["n"], kind, top, commit["root"]
    if kind == "directory":
        yield from described(store, commit["root"], top["l"], top["n"] + b"/")


ROOT_KEYS = {"from", "hard", "kind", "scan", "tops", "users", "groups", "several"}


def put_record(store, cid):
    """What a commit says of the put that made it: [reported, missing, paths], and the rules it went by."""
    meta = cbor(store.block(cid[1]))[0].get("meta")
    root = cbor(store.block(meta[1]))[0] if meta else {}
    check(not meta or ROOT_KEYS <= set(root) <= ROOT_KEYS | {"choice", "unread"}, "the metadata root's keys")
    unread, choice = root.get("unread", [0, 0, []]), root.get("choice", {})
    check(len(unread[2]) <= unread[1] <= unread[0], "numbers of missing entries")
    check(set(choice) <= {"list", "over", "bytes", "marks", "store", "caches", "one_fs", "exclude", "iexclude"}, "an unknown choice")
    return unread, choice


def hard_links(store, cid):
    """Groups of names of one file: path of the first, how many."""
    meta = cbor(store.block(cid[1]))[0].get("meta")
    hard = cbor(store.block(meta[1]))[0]["hard"] if meta else None
    return [] if hard is None else [tuple(group) for group in listed(store, hard)]


def xattrs(store, entry):
    return {name: value if isinstance(value, bytes) else store.block(value[1]) for name, value in entry.get("a", [])}


def meta_line(store, path, kind, entry, cid):
    seconds, nanoseconds = entry["t"]
    words = [kind.replace(" ", "-"), "%o" % entry["m"], str(entry.get("u", 0)), str(entry.get("g", 0)), "%d.%09d" % (seconds, nanoseconds)]
    if "d" in entry:
        words.append("%d:%d" % tuple(entry["d"]))
    if kind == "file":
        size = sum(map(len, contents(store, cid)))
        check(size == entry.get("s", 0), "metadata of %r: another size than its content" % path)
        words.append(str(size))
    line = " ".join(words).encode() + b" " + path
    for name, value in xattrs(store, entry).items():
        line += b"\n  " + name + b"=" + value.hex().encode()
    return line + (b"\n  the same as " + entry["h"] if "h" in entry else b"") + b"\n"


def root_of(store, cid):
    return cbor(store.block(cid[1]))[0]["root"] if cid[0] == 0x71 else cid


def entries(store, links, shard):
    for cid, name in links:
        if not shard:
            yield cid, name
        elif len(name) > 2:
            yield cid, name[2:]
        else:
            yield from entries(store, node(store.block(cid[1]))[0], True)


def contents(store, cid):
    block = store.block(cid[1])
    if cid[0] == 0x55:
        yield block
        return
    links, _, inline = node(block)
    yield inline
    for child, _ in links:
        yield from contents(store, child)


def tree(store, cid, path):
    """Each object below `cid`: its kind, its CID, its path, a symlink's target."""
    links, kind, inline = ([], 2, b"") if cid[0] == 0x55 else node(store.block(cid[1]))
    yield {1: "directory", 5: "directory", 4: "symlink"}.get(kind, "file"), cid, path, inline
    if kind in (1, 5):
        for child, name in entries(store, links, kind == 5):
            check(name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name, "hostile name")
            yield from tree(store, child, path + b"/" + name)


def main(directory, command, *arguments):
    store = Store(directory)
    out = sys.stdout.buffer
    if command == "commits":
        for cid in store.commits:
            print(cid_text(*cid), cid_text(*root_of(store, cid)))
    elif command == "blocks":
        for digest in sorted(store.places):
            print(digest.hex(), len(store.block(digest)))
    elif command == "meta":
        cid = parse_text(arguments[0])
        groups = {}
        for path, kind, entry, content in metadata_of(store, cid):
            out.write(meta_line(store, path, kind, entry, content))
            if "h" in entry:
                groups[entry["h"]] = groups.get(entry["h"], 1) + 1
        said = hard_links(store, cid)
        check(sorted(groups.items()) == sorted(said), "hard-link groups are not those of the entries")
    elif command == "record":
        (reported, missing, paths), choice = put_record(store, parse_text(arguments[0]))
        out.write(b"reported %d, missing %d\n" % (reported, missing))
        for path in paths:
            out.write(b"missing %s\n" % path)
        for key, value in choice.items():
            for one in value if isinstance(value, list) else [value]:
                out.write(b"%s %s\n" % (key.encode(), one if isinstance(one, bytes) else str(one).encode()))
    elif command in ("ls", "get"):
        cid = root_of(store, parse_text(arguments[0]))
        top = os.fsencode(arguments[1]) if command == "get" else b""
        for kind, child, path, target in tree(store, cid, top):
            if command == "ls":
                size = sum(map(len, contents(store, child))) if kind == "file" else 0
                out.write(b"%s %d %s %s\n" % (kind.encode(), size, cid_text(*child).encode(), path))
            elif kind == "directory":
                os.mkdir(path)
            elif kind == "symlink":
                os.symlink(target, path)
            else:
                with open(path, "xb") as file:
                    for part in contents(store, child):
                        file.write(part)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Damaged as error:
        sys.exit("penstock_reader: %s" % error)
