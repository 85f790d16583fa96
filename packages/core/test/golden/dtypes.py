"""The dtype of every result: PyTorch's (torch 2.13; its int64 is our int32), for each pair of
dtypes, 0-d and 1-d.

    python dtypes.py

"error": PyTorch refuses the dtypes. null: not asked, since PyTorch has no kernel or no meaning for
these shapes. With numbers we differ by design, and `numbers` states our rule.
"""

import json
from pathlib import Path

import torch

from golden import DTYPES

NAMES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "int32": torch.int32,
    "bool": torch.bool,
}
KINDS = [(name, shape) for name in NAMES for shape in ([], [2])]
INDEX = torch.tensor([0, 1])

# PyTorch's own limits, not rules about dtypes
NO_KERNEL = (
    "not implemented for",
    "not supported for",
    "support bool",
    "dimension",
    "0D",
    "0-D",
    "size",
    "zero-dim",
)

BOTH = [{"$": 0}, {"$": 1}]
LIST = [[{"$": 0}, {"$": 1}]]
INT = {"tensor": {"dtype": "int32", "shape": [2], "data": [0, 1]}}
MASK = {"tensor": {"dtype": "bool", "shape": [2], "data": [True, False]}}

BINARY = {
    **{
        name: (getattr(torch, name), BOTH)
        for name in "add sub mul div pow remainder atan2 eq ne lt le gt ge maximum minimum".split()
    },
    "logicalAnd": (torch.logical_and, BOTH),
    "logicalOr": (torch.logical_or, BOTH),
    "logicalXor": (torch.logical_xor, BOTH),
    "isclose": (torch.isclose, BOTH),
    "clamp": (torch.clamp, BOTH),
    "where": (lambda a, b: torch.where(INDEX == 0, a, b), [MASK, *BOTH]),
    "stack": (lambda a, b: torch.stack([a, b]), LIST),
    "concat": (lambda a, b: torch.cat([a, b]), LIST),
    "matmul": (torch.matmul, BOTH),
    "dot": (torch.dot, BOTH),
    "outer": (torch.outer, BOTH),
    "einsum": (lambda a, b: torch.einsum("i,i->i", a, b), ["i,i->i", *BOTH]),
    "maskedFill": (lambda a, b: torch.masked_fill(a, INDEX == 0, b), [{"$": 0}, MASK, {"$": 1}]),
    "scatterAdd": (lambda a, b: torch.scatter_add(a, 0, INDEX, b), [{"$": 0}, 0, INT, {"$": 1}]),
    "indexPut": (lambda a, b: torch.index_put(a, (INDEX,), b), [{"$": 0}, [INT], {"$": 1}]),
}

DIVISIONS = {
    mode: (
        lambda a, b, mode=mode: torch.div(a, b, rounding_mode=mode),
        [*BOTH, {"roundingMode": mode}],
    )
    for mode in ("floor", "trunc")
}

SAME_NAME = """
neg abs sign reciprocal sqrt rsqrt square exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
erf erfc lgamma digamma floor ceil round trunc sigmoid isnan isinf isfinite
sum mean prod amax amin argmax argmin std all any nonzero trace
"""
UNARY = {
    **{name: (getattr(torch, name), []) for name in SAME_NAME.split()},
    "logicalNot": (torch.logical_not, []),
    "polygamma": (lambda x: torch.polygamma(1, x), [1]),
    "relu": (torch.relu, []),
    "silu": (torch.nn.functional.silu, []),
    "gelu": (torch.nn.functional.gelu, []),
    "softplus": (torch.nn.functional.softplus, []),
    "logSigmoid": (torch.nn.functional.logsigmoid, []),
    "max": (torch.max, []),
    "min": (torch.min, []),
    "variance": (torch.var, []),
    "norm": (torch.linalg.vector_norm, []),
    "logSumExp": (lambda x: torch.logsumexp(x, 0), [0]),
    "softmax": (lambda x: torch.softmax(x, 0), [0]),
    "logSoftmax": (lambda x: torch.log_softmax(x, 0), [0]),
    "cumsum": (lambda x: torch.cumsum(x, 0), [0]),
    "cumprod": (lambda x: torch.cumprod(x, 0), [0]),
    "sort": (torch.sort, []),
    "topk": (lambda x: torch.topk(x, 1), [1]),
    **{name: (getattr(torch.linalg, name), []) for name in ("cholesky", "inv", "det", "slogdet")},
    "zerosLike": (torch.zeros_like, []),
    "onesLike": (torch.ones_like, []),
    "oneHot": (
        lambda x: torch.nn.functional.one_hot(x.long() if x.dtype == torch.int32 else x, 2),
        [2],
    ),
}
SQUARE = {"trace", "cholesky", "inv", "det", "slogdet"}

