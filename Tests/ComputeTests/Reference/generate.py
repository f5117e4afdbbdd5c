"""Writes reference.json: what PyTorch computes for the operations of Compute, on inputs both sides can make.

    python generate.py          (needs torch)

Inputs are not stored: `numbers` below and `referenceNumbers` in the tests draw them from the same generator.
Outputs are base64 of little-endian float32.
"""
import base64
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

OUT = {}


def numbers(seed, *shape):
    """Uniform in [-1, 1): the upper 24 bits of a linear congruential generator."""
    count, state, values = int(np.prod(shape)), seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append((state >> 8) / 2**23 - 1)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def keep(name, tensor):
    OUT[name] = base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


def leaf(tensor):
    return tensor.clone().requires_grad_()


def linear():
    rows, inputs, outputs = 37, 29, 53
    x, w, b = leaf(numbers(1, rows, inputs)), leaf(numbers(2, outputs, inputs)), leaf(numbers(3, outputs))
    dy = numbers(4, rows, outputs)
    y = F.linear(x, w, b)
    keep("linear.y", y)
    keep("linear.residual", y + numbers(5, rows, outputs))
    v = leaf(y.detach())
    g = F.gelu(v)
    g.sum().backward()
    keep("linear.gelu", g)
    keep("linear.gelu.derivative", v.grad)
    y.backward(dy)
    keep("linear.dx", x.grad)
    keep("linear.dw", w.grad)
    keep("linear.db", b.grad)


def gelu():
    v = leaf(torch.linspace(-12, 12, 481, dtype=torch.float64))
    g = F.gelu(v)
    g.sum().backward()
    keep("gelu.y", g)
    keep("gelu.derivative", v.grad)


def layer_norm():
    x, gamma, beta = leaf(numbers(1, 9, 50) * 3 + 1), leaf(numbers(2, 50)), leaf(numbers(3, 50))
    y = F.layer_norm(x, (50,), gamma, beta, 1e-6)
    y.backward(numbers(4, 9, 50))
    keep("norm.y", y)
    keep("norm.dx", x.grad)
    keep("norm.dgamma", gamma.grad)
    keep("norm.dbeta", beta.grad)


def attention(name, n, t, h, d):
    qkv = leaf(numbers(1, n, t, 3 * h * d) * 2)
    q, k, v = qkv.reshape(n, t, 3, h, d).permute(2, 0, 3, 1, 4)
    y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, h * d)
    y.backward(numbers(2, n, t, h * d))
    keep(f"attention.{name}.y", y)
    keep(f"attention.{name}.lse", (q @ k.transpose(-1, -2) / d**0.5).logsumexp(-1))
    keep(f"attention.{name}.dqkv", qkv.grad)


def patches():
    n, height, width, p = 2, 8, 12, 4
    images = numbers(1, n, 3, height, width)
    gh, gw = height // p, width // p
    target = images.reshape(n, 3, gh, p, gw, p).permute(0, 2, 4, 3, 5, 1).reshape(n, gh * gw, p * p * 3)
    first = images.reshape(n, 3, gh, p, gw, p).permute(0, 2, 4, 1, 3, 5).reshape(n, gh * gw, p * p * 3)
    chosen = torch.tensor([[4, 0, 3, 5], [2, 1, 5, 0]])
    rows = torch.arange(n)[:, None]
    keep("patches.rows", first[rows, chosen])
    keep("patches.targets", target[rows, chosen])
    mean, var = target.mean(-1, keepdim=True), target.var(-1, keepdim=True)
    normal = ((target - mean) / (var + 1e-6) ** 0.5)[rows, chosen]
    for name, reference in (("normalised", normal), ("raw", target[rows, chosen])):
        for kind in ("l1", "l2"):
            prediction = leaf(numbers(2, n, 4, p * p * 3) * 2)
            error = prediction - reference
            loss = error.abs().sum() if kind == "l1" else (error**2).sum()
            loss.backward()
            keep(f"loss.{name}.{kind}", loss.reshape(1))
            keep(f"loss.{name}.{kind}.gradient", prediction.grad * 0.25)


def tokens():
    n, patches, kept, width = 3, 7, 3, 20
    order = torch.stack([torch.tensor(o) for o in ([3, 5, 0, 1, 6, 2, 4], [6, 0, 1, 2, 3, 4, 5], [2, 4, 6, 0, 5, 3, 1])])
    restore = order.argsort(1)
    x, cls, pos = leaf(numbers(1, n, kept, width)), leaf(numbers(2, width)), leaf(numbers(3, 1 + patches, width))
    visible = order[:, :kept]
    y = torch.cat([(cls + pos[0]).expand(n, 1, width), x + pos[1:][visible]], 1)
    y.backward(numbers(4, n, 1 + kept, width))
    keep("assemble.y", y)
    keep("assemble.dx", x.grad)
    keep("assemble.dclass", cls.grad)
    keep("assemble.dpositions", pos.grad)

    z, mask = leaf(numbers(5, n, 1 + kept, width)), leaf(numbers(6, width))
    full = torch.cat([z[:, 1:], mask.expand(n, patches - kept, width)], 1)
    full = torch.gather(full, 1, restore[:, :, None].expand(-1, -1, width))
    u = torch.cat([z[:, :1], full], 1) + pos.detach()
    u.backward(numbers(7, n, 1 + patches, width))
    keep("unshuffle.y", u)
    keep("unshuffle.dx", z.grad)
    keep("unshuffle.dmask", mask.grad)

    v, masked = leaf(numbers(8, n, 1 + patches, width)), order[:, kept:]
    g = torch.gather(v[:, 1:], 1, masked[:, :, None].expand(-1, -1, width))
    g.backward(numbers(9, n, patches - kept, width))
    keep("gather.y", g)
    keep("gather.dx", v.grad)

    m = leaf(numbers(10, n, 1 + patches, width))
    mean = m[:, 1:].mean(1)
    mean.backward(numbers(11, n, width))
    keep("mean.y", mean)
    keep("mean.dx", m.grad)


def adamw():
    p = torch.nn.Parameter(numbers(1, 71).float())
    optimiser = torch.optim.AdamW([p], lr=3e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.05)
    for step in range(3):
        p.grad = numbers(10 + step, 71).float() * 0.5
        optimiser.step()
    keep("adamw.p", p)
    keep("adamw.first", optimiser.state[p]["exp_avg"])
    keep("adamw.second", optimiser.state[p]["exp_avg_sq"])


if __name__ == "__main__":
    linear()
    gelu()
    layer_norm()
    attention("small", 2, 13, 3, 8)
    attention("odd", 1, 19, 2, 20)
    attention("tokens50", 1, 50, 1, 64)
    attention("tokens67", 1, 67, 1, 32)
    attention("long", 1, 261, 1, 8)
    patches()
    tokens()
    adamw()
    path = pathlib.Path(__file__).parent / "reference.json"
    path.write_text(json.dumps(OUT, indent=0) + "\n")
    print(f"{path}: {len(OUT)} tensors, {path.stat().st_size} bytes")
