"""`make bench`: every speed claim, measured now and here, as ratios against another implementation in the same run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is imported
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import (  # noqa: E402
    cnn_step,
    derivation_step,
    drawing,
    image_data,
    memory,
    mlp_step,
    recipes,
    redraw,
    step_profile,
    window_throughput,
)

BENCHMARKS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        mlp_step, cnn_step, step_profile, derivation_step, memory, redraw, drawing, window_throughput,
        image_data,
        recipes,
    )
}  # fmt: skip


def main(names: list[str]) -> None:
    """Run the benchmarks of these names, or all: `make bench ARGS="mlp_step memory"`."""
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            sys.exit(f"There is no benchmark {name!r}. There are: {', '.join(BENCHMARKS)}.")
        print("\n".join(BENCHMARKS[name].report()), end="\n\n", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
