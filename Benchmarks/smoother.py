#!/usr/bin/env python3
"""Holds the smoother against scipy at random lengths and sigmas, in every edge mode, through the program.

    python3 Benchmarks/smoother.py [--triples N] [--videos N] [--seed N]

Needs numpy, scipy, the built program (.build/release/maeface, or MAEFACE), and the filter of ../shared/peer/reference.py
(or MAEFACE_SHARED). Every triple of sigmas (0 to 400) is run in every mode over videos of 1 to 10,000 frames with a
channel of noise and one of steps, whose ties matter. It says the largest difference of each mode, and ends with 1 if one is above 1e-6.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy.ndimage import gaussian_filter1d

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("MAEFACE_SHARED") or os.path.join(HERE, "..", "..", "shared")
PROGRAM = os.environ.get("MAEFACE") or os.path.join(HERE, "..", ".build", "release", "maeface")
sys.path.insert(0, os.path.join(SHARED, "peer"))
import reference  # noqa: E402

MODES = ["reflect", "mirror", "nearest", "constant", "wrap"]


def filtered(x, sigmas, mode):
    """Eq. 6 to 9 with scipy's Gaussians."""

    def g(sigma):
        return gaussian_filter1d(x, sigma, mode=mode) if sigma > 0 else x

    a, b = x - g(sigmas[1]), x - g(sigmas[2])
    return g(sigmas[0]) + np.where(np.abs(a) <= np.abs(b), a, b)


def triples(random, count):
    found = [(0, 0, 0), (400, 0, 0), (400, 399, 398), (0.1, 0, 0), (5, 0, 4)]
    while len(found) < count:
        first = random.uniform(0.2, 400) if random.random() < 0.5 else 10 ** random.uniform(-0.5, 2.6)
        others = random.uniform(0, 0.999, 2) * first
        found.append(tuple(round(value, 4) for value in (first, *others)))
    return found[:count]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--triples", type=int, default=20)
    options.add_argument("--videos", type=int, default=30)
    options.add_argument("--seed", type=int, default=0)
    options = options.parse_args()
    random = np.random.default_rng(options.seed)
    lengths = [1, 2, 3, 10_000] + list(np.exp(random.uniform(0, np.log(10_000), options.videos - 4)).astype(int))
    videos = [
        np.stack([random.uniform(-1, 1, length), random.integers(-2, 3, length) / 2]) for length in map(int, lengths)
    ]
    worst = dict.fromkeys(MODES, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.csv"), os.path.join(folder, "out.csv")
        with open(source, "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["video", "frame", "valence", "arousal"])
            for number, video in enumerate(videos):
                table.writerows((number, frame + 1, repr(float(v)), repr(float(a))) for frame, (v, a) in enumerate(video.T))
        for sigmas in triples(random, options.triples):
            for mode in MODES:
                words = ["smooth", source, "--sigma", ",".join(map(str, sigmas)), "--edge", mode, "--no-clip", "-o", target]
                result = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
                if result.returncode:
                    sys.exit(f"maeface {' '.join(words)}: {result.stderr}")
                with open(target) as file:
                    rows = list(csv.reader(file))[1:]
                got = np.array([[float(row[2]), float(row[3])] for row in rows]).T
                want = np.concatenate([np.stack([filtered(x, sigmas, mode) for x in video]) for video in videos], axis=1)
                if mode == "reflect":
                    again = np.concatenate(
                        [np.stack([reference.smooth(x, *sigmas) for x in video]) for video in videos], axis=1)
                    assert np.abs(again - want).max() < 1e-12, "the reference is another filter"
                error = np.abs(got - want)
                worst[mode] = max(worst[mode], float(error.max()))
    for mode, error in worst.items():
        print(f"{mode:9} {error:.1e}")
    sys.exit(max(worst.values()) > 1e-6)


if __name__ == "__main__":
    main()
