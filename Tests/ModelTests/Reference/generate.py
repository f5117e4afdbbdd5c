"""Writes the reference numbers that ModelTests compares with, from the PyTorch model in reference.py.

  python generate.py [--peer DIRECTORY] [--out DIRECTORY]

--peer is the directory of reference.py; by default ../shared/peer beside the checkout. The model runs in float64 on
float32 weights, images and noise, so that the stored numbers carry no rounding of their own. Written files:

  micro.tensors   a small model whole: weights, images, noise; loss, prediction, mask and every gradient for L1 and L2;
                  the losses of 100 AdamW steps
  tiny.tensors    vit-tiny/96d1b at 224 pixels: losses, and per tensor the gradient's norm and four projections
  losses.tensors  the losses of fine-tuning and distillation on given outputs and targets, with their gradients
  classifier.tensors  a small classifier: loss and gradients of each task, the losses of 50 steps of each; the same of
                  vit-tiny at 224 pixels, as norms and projections

Weights, images and noise of the second and the last file, and the images of the loss curves, are not stored: they come
from an integer hash that Fixture.swift repeats.

File format: a line of JSON, {name: [shape, offset]} with offsets in floats after the newline, then little-endian
float32 values.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

arguments = argparse.ArgumentParser()
here = pathlib.Path(__file__).resolve()
arguments.add_argument("--peer", type=pathlib.Path, default=here.parents[3].parent / "shared" / "peer")
arguments.add_argument("--out", type=pathlib.Path, default=here.parents[1] / "Fixtures")
arguments = arguments.parse_args()
sys.path.insert(0, str(arguments.peer))
from reference import Classifier, MaskedAutoencoder, ccc  # noqa: E402


def hashed(salt, count):
    """`count` numbers in [0, 1) with 24 bits: SplitMix64's finaliser of (salt << 32) + index."""
    z = (np.uint64(salt) << np.uint64(32)) + np.arange(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def hashed_images(salt, batch, side):
    """(batch, 3, side, side) in ±2, rounded to float32."""
    return torch.from_numpy((4 * hashed(salt, batch * 3 * side * side) - 2).astype(np.float32)).reshape(
        batch, 3, side, side)


def hashed_noise(salt, batch, patches):
    return torch.from_numpy(hashed(salt, batch * patches).astype(np.float32)).reshape(batch, patches)


def public_order(model):
    """The names as the project orders them: those of the encoder, then those of the decoder."""
    names = [name for name, _ in model.named_parameters()]
    first = ["cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias"]
    middle = ["mask_token", "decoder_pos_embed"]
    rest = [name for name in names if name not in first + middle]
    cut = rest.index("decoder_embed.bias") + 1
    return first + rest[:cut] + middle + rest[cut:]


def set_hashed_weights(model):
    """Every trained tensor from the hash, salt 1000 + its index in the public order: norm weights 1 ± 0.1, other
    one-dimensional tensors and tokens ± 0.1, matrices within ± √(6 / (in + out))."""
    tensors = dict(model.named_parameters())
    order = list(tensors) if isinstance(model, Classifier) else public_order(model)
    for index, name in enumerate(order):
        tensor = tensors[name]
        if not tensor.requires_grad:
            continue
        u = 2 * hashed(1000 + index, tensor.numel()) - 1
        if "norm" in name and name.endswith("weight"):
            value = 1 + 0.1 * u
        elif tensor.dim() == 1 or name.endswith("_token"):
            value = 0.1 * u
        else:
            fan_out = tensor.shape[0]
            value = np.sqrt(6 / (fan_out + tensor.numel() // fan_out)) * u
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(value.astype(np.float32)).reshape(tensor.shape))


def evaluate(model, images, noise, loss):
    model.loss = loss
    model.zero_grad(set_to_none=True)
    value, prediction, mask = model(images.double(), noise)
    value.backward()
    return value, prediction, mask, {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


def write(path, tensors):
    index, offset = {}, 0
    arrays = {name: np.ascontiguousarray(np.asarray(value), dtype="<f4") for name, value in tensors.items()}
    for name, array in arrays.items():
        index[name] = [list(array.shape), offset]
        offset += array.size
    with open(path, "wb") as file:
        file.write(json.dumps(index, separators=(",", ":")).encode() + b"\n")
        for array in arrays.values():
            file.write(array.tobytes())
    print(path, path.stat().st_size)


def loss_curve(make_model, loss, batch, side, patches):
    """100 AdamW steps (betas .9 .95, decay .05 where it applies) on 4 fixed batches, the rate rising over 10 steps
    to 1e-3."""
    model = make_model()
    model.loss = loss
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in trained if p.dim() > 1], "weight_decay": 0.05},
         {"params": [p for p in trained if p.dim() == 1], "weight_decay": 0.0}], lr=0, betas=(0.9, 0.95))
    curve = []
    for step in range(100):
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 10)
        images = hashed_images(1 + step % 4, batch, side).double()
        noise = hashed_noise(101 + step, batch, patches)
        optimizer.zero_grad()
        value = model(images, noise)[0]
        value.backward()
        optimizer.step()
        curve.append(value.item())
    return np.array(curve)


