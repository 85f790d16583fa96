"""Golden values at edge points: kinks, zeros, ties, infinities, NaN, tiny and huge numbers (torch
2.13, float64).

    python edges.py

The cases have the form of those in ops.json.gz; cotangents and tangents are ones, and there is no
second order. `each`: compared element by element, as magnitudes differ widely; `signedZeros`: the
sign of a zero counts. Where PyTorch's vjp and jvp contradict each other, and for products and
variances of infinities (0 · ∞ in one formula of the derivative, not in another), its formulas show,
not a derivative: there the value alone is kept.
"""

import math
import operator
import re
from pathlib import Path

import torch
from torch.nn import functional

from golden import ABSENT, argument, derivatives, outputs_of, record, write

INF, NAN = float("inf"), float("nan")

TORCH = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": lambda a, b, rounding_mode=None: (
        torch.div(a, b, rounding_mode=rounding_mode) if rounding_mode else a / b
    ),
    "maximum": lambda a, b: torch.maximum(a, torch.as_tensor(b, dtype=torch.float64)),
    "variance": torch.var,
    "norm": lambda x, dim=None, ord=2, keepdim=False: torch.linalg.vector_norm(
        x, ord, dim, keepdim
    ),
    "logSumExp": torch.logsumexp,
    "polygamma": lambda x, n: torch.polygamma(n, x),
    "sort": lambda x, dim, **options: torch.sort(x, dim=dim, **options),
    "indexPut": lambda x, specs, values, accumulate: torch.index_put(
        x, tuple(specs), values, accumulate
    ),
    **{name: getattr(torch.linalg, name) for name in ("det", "slogdet")},
    **{name: getattr(functional, name) for name in ("elu", "selu", "gelu", "silu", "softplus")},
    "leakyRelu": functional.leaky_relu,
    "logSigmoid": functional.logsigmoid,
}


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def i32(*values):
    return torch.tensor(values, dtype=torch.int32)


NO_DERIVATIVE_AT_INFINITY = {"prod", "cumprod", "variance", "std"}


def case(fn, *args, **options):
    """Our call of `fn`; PyTorch's has the same arguments, the options in its own spelling."""
    target = TORCH.get(fn) or getattr(torch, snake(fn))
    inputs = []
    ours = [
        argument(ABSENT if value is None else value, inputs)
        for value in (*args, *([options] if options else []))
    ]

    def call(*values):
        swap = {id(x): value for x, value in zip(inputs, values)}

        def replaced(value):
            return (
                [replaced(item) for item in value]
                if isinstance(value, list)
                else swap.get(id(value), value)
            )

        return target(*map(replaced, args), **{snake(key): value for key, value in options.items()})

    head = {"op": snake(fn), "fn": fn, "args": ours, "inputs": [record(x) for x in inputs]}
    derived = derivatives(
        call, inputs, lambda shape: torch.ones(shape, dtype=torch.float64), second=False
    )
    contradicts = "vjp" in derived and total(derived["vjp"]) != total(derived["jvp"])
    infinite = fn in NO_DERIVATIVE_AT_INFINITY and any(
        torch.isinf(x).any() for x in (*inputs, *outputs_of(call, inputs))
    )
    return head | (value_only(derived) if contradicts or infinite else derived)


def without(one, *parts):
    return {key: value for key, value in one.items() if key not in parts}


def value_only(one):
    return without(one, "cotangents", "vjp", "tangents", "jvp")


def total(parts):
    """The sum of all elements as a text, rounded: equal for vjp and jvp with ones."""
    numbers = [float(value) for part in parts if part for value in part]
    value = math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)
    return f"{value:.6g}" if not abs(value) < 1e-9 else "0"


def sums_up(one):
    """Whether the jvp is the sum of the partials, element by element."""
    partials = [part for part in one.get("vjp", []) if part]
    if len(partials) < 2 or not one["jvp"][0]:
        return True
    sums = [sum(map(float, values)) for values in zip(*partials)]
    return all(f"{a + 0.0:.6g}" == f"{float(b) + 0.0:.6g}" for a, b in zip(sums, one["jvp"][0]))


def summing_up(cases):
    """Of a jvp that is not the sum of the partials, only those remain."""
    for one in cases:
        yield one if sums_up(one) else without(one, "tangents", "jvp")


def each(cases):
    """Marks the cases of elementwise ops."""
    for one in cases:
        yield one | {"each": True} | ({"signedZeros": True} if one["fn"] in SIGNED else {})


POINTS = f64(
    -INF,
    -1e300,
    -20,
    -2.5,
    -2,
    -1.5,
    -1,
    -0.5,
    -1e-5,
    -1e-300,
    -0.0,
    0.0,
    1e-300,
    1e-5,
    0.5,
    1,
    1.5,
    2,
    2.5,
    20,
    1e300,
    INF,
    NAN,
)
# cosines of 1e300 ask for hundreds of digits of π, which is not the point here
ANGLES = f64(
    -INF, -1e5, -20, -1, -1e-5, -1e-300, -0.0, 0.0, 1e-300, 1e-5, 0.5, 1, 20, 1e5, INF, NAN
)

