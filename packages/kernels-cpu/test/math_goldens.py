"""Coefficients and golden values of src/math, by mpmath: `python math_goldens.py fit` prints
src/math/coefficients.ts, `python math_goldens.py` writes math.json.gz."""

import base64
import gzip
import json
import math
import sys
from pathlib import Path

import numpy as np
from mpmath import mp, mpf

mp.dps = 60


def interpolant(f, low, high, degree, power):
    """Coefficients, lowest first, in x^power: the interpolant of f at Chebyshev nodes of that."""
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
    """x as a sum whose first terms have those numbers of bits."""
    terms = []
    for count in bits:
        unit = mpf(2) ** (mp.floor(mp.log(abs(x), 2)) + 1 - count)
        terms.append(mp.nint(x / unit) * unit)
        x -= terms[-1]
    return [float(term) for term in [*terms, x]]


LN2_HALF = mp.log(2) / 2 * mpf("1.01")
QUARTER = (mp.pi / 4 * mpf("1.001")) ** 2


def log_series(s):
    """(log((1 + s) / (1 - s)) - 2 s) / s³ without cancellation."""
    return mp.nsum(lambda k: 2 * s ** (2 * k) / (2 * k + 3), [0, mp.inf])


def odd(f):
    return lambda x: (f(x) - x) / x**3


def cube(x):
    return x**3


# name, comment, function, range in x^power, whole, weight of the function in it, power
POLYNOMIALS = [
    ("EXP", "(e^x − 1 − x) / x²", lambda x: (mp.exp(x) - 1 - x) / x**2, -LN2_HALF, LN2_HALF,
     mp.exp, lambda x: x**2, 1),
    ("SINH", "(sinh x − x) / x³ in x²", odd(mp.sinh), 0, 1, mp.sinh, cube, 2),
    ("ATANH", "(atanh x − x) / x³ in x²", odd(mp.atanh), 0, 0.25, mp.atanh, cube, 2),
    ("LOG", "(log((1 + s) / (1 − s)) − 2 s) / s³ in s²", log_series, 0, 0.0295,
     lambda s: 2 * s, cube, 2),
    ("LOG_TAIL", "That less 2/3, over s²", lambda s: (log_series(s) - mpf(2) / 3) / s**2, 0, 0.0295,
     lambda s: 2 * s / 2**11, lambda s: s**5, 2),
    ("SIN", "(sin x − x) / x³ in x²", odd(mp.sin), 0, QUARTER, mp.sin, cube, 2),
    ("COS", "(cos x − 1 + x² / 2) / x⁴ in x²", lambda x: (mp.cos(x) - 1 + x**2 / 2) / x**4, 0,
     QUARTER, mp.cos, lambda x: x**4, 2),
    ("ASIN", "(asin x − x) / x³ in x²", odd(mp.asin), 0, 0.25, mp.asin, cube, 2),
    ("ATAN", "(atan x − x) / x³ in x²", odd(mp.atan), 0, mpf("0.1717"), mp.atan, cube, 2),
]  # fmt: skip

# name, comment, value, bits of each term but the last, by digits
SPLITS = [
    ("LN2", "ln 2; n times the first term is exact", lambda: mp.log(2), {24: [16], 53: [42]}),
    ("INVERSE_LN2", "1 / ln 2 by halves", lambda: 1 / mp.log(2), {24: [12], 53: [26]}),
    ("INVERSE_LN10", "1 / ln 10 by halves", lambda: 1 / mp.log(10), {24: [12], 53: [26]}),
    ("LOG10_2", "log10 of 2; n times the first term is exact", lambda: mp.log10(2),
     {24: [16], 53: [42]}),
    ("TWO_THIRDS", "2 / 3", lambda: mpf(2) / 3, {24: [24], 53: [53]}),
    ("PI_HALVES", "π / 2", lambda: mp.pi / 2, {24: [24], 53: [53]}),
    ("PI_PARTS", "π / 2 for float64 lanes; n times a term but the last is exact", lambda: mp.pi / 2,
     {24: [33], 53: [33, 33, 33]}),
]  # fmt: skip


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
    print("/* Written by test/math_goldens.py. */")
    for name, comment, value, bits in SPLITS:
        table(name, comment, {d: split(value(), b) for d, b in bits.items()})
    for name, comment, f, low, high, whole, weight, power in POLYNOMIALS:
        columns = {d: fitted(f, low, high, whole, weight, d + 3, power) for d in (24, 53)}
        table(name, comment, columns)


TINY = mpf(10) ** -25
NUMPY = {
    "pow": "power", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
}  # fmt: skip

