"""Equations: typeset as a mathematician would write them, and evaluated as they read."""

from __future__ import annotations

import numpy as np
import pytest

from core.activations import ACTIVATIONS
from core.equation import Equation
from core.layers import LAYERS
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS

TYPESET = {
    # products: matrices side by side, element by element with a circled dot, numbers with a small space
    "X @ W + b": r"X \, W + b",
    "X.T @ dZ": r"{X}^{\top} \, dZ",
    "learning_rate * G": r"\eta \, g",
    "dY * Y": r"dY \odot Y",
    "2 * 3 * Y": r"2 \cdot 3 \, Y",
    # brackets where the meaning would change without them, and only there
    "dY * (1 - Y)": r"dY \odot \left(1 - Y\right)",
    "A - (B - C)": r"A - \left(B - C\right)",
    "A - B - C": r"A - B - C",
    "(A + B) - C": r"A + B - C",
    "A @ (B + D)": r"A \, \left(B + D\right)",
    "(A * B) @ D": r"\left(A \odot B\right) \, D",
    "A * (B @ D)": r"A \odot B \, D",
    "(A @ B).T": r"{\left(A \, B\right)}^{\top}",
    "(A - B) ** 2": r"{\left(A - B\right)}^{2}",
    "square(A - B)": r"{\left(A - B\right)}^{2}",
    "-A ** 2": r"-{A}^{2}",
    "exp(A) ** 2": r"{\left(e^{A}\right)}^{2}",
    # two signs never meet: `A -B` would be a difference
    "A @ -B": r"A \, \left(-B\right)",
    "A - -B": r"A - \left(-B\right)",
    "A + -B": r"A + \left(-B\right)",
    "-(A + B)": r"-\left(A + B\right)",
    "-T / (N * Y)": r"-\frac{T}{N \, Y}",
    # a sum, a logarithm or a maximum swallows what is written behind it
    "sum(dZ, axis=0) * A": r"\left(\sum_{n} dZ\right) \odot A",
    "A * sum(dZ, axis=0)": r"A \odot \sum_{n} dZ",
    "log(Y) * T": r"\left(\ln Y\right) \odot T",
    "T * log(Y)": r"T \odot \ln Y",
    "T * log(Y) * A": r"\left(T \odot \ln Y\right) \odot A",
    "sum(A - B, axis=0)": r"\sum_{n} \left(A - B\right)",
    "-sum(A * B, axis=0)": r"-\sum_{n} A \odot B",
    "log(1 + Y)": r"\ln \left(1 + Y\right)",
    # what runs under a sum: n over samples, j over the outputs of one; what is summed already runs no more
    "sum(Y, axis=-1)": r"\sum_{j} Y",
    "sum(Y)": r"\sum_{n, j} Y",
    "mean(Y)": r"\frac{1}{N \, K} \sum_{n, j} Y",
    "mean(Y, axis=0)": r"\frac{1}{N} \sum_{n} Y",
    "mean(sum(Y, axis=-1))": r"\frac{1}{N} \sum_{n} \sum_{j} Y",
    "mean(sum(Y, axis=0))": r"\frac{1}{K} \sum_{j} \sum_{n} Y",
    "mean(Y - max(Y, axis=-1, keepdims=True))": r"\frac{1}{N \, K} \sum_{n, j} \left(Y - \max_{j} Y\right)",
    "mean(Y, axis=(0, 1, 2))": r"\mathrm{mean}_{n, x, y} Y",
    # functions and cases
    "maximum(Z, 0)": r"\max\left(Z, 0\right)",
    "sqrt(v_hat) + epsilon": r"\sqrt{\hat{v}} + \epsilon",
    "abs(Y - T)": r"\left|Y - T\right|",
    "dY * (Z > 0)": r"dY \odot \left[Z > 0\right]",
    "where(Z > 0, Z, alpha * Z)": r"\begin{cases} Z & \text{if } Z > 0 \\ \alpha \, Z & \text{otherwise} \end{cases}",
    "reshape(X, (len(X), -1))": r"\mathrm{reshape}\left(X\right)",
    "batch_sum(dY * X_hat)": r"\sum_{n} dY \odot \hat{X}",
    "batch_mean(A - B)": r"\mathrm{mean}_{n} \left(A - B\right)",
    "of_two_words(A)": r"\mathrm{of\,two\,words}\left(A\right)",
    "clip(Y, 0, 6)": r"\mathrm{clip}\left(Y, 0, 6\right)",
    "0.5 * Y": r"0.5 \, Y",
    "1 - beta_1 ** t": r"1 - {\beta_1}^{t}",
}  # fmt: skip

