"""Environment variables that a record keeps: the few that change numbers, and the job's name.

Everything else stays out: an environment is full of what is nobody's business.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from mitosis._redaction import MARK, names_secret, redact_text

_THREADS = ("BLIS_NUM_THREADS", "GOTO_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""How a sum is split between threads decides how it is rounded."""

_PYTHON = ("PYTHONHASHSEED", "PYTHONOPTIMIZE")
"""The order of sets, and whether assertions hold."""

_LIBRARIES = ("DYLD_INSERT_LIBRARIES", "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "LD_PRELOAD")
"""Which BLAS, OpenMP or allocator is loaded in place of the one installed."""

_GRAPHICS = (
    *("CUBLAS_WORKSPACE_CONFIG", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING"),
    *("CUDA_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL", "HIP_VISIBLE_DEVICES"),
    *("HSA_OVERRIDE_GFX_VERSION", "NVIDIA_TF32_OVERRIDE", "NVIDIA_VISIBLE_DEVICES"),
    *("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ENABLE_MPS_FALLBACK", "ROCR_VISIBLE_DEVICES"),
)
_FRAMEWORKS = (
    *("JAX_DEFAULT_MATMUL_PRECISION", "JAX_ENABLE_X64", "JAX_NUMPY_DTYPE_PROMOTION"),
    *("JAX_PLATFORMS", "JAX_PLATFORM_NAME", "KERAS_BACKEND", "LIBTPU_INIT_ARGS"),
    *("TF_CUDNN_DETERMINISTIC", "TF_DETERMINISTIC_OPS", "TF_ENABLE_ONEDNN_OPTS"),
    *("TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_XLA_FLAGS", "XLA_FLAGS"),
)
_PLACE = ("LANG", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "TZ")
"""How numbers are read and texts sorted, and what hour it is."""

_NAMES = frozenset((*_THREADS, *_PYTHON, *_LIBRARIES, *_GRAPHICS, *_FRAMEWORKS, *_PLACE))

_PREFIXES = (
    *("ATEN_", "DNNL_", "ONEDNN_", "TORCH_"),  # torch, and what it multiplies matrices with
    *("GOMP_", "KMP_", "OMP_"),  # OpenMP: GNU's, Intel's and LLVM's, everybody's
    *("MKL_", "OPENBLAS_"),  # code paths are chosen by processor, and can be set
    *("CUDNN_", "MIOPEN_", "NCCL_"),
    *("NPY_", "NUMBA_", "NUMEXPR_"),
    "MALLOC_",  # what memory holds that nobody has written to
)

_JOBS = {
    "SLURM": (
        *("SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_CLUSTER_NAME", "SLURM_JOB_PARTITION"),
        *("SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_STEP_ID", "SLURM_PROCID"),
        "SLURM_RESTART_COUNT",
    ),
    "PBS": ("PBS_JOBID", "PBS_JOBNAME", "PBS_ARRAY_INDEX", "PBS_ARRAYID"),
    "LSB": ("LSB_JOBID", "LSB_JOBNAME", "LSB_JOBINDEX"),
    "SGE": ("JOB_ID", "JOB_NAME", "SGE_TASK_ID"),
    "OAR": ("OAR_JOB_ID", "OAR_JOB_NAME", "OAR_ARRAY_ID", "OAR_ARRAY_INDEX"),
    "LOADL": ("LOADL_STEP_ID", "LOADL_JOB_NAME"),
    "FLUX": ("FLUX_JOB_ID",),
    "COBALT": ("COBALT_JOBID",),
    "AWS_BATCH": ("AWS_BATCH_JOB_ID", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ATTEMPT"),
}
"""What batch systems call a job, by the prefix of the variables that tell the system."""


def numeric_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that can change what is computed, where they are set."""
    names = (name for name in environment if name in _NAMES or name.startswith(_PREFIXES))
    return _kept(environment, names)


def job_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what the batch system calls this job; nothing outside of one."""
    prefixes = {name.partition("_")[0] for name in environment}
    systems = [s for s in _JOBS if s.partition("_")[0] in prefixes]
    names = (name for system in systems for name in _JOBS[system] if name in environment)
    return _kept(environment, names)


def _kept(environment: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {
        name: MARK if names_secret(name) else _readable(redact_text(environment[name]))
        for name in sorted(names)
    }


def _readable(value: str) -> str:
    return os.fsencode(value).decode("utf-8", "backslashreplace")
