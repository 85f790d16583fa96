import math

import torch
from torch import func


def normal(x, mean, deviation):
    constant = math.log(deviation) + 0.5 * math.log(2 * math.pi)
    return -0.5 * ((x - mean) / deviation).square() - constant


def simple_regression(x, y):
    def f(beta):
        z = x @ beta
        return (y * z - torch.nn.functional.softplus(z)).sum() + normal(beta, 0, 1).sum()

    return f


def student(y, nu, mean, scale):
    z = (y - mean) / scale
    half = 0.5 * nu
    constant = torch.log(scale) + 0.5 * torch.log(nu) + 0.5 * math.log(math.pi)
    constant = constant + torch.lgamma(half) - torch.lgamma(half + 0.5)
    return -0.5 * (nu + 1) * torch.log1p(z.square() / nu) - constant


def robust_regression(x, flat):
    y = flat.reshape(-1, 1)

    def f(nu, log_scale, beta):
        scale = torch.exp(log_scale)
        mean = x @ beta

        def fit():
            return student(y, nu, mean, scale).sum()

        of_nu = fit() + (-0.4 * torch.log(nu) - 0.4 * nu)
        of_scale = fit() + (math.log(0.5) - 0.5 * scale) + log_scale
        of_beta = fit() + normal(beta, 0.3, 0.7)
        return of_nu.sum() + of_scale.sum() + of_beta.sum()

    return f


def vjp(f, inputs, _):
    output, pull = func.vjp(f, *inputs)
    return pull(torch.ones_like(output))


def jvp(f, inputs, v):
    return func.jvp(f, inputs, v)[1]


def gradient(f, count):
    return func.grad(f, argnums=tuple(range(count)))


def vhp(f, inputs, v):
    return func.vjp(gradient(f, len(inputs)), *inputs)[1](v)


def hvp(f, inputs, v):
    return func.jvp(gradient(f, len(inputs)), inputs, v)[1]


def jacobian(f, inputs, _):
    return func.jacrev(f, argnums=tuple(range(len(inputs))))(*inputs)


def hessian(f, inputs, _):
    return func.hessian(f, argnums=tuple(range(len(inputs))))(*inputs)


def task(make, count, derive):
    def prepare(inputs, _):
        x, y, *rest = inputs
        f = make(x, y)
        at, v = tuple(rest[:count]), tuple(rest[count:])
        return lambda: derive(f, at, v)

    return prepare


PROGRAMS = {"simple": (simple_regression, 1), "robust": (robust_regression, 3)}
DERIVATIVES = [vjp, jvp, vhp, hvp, jacobian, hessian]

TASKS = {
    f"{name}.{derive.__name__}": task(make, count, derive)
    for name, (make, count) in PROGRAMS.items()
    for derive in DERIVATIVES
}
