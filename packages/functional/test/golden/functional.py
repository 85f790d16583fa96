"""Golden values of every function of torch.autograd.functional and torch.func (torch 2.13, float64)
over programs of mixed shapes.

    python functional.py

A program is a list of steps `[fn, ...arguments]` in our names, interpreted here with PyTorch and by
the test with ours: `{"$": 2}` is the third step's value, `{"$": "0.w"}` the entry w of the first
argument. Each result holds our call, the function of PyTorch that computed it, and what that gave.
`leftOut` lists what PyTorch itself cannot do, or not rightly.
"""

import re
import sys
from pathlib import Path

import torch
import torch.autograd.functional as af
from torch import func as tf
from torch.utils._pytree import tree_leaves, tree_map

sys.path.insert(0, str(Path(__file__).parents[3] / "core/test/golden"))
from golden import drawing, record, write  # noqa: E402

F64 = torch.float64

TORCH = {
    "logSumExp": torch.logsumexp,
    "variance": torch.var,
    "norm": lambda x, dim=None, ord=2: torch.linalg.vector_norm(x, ord, dim),
    "concat": torch.cat,
    "maskedFill": torch.masked_fill,
    "indexSelect": torch.index_select,
    "scatterAdd": torch.scatter_add,
    "broadcastTo": torch.broadcast_to,
    "logSoftmax": torch.log_softmax,
    "index": lambda x, *specs: x[specs],
    "expand": lambda x, shape: x.expand(shape),
    "onesLike": torch.ones_like,
    **{name: getattr(torch.linalg, name) for name in ("inv", "det", "solve", "cholesky")},
}


def torch_call(fn, arguments):
    options = {}
    if isinstance(arguments[-1], dict):
        *arguments, named = arguments
        options = {
            re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), key): value
            for key, value in named.items()
        }
    return (TORCH.get(fn) or getattr(torch, fn))(*arguments, **options)


def tensor_of(constant):
    dtype = {"int32": torch.int64, "bool": torch.bool, "float64": F64}[constant["dtype"]]
    return torch.tensor(constant["data"], dtype=dtype).reshape(constant["shape"])


class Steps:
    """Writes a program: `steps.sin(x)` adds a step and returns the reference to its value."""

    def __init__(self):
        self.steps = []

    def __getattr__(self, fn):
        def add(*arguments, **options):
            self.steps.append([fn, *arguments, *([options] if options else [])])
            return {"$": len(self.steps) - 1}

        return add


def references(tree, path):
    if isinstance(tree, torch.Tensor):
        return {"$": path}
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    made = {key: references(item, f"{path}.{key}") for key, item in items}
    return made if isinstance(tree, dict) else list(made.values())


class Program:
    """`inputs`: a tensor, or a list of arguments, each a tree."""

    def __init__(self, name, inputs, body):
        draw = drawing(name)
        self.name = name
        self.inputs = tree_map(
            lambda shape: draw(shape).to(F64), inputs, is_leaf=lambda leaf: isinstance(leaf, tuple)
        )
        self.bare = isinstance(self.inputs, torch.Tensor)
        self.args = (self.inputs,) if self.bare else tuple(self.inputs)
        steps = Steps()
        self.output = body(steps, *(references(arg, str(i)) for i, arg in enumerate(self.args)))
        self.steps = steps.steps
        outputs = self(*self.args)
        self.scalar = isinstance(outputs, torch.Tensor) and outputs.numel() == 1
        self.cotangents = tree_map(lambda y: draw(y.shape), outputs)
        self.tangents = tree_map(lambda x: draw(x.shape), self.inputs)
        self.batched = tree_map(lambda x: draw((3, *x.shape)), self.inputs)
        self.flat = all(isinstance(arg, torch.Tensor) for arg in self.args) and not isinstance(
            outputs, dict
        )

    def __call__(self, *args):
        values = []

        def value(item):
            if isinstance(item, list):
                return [value(part) for part in item]
            if not isinstance(item, dict):
                return item
            if "tensor" in item:
                return tensor_of(item["tensor"])
            if "slice" in item:
                return slice(*item["slice"])
            if "$" not in item:
                return {key: value(part) for key, part in item.items()}
            if isinstance(item["$"], int):
                return values[item["$"]]
            target = args
            for key in item["$"].split("."):
                target = target[int(key) if isinstance(target, (list, tuple)) else key]
            return target

        for fn, *arguments in self.steps:
            values.append(torch_call(fn, [value(argument) for argument in arguments]))
        return self.output_of(value)

    def output_of(self, value):
        """torch.autograd.functional takes tuples only; other trees keep their lists."""
        output = value(self.output)
        return (
            tuple(output)
            if isinstance(output, list) and all(isinstance(y, torch.Tensor) for y in output)
            else output
        )

    def like_inputs(self, args):
        """PyTorch's tuple over the arguments, in the structure of our `inputs`."""
        return args[0] if self.bare else args


