"""`make bench`: every speed claim, measured now and here, as ratios against another implementation in the same run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is imported
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import cnn_step, image_data, mlp_step, redraw, window_throughput  # noqa: E402


def main() -> None:
    for benchmark in (mlp_step, cnn_step, redraw, window_throughput, image_data):
        print("\n".join(benchmark.report()), end="\n\n", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
