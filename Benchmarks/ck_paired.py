"""The difference between two models on the same held-out images, with an interval from resampling subjects.

    python3 ck_paired.py THEIRS OURS [OURS]...

Each is a table of predictions, or a list of one a fold separated by commas: columns fold, video (SUBJECT/SEQUENCE),
frame, one a channel, and the truth, as a run keeps them in `predictions/` and ck_baselines.py writes them. Several OURS
are runs that differ in their seed. Folds that some of them have not are left out, which is said. Needs NumPy.

Printed for each score (accuracy and macro F1 of expressions; mean F1 of action units at a threshold of one half, and with
thresholds chosen for each fold on the other folds' predictions): the mean over folds of both, and of ours its standard
deviation over folds and seeds; then the difference of the mean over folds, averaged over seeds, with its 95 % interval
over 2000 draws of whole subjects within each fold, the same for both models.
"""
import csv
import sys

import numpy as np


def folds_of(paths):
    found = set()
    for path in paths.split(","):
        with open(path) as file:
            found |= {int(float(row["fold"])) for row in csv.DictReader(file)}
    return found


def read(paths, folds):
    rows = {}
    for path in paths.split(","):
        with open(path) as file:
            for row in csv.DictReader(file):
                if int(float(row["fold"])) not in folds:
                    continue
                rows[row["video"], int(float(row["frame"]))] = row
    keys = sorted(rows)
    first = rows[keys[0]]
    is_expression = "expression_truth" in first
    channels = [c for c in first if c not in ("fold", "video", "frame") and not c.endswith("_truth")]
    names = ["expression_truth"] if is_expression else [c + "_truth" for c in channels]
    scores = np.array([[float(rows[k][c]) for c in channels] for k in keys])
    truth = np.array([[float(rows[k][c]) for c in names] for k in keys]).astype(int)
    if is_expression:
        # Classes may stand in another order; all go by their names.
        order = np.argsort(channels)
        scores, truth = scores[:, order], np.argsort(order)[truth]
    folds = np.array([int(float(rows[k]["fold"])) for k in keys])
    return keys, folds, channels, is_expression, scores, truth


def f1(hits, claims, truths):
    """2 hits / (claims + truths), 0 where nothing is claimed and nothing true; the mean over the last axis."""
    return (2 * hits / np.maximum(claims + truths, 1)).mean(-1)


def best_thresholds(scores, truth):
    """The threshold of the best F1 of each unit, in the middle of the gap below it."""
    chosen = []
    for column, actual in zip(scores.T, truth.T):
        order = np.argsort(-column, kind="stable")
        values, hits = column[order], np.cumsum(actual[order])
        score = 2 * hits / (np.arange(1, len(values) + 1) + actual.sum())
        # Only where the next value differs can a threshold lie.
        score[:-1][values[:-1] == values[1:]] = -1
        place = int(np.argmax(score))
        below = values[place + 1] if place + 1 < len(values) else 0
        chosen.append((values[place] + below) / 2)
    return np.array(chosen)


def counts(folds, is_expression, scores, truth):
    """For each score: what adds up over images, (images, values), and how sums become the score."""
    if is_expression:
        number = scores.shape[1]
        guessed = np.eye(number, dtype=int)[scores.argmax(1)]
        actual = np.eye(number, dtype=int)[truth[:, 0]]
        hit = guessed * actual
        parts = np.concatenate([hit, guessed, actual], 1)

        def macro(sums):
            return f1(*np.split(sums, 3, -1))

        return {"accuracy": (parts, lambda s: s[..., :number].sum(-1) / s[..., 2 * number:].sum(-1)),
                "macro F1": (parts, macro)}
    found = {}
    chosen = np.zeros_like(scores)
    for fold in sorted(set(folds)):
        chosen[folds == fold] = best_thresholds(scores[folds != fold], truth[folds != fold])
    for name, thresholds in (("unit F1 at .5", 0.5), ("unit F1, honest", chosen)):
        claimed = (scores >= thresholds).astype(int)
        parts = np.concatenate([claimed * truth, claimed, truth], 1)
        found[name] = (parts, lambda sums: f1(*np.split(sums, 3, -1)))
    return found


def fold_scores(parts, score, folds, weights):
    """The mean over folds for each row of weights (draws, images), and the folds of the first draw."""
    each = np.stack([score(weights[:, folds == f] @ parts[folds == f]) for f in sorted(set(folds))], 1)
    return each.mean(1), each[0]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    all_folds = [folds_of(paths) for paths in sys.argv[1:]]
    common = set.intersection(*all_folds)
    if common != set.union(*all_folds):
        print(f"only folds {', '.join(map(str, sorted(common)))}, which all have")
    if len(common) < 2:
        sys.exit("at least two folds are needed")
    theirs, *ours = [read(paths, common) for paths in sys.argv[1:]]
    keys, folds = theirs[0], theirs[1]
    for other in ours:
        if other[0] != keys or (other[1] != folds).any() or (np.sort(other[2]) != np.sort(theirs[2])).any():
            sys.exit("the tables differ in their images, folds or channels")
    units = [theirs[2].index(c) for c in ours[0][2]] if not theirs[3] else None
    if units:
        theirs = (*theirs[:4], theirs[4][:, units], theirs[5][:, units])
    subjects = np.array([video.split("/")[0] for video, _ in keys])
    generator = np.random.default_rng(0)
    draws = np.ones((2001, len(keys)))
    draws[1:] = 0
    for fold in sorted(set(folds)):
        names = sorted(set(subjects[folds == fold]))
        for draw in range(1, 2001):
            picked = np.bincount(generator.integers(len(names), size=len(names)), minlength=len(names))
            times = dict(zip(names, picked))
            place = np.flatnonzero(folds == fold)
            draws[draw, place] = [times[subjects[p]] for p in place]
    their_counts = counts(folds, *theirs[3:])
    our_counts = [counts(folds, *other[3:]) for other in ours]
    for name, (parts, score) in their_counts.items():
        their_mean, their_folds = fold_scores(parts, score, folds, draws)
        means, all_folds = zip(*[fold_scores(*found[name], folds, draws) for found in our_counts])
        mean, all_folds = np.mean(means, 0), np.concatenate(all_folds)
        difference = mean - their_mean
        low, high = np.percentile(difference[1:], [2.5, 97.5])
        seeds = np.array([m[0] for m in means])
        print(f"{name:16} theirs {their_mean[0]:.3f} ± {their_folds.std(ddof=1):.3f}   "
              f"ours {mean[0]:.3f} ± {all_folds.std(ddof=1):.3f} over folds and seeds, "
              f"± {seeds.std(ddof=1) if len(seeds) > 1 else 0:.3f} over seeds   "
              f"difference {difference[0]:+.3f} [{low:+.3f}, {high:+.3f}]")


main()
