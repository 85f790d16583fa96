"""Writes expected.golden.json: the examples' inputs and what PyTorch 2.13 makes of them, in float64.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy
    .venv/bin/python docs/examples/expected.py
"""

import json
from pathlib import Path

import torch
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp
from torch.nn.functional import pad

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


def exp_reducer(x):
    return x.exp().sum(dim=1)


def adder(x, y):
    return 2 * x + 3 * y


def exp_adder(x, y):
    return 2 * x.exp() + 3 * y


def pow_reducer(x):
    return x.pow(3).sum()


def pow_adder_reducer(x, y):
    return (2 * x.pow(2) + 3 * y.pow(2)).sum()


def derivative(product, func, x, *v):
    """The gradient of the sum of what create_graph makes differentiable."""
    result = product(func, x, *v, create_graph=True)
    return torch.autograd.grad((result[1] if v else result).sum(), x)[0]


def docstrings():
    """The six functions of torch.autograd.functional, on the programs of their docstrings."""
    square, small = torch.rand(4, 4, requires_grad=True), torch.rand(2, 2, requires_grad=True)
    x, y = torch.rand(2), torch.rand(2)
    ones = torch.ones
    return {
        "square": square,
        "small": small,
        "x": x,
        "y": y,
        "vjp": {
            "expReducer": vjp(exp_reducer, square, ones(4)),
            "derivative": derivative(vjp, exp_reducer, square, ones(4)),
            "adder": vjp(adder, (x, y), ones(2)),
        },
        "jvp": {
            "expReducer": jvp(exp_reducer, square, ones(4, 4)),
            "derivative": derivative(jvp, exp_reducer, square, ones(4, 4)),
            "adder": jvp(adder, (x, y), (ones(2), ones(2))),
        },
        "jacobian": {
            "expReducer": jacobian(exp_reducer, small),
            "derivative": derivative(jacobian, exp_reducer, small),
            "expAdder": jacobian(exp_adder, (x, y)),
        },
        "hessian": {
            "powReducer": hessian(pow_reducer, small),
            "derivative": derivative(hessian, pow_reducer, small),
            "powAdderReducer": hessian(pow_adder_reducer, (x, y)),
        },
        "vhp": {
            "powReducer": vhp(pow_reducer, small, ones(2, 2)),
            "derivative": derivative(vhp, pow_reducer, small, ones(2, 2)),
            "powAdderReducer": vhp(pow_adder_reducer, (x, y), (torch.zeros(2), ones(2))),
        },
        "hvp": {
            "powReducer": hvp(pow_reducer, small, ones(2, 2)),
            "derivative": derivative(hvp, pow_reducer, small, ones(2, 2)),
            "powAdderReducer": hvp(pow_adder_reducer, (x, y), (torch.zeros(2), ones(2))),
        },
    }


def mlp():
    """Every product with the Jacobian of a 3-4-2 network's outputs by its parameters."""
    shapes = {"0.weight": (4, 3), "0.bias": (4,), "2.weight": (2, 4), "2.bias": (2,)}
    state = {key: torch.randn(shape, requires_grad=True) for key, shape in shapes.items()}
    params = tuple(state.values())
    x, v = torch.randn(5, 3), torch.randn(5, 2)
    tangents = tuple(torch.randn(shape) for shape in shapes.values())
    cotangents = torch.randn(3, 5, 2)
    batch = tuple(torch.randn(3, *shape) for shape in shapes.values())

    def forward(w1, b1, w2, b2):
        return torch.tanh(x @ w1.T + b1) @ w2.T + b2

    def pushed(*v):
        return jvp(forward, params, v)[1]

    def pulled(v):
        return vjp(forward, params, v)[1]

    differentiable = jvp(forward, params, tangents, create_graph=True)[1]
    return {
        "x": x,
        "state": state,
        "tangents": tangents,
        "cotangent": v,
        "tangentBatch": batch,
        "cotangentBatch": cotangents,
        "output": forward(*params),
        "jvp": pushed(*tangents),
        "jvpDerivative": torch.autograd.grad(differentiable.sum(), params[:3]),
        "vjp": pulled(v),
        "batchJvp": torch.stack([pushed(*v) for v in zip(*batch)]),
        "batchVjp": [torch.stack(rows) for rows in zip(*map(pulled, cotangents))],
        "jacobian": jacobian(forward, params),
        "flatJacobian": [J.reshape(10, -1) for J in jacobian(forward, params)],
    }


def shapes():
    """Jacobians that are not square, of matrices, of several inputs, and of scalars."""
    wide, tall, three, two = torch.randn(2, 3), torch.randn(3, 2), torch.randn(3), torch.randn(2)

    def gram(x):
        return x @ x.T

    def layer(weight, bias):
        return torch.tanh(weight @ three + bias)

    def products(x, y):
        return torch.outer(x, y), (x.sum() * y).exp()

    def norm(x):
        return x.square().sum().sqrt()

    def wave(x):
        return x * x.sin()

    point = torch.tensor(0.7)
    return {
        "wide": wide,
        "tall": tall,
        "three": three,
        "two": two,
        "tanhWide": jacobian(lambda x: torch.tanh(wide @ x), three),
        "tanhTall": jacobian(lambda x: torch.tanh(tall @ x), two),
        "gram": jacobian(gram, wide),
        "gramHessian": hessian(lambda x: gram(x).sin().sum(), wide),
        "layer": jacobian(layer, (wide, two)),
        "products": jacobian(products, (three, two)),
        "normGradient": jacobian(norm, three),
        "normHessian": hessian(norm, three),
        "point": point,
        "wave": wave(point),
        "waveFirst": jacobian(wave, point),
        "waveSecond": hessian(wave, point),
    }


def seismogram():
    """A string of 64 cells, plucked at 14 and heard at 45, by its wave speed in each cell."""
    pulse = torch.exp(-(((torch.arange(64.0) - 14) / 3) ** 2))

    def listen(speed):
        before, now, heard = pulse, pulse, []
        for step in range(110):
            padded = pad(now, (1, 1))
            curvature = padded[2:] - 2 * now + padded[:-2]
            before, now = now, 2 * now - before + speed**2 * curvature
            if step >= 14 and step % 2 == 0:
                heard.append(now[45])
        return torch.stack(heard)

    return torch.func.jacfwd(listen)(torch.full((64,), 0.95))


def plain(value):
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value]


def lines(value, depth=0):
    """JSON with a line for each innermost array: readable, and small differences stay small."""
    space = " " * depth
    if isinstance(value, dict):
        entries = [f'{space} "{key}": {lines(entry, depth + 1)}' for key, entry in value.items()]
        return "{\n" + ",\n".join(entries) + f"\n{space}}}"
    if isinstance(value, list) and isinstance(value[0], list):
        entries = [f"{space} {lines(entry, depth + 1)}" for entry in value]
        return "[\n" + ",\n".join(entries) + f"\n{space}]"
    return json.dumps(value)


if __name__ == "__main__":
    expected = {
        "pytorch": torch.__version__,
        "docstrings": docstrings(),
        "mlp": mlp(),
        "shapes": shapes(),
        "seismogram": seismogram(),
    }
    Path(__file__).with_name("expected.golden.json").write_text(lines(plain(expected)) + "\n")