def constant(dtype, shape, *data):
    return {"tensor": {"dtype": dtype, "shape": list(shape), "data": list(data)}}


def item_slice(*bounds):
    return {"slice": list(bounds)}


def mlp(s, p, x):
    hidden = s.tanh(s.add(s.matmul(x, p["w1"]), p["b1"]))
    return s.add(s.matmul(hidden, p["w2"]), p["b2"])


MLP = {"w1": (3, 4), "b1": (4,), "w2": (4, 2), "b2": (2,)}
MIX = constant("float64", (2, 3), 1, -2, 0.5, 0, 3, 1.5)


def rosenbrock(s, x):
    head, tail = s.narrow(x, 0, 0, 3), s.narrow(x, 0, 1, 3)
    valley = s.mul(s.square(s.sub(tail, s.square(head))), 100)
    return s.sum(s.add(valley, s.square(s.sub(1, head))))


def newton_like(s, a, b):
    """A symmetric positive definite system."""
    spd = s.add(
        s.matmul(a, s.transpose(a, 0, 1)), constant("float64", (3, 3), 4, 0, 0, 0, 4, 0, 0, 0, 4)
    )
    return s.solve(spd, b)


PROGRAMS = [
    Program("sine of a scalar", (), lambda s, x: s.sin(x)),
    Program("squares of a vector", (3,), lambda s, x: s.square(x)),
    Program("row sums of exponentials", (4, 4), lambda s, x: s.sum(s.exp(x), 1)),
    Program("narrow and scale", (5,), lambda s, x: s.mul(s.narrow(x, 0, 1, 2), 3)),
    Program("sum of cubes", (4,), lambda s, x: s.sum(s.pow(x, 3))),
    Program("adder of two", [(2,), (2,)], lambda s, x, y: s.add(s.mul(x, 2), s.mul(y, 3))),
    Program(
        "two inputs to a scalar", [(3,), (3,)], lambda s, x, y: s.sum(s.mul(s.exp(x), s.square(y)))
    ),
    Program(
        "two inputs to two outputs", [(2, 2), (3,)], lambda s, x, y: [s.mul(x, s.sum(y)), s.sin(y)]
    ),
    Program("an unused input", [(3,), (2,)], lambda s, x, y: s.sum(s.pow(x, 3))),
    Program(
        "an output without the inputs", [(2,), (2,)], lambda s, x, y: [s.mul(x, y), s.onesLike(y)]
    ),
    Program("linear to fewer", (3,), lambda s, x: s.mv(MIX, x)),
    Program("bilinear form", [(2,), (3,)], lambda s, x, y: s.dot(x, s.mv(MIX, y))),
    Program("logSumExp", (5,), lambda s, x: s.logSumExp(x, 0)),
    Program("softmax of rows", (2, 3), lambda s, x: s.softmax(x, -1)),
    Program(
        "inverse",
        (3, 3),
        lambda s, x: s.inv(s.add(x, constant("float64", (3, 3), 5, 0, 0, 0, 5, 0, 0, 0, 5))),
    ),
    Program("determinant", (3, 3), lambda s, x: s.det(x)),
    Program("solution of a linear system", [(3, 3), (3,)], newton_like),
    Program(
        "batched matrix product",
        [(2, 2, 3), (2, 3, 2)],
        lambda s, x, y: s.einsum("bij,bjk->bik", x, y),
    ),
    Program(
        "permute and reshape",
        (2, 3, 2),
        lambda s, x: s.reshape(s.permute(s.tanh(x), [2, 0, 1]), [3, 4]),
    ),
    Program(
        "rows by index", (4, 3), lambda s, x: s.index(s.square(x), constant("int32", (3,), 0, 2, 2))
    ),
    Program("a slice", (4, 3), lambda s, x: s.index(s.sin(x), item_slice(1, 3, None), 2)),
    Program("cumulative product", (4,), lambda s, x: s.cumprod(x, 0)),
    Program("cumulative sum of a product", [(3,), (3,)], lambda s, x, y: s.cumsum(s.mul(x, y), 0)),
    Program(
        "a branch in each element", (5,), lambda s, x: s.where(s.gt(x, 0), s.square(x), s.sin(x))
    ),
    Program("norm", (2, 2), lambda s, x: s.norm(x)),
    Program("array of one input", [(3,)], lambda s, x: s.sum(s.exp(x))),
    Program("array of one output", (3,), lambda s, x: [s.cos(x)]),
    Program("a scalar of three dims", (2,), lambda s, x: s.reshape(s.sum(s.pow(x, 4)), [1, 1, 1])),
    Program(
        "a scalar expanded",
        (),
        lambda s, x: s.mul(s.expand(x, [4]), constant("float64", (4,), 1, 2, 3, 4)),
    ),
    Program("one element to one element", (1,), lambda s, x: s.exp(x)),
    Program("concat of two", [(2,), (3,)], lambda s, x, y: s.concat([s.sin(x), s.mul(y, y), x])),
    Program("outer product", [(2,), (3,)], lambda s, x, y: s.outer(x, s.sigmoid(y))),
    Program("Rosenbrock's valley", (4,), rosenbrock),
    Program("variance", (5,), lambda s, x: s.variance(x)),
    Program(
        "three inputs of mixed rank",
        [(), (2,), (2, 2)],
        lambda s, a, x, m: s.mul(a, s.mv(m, s.tanh(x))),
    ),
    Program(
        "scatter and gather",
        [(4,), (3,)],
        lambda s, x, y: s.square(s.scatterAdd(x, 0, constant("int32", (3,), 1, 3, 1), y)),
    ),
    Program("broadcast product", [(3, 1), (1, 4)], lambda s, x, y: s.sin(s.mul(x, y))),
    Program("polar angle", [(3,), (3,)], lambda s, x, y: s.atan2(x, y)),
    Program("largest of each row", (3, 4), lambda s, x: s.amax(s.square(x), 1)),
    Program("clamped", (6,), lambda s, x: s.mul(s.clamp(x, -1, 1), x)),
    Program("constant cotangents", (2, 3), lambda s, x: s.sum(s.mul(x, 2))),
    Program("empty output", (3,), lambda s, x: s.narrow(s.sin(x), 0, 0, 0)),
    Program("empty input", (0,), lambda s, x: s.exp(x)),
    Program("empty input to a scalar", (0,), lambda s, x: s.sum(s.exp(x))),
    Program("network of a record", [MLP, (2, 3)], mlp),
    Program("loss of a record", [MLP, (2, 3)], lambda s, p, x: s.mean(s.square(mlp(s, p, x)))),
    Program(
        "record of outputs",
        (3,),
        lambda s, x: {"sum": s.sum(x), "parts": [s.sin(x), s.outer(x, x)]},
    ),
    Program(
        "nested arrays",
        [[(2,), [(3,)]], {"z": ()}],
        lambda s, x, y: s.mul(s.dot(x[0], x[0]), s.mul(x[1][0], y["z"])),
    ),
]


