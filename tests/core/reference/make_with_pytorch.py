"""Makes the reference files beside it with PyTorch: `python tests/core/reference/make_with_pytorch.py`.

Neither the product nor its tests need PyTorch; they read what this script wrote (with PyTorch 2.13.0). Everything is
computed in float64. Arrays are turned into our layout here: images (N, H, W, C), convolution kernels (kh, kw, in, out),
dense kernels (in, out). Where PyTorch's conventions are not Keras's, which are ours, a comment says what was done.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (as everybody calls it)

HERE = Path(__file__).parent
STEPS = 50
rng = np.random.default_rng(20240229)


def number(*shape: int) -> torch.Tensor:
    """Normal numbers that float32 can hold exactly, so that both precisions can start from them."""
    return torch.tensor(rng.standard_normal(shape).astype(np.float32).astype(np.float64))


def leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone().requires_grad_(True)


def plain(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy()


def nchw(X: torch.Tensor) -> torch.Tensor:
    return X.permute(0, 3, 1, 2)


def nhwc(X: torch.Tensor) -> torch.Tensor:
    return X.permute(0, 2, 3, 1)


def oihw(W: torch.Tensor) -> torch.Tensor:
    """A kernel (kh, kw, in, out) as PyTorch wants it."""
    return W.permute(3, 2, 0, 1)


# --- layers -----------------------------------------------------------------------------------------------------------


def passes(forward: Callable[..., torch.Tensor], X: torch.Tensor, **weights: torch.Tensor) -> dict[str, np.ndarray]:
    """Both passes of a layer on X, with a random error dY sent back."""
    X, weights = leaf(X), {name: leaf(value) for name, value in weights.items()}
    Y = forward(X, **weights)
    dY = number(*Y.shape)
    Y.backward(dY)
    arrays = {"X": X, "Y": Y, "dY": dY, "dX": X.grad}
    for name, value in weights.items():
        arrays |= {name: value, f"d{name}": value.grad}
    return {name: plain(array) for name, array in arrays.items()}


def convolution(size: tuple[int, int], strides: tuple[int, int], padding: str) -> dict[str, np.ndarray]:
    X, W, b = number(3, 7, 6, 2), number(*size, 2, 4), number(4)

    def forward(X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return nhwc(F.conv2d(bordered(nchw(X), size, strides, padding, 0.0), oihw(W), b, stride=strides))

    return passes(forward, X, W=W, b=b)


def bordered(
    X: torch.Tensor, size: tuple[int, int], strides: tuple[int, int], padding: str, fill: float
) -> torch.Tensor:
    """X with Keras's border: PyTorch's own "same" refuses strides, and its numbers pad both sides alike."""
    if padding == "valid":
        return X
    total = [
        max((math.ceil(length / stride) - 1) * stride + width - length, 0)
        for length, stride, width in zip(X.shape[2:], strides, size, strict=True)
    ]
    top, left = total[0] // 2, total[1] // 2
    return F.pad(X, (left, total[1] - left, top, total[0] - top), value=fill)


def max_pooling(size: tuple[int, int], strides: tuple[int, int], padding: str) -> dict[str, np.ndarray]:
    def forward(X: torch.Tensor) -> torch.Tensor:
        return nhwc(F.max_pool2d(bordered(nchw(X), size, strides, padding, -math.inf), size, strides))

    return passes(forward, number(3, 7, 5, 2))


def average_pooling(size: tuple[int, int], strides: tuple[int, int], padding: str) -> dict[str, np.ndarray]:
    # Keras leaves the border out of the mean: the sum of the cells by the sum of the cells of a picture of ones
    def forward(X: torch.Tensor) -> torch.Tensor:
        sums, counts = (
            F.avg_pool2d(bordered(nchw(image), size, strides, padding, 0.0), size, strides)
            for image in (X, torch.ones_like(X))
        )
        return nhwc(sums / counts)

    return passes(forward, number(3, 7, 5, 2))


def batch_normalization(training: bool) -> dict[str, np.ndarray]:
    X, mean, variance = number(6, 3, 2, 4), number(4), number(4).abs() + 0.5
    moved = [mean.clone(), variance.clone()]

    def forward(X: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
        return nhwc(F.batch_norm(nchw(X), *moved, gamma, beta, training=training, momentum=0.01, eps=1e-3))

    arrays = passes(forward, X, gamma=number(4), beta=number(4))
    if training:
        # PyTorch follows the unbiased variance (by n - 1), Keras the biased one: taken back by (n - 1) / n
        count = X.numel() // 4
        followed = (moved[1] - 0.99 * variance) * (count - 1) / count
        moved[1] = 0.99 * variance + followed
    first = {"moving_mean": mean, "moving_variance": variance}
    then = {"moving_mean_after": moved[0], "moving_variance_after": moved[1]}
    return arrays | {name: plain(value) for name, value in (first | then).items()}


def layers() -> dict[str, dict[str, np.ndarray]]:
    pooled = [((2, 2), (2, 2), "valid"), ((3, 2), (2, 1), "valid"), ((2, 2), (2, 2), "same"), ((3, 3), (2, 2), "same")]
    convolved = [
        ((3, 3), (1, 1), "valid"), ((3, 3), (1, 1), "same"), ((2, 4), (1, 1), "same"), ((3, 2), (2, 1), "valid"),
        ((3, 3), (2, 2), "same"), ((1, 1), (1, 1), "valid"),
    ]  # fmt: skip
    cases = {
        "dense": passes(lambda X, W, b: X @ W + b, number(5, 7), W=number(7, 4), b=number(4)),
        "batch_normalization-training": batch_normalization(training=True),
        "batch_normalization-answering": batch_normalization(training=False),
        "layer_normalization": passes(
            lambda X, gamma, beta: F.layer_norm(X, (5,), gamma, beta, eps=1e-3),
            number(4, 3, 2, 5), gamma=number(5), beta=number(5),
        ),
        "global_average_pooling2d": passes(lambda X: X.mean(dim=(1, 2)), number(3, 4, 5, 2)),
    }  # fmt: skip
    cases |= {name("conv2d", *case): convolution(*case) for case in convolved}
    cases |= {name("max_pooling2d", *case): max_pooling(*case) for case in pooled}
    cases |= {name("average_pooling2d", *case): average_pooling(*case) for case in pooled}
    return cases


def name(kind: str, size: tuple[int, int], strides: tuple[int, int], padding: str) -> str:
    return f"{kind}-{size[0]}x{size[1]}-{strides[0]}x{strides[1]}-{padding}"


# --- activations and losses -------------------------------------------------------------------------------------------


def activations() -> dict[str, dict[str, np.ndarray]]:
    functions = {
        "linear": lambda Z: Z * 1, "relu": F.relu, "leaky_relu": lambda Z: F.leaky_relu(Z, 0.2), "elu": F.elu,
        "gelu": F.gelu, "silu": F.silu, "softplus": F.softplus, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
        "softmax": lambda Z: F.softmax(Z, dim=-1),
    }  # fmt: skip
    Z = number(4, 9) * 3
    Z[0, :5] = torch.tensor([0.0, 20.0, -20.0, 60.0, -60.0])
    return {name: passes(function, Z) for name, function in functions.items()}


def slope(loss: Callable[[torch.Tensor], torch.Tensor], at: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """The value of a loss and its gradient."""
    at = leaf(at)
    value = loss(at)
    value.backward()
    return plain(value), plain(at.grad)


def losses() -> dict[str, dict[str, np.ndarray]]:
    Z, labels = number(6, 5) * 2, torch.tensor(rng.integers(0, 5, 6))
    T, weights = F.one_hot(labels, 5).double(), torch.tensor([1.0, 2.0, 0.5, 0.0, 3.0]).double()
    several = torch.tensor(rng.integers(0, 2, (6, 5))).double()
    targets = number(6, 5)
    cases: dict[str, dict[str, np.ndarray]] = {}

    def case(name: str, T: torch.Tensor, of_scores: Any = None, of_outputs: Any = None, outputs: Any = None) -> None:
        arrays = {"T": plain(T)}
        if of_scores is not None:
            arrays["Z"] = plain(Z)
            arrays["fused_value"], arrays["dZ"] = slope(of_scores, Z)
        if of_outputs is not None:
            arrays["Y"] = plain(outputs)
            arrays["value"], arrays["dY"] = slope(of_outputs, outputs)
        cases[name] = arrays

    shares, chances = F.softmax(Z, dim=1), torch.sigmoid(Z)
    case("categorical_crossentropy", T, lambda Z: F.cross_entropy(Z, T), lambda Y: -(T * Y.log()).sum(1).mean(), shares)
    case("categorical_crossentropy-smoothed", T, lambda Z: F.cross_entropy(Z, T, label_smoothing=0.1))
    case("sparse_categorical_crossentropy", labels, lambda Z: F.cross_entropy(Z, labels),
         lambda Y: F.nll_loss(Y.log(), labels), shares)  # fmt: skip
    # PyTorch divides the weighted sum by the sum of the weights, Keras by the number of samples
    case("categorical_crossentropy-weighted", T,
         lambda Z: F.cross_entropy(Z, labels, weight=weights, reduction="sum") / 6)  # fmt: skip
    cases["categorical_crossentropy-weighted"]["weights"] = plain(weights[labels])
    case("binary_crossentropy", several, lambda Z: F.binary_cross_entropy_with_logits(Z, several),
         lambda Y: F.binary_cross_entropy(Y, several), chances)  # fmt: skip
    # PyTorch has no label smoothing here: the targets are moved as Keras moves them
    case("binary_crossentropy-smoothed", several,
         lambda Z: F.binary_cross_entropy_with_logits(Z, several * 0.8 + 0.1))  # fmt: skip
    case("mean_squared_error", targets, None, lambda Y: F.mse_loss(Y, targets), Z)
    case("mean_absolute_error", targets, None, lambda Y: F.l1_loss(Y, targets), Z)
    case("huber", targets, None, lambda Y: F.huber_loss(Y, targets, delta=0.7), Z)
    return cases


# --- optimizers and schedules -----------------------------------------------------------------------------------------


def descend(
    A: torch.Tensor, start: torch.Tensor, optimizer: Callable[[list[torch.Tensor]], torch.optim.Optimizer],
    clip: float | None = None, scheduler: Any = None,
) -> tuple[np.ndarray, list[float]]:
    """Parameters and learning rates of 50 steps down the valley |A p - 1|^2 / 2n."""
    p = leaf(start)
    moves = optimizer([p])
    plan, rates = scheduler(moves) if scheduler else None, []
    for _ in range(STEPS):
        p.grad = A.T @ (A @ p.detach() - 1) / len(A)
        if clip:
            torch.nn.utils.clip_grad_norm_([p], clip)  # divides by the norm plus 1e-6: no difference worth a word
        rates.append(moves.param_groups[0]["lr"])
        moves.step()
        if plan is not None:
            plan.step()
    return plain(p), rates


def optimizers(A: torch.Tensor, start: torch.Tensor) -> dict[str, np.ndarray]:
    # Keras adds epsilon under the root in RMSprop and Adagrad, PyTorch behind it: so small that it is the same.
    # Keras's weight decay never passes through momentum or averages: for Adam that is PyTorch's AdamW.
    kinds: dict[str, tuple[Any, float | None]] = {
        "sgd": (lambda p: torch.optim.SGD(p, 0.05), None),
        "sgd-momentum": (lambda p: torch.optim.SGD(p, 0.02, momentum=0.9), None),
        "sgd-nesterov": (lambda p: torch.optim.SGD(p, 0.02, momentum=0.9, nesterov=True), None),
        "sgd-weight_decay": (lambda p: torch.optim.SGD(p, 0.05, weight_decay=0.2), None),
        "sgd-clipped": (lambda p: torch.optim.SGD(p, 0.05, momentum=0.5), 0.3),
        "rmsprop": (lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=1e-12), None),
        "rmsprop-momentum": (lambda p: torch.optim.RMSprop(p, 0.003, alpha=0.9, momentum=0.5, eps=1e-12), None),
        "adagrad": (lambda p: torch.optim.Adagrad(p, 0.05, initial_accumulator_value=0.1, eps=1e-12), None),
        "adam": (lambda p: torch.optim.Adam(p, 0.02, betas=(0.8, 0.95), eps=1e-7), None),
        "adam-clipped": (lambda p: torch.optim.Adam(p, 0.02, eps=1e-7), 0.3),
        "adam-weight_decay": (lambda p: torch.optim.AdamW(p, 0.02, eps=1e-7, weight_decay=0.2), None),
        "adamw": (lambda p: torch.optim.AdamW(p, 0.02, eps=1e-7, weight_decay=0.05), None),
    }
    return {name: descend(A, start, make, clip)[0] for name, (make, clip) in kinds.items()}


def schedules(A: torch.Tensor, start: torch.Tensor) -> tuple[dict[str, np.ndarray], dict[str, list[float]]]:
    """Parameters after 50 steps in 5 epochs of 10, and the factors on the learning rate."""
    plans = torch.optim.lr_scheduler
    losses = [1.0, 0.8, 0.9, 0.85, 0.79999, 0.7, 0.7, 0.7, 0.71, 0.69, 0.8]

    def plateau(moves: torch.optim.Optimizer, every: int = 1) -> Any:
        """Told the next loss after `every` steps."""
        # PyTorch waits until more than `patience` epochs were bad, Keras until that many were
        plan = plans.ReduceLROnPlateau(moves, factor=0.5, patience=1, threshold=1e-3, threshold_mode="abs")
        seen, steps = iter(losses), itertools.count(1)

        class Listening:
            @staticmethod
            def step() -> None:
                if next(steps) % every == 0:
                    plan.step(next(seen))

        return Listening

    kinds: dict[str, Any] = {
        "Constant": lambda moves: plans.ConstantLR(moves, factor=1.0),
        "StepDecay": lambda moves: plans.StepLR(moves, step_size=20, gamma=0.3),
        "ExponentialDecay": lambda moves: plans.ExponentialLR(moves, gamma=0.02 ** (1 / STEPS)),
        "CosineDecay": lambda moves: plans.CosineAnnealingLR(moves, T_max=STEPS, eta_min=0.1 * 0.05),
        # PyTorch's warm-up may not start from 0 exactly
        "CosineDecay-warmup": lambda moves: plans.SequentialLR(
            moves,
            [plans.LinearLR(moves, start_factor=1e-12, total_iters=10), plans.CosineAnnealingLR(moves, T_max=40)],
            milestones=[10],
        ),
        # PyTorch spreads T steps from 0 to T - 1 and turns at 0.25 T - 1: with T = 51 at 11.75 of 50
        "OneCycle": lambda moves: plans.OneCycleLR(
            moves, max_lr=0.05, total_steps=STEPS + 1, pct_start=0.25, div_factor=25, final_div_factor=10,
            cycle_momentum=False,
        ),
    }  # fmt: skip
    parameters, factors = {}, {}
    for name, plan in kinds.items():
        parameters[name], rates = descend(A, start, lambda p: torch.optim.SGD(p, 0.05), scheduler=plan)
        factors[name] = [rate / 0.05 for rate in rates]
    parameters["ReduceLROnPlateau"], _ = descend(
        A, start, lambda p: torch.optim.SGD(p, 0.05), scheduler=lambda moves: plateau(moves, every=10)
    )
    moves = torch.optim.SGD([leaf(start)], 1.0)
    plan = plateau(moves)
    factors["ReduceLROnPlateau"] = []
    for _ in losses:
        factors["ReduceLROnPlateau"].append(moves.param_groups[0]["lr"])
        plan.step()
    return parameters, {**factors, "plateau_losses": losses}


# --- a network --------------------------------------------------------------------------------------------------------


def network() -> dict[str, np.ndarray]:
    """Two convolutions with pooling and one dense layer, trained for 20 batches of 16 by SGD with momentum."""
    images = torch.tensor(rng.integers(0, 256, (64, 12, 12, 2)))
    labels = torch.tensor(rng.integers(0, 10, 64))
    scale = (0.3, 0.1, 0.2, 0.1, 0.3, 0.1)
    shapes = ((3, 3, 2, 4), (4,), (3, 3, 4, 6), (6,), (24, 10), (10,))
    weights = [leaf(number(*shape) * size) for shape, size in zip(shapes, scale, strict=True)]
    weights = [leaf(torch.tensor(plain(value).astype(np.float32).astype(np.float64))) for value in weights]
    arrays = {"images": images.numpy().astype(np.uint8), "labels": labels.numpy()}
    arrays |= {f"start_{index}": plain(value).astype(np.float32) for index, value in enumerate(weights)}
    moves = torch.optim.SGD(weights, 0.05, momentum=0.9)
    losses = []
    for step in range(20):
        batch = slice(step % 4 * 16, step % 4 * 16 + 16)
        X = nchw(images[batch].double() / 255)
        X = F.max_pool2d(F.relu(F.conv2d(X, oihw(weights[0]), weights[1], padding=1)), 2)
        X = F.max_pool2d(F.relu(F.conv2d(X, oihw(weights[2]), weights[3])), 2)
        Z = nhwc(X).reshape(16, 24) @ weights[4] + weights[5]
        loss = F.cross_entropy(Z, labels[batch])
        moves.zero_grad()
        loss.backward()
        moves.step()
        losses.append(loss.item())
    arrays["losses"] = np.array(losses)
    return arrays | {f"end_{index}": plain(value) for index, value in enumerate(weights)}


def store(file: str, cases: dict[str, dict[str, np.ndarray]]) -> None:
    flat = {f"{case}/{name}": array for case, arrays in cases.items() for name, array in arrays.items()}
    np.savez_compressed(HERE / file, **flat)


def main() -> None:
    store("layers.npz", layers())
    store("activations.npz", activations())
    store("losses.npz", losses())
    A, start = number(20, 20), number(20)
    moved = optimizers(A, start)
    scheduled, factors = schedules(A, start)
    store("optimizers.npz", {
        "problem": {"A": plain(A), "start": plain(start)}, "optimizer": moved, "schedule": scheduled,
    })  # fmt: skip
    (HERE / "schedules.json").write_text(json.dumps(factors, indent=1) + "\n")
    store("network.npz", {"network": network()})


if __name__ == "__main__":
    main()
