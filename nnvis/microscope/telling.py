"""Telling: how one number is written out: as a waterfall, tinted pictures, a row, a table. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.numbers_in import short
from nnvis.microscope.staging import Staging
from nnvis.microscope.written_out import Terms, WrittenOut
from nnvis.number_text import count

Array = NDArray[Any]
BarTone = Literal["positive", "negative", "quiet", "total"]
Tone = Literal["text", "text_2", "positive", "negative", "accent"]


@dataclass(frozen=True)
class Bar:
    """One step of a waterfall: from where to where, what it is, and the factors it is the product of."""

    start: float
    end: float
    label: str
    factors: str
    tone: BarTone
    value: float

    @property
    def text(self) -> str:
        """Its value as it is written above it."""
        if self.tone == "total":
            return short(self.value, 4)
        return f"+{short(self.value)}" if self.value > 0 else short(self.value)


@dataclass(frozen=True)
class Row:
    """One line of a table: a picture of the batch or none, two factors, the product."""

    image: int | None
    label: str
    left: float
    right: float
    product: float


@dataclass(frozen=True, eq=False)
class Telling:
    """Everything that is said about one number. What is empty is not shown."""

    title: str
    latex: str
    numbers: str
    value: float
    bars: tuple[Bar, ...] = ()
    rows: tuple[Row, ...] = ()
    summary: tuple[tuple[str, str, Tone], ...] = ()  # lines below a table or at the right of a row
    pictures: tuple[tuple[str, Array, str], ...] = ()  # LaTeX, (h, w), kind: multiplied with each other
    tints: tuple[tuple[int, float, float, Array], ...] = ()  # image, its error, its product, its tinted picture
    tint_result: tuple[Array, float] | None = None
    tint_top: float = 1.0
    marked: tuple[int, int] | None = None  # the pixel that is pointed at
    shares: tuple[Array, Array, tuple[str, ...], int] | None = None  # said, true, names, image
    after: tuple[str, str] | None = None  # what the activation makes of it

    @property
    def text(self) -> str:
        """The number with its sum, as text that can be copied and spoken."""
        return f"{self.title}: {self.numbers} = {short(self.value, 6)}"


def telling(staging: Staging, out: WrittenOut, room_is_low: bool, names: tuple[str, ...]) -> Telling:
    """How this entry is written out."""
    stop = staging.shown.stop
    place = ", ".join(str(index) for index in out.index[-4:])
    latex = rf"{staging.shown.result.latex}\,[{place}]" if out.index else staging.shown.result.latex
    common: dict[str, Any] = {"latex": latex, "numbers": out.numbers, "value": out.value}
    if stop.tag == "BP1" and stop.trace.is_fused and len(out.index) == 2:
        return _row_of_shares(staging, out, names, common)
    main = max(out.terms, key=lambda terms: len(terms.values))
    if stop.result == "dW" and main.axes == ("n",) and "i" in staging.hints.pictured:
        return _tinted(staging, out, main, common)
    if staging.stack is not None:
        return _table(staging, out, main, common, names)
    if out.is_sum:
        return _waterfall(staging, out, main, room_is_low, common)
    title = "One number, written out"
    if "…" in out.numbers:
        common["numbers"] = " + ".join(
            _factors(main, index) or short(float(main.values[index])) for index in range(len(main.values))
        )
    return Telling(title=title, **common, after=_after(staging, out), summary=_gate_words(staging, out))


# --- waterfall --------------------------------------------------------------------------------------------------------


def _waterfall(staging: Staging, out: WrittenOut, main: Terms, low: bool, common: dict[str, Any]) -> Telling:
    keep = 2 if low else 3
    values = main.values
    order = np.argsort(-values, kind="stable")
    positive = [int(index) for index in order if values[index] > 0]
    negative = [int(index) for index in order[::-1] if values[index] < 0]
    zeros = len(values) - len(positive) - len(negative)
    bars: list[Bar] = []
    level = 0.0

    def add(value: float, label: str, factors: str, tone: BarTone) -> None:
        nonlocal level
        bars.append(Bar(level, level + value, label, factors, tone, value))
        level += value

    for group, tone, word in ((positive, "positive", "positive"), (negative, "negative", "negative")):
        for index in group[:keep]:
            add(float(values[index]), _place(staging, main, index), _factors(main, index), tone)  # type: ignore[arg-type]
        rest = float(values[group[keep:]].sum())
        if len(group) > keep:
            add(rest, f"{count(len(group) - keep)} other", f"{word} terms", tone)  # type: ignore[arg-type]
    if zeros:
        add(0.0, f"{count(zeros)} inputs", "that are 0", "quiet")
    for terms in out.terms:
        if terms is not main:
            name = "bias" if terms.text == "b" else terms.text
            add(terms.total, name, "", "positive" if terms.total > 0 else "negative")
    bars.append(Bar(0.0, out.value, "= the entry", "", "total", out.value))
    return Telling(
        title="One number, written out", **common, bars=tuple(bars), pictures=_pictures(staging, out, main),
        after=_after(staging, out),
    )  # fmt: skip


def _place(staging: Staging, terms: Terms, index: int) -> str:
    """What one term is called: row 11, col 9; image 3; unit 22."""
    place = [int(part) for part in terms.places[index]]
    words = []
    for axis, number in zip(terms.axes, place, strict=True):
        if axis in staging.hints.pictured:
            _, width, channels = staging.hints.pictured[axis]
            words.append(f"row {number // channels // width}, col {number // channels % width}")
        elif axis == "n":
            words.append(f"image {number + 1}")
        elif axis == "w":
            words.append(_window_cell(staging, number))
        elif axis in ("v", "u", "y", "x"):
            words.append(f"{'row' if axis in 'vy' else 'col'} {number}")
        else:
            words.append(f"unit {number}" if axis in "ij" else f"map {number}" if axis in "fc" else f"{axis} {number}")
    return ", ".join(words)


def _window_cell(staging: Staging, number: int) -> str:
    traced = staging.shown.stop.layer_trace
    shape = np.shape(traced.arrays["W"])[:3] if traced and "W" in traced.arrays else (1, 1, number + 1)
    row, column, channel = np.unravel_index(number, shape)
    return f"cell {row}, {column}" + (f" of map {channel}" if shape[2] > 1 else "")


def _factors(terms: Terms, index: int) -> str:
    return " × ".join(short(float(factor)) for factor in terms.factors[index]) if terms.factors.shape[1] > 1 else ""


def _pictures(staging: Staging, out: WrittenOut, main: Terms) -> tuple[tuple[str, Array, str], ...]:
    """Input, weights and their product, where the input is a picture, or a window of one."""
    if main.axes == ("w",) and "W" not in staging.shown.context.values:
        return ()
    if main.axes == ("w",):
        return _window_pictures(staging, out, main)
    if main.axes == ("n", "v", "u"):
        return _swept_pictures(staging, out, main)
    shape = staging.hints.pictured.get("i")
    if main.axes != ("i",) or shape is None or main.factors.shape[1] != 2:
        return ()
    height, width, channels = shape
    left, right = (main.factors[:, side].reshape(height, width, channels).mean(axis=2) for side in (0, 1))
    product = main.values.reshape(height, width, channels).sum(axis=2)
    unit = out.index[-1]
    weights = staging.shown.context.latex(_node("W"))
    kind = "magnitude" if left.min() >= 0 else "signed"
    return (("X", left, kind), (rf"{weights}\,[:, {unit}]", right, "signed"), (r"\mathrm{product}", product, "signed"))


def _window_pictures(staging: Staging, out: WrittenOut, main: Terms) -> tuple[tuple[str, Array, str], ...]:
    """The window of one place, the kernel, and their products; of the map that says most."""
    kernel = np.shape(staging.shown.context.values["W"])[:3]
    left, right, product = (each.reshape(kernel) for each in (*main.factors.T, main.values))
    best = int(np.argmax(np.abs(product).sum(axis=(0, 1))))
    kind = "magnitude" if left.min() >= 0 else "signed"
    name = r"\mathrm{window}" + (rf"\,{best}" if kernel[2] > 1 else "")
    weights = rf"{staging.shown.context.latex(_node('W'))}\,[:, :, {best}, {out.index[-1]}]"
    return (
        (name, left[:, :, best], kind),
        (weights, right[:, :, best], "signed"),
        (r"\mathrm{product}", product[:, :, best], "signed"),
    )


def _swept_pictures(staging: Staging, out: WrittenOut, main: Terms) -> tuple[tuple[str, Array, str], ...]:
    """All that a kernel's cell has seen in one image, the errors there, and their products."""
    image = staging.shown.image or staging.hints.image
    of_image = main.places[:, 0] == image
    shape = np.shape(staging.shown.context.values["dZ"])[1:3]
    left, right = (main.factors[of_image, side].reshape(shape) for side in (0, 1))
    a, b, c, f = out.index
    error = staging.shown.context.latex(_node("dZ"))
    kind = "magnitude" if left.min() >= 0 else "signed"
    return (
        (rf"X\,[{a}\!:,\,{b}\!:,\,{c}]", left, kind),
        (rf"{error}\,[:, :, {f}]", right, "signed"),
        (r"\mathrm{product}", left * right, "signed"),
    )


