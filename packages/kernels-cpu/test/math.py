"""Coefficients and golden values of src/math, by mpmath: `python math.py fit` prints
src/math/coefficients.ts, `python math.py` writes math.json.gz."""

import sys
from pathlib import Path

sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).parent.resolve()]

from mpmath import mp, mpf  # noqa: E402: this file's name is that of a module

mp.dps = 60


def interpolant(f, low, high, degree, power):
    """Monomial coefficients, lowest first, in x^power: the interpolant of f at Chebyshev nodes of that."""
    low, high = mpf(low), mpf(high)
    nodes = [
        (low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2))
        for k in range(degree + 1)
    ]
    matrix = mp.matrix(degree + 1, degree + 1)
    for i, x in enumerate(nodes):
        for j in range(degree + 1):
            matrix[i, j] = x**j
    roots = [x if power == 1 else mp.sqrt(x) for x in nodes]
    return list(mp.lu_solve(matrix, mp.matrix([f(x) for x in roots])))


def fitted(f, low, high, whole, weight, bits, power=1):
    """The shortest one with |p - f| weight / whole under 2^-bits everywhere."""
    grid = [mpf(low) + (mpf(high) - low) * (k + mpf(1) / 3) / 100 for k in range(100)]
    roots = [x if power == 1 else mp.sqrt(x) for x in grid]
    for degree in range(2, 40):
        c = interpolant(f, low, high, degree, power)
        error = max(
            abs((mp.polyval(c[::-1], u) - f(x)) * weight(x) / whole(x)) for u, x in zip(grid, roots)
        )
        if error < mpf(2) ** -bits:
            return [float(a) for a in c]
    raise ValueError("no degree under 40 is enough")


def split(x, bits):
    """x as a sum whose first term has that many bits."""
    x = mpf(x)
    unit = mpf(2) ** (mp.floor(mp.log(x, 2)) + 1 - bits)
    upper = mp.nint(x / unit) * unit
    return [float(upper), float(x - upper)]


LN2_HALF = mp.log(2) / 2 * mpf("1.01")

# name, comment, function, range in x^power, whole, weight of f in it, power
POLYNOMIALS = [
    ("EXP", "(e^x − 1 − x) / x²", lambda x: (mp.exp(x) - 1 - x) / x**2, -LN2_HALF, LN2_HALF,
     mp.exp, lambda x: x**2, 1),
]  # fmt: skip

# name, comment, value, bits of the first term by digits
SPLITS = [("LN2", "ln 2 as a sum; n times the first is exact", lambda: mp.log(2), {24: 16, 53: 42})]


def number(x):
    text = repr(x).replace("e-0", "e-")
    return text[:-2] if text.endswith(".0") else text


def table(name, comment, columns):
    print(f"\n/** {comment}. */\nexport const {name}: Coefficients = {{")
    for digits, row in columns.items():
        print(f"  {digits}: [{', '.join(number(x) for x in row)}],")
    print("};")


def fit():
    print('import type { Coefficients } from "./lanes.ts";\n')
    print("/* Written by test/math.py. */")
    for name, comment, value, bits in SPLITS:
        table(name, comment, {d: split(value(), b) for d, b in bits.items()})
    for name, comment, f, low, high, whole, weight, power in POLYNOMIALS:
        columns = {d: fitted(f, low, high, whole, weight, d + 3, power) for d in (24, 53)}
        table(name, comment, columns)


if __name__ == "__main__":
    if sys.argv[1:] == ["fit"]:
        fit()
