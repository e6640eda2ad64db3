"""Graphics processors, told from files like those that drivers make."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._provenance.graphics import gpus

from .repositories import GitFolder

_MODULE = (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\n"
    "GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n"
)
_OPEN_MODULE = (
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build\n"
)


@pytest.fixture(autouse=True)
def _no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def write_nvidia(root: Path, version: str, models: list[str]) -> None:
    driver = GitFolder(root / "proc/driver/nvidia")
    driver.write("version", version)
    for number, model in enumerate(models):
        text = f"Model: \t\t {model}\nIRQ:   \t\t 35\nGPU UUID: \t GPU-1234\n"
        driver.write(f"gpus/0000:{number:02}:00.0/information", text)


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert gpus(tmp_path) == ()


@pytest.mark.parametrize(
    ("module", "version"), [(_MODULE, "535.129.03"), (_OPEN_MODULE, "560.35.03")]
)
def test_nvidia_s_are_told_with_their_driver(tmp_path: Path, module: str, version: str) -> None:
    write_nvidia(tmp_path, module, ["NVIDIA A100-SXM4-40GB", "Tesla T4"])
    assert gpus(tmp_path) == (
        f"NVIDIA A100-SXM4-40GB, driver {version}",
        f"Tesla T4, driver {version}",
    )


def test_without_a_readable_version_the_model_is_told(tmp_path: Path) -> None:
    write_nvidia(tmp_path, "", ["Tesla T4"])
    assert gpus(tmp_path) == ("Tesla T4",)


def test_amd_s_are_told_by_product_or_by_number(tmp_path: Path) -> None:
    system = GitFolder(tmp_path / "sys")
    for name in ("card10", "card2"):
        system.write(f"class/drm/{name}/device/vendor", "0x1002\n")
        system.write(f"class/drm/{name}/device/device", "0x740f\n")
    system.write("class/drm/card2/device/product_name", "AMD Instinct MI210\n")
    system.write("class/drm/card2-DP-1/device/vendor", "0x1002\n")
    system.write("class/drm/card1/device/vendor", "0x8086\n")
    system.write("module/amdgpu/version", "6.3.6\n")
    assert gpus(tmp_path) == (
        "AMD Instinct MI210, driver amdgpu 6.3.6",
        "AMD 0x740f, driver amdgpu 6.3.6",
    )


def write_program(tmp_path: Path, text: str) -> None:
    program = tmp_path / "bin" / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


def test_where_the_driver_has_no_files_its_program_is_asked(tmp_path: Path) -> None:
    write_program(tmp_path, "echo NVIDIA GeForce RTX 4090, 551.86")
    assert gpus(tmp_path) == ("NVIDIA GeForce RTX 4090, driver 551.86",)
    write_nvidia(tmp_path / "other", _MODULE, ["Tesla T4"])
    assert gpus(tmp_path / "other") == ("Tesla T4, driver 535.129.03",)


@pytest.mark.parametrize("text", ["echo no driver; exit 9", "echo NVIDIA-SMI has failed", ":"])
def test_a_program_that_fails_tells_nothing(tmp_path: Path, text: str) -> None:
    write_program(tmp_path, text)
    assert gpus(tmp_path) == ()


def test_a_driver_is_asked_once_in_a_process(tmp_path: Path) -> None:
    write_nvidia(tmp_path, _MODULE, ["Tesla T4"])
    assert gpus(tmp_path) is gpus(tmp_path)
