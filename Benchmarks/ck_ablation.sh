#!/bin/sh
# Trains the table of real faces in Documentation/Results.md: sessions/ck-au.json5 with all of its stages, with fewer,
# and with others, each with three seeds of fine-tuning. Stages that are alike are trained once.
#
#   DATA=../shared/data Benchmarks/ck_ablation.sh --home runs        # further options go to every `maeface train`
#
# Three hours of one core. Then: maeface runs show ck-au, maeface runs compare ck-au-one ck-au@finetune.
set -e
cd "$(dirname "$0")/.."
maeface=${MAEFACE:-.build/release/maeface}

train() {
    name=$1
    shift
    "$maeface" train sessions/ck-au.json5 --set name="$name" --seeds 0,1,2 "$@"
}

# Pre-trained on photographs and once more with the images of the fold, fine-tuned, and fine-tuned again with a teacher.
train ck-au "$@"
# With a teacher that looks at the image as it is, not at the student's augmented one.
train ck-au-clean --set stages.3.view=clean "$@"
# Pre-trained on photographs alone.
train ck-au-one --set stages.3=null --set stages.1=null "$@"
# And with the expressions of those photographs instead of the images of the fold: the paper's supervised pass.
train ck-au-supervised "$@" --set stages.3=null \
    --set 'data.rated={ kind: "table", path: "${DATA}/faces/labels.csv", expression: "expression" }' \
    --set 'stages.1={ kind: "supervise", seed: 0, data: ["rated"], task: "expression", epochs: 50, batch: 32, lr: 1e-3,
        layerDecay: 0.75, crop: { scale: [0.5, 1] }, randAug: null, affine: true, gamma: 1.5, erasing: 0.25,
        labelSmoothing: 0.1, ema: 0.99 }'
# From scratch.
train ck-au-scratch --set stages.3=null --set stages.0=null --set stages.0=null "$@"
