# SPDX-License-Identifier: Apache-2.0
"""A tree of all that a file system can hold and tools forget; and how two trees differ, whatever they hold."""

import hashlib
import os
import socket
import stat
import struct

LONG = 255  # bytes of the longest name


def _acl(*entries):
    """A POSIX ACL as Linux keeps it: version 2, then tag, permissions and id of each entry."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFFFFFF
ACCESS = _acl((1, 7, NOBODY), (2, 5, 1234), (4, 4, NOBODY), (16, 5, NOBODY), (32, 0, NOBODY))
DEFAULT = _acl((1, 7, NOBODY), (2, 7, 1234), (4, 5, NOBODY), (16, 7, NOBODY), (32, 1, NOBODY))
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)  # may bind ports below 1024


def _set(path, name, value):
    """Sets an attribute where the file system takes it."""
    try:
        os.setxattr(path, name, value, follow_symlinks=False)
    except OSError:
        pass


def _write(path, content, mode=0o644):
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


def make_odd_tree(top, links=100, root=None):
    """Makes it in the directory `top`, which is not there yet. As root with devices, owners and capabilities too."""
    root = os.geteuid() == 0 if root is None else root
    top = os.fsencode(top)
    at = lambda *names: os.path.join(top, *names)
    for name in (b"", b"dir", b"dir/sub", b"links", b"locked", b"names", b"empty", b"acl", b"sticky"):
        os.mkdir(at(name))
    for mode in (0o644, 0o600, 0o400, 0o755, 0o4755, 0o2755, 0o6711):
        _write(at(b"dir", b"mode-%o" % mode), b"mode %o" % mode, mode)
    _write(at(b"dir/sub/large"), os.urandom(1 << 20) * 3)
    _write(at(b"dir/none"), b"")
    with open(at(b"sparse"), "wb") as file:
        file.write(b"head")
        file.seek(1 << 30)
        file.write(b"middle")
        file.truncate(1 << 33)
    for name in (b"new\nline", b"\xff\xfe not text", b" blanks ", b"-dash", b"*[?]\\", b"x" * LONG, "é".encode()):
        _write(at(b"names", name), name)
        os.symlink(name, at(b"names", b"to-" + name[:200]))
    for name, target in ((b"dangling", b"/no/where"), (b"long", b"x/" * 2000), (b"up", b"../.."), (b"self", b"self")):
        os.symlink(target, at(name))
    os.mkfifo(at(b"fifo"), 0o620)
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(top, os.O_RDONLY)
        listener.bind("/proc/self/fd/%d/socket" % here)
        os.close(here)
    _write(at(b"links/first"), b"many names")
    for number in range(links):
        os.link(at(b"links/first"), at(b"links" if number % 2 else b"dir", b"link-%d" % number))
    os.link(at(b"fifo"), at(b"links/fifo"))
    os.link(at(b"up"), at(b"links/up"), follow_symlinks=False)
    _write(at(b"locked/in"), b"read only")
    _set(at(b"dir/mode-400"), "user.short", b"1")
    _set(at(b"dir/sub/large"), "user.long", b"long" * 500)
    _set(at(b"dir/sub/large"), "user.empty", b"")
    _set(at(b"dir"), "user.directory", b"of a directory")
    _set(at(b"acl"), "system.posix_acl_access", ACCESS)
    _write(at(b"acl/plain"), b"before the default")
    _set(at(b"acl"), "system.posix_acl_default", DEFAULT)
    _write(at(b"acl/heir"), b"behind it")
    _set(at(b"acl/plain"), "system.posix_acl_access", ACCESS)
    os.chmod(at(b"sticky"), 0o1777)
    if root:
        _privileged(at)
    for name, seconds in ((b"dir/none", -1), (b"dangling", -2177452800), (b"fifo", 4102444800), (b"names/-dash", 13569465600)):
        os.utime(at(name), ns=(0, seconds * 10**9 + 123456789), follow_symlinks=False)
    for name in (b"empty", b"dir/sub", b"dir", b"links", b"locked"):
        os.utime(at(name), ns=(0, 10**18 + len(name)))
    os.chmod(at(b"locked"), 0o555)
    os.utime(top, ns=(0, 1234567890987654321))


def _privileged(at):
    for number, name in enumerate((b"dir/sub", b"dir/mode-755", b"dir/mode-6711", b"up", b"fifo", b"locked")):
        mode = os.lstat(at(name)).st_mode
        os.chown(at(name), 1000 + number, 2000 + number, follow_symlinks=False)
        if not stat.S_ISLNK(mode):
            os.chmod(at(name), stat.S_IMODE(mode))
    _set(at(b"dir/mode-755"), "security.capability", CAPABILITY)
    _set(at(b"dir/sub"), "trusted.directory", b"t")
    _set(at(b"up"), "trusted.symlink", b"t" * 300)
    _set(at(b"fifo"), "trusted.fifo", b"t")
    for name, kind in ((b"zero", stat.S_IFCHR), (b"block", stat.S_IFBLK)):
        try:
            os.mknod(at(name), kind | 0o640, os.makedev(1, 5) if kind == stat.S_IFCHR else os.makedev(259, 70000))
            os.link(at(name), at(b"links", name))
        except OSError:
            pass


def _content(path, size):
    """What is in a file that is no hole: offsets and bytes."""
    parts = []
    with open(path, "rb") as file:
        offset = 0
        while offset < size:
            try:
                begin = os.lseek(file.fileno(), offset, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
            data = os.pread(file.fileno(), end - begin, begin)
            if data.strip(b"\0"):
                lead = len(data) - len(data.lstrip(b"\0"))
                parts.append((begin + lead, data.strip(b"\0")))
            offset = end
    return parts


def whole_picture(top):
    """All there is to know of the entries below `top`: relative name → kind, mode, owner, time, attributes, content, names that it shares."""
    top = os.fsencode(top)
    found = {}
    names = {}
    waiting = [b""]
    while waiting:
        name = waiting.pop()
        path = os.path.join(top, name) if name else top
        status = os.lstat(path)
        attributes = {key: os.getxattr(path, key, follow_symlinks=False)
                      for key in os.listxattr(path, follow_symlinks=False) if not key.startswith("security.selinux")}
        entry = {"mode": status.st_mode, "owner": (status.st_uid, status.st_gid), "mtime": status.st_mtime_ns, "xattrs": attributes}
        if stat.S_ISREG(status.st_mode):
            entry["size"] = status.st_size
            entry["content"] = _content(path, status.st_size)
        elif stat.S_ISLNK(status.st_mode):
            entry["target"] = os.readlink(path)
        elif stat.S_ISDIR(status.st_mode):
            waiting += [os.path.join(name, below) if name else below for below in os.listdir(path)]
        elif stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
            entry["device"] = status.st_rdev
        if not stat.S_ISDIR(status.st_mode) and status.st_nlink > 1:
            names.setdefault((status.st_dev, status.st_ino), []).append(name)
        found[name] = entry
    for shared in names.values():
        together = (min(shared), len(shared), hashlib.sha256(b"\0".join(sorted(shared))).digest())
        for name in shared:
            found[name]["names"] = together
    return found