def _node(text: str) -> Any:
    import ast

    return ast.parse(text, mode="eval").body


def _after(staging: Staging, out: WrittenOut) -> tuple[str, str] | None:
    """What the activation will make of a sum."""
    stop = staging.shown.stop
    traced = stop.layer_trace
    if stop.result != "Z" or traced is None or traced.layer.output_activation is None:
        return None
    function = traced.layer.output_activation
    index = list(out.index)
    if staging.shown.image is not None:
        index[0] = staging.shown.image
    value = float(np.asarray(traced.arrays["Y"])[tuple(index)])
    return short(value, 3), f"{function.title}, next stop"


# --- tinted pictures --------------------------------------------------------------------------------------------------


def _tinted(staging: Staging, out: WrittenOut, main: Terms, common: dict[str, Any]) -> Telling:
    """A column of dW: every image, tinted by its error, adds up."""
    stop = staging.shown.stop
    height, width, channels = staging.hints.pictured["i"]
    pixel, unit = out.index
    errors = np.asarray(stop.values["dZ"], np.float64)[:, unit]
    X = np.asarray(stop.values["X"], np.float64)
    kept = np.argsort(-np.abs(errors), kind="stable")[:8]
    kept = np.sort(kept)
    tints = []
    for image in kept:
        picture = (X[image] * errors[image]).reshape(height, width, channels).sum(axis=2)
        tints.append((int(image), float(errors[image]), float(main.values[image]), picture))
    column = np.asarray(stop.values["dW"], np.float64)[:, unit].reshape(height, width, channels).sum(axis=2)
    place = pixel // channels
    rest = [image for image in range(len(errors)) if image not in kept]
    summary: list[tuple[str, str, Tone]] = []
    if rest:
        summary.append((f"{len(rest)} other images", short(float(main.values[rest].sum())), "text_2"))
    title = f"Column {unit} of dW: each image tinted by its error, added up"
    return Telling(
        title=title, **common, tints=tuple(tints), tint_result=(column, out.value), summary=tuple(summary),
        tint_top=float(max(np.abs(column).max(), max(np.abs(each[3]).max() for each in tints))),
        marked=(place // width, place % width),
    )  # fmt: skip


# --- the error at the output ------------------------------------------------------------------------------------------


def _row_of_shares(staging: Staging, out: WrittenOut, names: tuple[str, ...], common: dict[str, Any]) -> Telling:
    stop = staging.shown.stop
    image, said_class = out.index
    said, true = np.asarray(stop.values["Y"])[image], np.asarray(stop.values["T"])[image]
    names = names if len(names) == len(said) else tuple(str(index) for index in range(len(said)))
    summary: list[tuple[str, str, Tone]] = [("the errors add up to", short(float((said - true).sum()), 2), "text_2")]
    wrong = said - true
    over, under = int(np.argmax(wrong)), int(np.argmin(wrong))
    if wrong[over] > 0:
        summary += [(f"{names[over]} too sure by", short(float(wrong[over])), "text"),
                    ("its score will be pushed down", "", "positive")]  # fmt: skip
    if wrong[under] < 0:
        summary += [(f"{names[under]} short by", short(-float(wrong[under])), "text"),
                    ("its score will be pushed up", "", "negative")]  # fmt: skip
    if stop.trace.size > 1:
        summary.append((f"÷ {stop.trace.size} images: class {names[said_class]}", short(out.value), "accent"))
    return Telling(
        title=f"Image {image + 1}, its row written out",
        **common,
        shares=(said, true, names, image),
        summary=tuple(summary),
    )


# --- table ------------------------------------------------------------------------------------------------------------


def _table(staging: Staging, out: WrittenOut, main: Terms, common: dict[str, Any], names: tuple[str, ...]) -> Telling:
    """The products on the lines of the stacked matrix."""
    stack = staging.stack
    assert stack is not None
    shown = staging.shown
    unit = out.index[-1]
    kept = stack.vector.places[0, :, 0]
    left = stack.vector.operand.value.reshape(-1)
    matrix = stack.matrix.operand.value
    products = left.astype(np.float64) * matrix[:, unit].astype(np.float64)
    rows = tuple(
        Row(None, head, float(left[row]), float(matrix[row, unit]), float(products[row]))
        for row, head in zip(kept, stack.vector.row_heads, strict=True)
    )
    summary: list[tuple[str, str, Tone]] = []
    rest = float(products.sum() - sum(row.product for row in rows))
    if len(rows) < len(left):
        summary.append((f"{count(len(left) - len(rows))} other terms", short(rest), "text_2"))
    if shown.stop.result == "dZ":
        summary.append((f"sum of the {len(left)}", short(float(products.sum())), "text"))
        gate = next(line for line in stack.lines if line.sign != "=")
        slope = float(gate.block.operand.value.reshape(-1)[unit])
        z = shown.context.values.get("Z")
        words = "gate" if gate.is_gate else "slope"
        words += f" at z = {short(float(np.asarray(z).reshape(-1)[unit]))}" if z is not None else ""
        summary.append((words, f"× {short(slope) if slope not in (0.0, 1.0) else int(slope)}", "text"))
    summary += [("bias", short(each.total), "text_2") for each in out.terms if each is not main and each.text == "b"]
    summary.append((f"unit {unit}", short(out.value, 4), "accent"))
    summary += list(_gate_words(staging, out))
    after = _after(staging, out)
    if after:
        summary.append((after[1], f"→ {after[0]}", "text_2"))
    return Telling(title=f"Unit {unit}, written out", **common, rows=rows, summary=tuple(summary))


def _gate_words(staging: Staging, out: WrittenOut) -> tuple[tuple[str, str, Tone], ...]:
    """What a closed gate does to the error that arrives."""
    values, stop = staging.shown.context.values, staging.shown.stop
    traced = stop.layer_trace
    if stop.result != "dZ" or traced is None or "dY" not in values or "Z" not in values:
        return ()
    function = traced.layer.output_activation
    arrived, z = float(np.asarray(values["dY"])[out.index]), float(np.asarray(values["Z"])[out.index])
    if function is None or function.kind_name() != "relu" or z > 0 or not arrived:
        return ()
    return ((f"z = {short(z)} ≤ 0: an error of {short(arrived)} arrives and goes no further.", "", "text_2"),)
