"""Which file system a database lies on: a local one, or one that a network is in between."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_ESCAPED = re.compile(rb"\\(\d{3})")
"""A space or a backslash in a path, as three octal digits."""

_NETWORK = {
    *("9p", "afpfs", "afs", "beegfs", "ceph", "cephfs", "cifs", "coda", "davfs", "drvfs"),
    *("gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs"),
    *("panfs", "pvfs2", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav"),
    *("wekafs",),
}
_NETWORK_BY_FUSE = {
    *("beegfs", "blobfuse", "blobfuse2", "ceph", "ceph-fuse", "cvmfs2", "davfs", "gcsfuse"),
    *("glusterfs", "goofys", "juicefs", "mfs", "moosefs", "rclone", "s3fs", "seaweedfs"),
    *("smbnetfs", "sshfs", "vmhgfs-fuse"),
}


def network_file_system(path: Path) -> str | None:
    """Return the kind of network file system that a path lies on, e.g. `"nfs4"`.

    None means a local one, or one that nothing is known of. The path need not exist.
    """
    kind = file_system(path)
    fuse, _, name = kind.partition(".")
    is_network = name.lower() in _NETWORK_BY_FUSE if fuse == "fuse" else kind in _NETWORK
    return kind if is_network else None


def file_system(path: Path) -> str:
    """Return the kind of file system that a path lies on; empty where unknown."""
    try:
        place = path.resolve()
        mounts = list(_mounts())
    except (OSError, RuntimeError, ValueError):
        return ""
    above = {place, *place.parents}
    # Of two mounts on one point, the later one hides the other.
    found = [
        (len(point.parts), number, kind)
        for number, (point, kind) in enumerate(mounts)
        if point in above
    ]
    return max(found)[-1].lower() if found else ""


def _mounts() -> Iterator[tuple[Path, str]]:
    """Yield each mount's place and kind, from where psutil reads them if that is known.

    Every trial's claim asks, and to import psutil takes ten times longer than to read them.
    """
    if _MOUNTS.exists():
        for line in _MOUNTS.read_bytes().splitlines():
            _, place, kind, *_ = line.split()
            place = _ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), place)
            yield Path(os.fsdecode(place)), os.fsdecode(kind)
        return
    import psutil

    with suppress(psutil.Error):
        for mount in psutil.disk_partitions(all=True):
            yield Path(mount.mountpoint), mount.fstype
