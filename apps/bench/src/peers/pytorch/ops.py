import itertools

import torch
from torch import autograd, tanh
from torch.nn import functional


def unary(f):
    return lambda inputs, _: lambda: f(inputs[0])


def binary(f):
    return lambda inputs, _: lambda: f(inputs[0], inputs[1])


def transcendental(x):
    return tanh((x.mul(0.5).exp() + 1).sin() * x.log() + x) * 2


def arithmetic(x):
    return ((((x * x + x) * 0.5 - x) * x) + 1) * 0.25 + x


def chain(inputs, settings):
    leaf = inputs[0].detach().requires_grad_()

    def call():
        y = leaf
        for _ in range(settings["n"]):
            y = torch.sin(y)
        return autograd.grad(y.sum(), leaf)[0]

    return call


def rows(inputs, _):
    leaf = inputs[0].detach().requires_grad_()
    return lambda: autograd.grad(torch.stack(torch.unbind(leaf)).square().sum(), leaf)[0]


def grad_of_product(inputs, _):
    leaf = inputs[0].detach().requires_grad_()
    g = torch.ones(4)
    return lambda: autograd.grad(torch.sin(leaf) * leaf, leaf, g)[0]


def repeated(step):
    def task(inputs, settings):
        def call():
            y = inputs[0]
            for i in range(settings["n"]):
                y = step(y, inputs[0], i)
            return y

        return call

    return task


def regular(a):
    n = a.shape[-1]
    return a / n + torch.eye(n)


def normal(_, settings):
    def call():
        z = torch.randn(settings["n"])
        return [z.mean(), z.square().mean()]

    return call


SIDE = 64
INNER = 32


def fresh(compute):
    def task(_inputs, _settings):
        turns = itertools.cycle(range(SIDE**2))

        def call():
            at = next(turns)
            return compute(8 + at % SIDE, 8 + at // SIDE)

        return call

    return task


TASKS = {
    "add": binary(torch.add),
    "mul": binary(torch.mul),
    "div": binary(torch.div),
    "mulNumber": unary(lambda x: x * 2),
    "relu": unary(torch.relu),
    "exp": unary(torch.exp),
    "log": unary(torch.log),
    "tanh": unary(torch.tanh),
    "sin": unary(torch.sin),
    "sigmoid": unary(torch.sigmoid),
    "sum": unary(torch.sum),
    "sum.rows": unary(lambda x: x.sum(1)),
    "sum.columns": unary(lambda x: x.sum(0)),
    "softmax": unary(lambda x: x.softmax(1)),
    "add.transpose": unary(lambda x: x + x.T),
    "chain.transcendental": unary(transcendental),
    "chain.arithmetic": unary(arithmetic),
    "matmul": binary(torch.matmul),
    "matmul.nt": binary(lambda a, b: a @ b.T),
    "matmul.tn": binary(lambda a, b: a.T @ b),
    "gradOfProduct": grad_of_product,
    "chain": chain,
    "unbind": rows,
    "additions": repeated(lambda y, x, _: y + x),
    "reshapes": repeated(lambda y, _, i: y.reshape([4, 4] if i % 2 > 0 else [2, 8])),
    "cholesky": unary(lambda a: torch.linalg.cholesky(regular(a))),
    "solve": binary(lambda a, b: torch.linalg.solve(regular(a), b)),
    "inv": unary(lambda a: torch.linalg.inv(regular(a))),
    "det": unary(lambda a: torch.linalg.det(regular(a))),
    "normal": normal,
    "conv2d": binary(lambda x, kernel: functional.conv2d(x, kernel, padding=kernel.shape[-1] // 2)),
    "fresh.add": fresh(lambda m, n: torch.ones(m, n) + torch.ones(m, n)),
    "fresh.matmul": fresh(lambda m, n: torch.ones(m, INNER) @ torch.ones(INNER, n)),
    "sort": unary(lambda x: torch.sort(x)[0]),
}
