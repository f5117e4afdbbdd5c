"""Images per second of `maeface train` on photographs beside those of the bare step of `maeface bench pretrain`.

  python3 Benchmarks/end_to_end.py --photos ~/photos

Each case measures both in turn, the same number of times, so that both meet the same state of the machine. Training is
timed from outside, from the end of its first epoch (by then the photographs are decoded and cached) to the end of its
last: loading, cropping, the step, points, the optimiser, all that a person waits for. Printed are the medians over the
runs and their ratio. Keep the machine quiet meanwhile.
"""
import argparse
import json
import math
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

# encoder/decoder/batch and how many photographs an epoch has: enough epochs have to end in a short run.
CASES = {"vit-base/512d8b/16": 64, "vit-tiny/96d1b/32": 1856}

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
here = pathlib.Path(__file__).resolve().parent
arguments.add_argument("--photos", required=True, help="a folder of JPEG files")
arguments.add_argument("--maeface", default=str(here.parent / ".build" / "release" / "maeface"))
arguments.add_argument("--case", action="append", choices=CASES, help="may be repeated")
arguments.add_argument("--runs", type=int, default=5)
arguments.add_argument("--seconds", type=float, default=30, help="of each run, the first epoch not counted")
arguments.add_argument("--wrap", default="", help="a command that starts each measurement, such as 'nice -n -5'")
arguments.add_argument("--json", action="store_true", help="all numbers instead of the table")
arguments = arguments.parse_args()
photos = sorted(pathlib.Path(arguments.photos).expanduser().resolve().rglob("*.jpg"))
wrap = shlex.split(arguments.wrap)


def bench(encoder, decoder, batch):
    command = wrap + [arguments.maeface, "bench", "pretrain", "--encoder", encoder, "--decoder", decoder,
                      "--batch", str(batch), "--seconds", str(arguments.seconds), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with code {done.returncode}")
    return json.loads(done.stdout)["images_per_s_median"]


def train(encoder, decoder, batch, folder, count, expected):
    epoch = count // batch * batch
    epochs = 1 + max(2, math.ceil(arguments.seconds * expected / epoch))
    with tempfile.TemporaryDirectory() as home:
        session = pathlib.Path(home) / "session.json5"
        session.write_text(json.dumps({
            "name": "end-to-end", "model": {"encoder": encoder, "decoder": decoder, "image": 224, "patch": 16},
            "data": {"photos": {"kind": "folder", "path": folder}},
            "stages": [{"kind": "pretrain", "data": ["photos"], "epochs": epochs, "warmup": 1, "batch": batch,
                        "lr": 1e-4, "previewEpochs": 0}],
        }))
        command = wrap + [arguments.maeface, "train", str(session), "--home", home + "/runs"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            ends = [time.monotonic() for line in process.stderr if line.startswith("pretrain epoch ")]
        if process.returncode != 0 or len(ends) != epochs:
            sys.exit(f"{' '.join(command)} ended with code {process.returncode} after {len(ends)} epochs")
    return (epochs - 1) * epoch / (ends[-1] - ends[0])


results = []
for case in arguments.case or CASES:
    encoder, decoder, batch = case.split("/")
    batch, count = int(batch), min(CASES[case], len(photos))
    if count < batch:
        sys.exit(f"{arguments.photos} has {len(photos)} JPEG files; {case} needs {batch}")
    with tempfile.TemporaryDirectory() as folder:
        for photo in photos[:count]:
            (pathlib.Path(folder) / photo.name).symlink_to(photo)
        steps, whole = [], []
        for number in range(arguments.runs):
            steps.append(bench(encoder, decoder, batch))
            whole.append(train(encoder, decoder, batch, folder, count, steps[-1]))
            print(f"{case} run {number + 1} of {arguments.runs}: step {steps[-1]:.2f}, "
                  f"end to end {whole[-1]:.2f} images/s", file=sys.stderr)
    step, end_to_end = statistics.median(steps), statistics.median(whole)
    results.append({"case": case, "photos": count, "step_images_per_s": step, "end_to_end_images_per_s": end_to_end,
                    "ratio": round(end_to_end / step, 3), "step_runs": steps, "end_to_end_runs": whole})

if arguments.json:
    print(json.dumps(results, indent=1))
else:
    print(f"{'encoder/decoder/batch':<24}{'step':>10}{'end to end':>12}{'ratio':>8}   images/s")
    for r in results:
        print(f"{r['case']:<24}{r['step_images_per_s']:>10.2f}{r['end_to_end_images_per_s']:>12.2f}{r['ratio']:>8.3f}")
