"""Writes the image fixtures and the numbers Pillow gives for them.

    python3 generate.py [FOLDER]

needs Pillow and NumPy. FOLDER holds faces/images and group-photos with real photographs; without it, photos.json
is left as it is. The images are synthetic, seeded, and the same on every machine.
"""
import base64
import io
import json
import math
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
random = np.random.default_rng(7)


def picture(width, height, channels):
    """Smooth waves with an edge and some noise, so that every filter has something to do."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = []
    for c in range(channels):
        plane = 128 + 70 * np.sin(x / (3 + c) + y / 7) + 40 * np.cos(y / (4 + c))
        plane[(x > width * 0.6) & (y < height * 0.4)] = 255 - 120 * c
        planes.append(plane + random.normal(0, 6, plane.shape))
    data = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return Image.fromarray(data[..., 0] if channels == 1 else data)


def text(data):
    return base64.b64encode(bytes(data)).decode()


def pixels(image):
    return np.asarray(image).tobytes()


def png(width, height, depth, kind, raw_rows, extra=b""):
    """A PNG with exactly these parts, for what Pillow cannot write."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row for row in raw_rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


decoded = []


def fixture(name, content, expected=None, exact=True):
    """Stores a file and what decoding it gives: by default what Pillow gives, upright, as grey or RGB."""
    (here / name).write_bytes(content)
    if expected is None:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
        expected = image if image.mode in ("L", "RGB") else image.convert("RGB")
    decoded.append({
        "file": name, "width": expected.width, "height": expected.height,
        "channels": len(expected.getbands()), "pixels": text(pixels(expected)), "exact": exact,
    })


