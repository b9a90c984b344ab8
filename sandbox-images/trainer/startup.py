"""What every script does before it imports anything heavy: pins threads, goes offline, keeps
quiet.
"""

from __future__ import annotations

import os
import warnings


def pin_environment(threads: int) -> None:
    """Call before torch, transformers or tokenizers are imported. Sums depend on the number of
    threads, so it is fixed.
    """
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    # Threads that wait must not spin: on a machine with other work, spinning made a training five
    # times slower. The sums are the same.
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ["TOKENIZERS_PARALLELISM"] = "false" if threads == 1 else "true"
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.environ["DATASETS_VERBOSITY"] = "error"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    # Deprecations between pinned libraries are news to nobody who reads a job's log.
    warnings.filterwarnings("ignore", category=FutureWarning)
    # Needed by cuBLAS for repeatable sums; read when CUDA starts.
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"


def pin_torch(threads: int, seed: int = 0) -> None:
    """Fixes threads, seeds and algorithms of torch, so that the same inputs give the same bits on
    one machine.
    """
    import torch

    torch.set_num_threads(threads)
    if torch.get_num_interop_threads() != 1:
        torch.set_num_interop_threads(1)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Only finds reads of uninitialized memory; costs time.
    torch.utils.deterministic.fill_uninitialized_memory = False