FUNCTIONS = {
    "exp": mp.exp,
    "expm1": mp.expm1,
    "log": mp.log,
    "log1p": mp.log1p,
    "log2": lambda x: mp.log(x, 2),
    "log10": mp.log10,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
}  # fmt: skip
BINARY = {"atan2": mp.atan2, "pow": mp.power}
LIKE_X = ("expm1", "log1p", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh")

# name: function, where samples are dense, and points that they cluster around, where digits are lost most easily
COMPOSED = {
    "erf": (mp.erf, -6, 6, [0.97, 1]),
    "erfc": (mp.erfc, -6, 27, [0.48, 0.5, 0.51, 0.75, 0.814, 8.35, 25.45]),
    "rsqrt": (lambda x: 1 / mp.sqrt(x), 0, 10, [1, 4]),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), -740, 40, [-3.46, -15.57]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), -740, 20, [-1.3]),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))), -30, 40, []),
    "digamma": (mp.digamma, -30, 40, []),
}
ROOTED = ("lgamma", "digamma")

# name: where samples are dense, and points that they cluster around
RANGES = {
    "exp": (-760, 720, [0, 709.78, -708.4, -745.1, 88.72, -87.3, -103.9]),
    "expm1": (-45, 720, [0, 709.78, -37.4, 88.72, 0.3466, -0.3466, 1.0397, -0.69]),
    "log": (0, 4, [1, 0.7071, 1.4142]),
    "log1p": (-1, 4, [0, -1, -0.2929, 0.4142]),
    "log2": (0, 4, [1, 2, 0.5, 0.7071, 1.4142]),
    "log10": (0, 40, [1, 10, 0.1, 0.7071, 1.4142]),
    "sin": (-30, 30, [0, *(math.pi / 4 * k for k in range(1, 12)), 1e6, 355, 710]),
    "cos": (-30, 30, [0, *(math.pi / 4 * k for k in range(1, 12)), 1e6, 355, 710]),
    "tan": (-30, 30, [0, *(math.pi / 4 * k for k in range(1, 12)), 1e6, 355, 710]),
    "asin": (-1, 1, [0, 0.5, 1, -1]),
    "acos": (-1, 1, [0, 0.5, 1, -0.5, -1]),
    "atan": (-4, 4, [0, math.sqrt(2) - 1, math.sqrt(2) + 1, 1]),
    "sinh": (-30, 30, [0, 1, 709.78, 710.47, 88.72, 89.4]),
    "cosh": (-30, 30, [0, 1, 709.78, 710.47, 88.72, 89.4]),
    "tanh": (-3, 3, [0, 0.031, 0.0625, 0.2276, 0.55, 9, 19]),
    "asinh": (-10, 10, [0, 1, 2.0**28, 2.0**13.5]),
    "acosh": (1, 10, [1, 2.0**28, 2.0**13.5]),
    "atanh": (-1, 1, [0, 0.5, 1, -1]),
}
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 1, -1, 0.5, -0.5, 2, -2, 3, -3]


class Format:
    def __init__(self, name, bits, least, kind, integers):
        self.name, self.bits, self.least, self.kind = name, bits, least, kind
        self.integers = integers
        self.largest = float(np.finfo(kind).max)
        self.extremes = [2.0**least, 3 * 2.0**least, 2.0 ** (least + bits - 1), self.largest]

    def rounded(self, value):
        """The nearest number of this format, halves to even."""
        if not mp.isfinite(value) or value == 0:
            return float(value)
        exponent = max(mp.frexp(value)[1] - self.bits, self.least)
        whole = mp.nint(mp.ldexp(value, -exponent))
        if abs(mp.ldexp(whole, exponent)) > self.largest:
            return math.copysign(math.inf, value)
        return math.copysign(math.ldexp(abs(int(whole)), exponent), value)


FORMATS = [
    Format("float32", 24, -149, np.float32, np.uint32),
    Format("float64", 53, -1074, np.float64, np.uint64),
]


def by_rule(name, x, rough):
    """Whether C decides, or the size of x alone."""
    if math.isnan(rough) or 0 in x or not all(map(math.isfinite, x)):
        return True
    if name == "pow":
        return abs(x[1] * math.log(abs(x[0]))) > 2000
    if name in ("exp", "expm1", "sinh", "cosh", "tanh"):
        return abs(x[0]) > 1000
    return name in ("log1p", "atanh") and abs(x[0]) == 1