def micro():
    def make():
        model = MaskedAutoencoder((24, 2, 2), (16, 2, 2), image=16, patch=4)
        set_hashed_weights(model)
        return model.double()

    model = make()
    batch, patches = 4, 16
    images, noise = hashed_images(1, batch, 16), hashed_noise(101, batch, patches)
    noise[0, 3] = noise[0, 7]  # a tie: the lower index goes first
    noise[1, :] = noise[1, 0]
    tensors = {"images": images, "noise": noise}
    for name in public_order(model):
        tensors["weight/" + name] = dict(model.named_parameters())[name].detach()
    for loss in ["l1", "l2"]:
        value, prediction, mask, gradients = evaluate(model, images, noise, loss)
        tensors[loss + "/loss"] = value.detach()
        tensors[loss + "/prediction"] = prediction.detach()
        tensors[loss + "/mask"] = mask
        for name, gradient in gradients.items():
            tensors[f"{loss}/gradient/{name}"] = gradient
        tensors[loss + "/curve"] = loss_curve(make, loss, batch, 16, patches)
    write(arguments.out / "micro.tensors", tensors)


def tiny():
    model = MaskedAutoencoder("vit-tiny", "96d1b")
    set_hashed_weights(model)
    model.double()
    images, noise = hashed_images(1, 2, 224), hashed_noise(101, 2, 196)
    tensors = {}
    for loss in ["l1", "l2"]:
        value, prediction, mask, gradients = evaluate(model, images, noise, loss)
        tensors[loss + "/loss"] = value.detach()
        if loss == "l1":
            tensors["mask"] = mask
            tensors["prediction"] = summary(prediction.detach() * mask[:, :, None])
        for name in public_order(model):
            if name in gradients:
                tensors[f"{loss}/gradient/{name}"] = summary(gradients[name])
    write(arguments.out / "tiny.tensors", tensors)


def summary(tensor):
    """Norm, then the products with four vectors of ±1 from the hash (salts 1 to 4)."""
    values = tensor.numpy().reshape(-1)
    signs = [np.where(hashed(salt, values.size) < 0.5, -1.0, 1.0) for salt in range(1, 5)]
    return np.array([np.linalg.norm(values)] + [values @ sign for sign in signs])


# ---- Losses. Matrices of outputs and targets have 13 columns: 7 expressions, valence, arousal, 4 action units. ----

EXPRESSION, AFFECT, UNITS = slice(0, 7), slice(7, 9), slice(9, 13)
WIDTH = 13
CLASS_WEIGHTS = torch.tensor([1.0, 10.4, 16.23, 19.61, 1.856, 2.225, 5.611], dtype=torch.float64)
UNIT_WEIGHTS = torch.tensor([5.278, 12.427, 1.0, 22.66], dtype=torch.float64)
POSITIVE_WEIGHTS = torch.tensor([3.0, 9.0, 1.5, 0.5], dtype=torch.float64)
nan = float("nan")


