"""Writes the safetensors files of this folder with the format's own Python library.

    python3 generate.py        # needs torch and safetensors

Besides each file, expected.json has its tensors as lists of numbers (in single precision), so that the tests need no
Python.
"""

import json
import os

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))

torch.manual_seed(3)
ramp = torch.linspace(-2, 2, 24).reshape(2, 3, 4)
tensors = {
    "float32": ramp.clone(),
    "float64": ramp.double() / 3,
    "float16": torch.cat([ramp.flatten(), torch.tensor([65504.0, 6e-8, -0.0, 1e-4])]).half(),
    "bfloat16": (ramp * 1e10).bfloat16(),
    "int64": torch.tensor([[-(2**40), 5], [0, 2**53]]),
    "int32": torch.tensor([-7, 2**31 - 1], dtype=torch.int32),
    "int16": torch.tensor([-7, 300], dtype=torch.int16),
    "int8": torch.tensor([-128, 127], dtype=torch.int8),
    "uint8": torch.tensor([[0], [255]], dtype=torch.uint8),
    "boolean": torch.tensor([True, False, True]),
    "scalar": torch.tensor(0.1),
    "empty": torch.zeros(3, 0, 2),
    "näme \"quoted\"\n": torch.tensor([1.0]),
}
metadata = {"format": "pt", "note": "tab\t, quote \", backslash \\, ünïcode ✓ 😀"}

if __name__ == "__main__":
    save_file(tensors, os.path.join(HERE, "types.safetensors"), metadata=metadata)
    save_file({"a.weight": ramp[0], "a.bias": ramp[0, 0].clone()}, os.path.join(HERE, "plain.safetensors"))
    expected = {
        "metadata": metadata,
        "tensors": {
            name: {"shape": list(tensor.shape), "values": tensor.float().flatten().tolist()}
            for name, tensor in tensors.items()
        },
    }
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
        file.write("\n")
