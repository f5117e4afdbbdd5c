"""Writes what Pillow and timm make of RandAugment's fifteen operations.

    python3 generate_randaug.py FOLDER

needs Pillow, NumPy, and timm's data/auto_augment.py (pip install timm --no-deps). FOLDER holds faces/images and
group-photos with real photographs. Writes randaug.json: whole results on a small picture, results at random places of
ten photographs, and the statistics of what timm draws.
"""
import base64
import importlib.util
import json
import math
import pathlib
import random
import sys

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
data = pathlib.Path(sys.argv[1])
timm = importlib.util.find_spec("timm").submodule_search_locations[0]
spec = importlib.util.spec_from_file_location("auto_augment", f"{timm}/data/auto_augment.py")
augment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(augment)

MEAN = (124, 116, 104)
OURS = ["autoContrast", "equalize", "invert", "rotate", "posterize", "solarize", "solarizeAdd", "colour", "contrast",
        "brightness", "sharpness", "shearX", "shearY", "translateX", "translateY"]
NAMES = dict(zip(augment._RAND_INCREASING_TRANSFORMS, OURS))
SIGNED = {"rotate", "colour", "contrast", "brightness", "sharpness", "shearX", "shearY", "translateX", "translateY"}
SIDE = 160
PLACES = 80


def text(values):
    return base64.b64encode(np.asarray(values, np.uint8).tobytes()).decode()


def operations(levels):
    """Every operation with its arguments at some magnitudes, both signs."""
    for name, ours in NAMES.items():
        seen = set()
        for level in levels:
            for sign in ([1, -1] if ours in SIGNED else [1]):
                augment._randomly_negate = lambda value: sign * value
                level_to_argument = augment.LEVEL_TO_ARG[name]
                arguments = level_to_argument(level, {}) if level_to_argument else ()
                if ours == "posterize" and arguments[0] < 1:
                    arguments = (1,)
                if arguments in seen:
                    continue
                seen.add(arguments)
                yield name, ours, arguments


def apply(name, arguments, image):
    return augment.NAME_TO_OP[name](image, *arguments, fillcolor=MEAN, resample=Image.BICUBIC)


def picture():
    generator = np.random.default_rng(11)
    y, x = np.mgrid[0:11, 0:15].astype(float)
    planes = [110 + 60 * np.sin(x / (3 + c) + y / 5) + 30 * np.cos(y / (3 + c)) + generator.normal(0, 9, x.shape)
              for c in range(3)]
    return Image.fromarray(np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8))


def exact():
    colour = picture()
    sources = {"colour": colour, "grey": colour.convert("L")}
    cases = []
    for kind, source in sources.items():
        for name, ours, arguments in operations([9, 10] if kind == "colour" else [9]):
            result = apply(name, arguments, source.convert("RGB"))
            cases.append({"image": kind, "operation": ours, "argument": float(arguments[0]) if arguments else 0,
                          "pixels": text(result)})
    return {"width": 15, "height": 11, "colour": text(sources["colour"]), "grey": text(sources["grey"]), "cases": cases}


def photographs():
    faces = sorted((data / "faces/images").glob("*"))
    colour, grey = [], []
    for path in faces:
        image = Image.open(path)
        if image.format != "JPEG":
            continue
        pixels = np.asarray(image.convert("RGB")).astype(int)
        is_grey = (pixels.max(-1) == pixels.min(-1)).all()
        if len(grey if is_grey else colour) < 3:
            (grey if is_grey else colour).append(path)
        if len(grey) == 3 and len(colour) == 3:
            break
    groups = [p for p in sorted((data / "group-photos").glob("*.jpg"))][:10 - len(grey) - len(colour)]
    chosen = grey + colour + groups
    photos = []
    for number, path in enumerate(chosen):
        generator = np.random.default_rng(number)
        image = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.BICUBIC)
        places = generator.choice(SIDE * SIDE, PLACES, replace=False)
        results = []
        for name, ours, arguments in operations([9]):
            pixels = np.asarray(apply(name, arguments, image)).reshape(-1, 3)[places]
            results.append({"operation": ours, "argument": float(arguments[0]) if arguments else 0,
                            "pixels": text(pixels)})
        photos.append({"path": str(path.relative_to(data)), "places": places.tolist(), "results": results})
    return photos


def mixture(count=200_000):
    """What timm draws for `rand-m9-mstd0.5-inc1`: the share of images with each number of operations, and of every
    operation its share of layers and the mean, deviation and share of negatives of its argument."""
    augment._randomly_negate = lambda value: -value if random.random() > 0.5 else value
    random.seed(1)
    np.random.seed(1)
    drawn = []
    for name in NAMES:
        augment.NAME_TO_OP[name] = lambda image, *arguments, name=name, **_: drawn.append(
            (NAMES[name], arguments[0] if arguments else 0)) or image
    transform = augment.rand_augment_transform("rand-m9-mstd0.5-inc1", {"img_mean": MEAN})
    lengths = [0, 0, 0]
    for _ in range(count):
        before = len(drawn)
        transform(None)
        lengths[len(drawn) - before] += 1
    statistics = {}
    for ours in OURS:
        values = np.array([value for name, value in drawn if name == ours], float)
        if ours == "posterize":
            values = np.maximum(values, 1)
        middle = 1 if ours in ("colour", "contrast", "brightness", "sharpness") else 0
        statistics[ours] = {
            "share": len(values) / (2 * count), "mean": float(np.abs(values - middle).mean()),
            "deviation": float(np.abs(values - middle).std()), "negative": float((values < middle).mean())}
    return {"lengths": [length / count for length in lengths], "operations": statistics}


result = {"exact": exact(), "side": SIDE, "photos": photographs(), "mixture": mixture()}
(here / "randaug.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