def expression_loss(x, t, smoothing=0.0):
    kept = ~t[:, 0].isnan()
    return F.cross_entropy(x[kept], t[kept].argmax(1), weight=CLASS_WEIGHTS, label_smoothing=smoothing)


def mixed_expression_loss(x, t):
    """Mixed targets: the weighted mean, by its definition."""
    return -(CLASS_WEIGHTS * t * F.log_softmax(x, 1)).sum() / (CLASS_WEIGHTS * t).sum()


def unit_loss(x, t, positive=None):
    known = ~t.isnan()
    each = F.binary_cross_entropy_with_logits(
        x, torch.where(known, t, 0.0), weight=UNIT_WEIGHTS, pos_weight=positive, reduction="none")
    return each[known].mean()


def affect_loss(x, t):
    total = 0.0
    for column in range(2):
        known = ~t[:, column].isnan()
        total = total + 1 - ccc(x[known, column], t[known, column])
    return total


def distilled(x, t, temperature):
    units = lambda z: z[:, UNITS] / temperature
    kl = F.kl_div(F.log_softmax(x[:, EXPRESSION] / temperature, 1), F.log_softmax(t[:, EXPRESSION] / temperature, 1),
                  reduction="batchmean", log_target=True) * temperature**2
    bce = F.binary_cross_entropy_with_logits(units(x), units(t).sigmoid()) * temperature**2
    va = sum(F.mse_loss(x[:, c], t[:, c]) + 1 - ccc(x[:, c], t[:, c]) for c in (7, 8))
    return kl, bce, va


def task_batch(salt, batch, missing):
    """Targets of a batch: classes, valence and arousal, units; some of them missing."""
    u = hashed(salt, batch * WIDTH).reshape(batch, WIDTH)
    t = torch.zeros(batch, WIDTH, dtype=torch.float64)
    t[torch.arange(batch), torch.from_numpy((7 * u[:, 0]).astype(np.int64))] = 1
    t[:, AFFECT] = torch.from_numpy((2 * u[:, AFFECT] - 1).astype(np.float32)).double()
    t[:, UNITS] = torch.from_numpy((u[:, UNITS] < 0.4).astype(np.float64))
    if missing:
        t[1, EXPRESSION] = nan
        t[2, 7] = nan
        t[3, AFFECT] = nan
        t[0, 9] = nan
        t[4, 11:13] = nan
    return t


def losses():
    batch = 9
    raw = torch.from_numpy((6 * hashed(7, batch * WIDTH) - 3).astype(np.float32)).reshape(batch, WIDTH)
    teacher = torch.from_numpy((6 * hashed(8, batch * WIDTH) - 3).astype(np.float32)).reshape(batch, WIDTH).double()
    whole, partial = task_batch(9, batch, False), task_batch(9, batch, True)
    mixed = 0.7 * whole + 0.3 * whole.flip(0)
    constant, same = raw.clone(), whole.clone()
    constant[:, AFFECT] = 0.5
    same[:, AFFECT] = -0.25
    tensors = {"outputs": raw, "constant/outputs": constant, "teacher": teacher, "whole": whole, "partial": partial,
               "mixed": mixed, "same": same}

    def keep(name, loss, outputs=raw):
        x = outputs.double().requires_grad_()
        value = loss(x)
        gradient = torch.autograd.grad(value, x)[0]
        tensors[name + "/loss"] = value.detach()
        tensors[name + "/gradient"] = gradient

    for label, t in [("whole", whole), ("partial", partial)]:
        keep("expression/" + label, lambda x: expression_loss(x[:, EXPRESSION], t[:, EXPRESSION]))
        keep("expression smoothed/" + label, lambda x: expression_loss(x[:, EXPRESSION], t[:, EXPRESSION], 0.1))
        keep("units/" + label, lambda x: unit_loss(x[:, UNITS], t[:, UNITS]))
        keep("units positive/" + label, lambda x: unit_loss(x[:, UNITS], t[:, UNITS], POSITIVE_WEIGHTS))
        keep("affect/" + label, lambda x: affect_loss(x[:, AFFECT], t[:, AFFECT]))
        keep("joint/" + label, lambda x: expression_loss(x[:, EXPRESSION], t[:, EXPRESSION])
             + 0.5 * unit_loss(x[:, UNITS], t[:, UNITS]) + affect_loss(x[:, AFFECT], t[:, AFFECT]))
    keep("expression/mixed", lambda x: mixed_expression_loss(x[:, EXPRESSION], mixed[:, EXPRESSION]))
    keep("units/mixed", lambda x: unit_loss(x[:, UNITS], mixed[:, UNITS]))
    keep("affect/constant", lambda x: affect_loss(x[:, AFFECT], whole[:, AFFECT]), constant)
    keep("affect/same", lambda x: affect_loss(x[:, AFFECT], same[:, AFFECT]))
    for temperature in (1, 2):
        for index, name in enumerate(["expression", "units", "affect"]):
            keep(f"distil {name}/{temperature}", lambda x: distilled(x, teacher, temperature)[index])
    write(arguments.out / "losses.tensors", tensors)


