"""Numbers are written as the design writes them."""

import math

import pytest

from nnvis import number_text as text


@pytest.mark.parametrize(("written", "expected"), [
    (text.count(2244), "2,244"), (text.count(7), "7"), (text.count(109_386), "109,386"), (text.count(-1200), "−1,200"),
    (text.decimal(-0.2744, 3), "−0.274"), (text.decimal(-0.0001, 3), "0.000"), (text.decimal(1234.5, 1), "1,234.5"),
    (text.decimal(math.inf, 2), "∞"), (text.decimal(-math.inf, 2), "−∞"), (text.decimal(math.nan, 2), "not a number"),
    (text.signed(0.273, 3), "+0.273"), (text.signed(-0.274, 3), "−0.274"), (text.signed(0.0, 3), "0.000"),
    (text.signed(0.0001, 3), "0.000"),
    (text.percent(0.975), "97.5 %"), (text.percent(1.0), "100.0 %"), (text.percent(0.106, 0), "11 %"),
    (text.share(0.0004), "< 0.1 %"), (text.share(0.0005), "0.1 %"), (text.share(0.024), "2.4 %"),
    (text.share(0.9996), "> 99.9 %"), (text.share(0.9994), "99.9 %"), (text.share(1.0), "100.0 %"),
    (text.share(0.0), "< 0.1 %"),
    (text.power(0.0015), "1.5 · 10⁻³"), (text.power(1.1e11), "1.1 · 10¹¹"), (text.power(-6.8e-4), "−6.8 · 10⁻⁴"),
    (text.power(0.0), "0"), (text.power(9.96e-4), "1.0 · 10⁻³"), (text.power_of_ten(-5), "10⁻⁵"),
    (text.measure(0.075), "0.075"), (text.measure(2.3), "2.300"), (text.measure(12.34), "12.34"),
    (text.measure(122.0), "122.0"), (text.measure(12345.6), "12,346"), (text.measure(1.1e11), "1.1 · 10¹¹"),
    (text.measure(3.2e-5), "3.2 · 10⁻⁵"), (text.measure(0.0), "0"), (text.measure(-0.25), "−0.250"),
    (text.shape((28, 28, 1)), "28×28×1"), (text.shape((784,)), "784"),
    (text.clock(3), "0:03"), (text.clock(2.2), "0:03"), (text.clock(61), "1:01"), (text.clock(3725), "1:02:05"),
    (text.clock(-1), "0:00"),
    (text.rate(52310), "52k"), (text.rate(1_340_000), "1.3M"), (text.rate(870), "870"), (text.rate(1500), "1.5k"),
    (text.rate(999_700), "1.0M"), (text.rate(9_960), "10k"), (text.rate(999.6), "1.0k"),
])
def test_text(written, expected):
    assert written == expected