def saved(image, format, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def write_decoding():
    grey, colour = picture(22, 15, 1), picture(22, 15, 3)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        fixture(f"orientation-{orientation}.jpg", saved(colour, "JPEG", quality=90, exif=exif))
    exif = Image.Exif()
    exif[0x0112] = 6
    fixture("orientation-6.png", saved(grey, "PNG", exif=exif))
    fixture("grey.jpg", saved(grey, "JPEG", quality=85))
    fixture("progressive.jpg", saved(picture(64, 48, 3), "JPEG", quality=80, progressive=True))
    fixture("subsampled.jpg", saved(picture(45, 37, 3), "JPEG", quality=80, subsampling=2))
    fixture("restarts.jpg", saved(picture(64, 64, 1), "JPEG", quality=80, restart_marker_blocks=4))
    fixture("cmyk.jpg", saved(colour.convert("CMYK"), "JPEG", quality=90))
    fixture("colourless.jpg", saved(grey.convert("RGB"), "JPEG", quality=85),
            Image.open(io.BytesIO(saved(grey.convert("RGB"), "JPEG", quality=85))).convert("L"))
    fixture("grey.png", saved(grey, "PNG"))
    fixture("colour.png", saved(colour, "PNG"))
    fixture("palette.png", saved(colour.quantize(16), "PNG"))
    fixture("one-bit.png", saved(grey.convert("1"), "PNG"), grey.convert("1").convert("L"))
    fixture("alpha.png", saved(Image.merge("RGBA", (*colour.split(), grey)), "PNG"), colour)
    fixture("grey-alpha.png", saved(Image.merge("LA", (grey, grey.transpose(Image.Transpose.ROTATE_180))), "PNG"), grey)
    deep = random.integers(0, 65536, (9, 7, 3)).astype(">u2")
    fixture("deep-colour.png", png(7, 9, 16, 2, [row.tobytes() for row in deep]),
            Image.fromarray((deep >> 8).astype(np.uint8)))
    fixture("deep-grey.png", png(7, 9, 16, 0, [row[:, 0].tobytes() for row in deep]),
            Image.fromarray((deep[..., 0] >> 8).astype(np.uint8)))
    fixture("transparent-grey.png", png(22, 15, 8, 0, [bytes(r) for r in np.asarray(grey)],
                                        extra=struct.pack(">I", 2) + b"tRNS" + b"\0\x40"
                                        + struct.pack(">I", zlib.crc32(b"tRNS\0\x40"))), grey)
    fixture("one-pixel.png", saved(picture(1, 1, 3), "PNG"))
    (here / "webp.jpg").write_bytes(saved(colour, "WEBP"))
    (here / "enormous.png").write_bytes(png(60000, 60000, 8, 2, []))


def write_resampling():
    images = {"grey": picture(61, 47, 1), "colour": picture(50, 71, 3)}
    filters = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
    cases = []
    for name, crop, size, filter in [
        ("grey", None, (32, 32), "bicubic"), ("grey", None, (16, 40), "bicubic"), ("grey", None, (9, 5), "bicubic"),
        ("grey", (3, 2, 41, 37), (33, 31), "bicubic"), ("grey", (10, 10, 11, 12), (24, 24), "bicubic"),
        ("grey", (0, 0, 61, 47), (61, 47), "bicubic"), ("grey", (60, 46, 1, 1), (4, 4), "bicubic"),
        ("grey", None, (32, 32), "bilinear"), ("grey", (5, 7, 20, 20), (50, 50), "bilinear"),
        ("colour", None, (32, 32), "bicubic"), ("colour", (7, 9, 40, 55), (17, 34), "bicubic"),
        ("colour", (20, 30, 13, 9), (36, 36), "bicubic"), ("colour", None, (11, 13), "bilinear"),
        ("colour", (0, 5, 50, 3), (35, 2), "bicubic"),
    ]:
        image = images[name]
        part = image if crop is None else image.crop((crop[0], crop[1], crop[0] + crop[2], crop[1] + crop[3]))
        cases.append({
            "image": name, "crop": crop, "width": size[0], "height": size[1], "filter": filter,
            "pixels": text(pixels(part.resize(size, filters[filter]))),
        })
    mean, deviation = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    small = np.asarray(images["colour"].resize((3, 2), Image.Resampling.BICUBIC), np.float32) / np.float32(255)
    tensor = ((small - mean) / deviation).transpose(2, 0, 1)
    stored = {n: {"width": i.width, "height": i.height, "channels": len(i.getbands()), "pixels": text(pixels(i))}
              for n, i in images.items()}
    return {"images": stored, "cases": cases, "tensor": [float(v) for v in tensor.ravel()]}


MASK = (1 << 64) - 1


class Stream:
    """Philox4x32-10 keyed as RandomStream.swift does, drawn as it draws."""

    def __init__(self, seed, purpose, epoch, sample):
        def mixed(value):
            z = (value + 0x9E3779B97F4A7C15) & MASK
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            return z ^ (z >> 31)
        state = mixed(seed)
        for value in (purpose, 0, 0, 0):
            state = mixed(state ^ mixed((value + 0x9E3779B97F4A7C15) & MASK))
        self.key, self.epoch, self.sample, self.block, self.words = state, epoch, sample, 0, []

    def word(self):
        if not self.words:
            c = [self.block, self.epoch, self.sample & 0xFFFFFFFF, self.sample >> 32]
            k = [self.key & 0xFFFFFFFF, self.key >> 32]
            for _ in range(10):
                a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
                c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
                k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
            self.words, self.block = c, self.block + 1
        return self.words.pop(0)

    def next(self):
        low = self.word()
        return low | self.word() << 32

    def uniform(self, low, high):
        return low + (high - low) * ((self.next() >> 11) * 2.0 ** -53)

    def integer(self, bound):
        return (self.next() * bound) >> 64


def random_resized_crop(width, height, scale, ratio, stream):
    """torchvision's RandomResizedCrop.get_params, with draws from `stream`: left, top, width, height."""
    area = height * width
    for _ in range(10):
        target = area * stream.uniform(*scale)
        aspect = math.exp(stream.uniform(math.log(ratio[0]), math.log(ratio[1])))
        w, h = int(round(math.sqrt(target * aspect))), int(round(math.sqrt(target / aspect)))
        if 0 < w <= width and 0 < h <= height:
            top = stream.integer(height - h + 1)
            return [stream.integer(width - w + 1), top, w, h]
    aspect = width / height
    w, h = width, height
    if aspect < ratio[0]:
        h = int(round(w / ratio[0]))
    elif aspect > ratio[1]:
        w = int(round(h * ratio[1]))
    return [(width - w) // 2, (height - h) // 2, w, h]


def write_crops():
    cases = []
    for width, height in [(350, 350), (48, 48), (640, 480), (31, 400), (500, 20), (1, 1)]:
        for sample in range(12):
            stream = Stream(42, 4, 3, sample)
            cases.append([width, height, sample,
                          *random_resized_crop(width, height, (0.2, 1.0), (3 / 4, 4 / 3), stream)])
    return cases


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return format(value, "016x")


def write_photos(folder):
    cases = []
    photos = sorted((folder / "faces/images").glob("*.jpg"))
    chosen = [p for p in photos if Image.open(p).format == "JPEG"][::311]
    chosen += sorted((folder / "group-photos").glob("*.jpg"))[:2]
    for number, path in enumerate(chosen):
        image = Image.open(path)
        image = image if image.mode == "L" else image.convert("RGB")
        data = np.asarray(image)
        if data.ndim == 3 and (data == data[..., :1]).all():
            image = image.convert("L")
        crop = random_resized_crop(image.width, image.height, (0.2, 1), (3 / 4, 4 / 3), Stream(1, 4, 0, number))
        resized = image.crop((crop[0], crop[1], crop[0] + crop[2], crop[1] + crop[3])).resize(
            (224, 224), Image.Resampling.BICUBIC)
        cases.append({
            "path": str(path.relative_to(folder)), "crop": crop, "channels": len(image.getbands()),
            "mean": float(np.asarray(resized, float).mean()), "hash": fnv(pixels(resized)),
        })
    return cases


def store(name, value):
    (here / name).write_text(json.dumps(value, indent=0, separators=(",", ":")) + "\n")


write_decoding()
store("decoding.json", decoded)
store("resampling.json", write_resampling())
store("crops.json", write_crops())
if len(sys.argv) > 1:
    store("photos.json", write_photos(pathlib.Path(sys.argv[1])))
