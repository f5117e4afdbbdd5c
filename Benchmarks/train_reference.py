"""Trains the PyTorch reference on a folder of photos with the settings of sessions/faces.json5.

  python Benchmarks/train_reference.py --peer DIR_OF_REFERENCE_PY --photos DIR [--epochs 60] [--output LOSSES.csv]

Prints the mean loss of every epoch, to be held against `maeface train sessions/faces.json5` on the same photos.
Needs: pip install torch numpy pillow
"""
import argparse
import math
import pathlib
import sys
import time

import numpy as np
import torch
from PIL import Image

arguments = argparse.ArgumentParser()
arguments.add_argument("--peer", required=True, help="the folder that holds reference.py")
arguments.add_argument("--photos", required=True)
arguments.add_argument("--encoder", default="vit-tiny")
arguments.add_argument("--decoder", default="96d1b")
arguments.add_argument("--epochs", type=int, default=60)
arguments.add_argument("--warmup", type=int, default=5)
arguments.add_argument("--batch", type=int, default=64)
arguments.add_argument("--lr", type=float, default=1e-3)
arguments.add_argument("--image", type=int, default=224)
arguments.add_argument("--seed", type=int, default=0)
arguments.add_argument("--output")
arguments = arguments.parse_args()
sys.path.insert(0, arguments.peer)
from reference import MaskedAutoencoder  # noqa: E402

torch.manual_seed(arguments.seed)
random = np.random.default_rng(arguments.seed)
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def open_photo(path):
    try:
        with open(path, "rb") as file:
            if file.read(4) == b"RIFF":
                return None
        image = Image.open(path)
        image.load()
        return image if image.mode == "L" else image.convert("RGB")
    except OSError:
        return None


photos = [p for p in map(open_photo, sorted(pathlib.Path(arguments.photos).rglob("*.jpg"))) if p is not None]
print(f"{len(photos)} photos", flush=True)


def random_resized_crop(image, scale=(0.2, 1.0), ratio=(3 / 4, 4 / 3)):
    width, height = image.size
    for _ in range(10):
        area = width * height * random.uniform(*scale)
        aspect = math.exp(random.uniform(math.log(ratio[0]), math.log(ratio[1])))
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            x, y = random.integers(0, width - w + 1), random.integers(0, height - h + 1)
            break
    else:
        w, h, x, y = width, height, 0, 0
    side = arguments.image
    image = image.crop((x, y, x + w, y + h)).resize((side, side), Image.BICUBIC)
    pixels = np.asarray(image.convert("RGB"), np.float32) / 255
    if random.random() < 0.5:
        pixels = pixels[:, ::-1]
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)


model = MaskedAutoencoder(arguments.encoder, arguments.decoder, arguments.image)
decayed = [p for n, p in model.named_parameters() if p.requires_grad and p.ndim > 1]
plain = [p for n, p in model.named_parameters() if p.requires_grad and p.ndim <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}],
    lr=arguments.lr, betas=(0.9, 0.95))
steps = len(photos) // arguments.batch
patches = (arguments.image // 16) ** 2
begin = time.time()
rows = []
for epoch in range(arguments.epochs):
    order = random.permutation(len(photos))
    total = 0.0
    for step in range(steps):
        at = epoch + step / steps
        if at < arguments.warmup:
            rate = arguments.lr * at / arguments.warmup
        else:
            progress = (at - arguments.warmup) / (arguments.epochs - arguments.warmup)
            rate = arguments.lr * 0.5 * (1 + math.cos(math.pi * progress))
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = order[step * arguments.batch:(step + 1) * arguments.batch]
        images = torch.from_numpy(np.stack([random_resized_crop(photos[i]) for i in batch]))
        optimizer.zero_grad(set_to_none=True)
        loss = model(images, torch.rand(arguments.batch, patches))[0]
        loss.backward()
        optimizer.step()
        total += loss.item()
    rows.append(f"{epoch + 1},{total / steps:.6f},{time.time() - begin:.1f}")
    print(rows[-1], flush=True)
if arguments.output:
    pathlib.Path(arguments.output).write_text("epoch,loss,seconds\n" + "\n".join(rows) + "\n")