def true_value(name, x):
    with np.errstate(all="ignore"):
        # arrays of two: powers of numpy scalars go through square roots, which keep −0
        columns = [np.array([v, v], np.float64) for v in x]
        rough = float(getattr(np, NUMPY.get(name, name))(*columns)[0])
    if by_rule(name, x, rough):
        return rough
    if name in BINARY:
        return BINARY[name](*map(mpf, x)).real
    if name in LIKE_X and abs(x[0]) < TINY:
        return mpf(x[0])
    with mp.workdps(400 if name in ("sin", "cos", "tan") and abs(x[0]) > 1e20 else 60):
        return +FUNCTIONS[name](mpf(x[0]))


def bits(rng, form, count):
    raw = rng.integers(0, np.iinfo(form.integers).max, count, form.integers, endpoint=True)
    return [float(v) for v in raw.view(form.kind) if not np.isnan(v)]


def samples(name, rng, form):
    low, high, points = RANGES[name]
    near = [
        p + s * (abs(p) or 1) * 2.0 ** -rng.uniform(2, form.bits)
        for p in points for s in (-1, 1) for _ in range(12)
    ]  # fmt: skip
    logs = [s * 10.0 ** rng.uniform(-12, 8) for s in (-1, 1) for _ in range(200)]
    signed = [s * v for v in form.extremes for s in (-1, 1)]
    return [*rng.uniform(low, high, 900), *logs, *near, *bits(rng, form, 250), *signed, *SPECIAL]


def pairs(name, rng, form):
    numbers = [*SPECIAL, 2.5, *form.extremes, 1e9]
    special = [(a, b) for b in numbers for a in numbers]
    special += [(a, b) for b in (1, 2, 3) for a in bits(rng, form, 100)]
    logs = [[s * 10.0 ** rng.uniform(-3, 3) for s in rng.choice([-1, 1], 2)] for _ in range(700)]
    random = list(zip(bits(rng, form, 300), bits(rng, form, 300)))
    if name == "atan2":
        turns = [math.sqrt(2) - 1, math.sqrt(2) + 1, 1]
        near = [t * (1 + rng.uniform(-1, 1) * 1e-3) for t in turns for _ in range(50)]
        return special + logs + random + [(t, s) for t in near for s in (-1, 1)]
    limit = 700 if form.bits == 53 else 85
    reach = [
        (x, limit * rng.choice([-1, 1]) * rng.uniform(0.6, 1.1) / math.log(x))
        for x in 10.0 ** rng.uniform(-3, 3, 700)
    ]
    near1 = [
        (1 + rng.uniform(-1, 1) * 2.0 ** -rng.uniform(1, 20), 10.0 ** rng.uniform(0, 8))
        for _ in range(300)
    ]
    whole = [(-x, float(rng.integers(-20, 20))) for x in 10.0 ** rng.uniform(-2, 2, 200)]
    return special + logs + random + reach + near1 + whole


def encoded(values, form):
    return base64.b64encode(np.array(values, form.kind).tobytes()).decode()


def composed_samples(name, rng, form):
    """Away from roots where those cost digits."""
    f, low, high, points = COMPOSED[name]
    near = [p * (1 + rng.uniform(-1, 1) / 8) for p in points for _ in range(300)]
    dense = [*near, *rng.uniform(low, high, 300), *rng.uniform(max(low, -3), min(high, 3), 300)]
    tiny = [s * 10.0 ** rng.uniform(-10, 0) for s in (-1, 1) for _ in range(50)]
    numbers = [float(form.kind(x)) for x in dense + tiny if x >= low]
    if name not in ROOTED:
        return numbers
    return [x for x in numbers if x != int(x) and abs(f(mpf(x))) > (1 if x > 0 else 3)]


def encoded_row(inputs, outputs, form):
    columns = [encoded(column, form) for column in zip(*inputs)]
    return {"inputs": columns, "outputs": encoded(outputs, form)}


def goldens(form):
    rng = np.random.default_rng(7)
    for name in [*FUNCTIONS, *BINARY]:
        rows = pairs(name, rng, form) if name in BINARY else zip(samples(name, rng, form))
        with np.errstate(all="ignore"):
            inputs = [tuple(float(form.kind(v)) for v in x) for x in rows]
        outputs = [form.rounded(true_value(name, x)) for x in inputs]
        yield name, encoded_row(inputs, outputs, form)
    for name, (f, *_) in COMPOSED.items():
        numbers = composed_samples(name, rng, form)
        outputs = [form.rounded(f(mpf(x))) for x in numbers]
        yield name, encoded_row(list(zip(numbers)), outputs, form)


def write():
    tables = {form.name: dict(goldens(form)) for form in FORMATS}
    data = gzip.compress(json.dumps(tables).encode(), 9, mtime=0)
    Path(__file__).with_name("math.json.gz").write_bytes(data)


if __name__ == "__main__":
    if sys.argv[1:] == ["fit"]:
        fit()
    else:
        write()
