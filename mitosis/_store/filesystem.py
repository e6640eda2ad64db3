"""Which file system a database lies on: a local one, or one that a network is in between."""

from __future__ import annotations

from pathlib import Path

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
    import psutil

    try:
        place = path.resolve()
        mounts = psutil.disk_partitions(all=True)
    except (OSError, RuntimeError, psutil.Error):
        return ""
    above = {place, *place.parents}
    # Of two mounts on one point, the later one hides the other.
    found = [
        (len(point.parts), number, mount.fstype)
        for number, mount in enumerate(mounts)
        if (point := Path(mount.mountpoint)) in above
    ]
    return max(found)[-1].lower() if found else ""