# A number beside a tensor takes the tensor's dtype: a result's dtype never depends on a number's value.
OURS_WITH_NUMBER = {
    "add": "same",
    "mul": "same",
    "maximum": "same",
    "pow": "same",
    "remainder": "same",
    "eq": "bool",
    "lt": "bool",
}


REASONS = {"error": set(), "not asked": set()}


def ones(name, shape):
    return torch.ones(shape, dtype=NAMES[name])


def outcome(call, *inputs):
    try:
        result = call(*inputs)
    except IndexError:
        return None
    except (RuntimeError, TypeError, ValueError) as error:
        text = str(error)
        unclear = any(limit in text for limit in NO_KERNEL)
        REASONS["not asked" if unclear else "error"].add(text.splitlines()[0][:90])
        return None if unclear else "error"
    first = result if isinstance(result, torch.Tensor) else result[0]
    return DTYPES[first.dtype]


def binary(fn, call, args):
    results = [[outcome(call, ones(*left), ones(*right)) for right in KINDS] for left in KINDS]
    return {"fn": fn, "args": args, "results": results}


def unary(fn, call, rest):
    shape = [2, 2] if fn in SQUARE else [2]
    inputs = {
        name: torch.eye(2, dtype=dtype) if fn in SQUARE else ones(name, shape)
        for name, dtype in NAMES.items()
    }
    return {
        "fn": fn,
        "args": [{"$": 0}, *rest],
        "results": {name: outcome(call, x) for name, x in inputs.items()},
    }


def with_number(fn, rule):
    """By our rule: bool beside a number counts as int32; a fraction beside int32 or bool is an error."""
    whole = {
        name: "bool" if rule == "bool" else "int32" if name == "bool" else name for name in NAMES
    }
    fraction = {
        name: "error" if name in ("int32", "bool") else result for name, result in whole.items()
    }
    return [
        {"fn": fn, "number": 2, "results": whole},
        {"fn": fn, "number": 0.5, "results": fraction},
    ]


def lines(items):
    return "[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in items) + "\n]"


def main():
    kinds = [{"dtype": name, "shape": shape} for name, shape in KINDS]
    pairs = [binary(fn, *row) for fn, row in BINARY.items()] + [
        binary("div", *row) for row in DIVISIONS.values()
    ]
    singles = [unary(fn, *row) for fn, row in UNARY.items()]
    numbers = [case for fn, rule in OURS_WITH_NUMBER.items() for case in with_number(fn, rule)]
    parts = {"torch": json.dumps(torch.__version__), "kinds": json.dumps(kinds)}
    parts |= {"binary": lines(pairs), "unary": lines(singles), "numbers": lines(numbers)}
    text = "{\n" + ",\n".join(f'"{name}": {part}' for name, part in parts.items()) + "\n}\n"
    path = Path(__file__).with_name("dtypes.json")
    path.write_text(text)
    print(f"{path.name}: {path.stat().st_size} bytes")
    for kind, texts in REASONS.items():
        print(f"{kind}:", *sorted(texts), sep="\n  ")


if __name__ == "__main__":
    main()
