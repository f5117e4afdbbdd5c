"""Plain baselines on the posed faces of `ck-au`, for what a trained model has to beat.

    python3 ck_baselines.py FOLDER [--folds sessions/ck-au-folds.csv] [--only NAME]... [--predictions OUT] [--write-folds]

FOLDER holds labels.csv and images. Needs NumPy, Pillow and scikit-learn. Three baselines over five folds by subject:

    pixels   standardised features, 80 principal components, balanced logistic regression
    hog      histograms of oriented gradients (9 directions, cells of 6 pixels, blocks of 2 x 2), logistic regression
    hog svm  the same features, balanced linear support vector machines, for the action units

Accuracy and macro F1 over 7 expressions, mean F1 over 16 action units: mean and standard deviation over the folds, and
pooled over all held-out images. `--predictions` writes what was predicted for the held-out images to OUT, in the tables
that `maeface runs import` reads: `<baseline>-expr.csv` and `<baseline>-au.csv`. `--write-folds` makes the fold file anew: stratified by expression, grouped by subject.
"""
import argparse
import csv
import pathlib

import numpy as np
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

UNITS = [f"AU{n}" for n in (1, 2, 4, 5, 6, 7, 9, 12, 15, 17, 20, 23, 24, 25, 26, 27)]


def load(folder):
    rows = list(csv.DictReader(open(folder / "labels.csv")))
    order = np.array([f"{row['subject']}/{row['sequence']}" for row in rows])
    frames = np.array([row["frame"] for row in rows])
    images = np.stack([np.asarray(Image.open(folder / row["image"]).convert("L"), float) for row in rows])
    expressions = np.array([row["expression"] for row in rows])
    units = np.array([[int(row[unit]) for unit in UNITS] for row in rows])
    return images, expressions, units, np.array([row["subject"] for row in rows]), order, frames


def write_folds(path, expressions, subjects):
    splitter = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    fold_of = {}
    for number, (_, held) in enumerate(splitter.split(expressions, expressions, subjects), 1):
        fold_of.update({subject: number for subject in subjects[held]})
    with open(path, "w", newline="\n") as file:
        file.write("subject,fold\n")
        file.writelines(f"{subject},{fold}\n" for subject, fold in sorted(fold_of.items()))


def histograms(images, cell=6, directions=9):
    """Dalal and Triggs (2005): votes into two directions, blocks normalised, clipped at .2 and normalised again."""
    images = np.sqrt(images / 255)
    dy, dx = np.zeros_like(images), np.zeros_like(images)
    dy[:, 1:-1] = images[:, 2:] - images[:, :-2]
    dx[:, :, 1:-1] = images[:, :, 2:] - images[:, :, :-2]
    size = np.hypot(dx, dy)
    turn = np.mod(np.arctan2(dy, dx), np.pi) / np.pi * directions - 0.5
    low = np.floor(turn).astype(int)
    share = turn - low
    count, height, width = images.shape
    cells = np.zeros((count, height // cell, width // cell, directions))
    for place, weight in ((low, 1 - share), (low + 1, share)):
        for direction in range(directions):
            votes = np.where(place % directions == direction, size * weight, 0)
            cells[..., direction] += votes.reshape(count, height // cell, cell, width // cell, cell).sum((2, 4))
    blocks = np.concatenate([cells[:, :-1, :-1], cells[:, :-1, 1:], cells[:, 1:, :-1], cells[:, 1:, 1:]], -1)
    for _ in range(2):
        blocks = np.minimum(blocks / np.sqrt((blocks ** 2).sum(-1, keepdims=True) + 1e-10), 0.2)
    blocks /= np.sqrt((blocks ** 2).sum(-1, keepdims=True) + 1e-10)
    return blocks.reshape(count, -1)


def write_predictions(path, folds, videos, frames, channels, scores, truth_columns, truth):
    with open(path, "w", newline="\n") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["fold", "video", "frame", *channels, *truth_columns])
        # Frames of a video stand together, as they do in the table of labels.
        for row in np.argsort(folds, kind="stable"):
            writer.writerow([folds[row], videos[row], frames[row], *scores[row], *truth[row]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    here = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--folds", type=pathlib.Path, default=here / "sessions/ck-au-folds.csv")
    parser.add_argument("--only", action="append", help="pixels, hog or 'hog svm'")
    parser.add_argument("--predictions", type=pathlib.Path)
    parser.add_argument("--write-folds", action="store_true")
    arguments = parser.parse_args()
    images, expressions, units, subjects, videos, frames = load(arguments.folder)
    if arguments.write_folds:
        write_folds(arguments.folds, expressions, subjects)
    fold_of = {row["subject"]: row["fold"] for row in csv.DictReader(open(arguments.folds))}
    folds = np.array([fold_of[subject] for subject in subjects])

    def regression(**options):
        return LogisticRegression(class_weight="balanced", max_iter=3000, **options)

    pixels, gradients = images.reshape(len(images), -1), histograms(images)
    baselines = {
        "pixels": (pixels, lambda: make_pipeline(StandardScaler(), PCA(80, random_state=0), regression()), True),
        "hog": (gradients, lambda: make_pipeline(StandardScaler(), regression(C=0.01)), True),
        "hog svm": (gradients, lambda: LinearSVC(C=0.1, class_weight="balanced", max_iter=20000), False),
    }
    print(f"{'':10}{'accuracy':>16}{'macro F1':>16}{'unit F1':>16}   pooled: accuracy, macro F1, unit F1")
    classes = sorted(set(expressions))
    for name, (features, make, does_expressions) in baselines.items():
        if arguments.only and name not in arguments.only:
            continue
        scores, guessed, active = [], expressions.copy(), units.copy()
        for fold in sorted(set(folds)):
            held, rest = folds == fold, folds != fold
            row = [np.nan, np.nan]
            if does_expressions:
                guessed[held] = make().fit(features[rest], expressions[rest]).predict(features[held])
                row = [accuracy_score(expressions[held], guessed[held]),
                       f1_score(expressions[held], guessed[held], average="macro", zero_division=0)]
            for unit in range(len(UNITS)):
                active[held, unit] = make().fit(features[rest], units[rest, unit]).predict(features[held])
            row.append(np.mean([f1_score(units[held, u], active[held, u], zero_division=0)
                                for u in range(len(UNITS))]))
            scores.append(row)
        mean, deviation = np.mean(scores, 0), np.std(scores, 0, ddof=1)
        cells = "".join(f"{m:>9.3f} ± {d:.3f}" if m == m else f"{'-':>16}" for m, d in zip(mean, deviation))
        pooled = [np.mean([f1_score(units[:, u], active[:, u], zero_division=0) for u in range(len(UNITS))])]
        if does_expressions:
            pooled = [accuracy_score(expressions, guessed), f1_score(expressions, guessed, average="macro")] + pooled
        print(f"{name:10}{cells}   {', '.join(f'{value:.3f}' for value in pooled)}", flush=True)
        if arguments.predictions:
            arguments.predictions.mkdir(parents=True, exist_ok=True)
            stem = str(arguments.predictions / name.replace(" ", "-"))
            write_predictions(f"{stem}-au.csv", folds, videos, frames, UNITS, active, [u + "_truth" for u in UNITS], units)
            if does_expressions:
                chosen = (guessed[:, None] == np.array(classes)).astype(int)
                truth = np.array([[classes.index(e)] for e in expressions])
                write_predictions(
                    f"{stem}-expr.csv", folds, videos, frames, classes, chosen, ["expression_truth"], truth)


main()