NAMES = {
    "dW": "dW", "db": "db", "dgamma": r"d\gamma", "dbeta": r"d\beta", "dX_hat": r"d\hat{X}", "P_new": r"\theta'",
    "learning_rate": r"\eta", "delta": r"\delta", "x_max": r"x_{\mathrm{max}}", "W_i": "W_{i}",
    "pool": r"\mathrm{pool}",
}  # fmt: skip


@pytest.mark.parametrize("expression", TYPESET)
def test_typeset(expression: str) -> None:
    assert Equation("Y", expression).latex == f"Y = {TYPESET[expression]}"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_typeset_as_the_field_writes_them(name: str) -> None:
    assert Equation(name, "Z").latex == f"{NAMES[name]} = Z"


@pytest.mark.parametrize("expression", ["A if B else C", "A & B", "A.shape", "[A]", "A < B < C", "lambda: A"])
def test_what_has_no_typesetting_is_refused_rather_than_drawn_wrong(expression: str) -> None:
    with pytest.raises(ValueError, match="no typesetting"):
        _ = Equation("Y", expression).latex


def catalogue_equations() -> list[Equation]:
    """Every equation that any object of a catalogue states, over all its choices and switches."""
    found: list[Equation] = []
    for function in ACTIVATIONS:
        found += (*function.forward_equations, *function.backward_equations)
    for loss in LOSSES:
        found += (*loss.value_equations, *loss.gradient_equations, *loss.fused_value_equations, *loss.fused_equations)
    for kind in LAYERS:
        found += (*kind().forward_equations(), *kind().backward_equations())
    for optimizer in OPTIMIZERS:
        for declared in optimizer.hypers():
            switched = [declared.default] if declared.kind != "bool" else [False, True]
            switched += [declared.high * 0.9] if declared.name == "momentum" else []
            for value in switched:
                found += optimizer(**{declared.name: value}).update_equations()
    return list(dict.fromkeys(found))


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # ziamath's own way to find its font
def test_every_equation_can_be_drawn() -> None:
    import ziamath

    for equation in catalogue_equations():
        drawn = ziamath.Latex(equation.latex)
        # what it does not know, it draws as a word with its backslash
        assert "\\" not in drawn.mathmlstr(), equation.latex
        assert drawn.getsize()[0] > 0


def test_every_equation_has_a_note_for_the_reader() -> None:
    assert [str(equation) for equation in catalogue_equations() if not equation.note] == []


def test_evaluate_gives_what_the_expression_says(rng: np.random.Generator) -> None:
    X, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    np.testing.assert_array_equal(Equation("Z", "X @ W + b").evaluate({"X": X, "W": W, "b": b}), X @ W + b)


def test_evaluate_names_what_is_missing() -> None:
    with pytest.raises(KeyError, match=r"dW = X\.T @ dZ needs X, dZ"):
        Equation("dW", "X.T @ dZ").evaluate({"W": 1})


def test_a_layer_may_bring_operations_of_its_own() -> None:
    equation = Equation("Y", "windows(X) + 1")
    assert equation.evaluate({"X": 2}, {"windows": lambda X: 10 * X}) == 21
    with pytest.raises(KeyError, match="needs windows"):
        equation.evaluate({"X": 2})


def test_an_exponential_may_overflow_on_the_way_to_a_right_value() -> None:
    assert Equation("Y", "1 / (1 + exp(-Z))").evaluate({"Z": np.float32(-1e4)}) == 0


def test_an_equation_reaches_nothing_but_numbers() -> None:
    with pytest.raises(KeyError, match="needs open"):
        Equation("Y", "open(X)").evaluate({"X": 1})