def functional_results(p):
    """torch.autograd.functional: tensors and tuples of them."""
    inputs = p.inputs if p.bare else tuple(p.inputs)
    v = p.tangents if p.bare else tuple(p.tangents)
    shared = {"form": "direct"}
    yield shared | {"fn": "vjp", "v": p.cotangents, "run": lambda: af.vjp(p, inputs, p.cotangents)}
    yield shared | {"fn": "jvp", "v": v, "run": lambda: af.jvp(p, inputs, v)}
    yield shared | {"fn": "jacobian", "run": lambda: af.jacobian(p, inputs)}
    yield shared | {
        "fn": "jacobian",
        "options": {"vectorize": False},
        "run": lambda: af.jacobian(p, inputs, vectorize=False),
    }
    forward = {"strategy": "forward-mode"}
    yield shared | {
        "fn": "jacobian",
        "options": forward,
        "run": lambda: af.jacobian(p, inputs, vectorize=True, **forward),
    }
    if not p.scalar:
        return
    yield shared | {"fn": "hessian", "run": lambda: af.hessian(p, inputs)}
    outer = {"outerJacobianStrategy": "forward-mode"}
    run = lambda: af.hessian(p, inputs, vectorize=True, outer_jacobian_strategy="forward-mode")
    yield shared | {"fn": "hessian", "options": outer, "run": run}
    yield shared | {"fn": "vhp", "v": v, "run": lambda: af.vhp(p, inputs, v)}
    yield shared | {"fn": "hvp", "v": v, "run": lambda: af.hvp(p, inputs, v)}


