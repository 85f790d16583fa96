import math

import torch
from torch import func


def triangle_index(d):
    def place(i, j):
        if i < j:
            return d * (d + 1) // 2
        return i if i == j else d + j * (d - 1) - j * (j - 1) // 2 + i - j - 1

    return torch.tensor([place(i, j) for i in range(d) for j in range(d)])


def log_gamma(a, d):
    constant = d * (d - 1) / 4 * math.log(math.pi)
    return constant + sum(math.lgamma(a - j / 2) for j in range(d))


def likelihood(x, k, settings):
    n, d = x.shape
    gamma, m = settings["gamma"], settings["m"]
    factors = d * (d - 1) // 2
    index = triangle_index(d)
    degrees = d + m + 1
    per_component = degrees * d * (math.log(gamma) - 0.5 * math.log(2)) - log_gamma(degrees / 2, d)
    constant = -k * per_component - n * d * math.log(2 * math.pi) / 2
    pad = torch.zeros(k, 1, dtype=torch.float64)
    points = torch.cat([x.T, torch.ones(1, n, dtype=torch.float64)])

    def f(alphas, means, icf):
        logs, lower = icf[:, :d], icf[:, d : d + factors]
        scales = logs.exp()
        triangles = torch.cat([scales, lower, pad], 1)[:, index].reshape(k, d, d)
        offsets = triangles @ -means.unsqueeze(2)
        whitened = torch.cat([triangles, offsets], 2) @ points
        volumes = logs.sum(1)
        weights = (alphas + volumes).unsqueeze(1)
        main = torch.logsumexp(weights - 0.5 * whitened.square().sum(1), 0).sum()
        squares = scales.square().sum() + lower.square().sum()
        prior = 0.5 * gamma**2 * squares - m * volumes.sum()
        return main - n * torch.logsumexp(alphas, 0) + prior + constant

    return f


def recorded(tensors):
    return [x.detach().requires_grad_() for x in tensors]


def gmm_objective(inputs, settings):
    alphas, means, icf, x = inputs
    f = likelihood(x, len(alphas), settings)
    return lambda: f(alphas, means, icf)


def gmm_gradient(inputs, settings):
    *rest, x = inputs
    f = likelihood(x, len(rest[0]), settings)
    variables = recorded(rest)
    return lambda: torch.autograd.grad(f(*variables), variables)


def rodrigues(r, x):
    angle = torch.linalg.vector_norm(r)
    axis = r / angle
    c, s = torch.cos(angle), torch.sin(angle)
    return x * c + torch.linalg.cross(axis, x) * s + axis * (axis * x).sum() * (1 - c)


def error(camera, point, weight, feature):
    seen = rodrigues(camera[:3], point - camera[3:6])
    flat = seen[:2] / seen[2:]
    square = flat.square().sum()
    distortion = 1 + camera[9] * square + camera[10] * square.square()
    projected = flat * distortion * camera[6] + camera[7:9]
    return weight * (projected - feature)


def observations(inputs, settings):
    camera, point, weight, feature = inputs
    i = torch.arange(settings["p"])

    def pick(x, count):
        return x.expand(count, len(x)).contiguous()[i % count]

    n, m = settings["n"], settings["m"]
    return pick(camera, n), pick(point, m), weight.expand(len(i)).contiguous(), pick(feature, 1)


def ba_objective(inputs, settings):
    seen = observations(inputs, settings)
    errors = func.vmap(error)
    return lambda: [errors(*seen), 1 - seen[2].square()]


def ba_jacobian(inputs, settings):
    seen = observations(inputs, settings)
    blocks = func.vmap(func.jacrev(error, argnums=(0, 1, 2)))

    def call():
        of_camera, of_point, of_weight = blocks(*seen)
        return [torch.cat([of_camera, of_point, of_weight.unsqueeze(2)], 2), -2 * seen[2]]

    return call


def step(weights, biases, x, hidden, memory):
    forget = torch.sigmoid(x * weights[0] + biases[0])
    ingate = torch.sigmoid(hidden * weights[1] + biases[1])
    outgate = torch.sigmoid(x * weights[2] + biases[2])
    change = torch.tanh(hidden * weights[3] + biases[3])
    kept = memory * forget + ingate * change
    return outgate * torch.tanh(kept), kept


def lstm_loss(main, extra, state, text):
    characters, bits = text.shape
    rows = [torch.unbind(row.reshape(4, bits)) for row in torch.unbind(main)]
    in_weight, out_weight, out_bias = torch.unbind(extra)
    states, symbols = torch.unbind(state), torch.unbind(text)
    layers = range(len(rows) // 2)
    cells = [(states[2 * i], states[2 * i + 1]) for i in layers]
    total = 0
    for t in range(characters - 1):
        x = symbols[t] * in_weight
        for i in layers:
            cells[i] = step(rows[2 * i], rows[2 * i + 1], x, *cells[i])
            x = cells[i][0]
        y = x * out_weight + out_bias
        total = total + (symbols[t + 1] * (y - torch.log(y.exp().sum() + 2))).sum()
    return total / (-(characters - 1) * bits)


def lstm_gradient(inputs, _):
    main, extra, state, text = inputs
    variables = recorded([main, extra])
    return lambda: torch.autograd.grad(lstm_loss(*variables, state, text), variables)


TASKS = {
    "gmm.objective": gmm_objective,
    "gmm.gradient": gmm_gradient,
    "ba.objective": ba_objective,
    "ba.Jacobian": ba_jacobian,
    "lstm.objective": lambda inputs, _: lambda: lstm_loss(*inputs),
    "lstm.gradient": lstm_gradient,
}
