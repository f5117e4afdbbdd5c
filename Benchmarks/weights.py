#!/usr/bin/env python3
"""Holds weights in and out against PyTorch at real sizes.

    python3 Benchmarks/weights.py [--photos FOLDER] [--work FOLDER]

Needs torch, numpy, Pillow and safetensors, the built program (.build/release/maeface, or MAEFACE), and the model of
../shared/peer/reference.py (or MAEFACE_SHARED). It makes files of random weights in a temporary folder and says

  load     a vit-base full checkpoint: time to load it over that of reading its bytes, anonymous memory over its size
  convert  every dialect and format, opened by torch.load(weights_only=True), all tensors equal to the bit
  embed    the smallest cosine between features of photographs and PyTorch's, resized by Pillow
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("MAEFACE_SHARED") or os.path.join(HERE, "..", "..", "shared")
PROGRAM = os.environ.get("MAEFACE") or os.path.join(HERE, "..", ".build", "release", "maeface")
sys.path.insert(0, os.path.join(SHARED, "peer"))
import reference  # noqa: E402


def run(*arguments):
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"maeface {' '.join(arguments)}: {result.stderr}")
    return result.stdout


def load(folder):
    torch.manual_seed(0)
    model = reference.MaskedAutoencoder("vit-base", "512d8b")
    name = os.path.join(folder, "vit-base-full.pth")
    options = argparse.Namespace(model="mae_vit_base_patch16", norm_pix_loss=True)
    torch.save({"model": model.state_dict(), "epoch": 799, "args": options}, name)
    result = json.loads(run("bench", "weights", name, "--json"))
    print("load    {ratio:.2f} of the time of reading into fresh memory, {stream_ratio:.2f} of reading through a buffer;"
          " {anonymous_share:.3f} of its size in anonymous memory".format(**result))
    return name, model.state_dict()


def convert(folder, name, state):
    for ending in ("pth", "safetensors"):
        there, back = os.path.join(folder, "hf." + ending), os.path.join(folder, "back." + ending)
        run("weights", "convert", name, there, "--names", "huggingface")
        run("weights", "convert", there, back, "--names", "mae")
        read = load_file(back) if ending == "safetensors" else torch.load(back, weights_only=True)["model"]
        assert read.keys() == state.keys(), "other names"
        assert all(torch.equal(read[key], state[key]) for key in state), "other bits"
        theirs = load_file(there) if ending == "safetensors" else torch.load(there, weights_only=True)
        query = theirs["vit.encoder.layer.3.attention.attention.query.weight"]
        assert torch.equal(query, state["blocks.3.attn.qkv.weight"][:768]), "query is elsewhere"
        print(f"convert {ending}: {len(read)} tensors through Hugging Face's names and back, equal to the bit")
        for file in (there, back):
            os.remove(file)


def photograph(name, side):
    """As MAE evaluates: the shorter side to 8/7 of the input, bicubic, and the centre."""
    picture = Image.open(name).convert("RGB")
    short = int(side / 0.875)
    width, height = picture.size
    size = (short, int(short * height / width)) if width <= height else (int(short * width / height), short)
    picture = picture.resize(size, Image.BICUBIC)
    left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
    pixels = np.asarray(picture.crop((left, top, left + side, top + side)), np.float32) / 255
    pixels = (pixels - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
    return torch.from_numpy(pixels.transpose(2, 0, 1))[None]


def embed(folder, photos):
    torch.manual_seed(1)
    model = reference.Classifier(8, "vit-small").eval()
    for parameter in model.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, std=0.2)
    name = os.path.join(folder, "classifier.pth")
    torch.save({"model": model.state_dict()}, name)
    table = os.path.join(folder, "features.csv")
    run("embed", "--weights", name, "-o", table, *photos)
    worst = 1.0
    with open(table) as file:
        rows = list(csv.reader(file))[1:]
    for row in rows:
        ours = np.array(row[1:], np.float64)
        with torch.no_grad():
            theirs = model.features(photograph(row[0], 224))[0].double().numpy()
        worst = min(worst, float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)))
    print(f"embed   {len(rows)} photographs: smallest cosine {worst:.9f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", default=os.path.join(SHARED, "data"))
    parser.add_argument("--work", default=None, help="where the files go while it runs (a temporary folder)")
    options = parser.parse_args()
    found = []
    for place in ("faces/images", "group-photos"):
        folder = os.path.join(options.photos, place)
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        found += [os.path.join(folder, name) for name in names if name.endswith(".jpg")][:: max(1, len(names) // 24)]
    if not found:
        found = [os.path.join(options.photos, name) for name in sorted(os.listdir(options.photos))]
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        file, weights = load(work)
        convert(work, file, weights)
        embed(work, found)