TASKS = {
    "expression": lambda x, t: expression_loss(x[:, EXPRESSION], t[:, EXPRESSION]),
    "units": lambda x, t: unit_loss(x[:, UNITS], t[:, UNITS]),
    "affect": lambda x, t: affect_loss(x[:, AFFECT], t[:, AFFECT]),
}


def layer_scale(name, depth, decay):
    if name.startswith(("cls_token", "pos_embed", "patch_embed")):
        return decay ** (depth + 1)
    return decay ** (depth - int(name.split(".")[1])) if name.startswith("blocks") else 1.0


def task_curve(make_model, task, batch, side, depth):
    """50 AdamW steps (betas .9 .999, decay .05 but for one-dimensional tensors, positions and class token, layer decay
    .75) on 4 fixed batches, the rate rising over 5 steps to 1e-3."""
    model = make_model()
    groups = [{"params": [p], "scale": layer_scale(n, depth, 0.75),
               "weight_decay": 0.0 if p.dim() == 1 or n in ("pos_embed", "cls_token") else 0.05}
              for n, p in model.named_parameters()]
    optimizer = torch.optim.AdamW(groups, lr=0, betas=(0.9, 0.999))
    curve = []
    for step in range(50):
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * min(1, (step + 1) / 5) * group["scale"]
        images = hashed_images(1 + step % 4, batch, side).double()
        optimizer.zero_grad()
        value = TASKS[task](model(images), task_batch(201 + step % 4, batch, step % 4 == 3))
        value.backward()
        optimizer.step()
        curve.append(value.item())
    return np.array(curve)


def classifier():
    def make():
        model = Classifier(WIDTH, (24, 2, 2), image=16, patch=4)
        set_hashed_weights(model)
        return model.double()

    tensors, model, batch = {}, make(), 6
    images = hashed_images(1, batch, 16).double()
    tensors["outputs"], tensors["features"] = model(images).detach(), model.features(images).detach()
    for task, loss in TASKS.items():
        model.zero_grad(set_to_none=True)
        value = loss(model(images), task_batch(201, batch, True))
        value.backward()
        tensors[task + "/loss"] = value.detach()
        for name, parameter in model.named_parameters():
            tensors[f"{task}/gradient/{name}"] = summary(parameter.grad)
        tensors[task + "/curve"] = task_curve(make, task, batch, 16, 2)
    model = Classifier(WIDTH, "vit-tiny")
    set_hashed_weights(model)
    model.double()
    images = hashed_images(1, 5, 224).double()
    value = sum(loss(model(images), task_batch(201, 5, True)) for loss in TASKS.values())
    value.backward()
    tensors["tiny/loss"] = value.detach()
    for name, parameter in model.named_parameters():
        tensors["tiny/gradient/" + name] = summary(parameter.grad)
    write(arguments.out / "classifier.tensors", tensors)


arguments.out.mkdir(parents=True, exist_ok=True)
micro()
tiny()
losses()
classifier()