BETWEEN_POLES = f64(-2.5, -1.5, -0.5, 1e-5, 0.5, 1, 2, 20, 1e5, NAN)

# where IEEE 754 or C says what the sign of a zero is
SIGNED = set(
    "neg abs floor ceil round trunc sqrt sin tan asin atan sinh tanh asinh atanh expm1 log1p erf add sub mul div".split()
)
UNARY = """
neg abs sign reciprocal sqrt rsqrt square exp expm1 log log1p log2 log10 asin acos atan sinh cosh tanh asinh acosh atanh
erf erfc lgamma floor ceil round trunc sigmoid logSigmoid relu elu selu gelu silu softplus leakyRelu
logicalNot isnan isinf isfinite
"""


def unary():
    for fn in UNARY.split():
        yield case(fn, POINTS)
    yield value_only(case("digamma", POINTS))  # PyTorch's trigamma is noise at the poles
    yield case("digamma", BETWEEN_POLES)
    for fn in ("sin", "cos", "tan"):
        yield case(fn, ANGLES)
    yield case("gelu", POINTS, approximate="tanh")
    for threshold, beta in ((20, 1), (1, 2), (0, 1)):
        yield case("softplus", POINTS, beta=beta, threshold=threshold)
    yield case("leakyRelu", POINTS, negativeSlope=0.2)
    yield case("leakyRelu", POINTS, negativeSlope=0)
    yield case("elu", POINTS, alpha=0.5)
    for order in range(4):
        yield case("polygamma", BETWEEN_POLES, order)
    for fn in ("log", "sqrt", "sin", "relu", "abs", "sigmoid"):
        yield case(fn, torch.tensor(0.0, dtype=torch.float64))


PAIRS = f64(-INF, -3, -0.5, -0.0, 0.0, 0.5, 1, 2, INF, NAN)
LEFT, RIGHT = (side.reshape(-1).clone() for side in torch.meshgrid(PAIRS, PAIRS, indexing="ij"))


def binary():
    for fn in "add sub mul div pow atan2 remainder maximum minimum eq ne lt le gt ge logicalAnd logicalOr logicalXor isclose".split():
        yield case(fn, LEFT, RIGHT)
    for fn in ("maximum", "minimum"):
        yield case(fn, f64(1, 2, 2, INF, -INF, 0, -0.0), f64(2, 1, 2, INF, 1, -0.0, -0.0))
    yield case("isclose", LEFT, RIGHT, equalNan=True)
    yield case("isclose", LEFT, RIGHT, rtol=0.5, atol=1)
    for mode in ("floor", "trunc"):
        yield case("div", LEFT, RIGHT, roundingMode=mode)
        yield case("div", f64(1, -1, 6, 0.3, 1e300), f64(0.1, 0.1, 0.1, 0.1, 3), roundingMode=mode)
        yield case("div", i32(-7, -7, 7, 7, 0), i32(3, -3, 3, -3, 5), roundingMode=mode)
    yield case("remainder", f64(1, -1, 6, 0.3, 1e300), f64(0.1, 0.1, 0.1, 0.1, 3))
    yield case("remainder", i32(-7, -7, 7, 7, 0), i32(3, -3, 3, -3, 5))
    yield case("div", i32(-7, 7, 0, 1), i32(2, 2, 5, 0))
    for fn in "add sub mul div maximum remainder eq lt".split():
        yield case(fn, POINTS, 2)
        yield case(fn, POINTS, -0.5)
    for fn in ("sub", "div"):
        yield case(fn, 2, POINTS)
    for exponent in (0, 1, 2, 3, -1, 2.5):
        yield case("pow", POINTS, exponent)
    for exponent in (
        0.5,
        -0.5,
    ):  # less -∞ and -0: PyTorch's number exponent is a root there, its tensor exponent is not
        yield case("pow", POINTS[[i for i in range(len(POINTS)) if i not in (0, 10)]], exponent)
    for base in (0, 1, 2, 0.5):
        yield case("pow", base, POINTS)
    for fn in ("add", "sub", "mul"):
        yield case(fn, i32(2147483647, -2147483648, 65536), i32(2147483647, 1, 65536))
    yield case("pow", i32(-2, 0, 3, 2), i32(3, 0, 0, 31))


