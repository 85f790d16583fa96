"""Coefficients and golden values of src/special.ts, by mpmath: `python special.py fit` prints the
polynomials, `python special.py` writes special.json."""

import json
import sys
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 50
K = mpf(3563) / 1024  # of those near 3.5, where scaled_erfc(0) is closest to a float32


def polynomial(f, low, high, centre=0, tolerance=mpf(2) ** -56, less=0):
    """Monomial coefficients in x - centre, lowest first, of the interpolant at Chebyshev nodes whose relative error stays under the tolerance; the first of them less a number."""
    for degree in range(4, 40):
        nodes = [
            (low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2))
            for k in range(degree + 1)
        ]
        matrix = mp.matrix(degree + 1, degree + 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                matrix[i, j] = (x - centre) ** j
        c = mp.lu_solve(matrix, mp.matrix([f(x) for x in nodes]))
        grid = [low + (high - low) * mpf(k) / 200 for k in range(201)]
        error = max(abs(mp.polyval(list(c)[::-1], x - centre) / f(x) - 1) for x in grid)
        if error < tolerance:
            return [float(c[0] - less), *map(float, c[1:])]
    raise ValueError("no degree under 40 is enough")


def erf_over_x(u):
    return mp.erf(mp.sqrt(u)) / mp.sqrt(u) if u else 2 / mp.sqrt(mp.pi)


def scaled_erfc(q):
    """(1 + 2 x) exp(x²) erfc(x) where q = (x - K) / (x + K)."""
    if q == 1:
        return 2 / mp.sqrt(mp.pi)
    x = K * (1 + q) / (1 - q)
    if x > 1000:
        series = sum((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(8))
        return (1 + 2 * x) * series / (x * mp.sqrt(mp.pi))
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def lgamma_over_roots(x):
    if x == 1:
        return mp.euler
    if x == 2:
        return 1 - mp.euler
    return mp.loggamma(x) / ((x - 1) * (x - 2))


def lgamma1p_over_x(x):
    return mp.loggamma(1 + x) / x if x else -mp.euler


FITS = {
    "ERF: erf(x) / x − 1 in x², x² ≤ 1": (erf_over_x, mpf(0), mpf(1), 0, mpf(2) ** -56, 1),
    "ERF of float32": (erf_over_x, mpf(0), mpf(1), 0, mpf(2) ** -28, 1),
    "ERFC: in (x - K) / (x + K), x ≥ 1/2": (scaled_erfc, (1 - 2 * K) / (1 + 2 * K), mpf(1), 0),
    "ERFC of float32": (scaled_erfc, (1 - 2 * K) / (1 + 2 * K), mpf(1), 0, mpf(2) ** -28),
    "LGAMMA_0: lgamma(1 + x) / x in x - 1/4, x ≤ 1/2": (lgamma1p_over_x, mpf(0), mpf("0.5"), mpf("0.25")),
    "LGAMMA_1: lgamma / ((x - 1)(x - 2)) in x - 3/4, 1/2 ≤ x ≤ 1": (lgamma_over_roots, mpf("0.5"), mpf(1), mpf("0.75")),
    "LGAMMA_2: in x - 3/2, 1 ≤ x ≤ 2": (lgamma_over_roots, mpf(1), mpf(2), mpf("1.5")),
    "LGAMMA_3: in x - 5/2, 2 ≤ x ≤ 3": (lgamma_over_roots, mpf(2), mpf(3), mpf("2.5")),
}

if __name__ == "__main__" and sys.argv[1:] == ["fit"]:
    for name, fit in FITS.items():
        c = polynomial(*fit)
        print(name, len(c))
        print(", ".join(repr(v) for v in c))


def log_abs_gamma(x):
    return mp.re(mp.loggamma(x))


def gelu(x):
    return x * mp.ncdf(x)


FUNCTIONS = {
    "erf": mp.erf,
    "erfc": mp.erfc,
    "lgamma": log_abs_gamma,
    "digamma": mp.digamma,
    "polygamma1": lambda x: mp.polygamma(1, x),
    "polygamma2": lambda x: mp.polygamma(2, x),
    "polygamma3": lambda x: mp.polygamma(3, x),
    "polygamma4": lambda x: mp.polygamma(4, x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "logSigmoid": lambda x: -mp.log(1 + mp.exp(-x)),
    "gelu": gelu,
}

POINTS = (
    [10.0**k for k in range(-12, 0)]
    + [k / 8 for k in range(1, 96)]
    + [12.3, 17.75, 26.5, 50.1, 171.5, 1e3, 1e6]
)

if __name__ == "__main__" and not sys.argv[1:]:
    table = {}
    for name, f in FUNCTIONS.items():
        table[name] = []
        for x in sorted(POINTS + [-x for x in POINTS]):
            if name.endswith(("gamma", "gamma1", "gamma2", "gamma3", "gamma4")) and x < 0 and x == int(x):
                continue
            value = float(f(mpf(x)))
            if 1e-300 < abs(value) < 1e300:
                table[name].append([x, value])
    Path(__file__).with_suffix(".json").write_text(json.dumps(table, separators=(",", ":")) + "\n")
