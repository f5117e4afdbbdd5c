"""Images per second of training steps and of inference beside those of the PyTorch reference, in alternating runs.

  python3 Benchmarks/compare.py --peer ../shared/peer/bench_torch.py --python python3

A case is encoder/decoder/batch for a pre-training step, finetune/encoder/batch or infer/encoder/batch. Each case runs
`maeface bench` and the peer in turn, the same number of times, so that both meet the same state of the machine. Printed are the medians over the runs of each run's median step, their ratio, and the largest memory.
Keep the machine quiet meanwhile. --python is an interpreter that has PyTorch.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

CASES = ["vit-base/512d8b/16", "vit-tiny/512d8b/16", "vit-tiny/96d1b/32",
         "finetune/vit-base/16", "finetune/vit-tiny/16",
         "infer/vit-base/1", "infer/vit-base/32", "infer/vit-tiny/1", "infer/vit-tiny/32"]

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
here = pathlib.Path(__file__).resolve().parent
arguments.add_argument("--peer", required=True, help="the peer's benchmark, a Python file")
arguments.add_argument("--python", default=sys.executable, help="the interpreter that runs it")
arguments.add_argument("--maeface", default=str(here.parent / ".build" / "release" / "maeface"))
arguments.add_argument("--case", action="append", help="one of the cases above; may be repeated")
arguments.add_argument("--runs", type=int, default=5)
arguments.add_argument("--seconds", type=float, default=30, help="of each run")
arguments.add_argument("--image", type=int, default=224)
arguments.add_argument("--threads", type=int, default=0, help="of both; 0 leaves the choice to each")
arguments.add_argument("--json", action="store_true", help="all numbers instead of the table")
arguments = arguments.parse_args()


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with code {done.returncode}")
    return json.loads(done.stdout)


results = []
for case in arguments.case or CASES:
    first, second, batch = case.split("/")
    if first in ("finetune", "infer"):
        options = [first, "--encoder", second]
    else:
        options = ["pretrain", "--encoder", first, "--decoder", second]
    options += ["--batch", batch, "--image", str(arguments.image), "--seconds", str(arguments.seconds)]
    if arguments.threads:
        options += ["--threads", str(arguments.threads)]
    ours, theirs = [], []
    for number in range(arguments.runs):
        ours.append(run([arguments.maeface, "bench", *options, "--json"]))
        theirs.append(run([arguments.python, arguments.peer, *options]))
        print(f"{case} run {number + 1} of {arguments.runs}: {ours[-1]['images_per_s_median']} and "
              f"{theirs[-1]['images_per_s_median']} images/s", file=sys.stderr)
    speed, peer = (statistics.median(r["images_per_s_median"] for r in runs) for runs in (ours, theirs))
    results.append({
        "case": case, "images_per_s": speed, "peer_images_per_s": peer, "ratio": round(speed / peer, 3),
        "share_of_peak": statistics.median(r["share_of_peak"] for r in ours),
        "peak_rss_mb": max(r["peak_rss_mb"] for r in ours),
        "peer_peak_rss_mb": max(r["peak_rss_mb"] for r in theirs),
        "allocations_per_step": max(r["allocations_per_step"] for r in ours),
        "runs": ours, "peer_runs": theirs,
    })

if arguments.json:
    print(json.dumps(results, indent=1))
else:
    print(f"{'case':<24}{'images/s':>10}{'peer':>10}{'ratio':>8}{'of peak':>9}{'MB':>7}{'peer MB':>9}")
    for r in results:
        print(f"{r['case']:<24}{r['images_per_s']:>10.2f}{r['peer_images_per_s']:>10.2f}{r['ratio']:>8.2f}"
              f"{r['share_of_peak']:>9.2f}{r['peak_rss_mb']:>7}{r['peer_peak_rss_mb']:>9}")
