"""Numbers as people read them: true minus, grouped thousands, a space before the percent sign. Qt-free."""

import math

MINUS = "\u2212"
TIMES = "\u00d7"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def count(value: int) -> str:
    """2244 -> `2,244`."""
    return f"{value:,}".replace("-", MINUS)


def decimal(value: float, places: int) -> str:
    """-0.2744, 3 -> `−0.274`; a value that rounds to zero has no sign."""
    if not math.isfinite(value):
        return _not_finite(value)
    text = f"{value:,.{places}f}"
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.,") else MINUS + text[1:]
    return text


def signed(value: float, places: int) -> str:
    """0.273 -> `+0.273`, -0.274 -> `−0.274`, 0 -> `0.000`."""
    text = decimal(value, places)
    return text if value <= 0 or not text.strip("0.,") or math.isnan(value) else f"+{text}"


def percent(fraction: float, places: int = 1) -> str:
    """0.975 -> `97.5 %`."""
    return f"{decimal(100 * fraction, places)} %" if math.isfinite(fraction) else _not_finite(fraction)


def share(fraction: float) -> str:
    """A probability in percent that never pretends to be certain: `< 0.1 %`, `2.4 %`, `> 99.9 %`."""
    if not math.isfinite(fraction):
        return _not_finite(fraction)
    if fraction < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= fraction < 1.0:
        return "> 99.9 %"
    return percent(fraction)


def power(value: float, digits: int = 2) -> str:
    """0.0015 -> `1.5 · 10⁻³`: `digits` significant digits times a power of ten."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else _not_finite(value)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.replace('-', MINUS)} · {power_of_ten(int(exponent))}"


def power_of_ten(exponent: int) -> str:
    """-3 -> `10⁻³`."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def measure(value: float, digits: int = 3) -> str:
    """A quantity of any size: `0.075`, `12.3`, `1.1 · 10¹¹`, `3.2 · 10⁻⁵`; three decimals unless it is large."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else _not_finite(value)
    size = abs(value)
    if size >= 1e6 or size < 10.0 ** -digits:
        return power(value)
    whole = len(str(int(size))) if size >= 1 else 0
    return decimal(value, max(0, min(digits, digits + 1 - whole)))


def shape(sizes: tuple[int, ...]) -> str:
    """(28, 28, 1) -> `28×28×1`."""
    return TIMES.join(str(size) for size in sizes)


def clock(seconds: float) -> str:
    """3.2 -> `0:03`, 3725 -> `1:02:05`; rounded up, so that it ends with the work."""
    whole = math.ceil(max(0.0, seconds) - 1e-9)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def rate(per_second: float) -> str:
    """52310 -> `52k`, 1_340_000 -> `1.3M`, 870 -> `870`."""
    if per_second >= 999_500:
        return f"{per_second / 1e6:.1f}M"
    if per_second >= 9_950:
        return f"{per_second / 1e3:.0f}k"
    return f"{per_second / 1e3:.1f}k" if per_second >= 999.5 else f"{per_second:.0f}"


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "not a number"
    return "∞" if value > 0 else f"{MINUS}∞"