def selection():
    condition = torch.tensor([True, False, True, False])
    yield case("where", condition, f64(1, NAN, 2, INF), f64(NAN, 1, INF, -0.0))
    yield case("where", condition, 0, f64(NAN, 1, INF, -0.0))
    yield case("where", condition, f64(NAN, 1, INF, -0.0), -1)
    for low, high in ((-1, 1), (-1, None), (None, 1), (2, -1)):
        yield case("clamp", POINTS, low, high)
    yield case("clamp", f64(0, 1, 2, 1), f64(0, 0, 0, 1), f64(2, 1, 1, 1))
    yield case("clamp", f64(0, 1, NAN, 1), f64(NAN, 0, 0, 2), f64(2, 1, 1, 0))
    yield case("maskedFill", f64(NAN, 1, INF, 2), condition, 0)
    yield case("scatterAdd", f64(1, 2, 3), 0, i32(1, 1, 0).long(), f64(10, 20, 30))
    yield case("gather", f64(1, 2, 3), 0, i32(1, 1, 1).long())
    yield case("indexPut", f64(1, 2, 3), [i32(1, 1, 0).long()], f64(10, 20, 30), accumulate=True)


VECTORS = [
    f64(1, 3, 3, 2, 3),
    f64(0, 2, 3),
    f64(0, 2, 0, 3),
    f64(0, 0, 0),
    f64(-0.0, 0, -0.0),
    f64(2, 2, 2),
    f64(-3, 4),
    f64(5),
]
VECTORS += [
    f64(1, NAN, 2, NAN),
    f64(1, INF, 2),
    f64(1, -INF, 2),
    f64(INF, 1, INF),
    f64(-INF, -INF),
    f64(INF, -INF, 0),
    f64(1e200, -1e200, 1e-200),
]
VECTORS += [f64(700, 710, 720), f64(-800, -801), f64(1e-200, 2e-200)]
MATRICES = [
    f64([1, 2, 2], [2, 2, 1]),
    f64([0, 2, 0], [0, 0, 3]),
    f64([0, NAN, 1], [INF, 2, -INF]),
    f64([-INF, -INF, 1], [-INF, -INF, -INF]),
]
EMPTY = [torch.zeros(0, dtype=torch.float64), torch.zeros(2, 0, dtype=torch.float64)]
SCALAR = torch.tensor(3.0, dtype=torch.float64)


def reductions():
    for fn in "sum mean prod amax amin max min argmax argmin variance std norm all any".split():
        for x in (*VECTORS, *MATRICES, SCALAR):
            yield case(fn, x)
        for x in MATRICES:
            for dim in (0, -1):
                yield case(fn, x, dim)
    for fn in "sum mean prod variance std norm all any".split():
        yield case(fn, EMPTY[0])
        yield case(fn, EMPTY[1], 1)
    for fn in ("amax", "amin", "max", "min", "logSumExp"):
        yield case(fn, EMPTY[1], 0)
    for correction in (0, 2, 5):
        yield case("variance", f64(1, 2, 4), correction=correction)
        yield case("std", f64(2, 2, 2), correction=correction)
    for order in (0, 0.5, 1, 2, 3, INF, -INF, -1):
        for x in VECTORS[:10]:
            yield case("norm", x, ord=order)
        yield case("norm", MATRICES[1], 0, ord=order)


def along_a_dim():
    for fn in "logSumExp cumsum cumprod softmax logSoftmax".split():
        for x in (*VECTORS, *EMPTY, SCALAR):
            yield case(fn, x, 0)
        for x in MATRICES:
            yield case(fn, x, 0)
            yield case(fn, x, -1)
    for x in (*VECTORS, *MATRICES):
        for descending in (False, True):
            yield case("sort", x, -1, descending=descending, stable=True)
    yield case("topk", f64(1, NAN, 3, -INF, INF), 3)
    yield case("topk", f64(1, 5, 3, -INF, INF), 2, -1, largest=False)


def products():
    for matrix in (f64([0, 0], [0, 0]), f64([0, 1], [1, 0]), f64([1, 2, 3], [2, 4, 6], [3, 6, 9])):
        yield case("det", matrix)
    for singular in (f64([1, 2], [2, 4]), f64([1, 2, 3], [2, 4, 6], [1, 1, 1])):
        yield value_only(case("det", singular))  # PyTorch gives zeros there, not the cofactors
    yield case("slogdet", f64([0, 1], [1, 0]))
    yield case("slogdet", f64([-2, 0], [0, 1e-200]))
    yield case("matmul", f64([0, 1], [INF, 2]), f64([INF, 0], [1, NAN]))
    yield case("dot", f64(0, 1), f64(INF, 2))
    yield case(
        "matmul", torch.zeros(2, 0, dtype=torch.float64), torch.zeros(0, 3, dtype=torch.float64)
    )
    yield case("dot", EMPTY[0], EMPTY[0].clone())


def main():
    cases = [
        *each(unary()),
        *each(summing_up(binary())),
        *each(selection()),
        *reductions(),
        *along_a_dim(),
        *products(),
    ]
    write(Path(__file__).with_name("edges.json.gz"), {"torch": torch.__version__, "cases": cases})


if __name__ == "__main__":
    main()
