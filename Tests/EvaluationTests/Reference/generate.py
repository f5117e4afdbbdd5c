"""Reference numbers of scipy and scikit-learn for the smoother, the baselines and the scores.

Signals come from SplitMix64, written alike in TestRandom (Support.swift), so that only outputs are stored, at a few places
of each. Run with Python that has numpy, scipy and scikit-learn:  python generate.py > reference.json
"""
import json
import sys

import numpy as np
from scipy import ndimage, signal
from sklearn import metrics

MASK = (1 << 64) - 1
MODES = ["reflect", "mirror", "nearest", "constant", "wrap"]


class Random:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def unit(self):
        return (self.next() >> 11) * 2.0**-53

    def walk(self, count):
        """Noise on a sawtooth."""
        return np.array([self.unit() - 0.5 + (i % 97) * 0.01 for i in range(count)])


def gaussian(x, sigma, mode):
    # Below this the radius is 0; scipy divides by zero at 0.
    return x.copy() if sigma < 0.125 else ndimage.gaussian_filter1d(x, sigma, mode=mode, truncate=4.0)


def smooth(x, s1, s2, s3, mode):
    a, b = x - gaussian(x, s2, mode), x - gaussian(x, s3, mode)
    return gaussian(x, s1, mode) + np.where(np.abs(a) <= np.abs(b), a, b)


def places(count):
    return sorted(set(np.linspace(0, count - 1, min(count, 12)).round().astype(int).tolist()))


def main():
    random = Random(2024)
    filters = []
    for index in range(120):
        count = 1 + int(random.unit() ** 3 * 9999) if index % 8 else [1, 2, 3, 7, 16, 129, 4096, 10000][index // 8 % 8]
        first = 0.5 + random.unit() ** 2 * 399.5
        second, third = first * random.unit(), first * random.unit()
        if index % 6 == 0:
            second = 0.0
        if index % 15 == 0:
            first, second, third = 0.0, 0.0, 0.0
        mode = MODES[index % 5]
        x = Random(1000 + index).walk(count)
        y = smooth(x, first, second, third, mode)
        filters.append(dict(seed=1000 + index, count=count, sigmas=[first, second, third], mode=mode,
                            places=places(count), values=[float(y[p]) for p in places(count)], sum=float(y.sum())))
    baselines = []
    for index, (count, width, order) in enumerate(
            [(1, 5, 2), (4, 9, 2), (50, 3, 2), (300, 15, 2), (300, 31, 4), (1000, 201, 2), (1000, 7, 4)]):
        for mode in MODES:
            x = Random(5000 + index).walk(count)
            weights = signal.savgol_coeffs(width, order if width > order else 2)
            entry = dict(seed=5000 + index, count=count, width=width, order=order, mode=mode, places=places(count))
            for name, y in dict(box=ndimage.uniform_filter1d(x, width, mode=mode),
                                median=ndimage.generic_filter(x, np.median, width, mode=mode),
                                savgol=ndimage.correlate1d(x, weights, mode=mode)).items():
                entry[name] = [float(y[p]) for p in places(count)]
            baselines.append(entry)
    random = Random(77)
    truth = [int(random.unit() * 6) for _ in range(500)]
    guess = [t if random.unit() < 0.5 else int(random.unit() * 7) for t in truth]
    units = [[int(random.unit() < 0.1 * (1 + c)) for _ in range(400)] for c in range(4)]
    probabilities = [[min(1.0, 0.4 * u + 0.6 * random.unit()) for u in unit] for unit in units]
    # Classes that are few, one of which never occurs and one of which is never predicted; and the best k of them.
    random = Random(78)
    classes = 12
    likely = [[random.unit() for _ in range(classes)] for _ in range(300)]
    label = [int(random.unit() ** 2 * (classes - 1)) for _ in range(300)]
    for row, true in zip(likely, label):
        row[true] += 0.4 * random.unit()
        row[3] -= 2
    best = np.argmax(likely, 1)
    names = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        label, best, labels=names, zero_division=0)
    # A group's frames stand together, ten groups of thirty.
    differences = []
    for group in range(10):
        rows = slice(30 * group, 30 * group + 30)
        differences.append(metrics.f1_score(label[rows], best[rows], labels=names, average="macro", zero_division=0))
    table = dict(
        precision=precision.tolist(), recall=recall.tolist(), f1=f1.tolist(), support=support.tolist(),
        macro=metrics.f1_score(label, best, labels=names, average="macro", zero_division=0),
        confusion=metrics.confusion_matrix(label, best, labels=names).ravel().tolist(),
        top={k: metrics.top_k_accuracy_score(label, likely, k=k, labels=names) for k in (1, 5, 10)},
        groups=differences)
    x, y = Random(9).walk(800), Random(10).walk(800) * 0.7 + 0.1
    ccc = 2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    scores = dict(
        truth=truth, guess=guess,
        f1=metrics.f1_score(truth, guess, labels=list(range(8)), average=None, zero_division=0).tolist(),
        macro=metrics.f1_score(truth, guess, labels=list(range(8)), average="macro", zero_division=0),
        accuracy=metrics.accuracy_score(truth, guess),
        unitF1=[metrics.f1_score(u, (np.array(p) >= 0.5).astype(int), zero_division=0)
                 for u, p in zip(units, probabilities)],
        ccc=float(ccc), table=table)
    json.dump(dict(filters=filters, baselines=baselines, scores=scores), sys.stdout, indent=None, separators=(",", ":"))
    print()


main()
