"""The remote that is recorded, and what is left out of its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._provenance import code_state
from mitosis._provenance.remote import public_address

from .repositories import GitFolder


def remote(folder: GitFolder) -> str | None:
    return code_state(folder.root, folder.root / "trials").remote


def test_the_remote_that_the_branch_follows_comes_first(
    repository: GitFolder, tmp_path: Path
) -> None:
    for name in ("origin", "team", "team/a"):
        GitFolder(tmp_path).git("init", "--quiet", "--bare", f"{name.replace('/', '-')}.git")
        url = (tmp_path / f"{name.replace('/', '-')}.git").as_uri()
        repository.git("remote", "add", name, url)
    repository.git("push", "--quiet", "--set-upstream", "team/a", "main")
    assert remote(repository) == (tmp_path / "team-a.git").as_uri()


def test_origin_comes_before_others_without_an_upstream(repository: GitFolder) -> None:
    repository.git("remote", "add", "backup", "https://example.org/backup.git")
    repository.git("remote", "add", "origin", "https://example.org/origin.git")
    assert remote(repository) == "https://example.org/origin.git"


def test_the_only_remote_is_taken_whatever_its_name(repository: GitFolder) -> None:
    repository.git("remote", "add", "ours", "https://example.org/ours.git")
    assert remote(repository) == "https://example.org/ours.git"


def test_a_branch_that_follows_a_local_branch_has_the_remote_of_origin(
    repository: GitFolder,
) -> None:
    repository.git("remote", "add", "origin", "https://example.org/origin.git")
    repository.git("switch", "--quiet", "--create", "side", "--track", "main")
    assert remote(repository) == "https://example.org/origin.git"


def test_an_abbreviated_address_is_written_out(repository: GitFolder) -> None:
    repository.git("config", "url.https://me:secret@example.org/.insteadOf", "ex:")
    repository.git("remote", "add", "origin", "ex:lab/project.git")
    assert remote(repository) == "https://example.org/lab/project.git"


def test_a_partial_clone_has_its_address_too(repository: GitFolder) -> None:
    repository.git("remote", "add", "origin", "https://example.org/x.git")
    repository.git("config", "remote.origin.promisor", "true")
    repository.git("config", "remote.origin.partialclonefilter", "blob:none")
    assert remote(repository) == "https://example.org/x.git"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://user:token@host/x", "https://host/x"),
        ("https://token@host/x.git", "https://host/x.git"),
        ("https://user:pw@host:8443/x", "https://host:8443/x"),
        ("https://user:p@ss@host/x", "https://host/x"),
        ("https://user:p/ss@host/x?token=y", "https://host/x"),
        ("https://user:p?ss@host/x", "https://host/x"),
        ("https://host/x.git?private_token=abc#frag", "https://host/x.git"),
        ("https://git@host/x", "https://host/x"),
        ("https://host/glpat-abcdefghijklmnopqrst/x", "https://host/***/x"),
        ("https://user:pw@[::1]:80/x", "https://[::1]:80/x"),
        ("https://host/@scope/x", "https://host/@scope/x"),
        ("ssh://git@host:2222/x.git", "ssh://git@host:2222/x.git"),
        ("ssh://alice:pw@host/x.git", "ssh://host/x.git"),
        ("git@host:lab/x.git", "git@host:lab/x.git"),
        ("git:pw@host:lab/x.git", "git@host:lab/x.git"),
        ("alice:p@ss@host:x", "host:x"),
        ("host:x", "host:x"),
        ("/srv/git/a@b.git", "/srv/git/a@b.git"),
        ("file:///srv/git/a@b.git", "file:///srv/git/a@b.git"),
        ("../other", "../other"),
    ],
)
def test_an_address_keeps_what_finds_the_repository_and_no_more(
    address: str, public: str
) -> None:
    assert public_address(address) == public


def test_no_credential_of_a_remote_reaches_the_state(repository: GitFolder) -> None:
    repository.git("remote", "add", "origin", "https://me:planted@example.org/x?key=planted")
    assert "planted" not in repr(code_state(repository.root, repository.root))
