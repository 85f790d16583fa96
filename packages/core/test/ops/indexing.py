"""Writes indexing.json.gz: random calls of index and indexPut, and what PyTorch gives for them."""

import random
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "golden"))
from golden import argument, derivatives, drawing, record, write  # noqa: E402

KINDS = ("number", "slice", "slice", "new", "list", "list", "0-d", "2-d", "mask")


def places(rng, shape, n):
    return torch.tensor(
        [rng.randrange(-n, n) for _ in range(torch.Size(shape).numel())], dtype=torch.int32
    ).reshape(shape)


def mask(rng, shape):
    flat = torch.zeros(torch.Size(shape).numel(), dtype=torch.bool)
    flat[rng.sample(range(len(flat)), min(2, len(flat)))] = True
    return flat.reshape(shape)


def spec(rng, shape):
    """What may stand for the first dims of `shape`, and for how many."""
    kind, n = rng.choice(KINDS), shape[0]
    if kind == "number":
        return rng.randrange(-n, n), 1
    if kind == "slice":
        ends = [None, *range(-n - 1, n + 2)]
        return slice(rng.choice(ends), rng.choice(ends), rng.choice([1, 1, 2, 3])), 1
    if kind == "new":
        return None, 0
    if kind == "mask":
        dims = rng.randint(1, min(2, len(shape)))
        return mask(rng, shape[:dims]), dims
    sizes = {"list": [2], "0-d": [], "2-d": [rng.randint(1, 2), 2]}[kind]
    return places(rng, sizes, n), 1


def specs(rng, shape):
    """Specs for a run of dims, then perhaps an ellipsis and specs for the last ones."""
    result, dim, last = [], 0, rng.randint(1, len(shape))
    while dim < last:
        one, dims = spec(rng, shape[dim:])
        result.append(one)
        dim += dims
    if rng.random() < 0.2:
        result.append(Ellipsis)
        if dim < len(shape):
            result.append(rng.randrange(shape[-1]))
    return result


def ours(chosen, inputs):
    return [argument(one, inputs) for one in chosen]


def index(x, chosen, draw):
    inputs = [x]
    args = [{"$": 0}, *ours(chosen, inputs)]
    derived = derivatives(lambda x, *_: x[tuple(chosen)], inputs, draw, second=False)
    records = [record(one) for one in inputs]
    return {"op": "__getitem__", "fn": "index", "args": args, "inputs": records, **derived}


def index_put(x, chosen, draw, accumulate):
    flat = torch.arange(x.numel()).reshape(x.shape)[tuple(chosen)]
    if not accumulate and flat.unique().numel() != flat.numel():
        return None  # PyTorch does not say which value stays
    inputs = [x, draw(flat.shape)]
    args = [{"$": 0}, ours(chosen, inputs), {"$": 1}, {"accumulate": accumulate}]

    def call(x, values, *_):
        put = torch.index_add if accumulate else torch.index_copy
        return put(x.reshape(-1), 0, flat.reshape(-1), values.reshape(-1)).reshape(x.shape)

    derived = derivatives(call, inputs, draw, second=False)
    records = [record(one) for one in inputs]
    return {"op": "index_put", "fn": "indexPut", "args": args, "inputs": records, **derived}


def cases(count):
    rng, draw = random.Random(1), drawing("indexing")
    for _ in range(count):
        x = draw([rng.randint(1, 4) for _ in range(rng.randint(1, 4))])
        chosen = specs(rng, x.shape)
        try:
            x[tuple(chosen)]
        except IndexError:
            continue  # the shapes of indices do not broadcast
        yield index(x, chosen, draw)
        yield index_put(x, chosen, draw, accumulate=rng.random() < 0.5)


if __name__ == "__main__":
    made = [case for case in cases(300) if case is not None]
    write(HERE / "indexing.json.gz", {"torch": torch.__version__, "cases": made})
