"""Between a hyperparameter's value and what a field shows: texts, typed input, and steps. Knows no Qt."""

from __future__ import annotations

import math
import re
from typing import Any

from core.errors import ConfigError
from core.hyper import Hyper

_MANTISSAS = (1, 2, 5, 10)
_IDENTIFIER_SPAN = 1e6  # a whole number with so wide a range (a seed) names something: it steps by one
_SMALLEST_LOG_STEP = 1e-5  # where a logarithmic field goes from zero


def number_text(value: float) -> str:
    """A number as a field shows it: no exponent where decimals can be read (0.001), `1e-7` where they cannot."""
    if isinstance(value, int):
        return str(value).replace("-", "−")
    if value and not 1e-5 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.4e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        decimals = 5 - math.floor(math.log10(abs(value))) if value else 0  # six digits that count
        text = f"{value:.{max(0, min(decimals, 10))}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−", 1) if value < 0 else text


def shown(declared: Hyper, value: float) -> str:
    """A number without its unit, as it stands in a field while somebody types; a share in % is shown times 100."""
    if _is_percent(declared):
        return number_text(round(100 * value, 2))
    return number_text(value)


def value_text(declared: Hyper, value: Any) -> str:
    """Any value of `declared` in words, as tooltips and reset entries name it."""
    if value is None:
        return "off"
    if declared.kind == "bool":
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "×".join(number_text(part) for part in value)
    if declared.kind in ("int", "float"):
        return f"{shown(declared, value)} {declared.unit}".strip()
    return str(value) or "automatic"


def parsed_number(declared: Hyper, text: str) -> float | int:
    """Read what was typed: a decimal comma, a true minus, a unit, a power or a fraction such as 1/12 are understood.

    Raises ConfigError in one sentence when it is no number, or not one that `declared` allows.
    """
    plain = text.strip().removesuffix(declared.unit).strip().replace("−", "-").replace("\u2009", "").replace(" ", "")
    try:
        if declared.kind == "float":
            plain = plain.replace(",", ".") if "." not in plain else plain.replace(",", "")
        else:
            plain = plain.replace(",", "")
        above, _, below = plain.partition("/")
        number = float(above) / float(below) if below else float(above)
        if _is_percent(declared) and not below:
            number /= 100
        if declared.kind != "float" and number.is_integer():
            number = int(number)
        value: float | int = checked(declared, number)
        return value
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ConfigError(f"Give {allowed(declared)}.") from None


def allowed(declared: Hyper) -> str:
    """What a field takes, in words."""
    if _is_percent(declared) and declared.low is not None and declared.high is not None:
        return f"a number from {100 * declared.low:g} to {100 * declared.high:g} %"
    return declared.allowed


def _is_percent(declared: Hyper) -> bool:
    return declared.kind == "float" and declared.unit == "%"


def parsed_sizes(declared: Hyper, text: str) -> Any:
    """Read a pair or a shape: 3, 3×3, 28x28x1 and "28, 28, 1" are understood. Raises ConfigError as `parsed_number`."""
    parts = re.split(r"\s*[x×*,;\s]\s*", text.strip().strip("()[]").removesuffix(declared.unit).strip().lower())
    try:
        sizes = tuple(int(part) for part in parts)
    except ValueError:
        raise ConfigError(f"Give {declared.allowed}.") from None
    return checked(declared, sizes[0] if len(sizes) == 1 else sizes)


def checked(declared: Hyper, value: Any) -> Any:
    """`value` in its proper type, or ConfigError with the short sentence that stands under a field."""
    try:
        return declared.checked(value, declared.label)
    except ConfigError:
        raise ConfigError(f"Give {allowed(declared)}.") from None


def stepped(declared: Hyper, value: float | int, steps: int) -> float | int:
    """`value` moved by `steps` presses of an arrow, held inside the bounds."""
    for _ in range(min(abs(steps), 100)):
        moved = _bounded(declared, _next(declared, value, up=steps > 0), value)
        if moved == value:
            break
        value = moved
    return value


def nudged(declared: Hyper, value: float | int, steps: int) -> float | int:
    """`value` moved a little: whole numbers by one, others by a step that is small beside them."""
    if declared.kind != "float":
        moved: float | int = int(value) + steps
    elif declared.log and value > 0:
        grain = 10.0 ** (math.floor(math.log10(value) + 1e-9) - 1)
        moved = float(f"{value + steps * grain:.2e}")
    else:
        grain = abs(_next(declared, declared.low or 0.0, up=True) - (declared.low or 0.0)) / 5
        moved = round((round(value / grain) + steps) * grain, 10)
    return _bounded(declared, moved, value)


def _next(declared: Hyper, value: float | int, *, up: bool) -> float | int:
    if declared.kind != "float":
        return _next_whole(declared, int(value), up=up)
    if declared.log:
        if value > 0:
            return _next_decade(value, up=up)
        return _SMALLEST_LOG_STEP if up else value
    grid = _round(_span(declared) / 20) if _span(declared) < math.inf else 0.1
    position = value / grid
    position = math.floor(position + 1e-9) + 1 if up else math.ceil(position - 1e-9) - 1
    return round(position * grid, 10)


def _next_whole(declared: Hyper, value: int, *, up: bool) -> int:
    if declared.log:  # widths and batches double and halve: 64, 128, 256
        below = 1 << max(value.bit_length() - 1, 0)
        if up:
            return below * 2 if value > 0 else 1
        return below if below < value else below // 2
    if _span(declared) >= _IDENTIFIER_SPAN:
        return value + (1 if up else -1)
    step = max(1, int(_round_down(max(value if up else value - 1, 1), 10)))
    return (value // step + 1) * step if up else (-(-value // step) - 1) * step


def _next_decade(value: float, *, up: bool) -> float:
    exponent = math.floor(math.log10(value) + 1e-9)
    scaled = value / 10.0**exponent
    if up:
        mantissa: float = next(m for m in (*_MANTISSAS, 20) if m > scaled * (1 + 1e-6))
    else:
        mantissa = next(m for m in (5, 2, 1, 0.5) if m < scaled * (1 - 1e-6))
    return float(f"{mantissa}e{exponent}")


def _round_down(number: float, parts: int) -> float:
    """The largest of 1, 2, 5 times a power of ten that is at most `number / parts`."""
    share = number / parts
    exponent = math.floor(math.log10(share) + 1e-9)
    mantissa = max(m for m in _MANTISSAS if m * 10.0**exponent <= share * (1 + 1e-9))
    return float(f"{mantissa}e{exponent}")


def _round(number: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten."""
    return min((below := _round_down(number, 1), _next_decade(below, up=True)), key=lambda round_: abs(round_ - number))


def _span(declared: Hyper) -> float:
    if declared.low is None or declared.high is None:
        return math.inf
    return declared.high - declared.low


def _bounded(declared: Hyper, value: float | int, before: float | int) -> float | int:
    whole = declared.kind != "float"
    if declared.high is not None and value > declared.high:
        return int(declared.high) if whole else declared.high
    if declared.low is not None and value <= declared.low:
        if declared.exclusive_low:
            return before
        return int(declared.low) if whole else declared.low
    return value