def transform_results(p):
    """torch.func, over trees."""
    every, last = tuple(range(len(p.args))), len(p.args) - 1
    tangents = (p.tangents,) if p.bare else tuple(p.tangents)

    def vjp():
        outputs, pull = tf.vjp(p, *p.args)
        return outputs, p.like_inputs(pull(p.cotangents))

    def linearize():
        outputs, push = tf.linearize(p, *p.args)
        return outputs, push(*tangents)

    yield {
        "form": "linear",
        "fn": "pullback",
        "arguments": [p.cotangents],
        "torch": "vjp",
        "run": vjp,
    }
    yield {"form": "direct", "fn": "vjp", "v": p.cotangents, "run": vjp}
    yield {
        "form": "direct",
        "fn": "jvp",
        "v": p.tangents,
        "run": lambda: tf.jvp(p, p.args, tangents),
    }
    yield {"form": "linear", "fn": "linearize", "arguments": list(tangents), "run": linearize}
    for fn in ("jacrev", "jacfwd"):
        transform = getattr(tf, fn)
        for argnums in (0, every, last - len(p.args)) if len(p.args) > 1 else (0, (0,)):
            positive = argnums if isinstance(argnums, tuple) or argnums >= 0 else last
            run = lambda transform=transform, positive=positive: transform(p, argnums=positive)(
                *p.args
            )
            yield {
                "form": "transform",
                "fns": [fn],
                "options": [{"argnums": argnums}],
                "torch": fn,
                "run": run,
            }
    yield from vmap_results(p)
    output = p(*p.args)
    if not isinstance(output, torch.Tensor) or output.ndim > 0:
        return
    for argnums in (0, every):
        options = [{"argnums": argnums}]
        run = lambda argnums=argnums: tf.grad(p, argnums=argnums)(*p.args)
        yield {
            "form": "transform",
            "fns": ["grad"],
            "options": options,
            "torch": "grad",
            "run": run,
        }
        run = lambda argnums=argnums: tf.grad_and_value(p, argnums=argnums)(*p.args)[::-1]
        yield {
            "form": "transform",
            "fns": ["valueAndGrad"],
            "options": options,
            "torch": "grad_and_value",
            "run": run,
        }
        run = lambda argnums=argnums: tf.hessian(p, argnums=argnums)(*p.args)
        yield {
            "form": "transform",
            "fns": ["jacfwd", "jacrev"],
            "options": options * 2,
            "torch": "hessian",
            "run": run,
        }


def moved(tree, dim):
    return tree_map(lambda x: x.movedim(0, dim), tree)


def as_in_a_loop(f, batched):
    """vmap's result, if a loop gives the same: PyTorch's vmap over the jvp of an LU factorization mixes the batches up."""
    result = tf.vmap(f)(*batched)
    rows = [f(*tree_map(lambda x: x[i], batched)) for i in range(3)]
    looped = tree_map(lambda *parts: torch.stack(parts), *rows)
    if not all(map(torch.allclose, tree_leaves(result), tree_leaves(looped))):
        raise ValueError("vmap differs from a loop")
    return result


def vmap_results(p):
    batched = (p.batched,) if p.bare else tuple(p.batched)
    whole = {"form": "transform", "torch": "vmap"}
    yield whole | {"fns": ["vmap"], "inputs": list(batched), "run": lambda: tf.vmap(p)(*batched)}
    for fn in ("jacrev", "jacfwd"):
        jacobian = getattr(tf, fn)(p)
        run = lambda jacobian=jacobian: as_in_a_loop(jacobian, batched)
        yield whole | {"fns": ["vmap", fn], "inputs": list(batched), "run": run}
    run = lambda: tf.vmap(p, in_dims=-1, out_dims=-1)(*moved(batched, -1))
    yield whole | {
        "fns": ["vmap"],
        "options": [{"inDims": -1, "outDims": -1}],
        "inputs": list(moved(batched, -1)),
        "run": run,
    }
    if len(p.args) > 1:
        dims = (0, *[None] * (len(p.args) - 1))
        mixed = (batched[0], *p.args[1:])
        run = lambda: tf.vmap(p, in_dims=dims)(*mixed)
        yield whole | {
            "fns": ["vmap"],
            "options": [{"inDims": list(dims)}],
            "inputs": list(mixed),
            "run": run,
        }


def encode(value):
    if isinstance(value, torch.Tensor):
        return record(value)
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return [encode(item) for item in value] if isinstance(value, (list, tuple)) else value


def results(p, left_out):
    groups = [("torch.func.", transform_results(p))]
    if p.flat:
        groups.insert(0, ("torch.autograd.functional.", functional_results(p)))
    for module, group in groups:
        for result in group:
            run, torch_name = result.pop("run"), result.pop("torch", result.get("fn"))
            try:
                yield encode({"torch": module + torch_name} | result | {"value": run()})
            except (RuntimeError, IndexError, ValueError) as error:
                left_out.append(
                    {
                        "program": p.name,
                        "torch": module + torch_name,
                        "reason": str(error).splitlines()[0],
                    }
                )


def main():
    left_out = []
    cases = [
        {
            "name": p.name,
            "inputs": encode(p.inputs),
            "steps": p.steps,
            "output": p.output,
            "results": list(results(p, left_out)),
        }
        for p in PROGRAMS
    ]
    print(len(cases), "programs,", sum(len(case["results"]) for case in cases), "results")
    write(
        Path(__file__).with_name("functional.json.gz"),
        {"torch": torch.__version__, "leftOut": left_out, "cases": cases},
    )


if __name__ == "__main__":
    main()
