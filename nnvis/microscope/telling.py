"""Telling: how one number is written out: as a waterfall, tinted pictures, a row, a table. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.activation_curve import Curve, curve_of
from nnvis.microscope.images_again import ImageAgain, changes_in_words, images_again
from nnvis.microscope.numbers_in import entry, numbers_in, short
from nnvis.microscope.staging import Staging
from nnvis.microscope.told_pictures import pictures_of, pooled_window
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
    brief: str = ""  # the factors, where they have little room

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
    lines: tuple[tuple[str, str, float], ...] = ()  # what is computed first: LaTeX, numbers, value
    curve: Curve | None = None
    again: tuple[ImageAgain, ...] = ()  # the batch before the step and after it
    chosen: int | None = None  # of those the image in sight
    batch: tuple[int, tuple[str, ...]] | None = None  # the image in sight, and the label of each

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
    if stop.key == "again":
        return _again(staging, names, common)
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
    pooled = pooled_window(staging, out)
    return Telling(
        title=title, **common, after=_after(staging, out), summary=_gate_words(staging, out),
        lines=_lines(staging, out), curve=curve_of(staging, out), batch=_batch(staging, names),
        pictures=(pooled[0],) if pooled else (), marked=pooled[1] if pooled else None,
    )  # fmt: skip


def _again(staging: Staging, names: tuple[str, ...], common: dict[str, Any]) -> Telling:
    """The loss before and after the step, of the batch and of each image."""
    images = images_again(staging.shown.stop.trace, names)
    summary: tuple[tuple[str, str, Tone], ...] = tuple((line, "", "text") for line in changes_in_words(images))
    common["latex"] = staging.shown.result.latex
    return Telling(
        title="The mean loss, written out", **common, again=images, summary=summary, chosen=staging.shown.image
    )  # fmt: skip


def _lines(staging: Staging, out: WrittenOut) -> tuple[tuple[str, str, float], ...]:
    """The equations that come before the one that is laid out, at the same place."""
    shown = staging.shown
    context, lines = shown.context, []
    at = {**dict(zip((axis.rstrip("=") for axis in shown.result.axes), out.index, strict=True)), **out.at}
    for equation in shown.stop.equations[:-1]:
        node = equation._tree.body
        numbers = numbers_in(node, context, at)
        value = entry(_node(equation.symbol), context, at)
        if "\u2026" not in numbers and np.isfinite(value):
            lines.append((context.latex(_node(equation.symbol)), numbers, value))
    return tuple(lines)


def _batch(staging: Staging, names: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    """At the input: all images that go through together."""
    trace = staging.shown.stop.trace
    if staging.shown.stop.key != "X" or trace.labels.ndim != 1:
        return None
    labels = tuple(names[int(label)] if int(label) < len(names) else str(label) for label in trace.labels)
    return staging.shown.image or 0, labels


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

    def add(value: float, label: str, factors: str, tone: BarTone, brief: str = "") -> None:
        nonlocal level
        bars.append(Bar(level, level + value, label, factors, tone, value, brief))
        level += value

    for group, tone, word in ((positive, "positive", "positive"), (negative, "negative", "negative")):
        alone = keep + (len(group) == keep + 1)  # one more takes no more room than "1 other"
        for index in group[:alone]:
            factors = _factors(main, index) or _cost(staging, main, index)
            add(float(values[index]), place_of(staging, main, index), factors, tone, _factors(main, index, 2))  # type: ignore[arg-type]
        rest = float(values[group[keep:]].sum())
        if len(group) > alone:
            add(rest, f"{count(len(group) - keep)} other", f"{word} terms", tone)  # type: ignore[arg-type]
    if zeros:
        several = zeros > 1
        add(0.0, f"{count(zeros)} input{'s' * several}", f"that {'are' if several else 'is'} 0", "quiet")
    for terms in out.terms:
        if terms is not main:
            name = "bias" if terms.text == "b" else terms.text
            add(terms.total, name, "", "positive" if terms.total > 0 else "negative")
    bars.append(Bar(0.0, out.value, "= the entry", "", "total", out.value))
    return Telling(
        title="One number, written out", **common, bars=tuple(bars), pictures=pictures_of(staging, out, main),
        after=_after(staging, out),
    )  # fmt: skip


def place_of(staging: Staging, terms: Terms, index: int) -> str:
    """What one term is called: row 11, col 9; image 3; unit 22; image 6 at (7, 12)."""
    at = {axis: int(part) for axis, part in zip(terms.axes, terms.places[index], strict=True)}
    if "r" in at:  # all places of all images of a map, in one row
        n, v, u = np.unravel_index(at.pop("r"), np.shape(staging.shown.context.values["dZ"])[:3])
        at |= {"n": int(n), "v": int(v), "u": int(u)}
    words = []
    for rows, columns in (("v", "u"), ("y", "x")):
        if rows in at and columns in at:
            words.append(f"({at.pop(rows)}, {at.pop(columns)})")
    for axis, number in at.items():
        if axis in staging.hints.pictured:
            _, width, channels = staging.hints.pictured[axis]
            words.append(f"row {number // channels // width}, col {number // channels % width}")
        elif axis == "n":
            words.insert(0, f"image {number + 1}")
        elif axis == "w":
            words.append(_window_cell(staging, number))
        else:
            words.append(f"unit {number}" if axis in "ij" else f"map {number}" if axis in "fc" else f"{axis} {number}")
    return " at ".join(words) if words[0].startswith("image") else ", ".join(words)


def _window_cell(staging: Staging, number: int) -> str:
    stop = staging.shown.stop
    traced = stop.layer_trace
    layer: Any = traced.layer if traced else None
    if traced and "W" in traced.arrays:
        shape = np.shape(traced.arrays["W"])[:3]
    else:
        shape = (*getattr(layer, "pool_size", (1, number + 1)), 1)
    row, column, channel = np.unravel_index(number, shape)
    return f"({row}, {column}), map {channel}" if shape[2] > 1 else f"cell ({row}, {column})"


def _cost(staging: Staging, terms: Terms, index: int) -> str:
    """What one image costs, where only the probability of its true class counts."""
    trace = staging.shown.stop.trace
    if staging.shown.stop.key != "loss" or terms.axes != ("n",) or trace.loss.asks_each_output:
        return ""
    image = int(terms.places[index][0])
    share = float(trace.outputs[image, int(np.argmax(trace.targets[image]))])
    cost = -np.log(share) / trace.size if share > 0 else np.inf
    is_it = abs(cost - float(terms.values[index])) <= 1e-4 * max(1.0, abs(cost))
    over = f" / {trace.size}" if trace.size > 1 else ""
    return f"\u2212ln {short(share)}{over}" if is_it else ""


def _factors(terms: Terms, index: int, digits: int = 3) -> str:
    if terms.factors.shape[1] < 2:
        return ""
    return " × ".join(short(float(factor), digits) for factor in terms.factors[index])


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
