"""Which environment variables a record keeps."""

from __future__ import annotations

import os

import pytest

from mitosis._provenance import machine
from mitosis._provenance.variables import job_variables, numeric_variables


@pytest.mark.parametrize(
    "name",
    [
        *(
            "OMP_NUM_THREADS",
            "MKL_CBWR",
            "OPENBLAS_CORETYPE",
            "BLIS_NUM_THREADS",
            "KMP_AFFINITY",
        ),
        *("PYTHONHASHSEED", "CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG", "XLA_FLAGS"),
        *("NUMBA_FASTMATH", "LC_ALL", "TZ", "LD_PRELOAD", "NPY_DISABLE_CPU_FEATURES"),
    ],
)
def test_what_can_change_numbers_is_kept(name: str) -> None:
    assert numeric_variables({name: "1", "HOME": "/home/ada"}) == {name: "1"}


def test_everything_else_stays_out() -> None:
    others = (
        "HOME",
        "USER",
        "PATH",
        "AWS_SECRET_ACCESS_KEY",
        "HF_TOKEN",
        "SSH_AUTH_SOCK",
        "OMP",
    )
    assert numeric_variables(dict.fromkeys(others, "x")) == {}
    assert job_variables(dict.fromkeys(others, "x")) == {}


def test_secrets_are_marked_by_name_and_by_shape() -> None:
    shaped = "ghp_abcdefghijklmnopqrstuvwxyz0123"
    kept = numeric_variables({"TORCH_HUB_TOKEN": "abc", "XLA_FLAGS": f"--key {shaped}"})
    assert kept == {"TORCH_HUB_TOKEN": "***", "XLA_FLAGS": "--key ***"}


def test_a_job_is_told_as_its_system_names_it() -> None:
    slurm = {"SLURM_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3", "SLURM_CONF": "/etc/x"}
    assert job_variables(slurm) == {"SLURM_ARRAY_TASK_ID": "3", "SLURM_JOB_ID": "7"}
    assert job_variables({"PBS_JOBID": "7.server"}) == {"PBS_JOBID": "7.server"}
    assert job_variables({"LSB_JOBID": "7"}) == {"LSB_JOBID": "7"}


def test_grid_engine_s_plain_names_count_only_under_grid_engine() -> None:
    assert job_variables({"JOB_ID": "7"}) == {}
    assert job_variables({"JOB_ID": "7", "SGE_ROOT": "/sge"}) == {"JOB_ID": "7"}


def test_the_process_s_own_environment_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("SLURM_JOB_NAME", os.fsdecode(b"\xff"))
    found = machine([])
    assert found.variables["OMP_NUM_THREADS"] == "3"
    assert found.job == {"SLURM_JOB_ID": "7", "SLURM_JOB_NAME": r"\xff"}
