"""What the scripts that make golden files share: records of tensors, and PyTorch's derivatives of a
call.
"""

import gzip
import json
import math
import zlib

import torch
from torch.utils._pytree import tree_flatten, tree_map

DTYPES = {
    torch.float64: "float64",
    torch.float32: "float32",
    torch.int32: "int32",
    torch.int64: "int32",
    torch.bool: "bool",
}
ABSENT = {"undefined": True}


def number(value):
    """A JSON number; what JSON lacks is a string. Whole floats lose their ".0"."""
    if isinstance(value, (bool, int)):
        return value
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def flat(tensor):
    return [number(value) for value in tensor.detach().reshape(-1).tolist()]


def record(tensor):
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data": flat(tensor)}


def derivative(tensor):
    """The data of a derivative; 0 stands for zeros throughout, null for no derivative."""
    if tensor is None:
        return None
    return flat(tensor) if torch.any(tensor != 0) else 0


def argument(value, inputs):
    """The JSON of an argument of our call. Tensors become references to `inputs`, which grows."""
    if isinstance(value, torch.Tensor):
        index = next((i for i, known in enumerate(inputs) if known is value), len(inputs))
        if index == len(inputs):
            inputs.append(value)
        return {"$": index}
    if isinstance(value, dict):
        return {key: argument(item, inputs) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [argument(item, inputs) for item in value]
    if isinstance(value, slice):
        return {"slice": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return "..."
    return value if value is None or isinstance(value, str) else number(value)


def is_float(value):
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def drawing(name):
    """Draws tensors of random numbers that are short to write, the same for the same name."""
    rng = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    return lambda shape: (
        torch.randn(shape, generator=rng, dtype=torch.float64).mul(100).round().div(100)
    )


def outputs_of(call, inputs):
    leaves = tree_flatten(call(*inputs))[0]
    return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]


def pull(outputs, cotangents, inputs, create_graph=False):
    """The vjp; zeros where nothing depends on an input."""
    tracked = [(y, u) for y, u in zip(outputs, cotangents) if y.requires_grad]
    if not tracked:
        return [torch.zeros_like(x) for x in inputs]
    ys, us = zip(*tracked)
    return torch.autograd.grad(
        ys, inputs, us, create_graph=create_graph, materialize_grads=True, allow_unused=True
    )


def push(call, inputs, tangents, cotangents):
    """The jvp: by forward mode, else by a double vjp."""
    try:
        return torch.func.jvp(call, tuple(inputs), tuple(tangents))[1]
    except (RuntimeError, NotImplementedError):
        us = [u.clone().requires_grad_() for u in cotangents]
        gradients = pull(call(*inputs), us, inputs, create_graph=True)
        return pull(gradients, tangents, us)


def derivatives(call, inputs, draw, second=True):
    """vjp, jvp and the gradient of ⟨vjp, direction⟩ of `call` at `inputs`, for what `draw` gives for a shape."""
    places = [i for i, x in enumerate(inputs) if is_float(x)]
    leaves = [inputs[i].detach().clone().requires_grad_() for i in places]

    def full(*variables):
        values = list(inputs)
        for place, variable in zip(places, variables):
            values[place] = variable
        return outputs_of(call, values)

    def differentiable(*variables):
        return tuple(y for y in full(*variables) if is_float(y))

    def spread(values, flags):
        values = iter(values)
        return [derivative(next(values)) if flag else None for flag in flags]

    outputs = full(*leaves)
    targets = [y for y in outputs if is_float(y)]
    case = {"outputs": [record(y) for y in outputs]}
    if not places or not targets:
        return case
    is_input, is_output = [is_float(x) for x in inputs], [is_float(y) for y in outputs]
    cotangents = [draw(y.shape).to(y.dtype) for y in targets]
    tangents = [draw(x.shape).to(x.dtype) for x in leaves]
    direction = [draw(x.shape).to(x.dtype) for x in leaves]
    case["cotangents"] = spread(cotangents, is_output)
    case["tangents"] = spread(tangents, is_input)
    case["vjp"] = spread(pull(targets, cotangents, leaves), is_input)
    case["jvp"] = spread(push(differentiable, leaves, tangents, cotangents), is_output)
    if second:
        gradients = pull(differentiable(*leaves), cotangents, leaves, create_graph=True)
        case["direction"] = spread(direction, is_input)
        case["second"] = spread(pull(gradients, direction, leaves), is_input)
    return case


def substitute(structure, inputs, values):
    """`structure` with each of `inputs` (by identity) replaced."""
    swap = {id(x): value for x, value in zip(inputs, values)}
    return tree_map(
        lambda leaf: swap.get(id(leaf), leaf) if isinstance(leaf, torch.Tensor) else leaf, structure
    )


def write(path, content):
    """JSON, one case in a line; gzip without a time stamp, so that equal content is an equal file."""
    cases = ",\n".join(
        json.dumps(case, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        for case in content["cases"]
    )
    rest = {key: value for key, value in content.items() if key != "cases"}
    head = json.dumps(rest, ensure_ascii=False, separators=(",", ":"))[:-1]
    text = (head + ("," if rest else "") + f'"cases":[\n{cases}\n]}}\n').encode()
    path.write_bytes(gzip.compress(text, 9, mtime=0) if path.suffix == ".gz" else text)
    print(f"{path.name}: {len(content['cases'])} cases, {path.stat().st_size} bytes")
