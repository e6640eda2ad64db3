"""What is asked for as a Dask cluster, and is none."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mitosis._sweep.dask_cluster import as_executor, dask_cluster
from mitosis.errors import ClusterError


def refusal(where: str) -> str:
    with pytest.raises(ClusterError) as caught, dask_cluster(where, 1):
        pass
    assert caught.value.cluster == where
    return caught.value.reason


def test_what_names_no_cluster_is_refused_at_once(tmp_path: Path) -> None:
    assert refusal(str(tmp_path / "scheduler.json")) == "there is no such file"
    assert "neither 'local' nor an address" in refusal("nowhere")


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'mitosis[dask]'" in refusal("local")


def test_an_executor_of_another_kind_is_taken_as_it_is() -> None:
    with ThreadPoolExecutor(1) as executor:
        assert as_executor(executor) is executor
    assert as_executor(None) is None
