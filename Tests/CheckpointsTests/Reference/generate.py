"""Writes small files of weights in every form that people have, with PyTorch, and what PyTorch reads back from them.

    python3 generate.py        # needs torch, numpy and safetensors, and the shared data (../shared or MAEFACE_SHARED)
    python3 generate.py other  # timm and transformers too: files as those programs write them (folder `other`)

The model is that of shared/peer/reference.py in a micro size. expected.json holds, for every file, the shape, type and
digest of each tensor (CRC-32 of its bytes forwards and backwards); forward.safetensors holds inputs and outputs of
forward passes.
"""

import argparse
import collections
import io
import json
import os
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("MAEFACE_SHARED") or os.path.join(HERE, "..", "..", "..", "..", "shared")
sys.path.insert(0, os.path.join(SHARED, "peer"))
import reference  # noqa: E402

ENCODER, DECODER, IMAGE, PATCH = (16, 2, 2), (8, 1, 2), 16, 4
EXPECTED = {}


def path(name):
    return os.path.join(HERE, name)


def digest(tensor):
    raw = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    return f"{zlib.crc32(raw):08x}{zlib.crc32(raw[::-1]):08x}"


def describe(tensors):
    return {
        name: {
            "shape": list(tensor.shape),
            "type": str(tensor.dtype).removeprefix("torch."),
            "digest": digest(tensor),
        }
        for name, tensor in tensors.items()
    }


def expect(name, tensors):
    EXPECTED[name] = describe(tensors)


def random_state(model, seed):
    """Weights that make every part matter."""
    generator = torch.Generator().manual_seed(seed)
    state = model.state_dict()
    for name, tensor in state.items():
        if "pos_embed" in name:
            continue
        scale = 0.2 if tensor.dim() > 1 else 0.1
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * scale)
        if "norm" in name and name.endswith("weight"):
            tensor.add_(1)
    model.load_state_dict(state)
    return model


def rezip(source, name, compression):
    """The same archive with its entries packed otherwise."""
    with zipfile.ZipFile(path(source)) as old, zipfile.ZipFile(path(name), "w", compression) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry), compress_type=compression)


def zip64(source, name):
    """The same archive with every size and offset in the 64-bit fields, as a file above 4 GiB has them."""
    body, directory = b"", b""
    with zipfile.ZipFile(path(source)) as old:
        entries = [(entry.filename.encode(), old.read(entry)) for entry in old.infolist()]
    for entry, content in entries:
        offset, checksum = len(body), zlib.crc32(content)
        extra = struct.pack("<HHQQ", 1, 16, len(content), len(content))
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0, checksum, 0xFFFFFFFF, 0xFFFFFFFF, len(entry),
                            len(extra)) + entry + extra + content
        extra = struct.pack("<HHQQQ", 1, 24, len(content), len(content), offset)
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, checksum, 0xFFFFFFFF,
                                 0xFFFFFFFF, len(entry), len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + entry + extra
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, len(entries), len(entries), len(directory),
                      len(body))
    locator = struct.pack("<IIQI", 0x07064B50, 0, len(body) + len(directory), 1)
    last = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with open(path(name), "wb") as file:
        file.write(body + directory + end + locator + last)


def old_tar(name, tensors):
    """PyTorch's first format, which it still reads and no longer writes: storages, tensors and objects in a tar."""

    class Reference:
        def __init__(self, number):
            self.number = number

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            return str(value.number) if isinstance(value, Reference) else None

    storages, entries = io.BytesIO(), io.BytesIO()
    pickle.dump(len(tensors), storages, protocol=2)
    pickle.dump(len(tensors), entries, protocol=2)
    objects = collections.OrderedDict()
    for index, (key, tensor) in enumerate(tensors.items()):
        flat = tensor.contiguous().reshape(-1)
        kind = {torch.float32: torch.FloatStorage, torch.int64: torch.LongStorage}[tensor.dtype]
        pickle.dump((100 + index, "cpu", kind), storages, protocol=2)
        storages.write(struct.pack("<q", flat.numel()) + flat.numpy().tobytes())
        pickle.dump((200 + index, 100 + index, torch.FloatTensor), entries, protocol=2)
        entries.write(struct.pack("<ii", tensor.dim(), 0))
        entries.write(struct.pack(f"<{tensor.dim()}q", *tensor.shape))
        entries.write(struct.pack(f"<{tensor.dim()}q", *tensor.contiguous().stride()))
        entries.write(struct.pack("<q", 0))
        objects[key] = Reference(200 + index)
    pickle.dump([], storages, protocol=2)
    main = io.BytesIO()
    pickler = Pickler(main, protocol=2)
    pickler.dump(objects)
    info = io.BytesIO()
    pickle.dump({"protocol_version": 1000, "little_endian": True, "type_sizes": {}}, info, protocol=2)
    with tarfile.open(path(name), "w", format=tarfile.PAX_FORMAT) as archive:
        for member, content in [("sys_info", info), ("pickle", main), ("tensors", entries), ("storages", storages)]:
            record = tarfile.TarInfo(member)
            record.size = content.tell()
            content.seek(0)
            archive.addfile(record, content)


def huggingface(state):
    """The names of transformers' ViTMAEForPreTraining (or ViTForImageClassification)."""
    result = {}
    for name, tensor in state.items():
        parts = name.split(".")
        if parts[0] in ("blocks", "decoder_blocks"):
            home = f"vit.encoder.layer.{parts[1]}." if parts[0] == "blocks" else f"decoder.decoder_layers.{parts[1]}."
            inner = ".".join(parts[2:-1])
            if inner == "attn.qkv":
                for piece, part in zip(("query", "key", "value"), tensor.chunk(3)):
                    result[f"{home}attention.attention.{piece}.{parts[-1]}"] = part.clone()
                continue
            inner = {"norm1": "layernorm_before", "norm2": "layernorm_after", "attn.proj": "attention.output.dense",
                     "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense"}[inner]
            result[f"{home}{inner}.{parts[-1]}"] = tensor.clone()
            continue
        for old, new in [("cls_token", "vit.embeddings.cls_token"), ("pos_embed", "vit.embeddings.position_embeddings"),
                         ("patch_embed.proj", "vit.embeddings.patch_embeddings.projection"), ("norm", "vit.layernorm"),
                         ("decoder_embed", "decoder.decoder_embed"), ("mask_token", "decoder.mask_token"),
                         ("decoder_pos_embed", "decoder.decoder_pos_embed"), ("decoder_norm", "decoder.decoder_norm"),
                         ("decoder_pred", "decoder.decoder_pred"), ("head", "classifier")]:
            if name == old or name.startswith(old + "."):
                result[new + name[len(old):]] = tensor.clone()
                break
        else:
            raise SystemExit(f"no name for {name}")
    return result


def models():
    mae = random_state(reference.MaskedAutoencoder(ENCODER, DECODER, IMAGE, PATCH), 1)
    classifier = random_state(reference.Classifier(5, ENCODER, IMAGE, PATCH), 2)
    larger = random_state(reference.MaskedAutoencoder(ENCODER, DECODER, 24, PATCH), 3)
    return mae, classifier, larger


def write_models(mae, classifier, larger):
    state, fine = mae.state_dict(), classifier.state_dict()
    encoder = collections.OrderedDict((k, v) for k, v in state.items() if "decoder" not in k and k != "mask_token")

    # As facebookresearch/mae saves: optimizer state and options beside the weights.
    optimizer = torch.optim.AdamW([mae.cls_token, mae.norm.weight], lr=1e-3, betas=(0.9, 0.95))
    (mae.cls_token.sum() + mae.norm.weight.sum()).backward()
    kept = {name: tensor.clone() for name, tensor in state.items()}
    optimizer.step()
    mae.load_state_dict(kept)
    state = mae.state_dict()
    options = argparse.Namespace(model="mae_vit_micro_patch4", epochs=800, lr=2.4e-3, norm_pix_loss=True, resume="")
    torch.save({"model": state, "optimizer": optimizer.state_dict(), "epoch": 799, "scaler": {"scale": 65536.0},
                "args": options}, path("full.pth"))
    expect("full.pth", state)
    rezip("full.pth", "deflated.pth", zipfile.ZIP_DEFLATED)
    expect("deflated.pth", state)
    torch.save({"model": encoder}, path("encoder.pth"), _use_new_zipfile_serialization=False)
    expect("encoder.pth", encoder)
    wrapped = collections.OrderedDict(("module." + name, value) for name, value in state.items())
    torch.save({"epoch": 3, "arch": "mae", "state_dict": wrapped}, path("legacy.pth.tar"),
               _use_new_zipfile_serialization=False)
    expect("legacy.pth.tar", wrapped)
    old_tar("first-format.tar", encoder)
    read = torch.load(path("first-format.tar"), weights_only=False)
    assert all(torch.equal(read[name], encoder[name]) for name in encoder)
    expect("first-format.tar", encoder)

    torch.save({"model": fine}, path("classifier.pth"))
    expect("classifier.pth", fine)
    compiled = collections.OrderedDict(("_orig_mod.module." + name, value.half()) for name, value in fine.items())
    torch.save(compiled, path("compiled.pth"))
    expect("compiled.pth", compiled)
    teacher = {"backbone." + name: value.bfloat16() for name, value in encoder.items()}
    student = {"backbone." + name: torch.zeros_like(value) for name, value in list(encoder.items())[:2]}
    torch.save({"student": student, "teacher": teacher, "epoch": 2}, path("teacher.pth"))
    expect("teacher.pth", teacher)
    whole = collections.OrderedDict(("encoder." + name, value) for name, value in encoder.items())
    save_file(whole, path("prefixed.safetensors"))
    expect("prefixed.safetensors", whole)

    # Pickled as a whole, with its classes.
    torch.save(mae, path("module.pth"))
    expect("module.pth", dict(mae.named_parameters()))

    named = huggingface(state)
    save_file(named, path("huggingface.safetensors"), metadata={"format": "pt"})
    expect("huggingface.safetensors", named)
    names = sorted(named)
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    os.makedirs(path("sharded"), exist_ok=True)
    for shard, held in shards.items():
        save_file({name: named[name].half() for name in held}, path("sharded/" + shard))
    with open(path("sharded/model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": sum(2 * t.numel() for t in named.values())},
                   "weight_map": {name: shard for shard, held in shards.items() for name in held}}, file, indent=1)
    expect("sharded/model.safetensors.index.json", {name: tensor.half() for name, tensor in named.items()})

    other = {name: value for name, value in larger.state_dict().items() if "pos_embed" in name}
    small = collections.OrderedDict(encoder)
    small["pos_embed"] = other["pos_embed"]
    torch.save({"model": small}, path("larger-image.pth"))
    expect("larger-image.pth", small)
    return state, fine, encoder, other


def write_types():
    ramp = torch.linspace(-2, 2, 24).reshape(2, 3, 4)
    tied = torch.arange(6.0)
    base = torch.arange(40.0)
    tensors = collections.OrderedDict(
        float32=ramp, float64=ramp.double() / 3, float16=ramp.half(), bfloat16=(ramp * 1e10).bfloat16(),
        int64=torch.tensor([[-(2**40), 5], [0, 2**53]]), int32=torch.tensor([-7, 2**31 - 1], dtype=torch.int32),
        int16=torch.tensor([-7, 300], dtype=torch.int16), int8=torch.tensor([-128, 127], dtype=torch.int8),
        uint8=torch.tensor([[0], [255]], dtype=torch.uint8), uint16=torch.tensor([1, 65535], dtype=torch.uint16),
        uint32=torch.tensor([1, 2**32 - 1], dtype=torch.uint32), boolean=torch.tensor([True, False, True]),
        scalar=torch.tensor(0.1), empty=torch.zeros(3, 0, 2), one=torch.ones(1, 1, 1),
        transposed=ramp.permute(2, 0, 1), column=ramp[:, :, 2], every_other=base[3:31:3], offset=base[10:22].view(3, 4),
        expanded=torch.tensor([1.0, 2.0]).expand(3, 2), tied_a=tied, tied_b=tied, parameter=torch.nn.Parameter(tied * 2),
        **{"näme \"quoted\"\n": torch.tensor([1.0])},
    )
    torch.save(tensors, path("types.pth"))
    expect("types.pth", tensors)
    zip64("types.pth", "zip64.pth")
    assert torch.equal(torch.load(path("zip64.pth"))["offset"], tensors["offset"])
    expect("zip64.pth", tensors)
    torch.save(tensors, path("types-legacy.pth"), _use_new_zipfile_serialization=False)
    expect("types-legacy.pth", tensors)
    few = {name: tensors[name] for name in ("float32", "int64", "transposed", "tied_a", "tied_b", "parameter")}
    # PyTorch itself cannot read what it saves with protocol 0.
    for protocol in (1, 3, 4, 5):
        name = f"protocol-{protocol}.pth"
        holder = {"state_dict": collections.OrderedDict(few), "args": argparse.Namespace(lr=0.5, name="ünï\\code"),
                  "best": 12345678901234567890123, "none": None, "raw": b"bytes", "list": [1, (2.5, True)], "set": {1}}
        torch.save(holder, path(name), pickle_protocol=protocol)
        expect(name, few)
        torch.save(holder, path("legacy-" + name), pickle_protocol=protocol, _use_new_zipfile_serialization=False)
        expect("legacy-" + name, few)


def write_pickles():
    """Plain Python values in every protocol; the tests know them."""
    shared = [1, 2]
    value = {"text": "ünï\\code\n'\"", "numbers": [0, -1, 255, 256, 65536, -(2**31), 2**40, -(2**62), 2**70],
             "floats": (0.1, -2.5e300, float("inf")), "flags": [True, False, None], "shared": [shared, shared],
             "empty": [(), [], {}], "bytes": b"\x00\xff", "ordered": collections.OrderedDict([("a", 1), ("b", 2)]),
             "options": argparse.Namespace(lr=0.5), "set": {7}, 5: "number", "three": (1, 2, 3), "long": "x" * 300}
    for protocol in range(6):
        with open(path(f"values-{protocol}.pkl"), "wb") as file:
            pickle.dump(value, file, protocol=protocol)


def write_script():
    class Small(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 2)

        def forward(self, x):
            return self.layer(x)

    torch.jit.script(Small()).save(path("script.pt"))


def write_forward(mae, classifier, larger_positions):
    generator = torch.Generator().manual_seed(9)
    images = torch.randn(2, 3, IMAGE, IMAGE, generator=generator)
    noise = torch.rand(2, (IMAGE // PATCH) ** 2, generator=generator)
    outputs = {"images": images, "noise": noise}
    with torch.no_grad():
        loss, prediction, _ = mae(images, noise)
        outputs["loss"], outputs["prediction"] = loss.reshape(1), prediction
        outputs["features"], outputs["logits"] = classifier.features(images), classifier(images)
        # MAE-Face without fine-tuning: the mean of the patch tokens through a fresh normalisation.
        tokens = mae.patch_embed(images) + mae.pos_embed[:, 1:]
        tokens = torch.cat([(mae.cls_token + mae.pos_embed[:, :1]).expand(2, -1, -1), tokens], 1)
        for block in mae.blocks:
            tokens = block(tokens)
        outputs["pretrained_features"] = F.layer_norm(tokens[:, 1:].mean(1), (ENCODER[0],), eps=1e-6)
        outputs["class_token"] = mae.norm(tokens)[:, 0]
        half = reference.Classifier(5, ENCODER, IMAGE, PATCH)
        half.load_state_dict({name: value.half().float() for name, value in classifier.state_dict().items()})
        outputs["half_logits"] = half(images)
        for name, positions in larger_positions.items():
            grid = positions[:, 1:].reshape(1, 6, 6, -1).permute(0, 3, 1, 2)
            for side in (4, 9):
                resized = F.interpolate(grid, size=(side, side), mode="bicubic", align_corners=False)
                resized = resized.permute(0, 2, 3, 1).flatten(1, 2)
                outputs[f"{name}/{side}"] = torch.cat([positions[:, :1], resized], 1)
    save_file({name: value.contiguous() for name, value in outputs.items()}, path("forward.safetensors"))


def write_photos(classifier):
    """Features of real photographs through Pillow, as MAE evaluates: the photographs themselves are not copied."""
    from PIL import Image

    data = os.path.join(SHARED, "data")
    faces = sorted(os.listdir(os.path.join(data, "faces", "images")))[::311]
    groups = sorted(name for name in os.listdir(os.path.join(data, "group-photos")) if name.endswith(".jpg"))
    names = [f"faces/images/{name}" for name in faces] + [f"group-photos/{name}" for name in groups]
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    features = {}
    for name in names:
        try:
            picture = Image.open(os.path.join(data, name))
        except OSError:
            continue
        if picture.format != "JPEG":
            continue
        picture = picture.convert("RGB")
        short = int(IMAGE / 0.875)
        width, height = picture.size
        size = (short, int(short * height / width)) if width <= height else (int(short * width / height), short)
        picture = picture.resize(size, Image.BICUBIC)
        left, top = round((size[0] - IMAGE) / 2), round((size[1] - IMAGE) / 2)
        picture = picture.crop((left, top, left + IMAGE, top + IMAGE))
        pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(IMAGE, IMAGE, 3)
        image = ((pixels.float() / 255 - mean) / deviation).permute(2, 0, 1)[None]
        with torch.no_grad():
            features[name] = classifier.features(image)[0].tolist()
    with open(path("photos.json"), "w") as file:
        json.dump(features, file, sort_keys=True)
        file.write("\n")


def fill(model, seed):
    """Weights that make every part of another program's model matter; positions and class token too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * (0.2 if tensor.dim() > 1 else 0.1))
            if "norm" in name and name.endswith("weight"):
                tensor.add_(1)
    return model.eval()


def write_timm(images, outputs, facts):
    """Heads on the class token and on the mean, separate biases, and which of several models timm takes."""
    import timm
    from timm.models import Beit, VisionTransformer
    from timm.models._helpers import load_state_dict

    facts["timm"] = timm.__version__
    sizes = dict(img_size=IMAGE, patch_size=PATCH, embed_dim=ENCODER[0], depth=ENCODER[1], num_heads=ENCODER[2],
                 num_classes=5)
    whole = dict(init_values=None, use_abs_pos_emb=True, use_rel_pos_bias=False, use_shared_rel_pos_bias=False)
    for name, model in [
        ("timm-token", VisionTransformer(**sizes, global_pool="token")),
        ("timm-avg", VisionTransformer(**sizes, global_pool="avg")),
        ("timm-beit", Beit(**sizes, **whole, global_pool="avg")),
    ]:
        fill(model, len(outputs))
        state = {key: value.detach().clone() for key, value in model.state_dict().items()}
        save_file(state, path(f"other/{name}.safetensors"))
        with torch.no_grad():
            tokens = model.forward_features(images)
            outputs[name + "/logits"] = model(images)
            outputs[name + "/features"] = model.forward_head(tokens, pre_logits=True)

    def state(seed):
        model = fill(VisionTransformer(**{**sizes, "depth": 1, "num_classes": 0}), seed)
        return {key: value.detach().half() for key, value in model.state_dict().items()}

    trained, average = state(50), state(51)
    facts["taken"] = {}
    for name, held in [
        ("averaged.pth", {"epoch": 3, "state_dict": trained, "state_dict_ema": average, "optimizer": {"state": {}}}),
        ("model-ema.pth", {"model": trained, "model_ema": average}),
        ("no-average.pth", {"model": trained, "model_ema": None}),
        ("state-dict-first.pth", {"model": average, "state_dict": trained}),
    ]:
        torch.save(held, path("other/" + name))
        taken = load_state_dict(path("other/" + name))
        facts["taken"][name] = digest(taken["cls_token"])
    facts["trained"], facts["average"] = digest(trained["cls_token"]), digest(average["cls_token"])
    moco = {"module.momentum_encoder." + key: value for key, value in average.items()}
    moco.update({"module.base_encoder." + key: value for key, value in trained.items()})
    torch.save({"arch": "vit", "state_dict": moco}, path("other/two-encoders.pth"))
    dino = {name: {"module.backbone." + key: value for key, value in held.items()}
            for name, held in [("student", trained), ("teacher", average)]}
    torch.save({**dino, "epoch": 1}, path("other/teacher-student.pth"))


def write_transformers(mae, images, outputs, facts):
    """transformers' own files of the same model: as version 5 saves it, and as it holds it in memory."""
    import shutil
    import tempfile

    import transformers
    from transformers import ViTConfig, ViTForImageClassification, ViTMAEConfig, ViTMAEForPreTraining

    facts["transformers"] = transformers.__version__
    sizes = dict(hidden_size=ENCODER[0], num_hidden_layers=ENCODER[1], num_attention_heads=ENCODER[2],
                 intermediate_size=4 * ENCODER[0], image_size=IMAGE, patch_size=PATCH, layer_norm_eps=1e-6)
    decoder = dict(decoder_hidden_size=DECODER[0], decoder_num_hidden_layers=DECODER[1],
                   decoder_num_attention_heads=DECODER[2], decoder_intermediate_size=4 * DECODER[0])
    with tempfile.TemporaryDirectory() as folder:
        # What `weights convert --names huggingface` writes is what this file is, to the bit.
        ViTMAEConfig(**sizes, **decoder).save_pretrained(folder)
        shutil.copy(path("huggingface.safetensors"), folder + "/model.safetensors")
        model, report = ViTMAEForPreTraining.from_pretrained(folder, output_loading_info=True)
        assert not report["missing_keys"] and not report["unexpected_keys"], report
        assert torch.equal(model.decoder.decoder_pred.weight, mae.decoder_pred.weight)
        model.save_pretrained(folder)
        shutil.copy(folder + "/model.safetensors", path("other/transformers-saved.safetensors"))
        os.chmod(path("other/transformers-saved.safetensors"), 0o644)
        save_file({key: value.clone() for key, value in model.state_dict().items()},
                  path("other/transformers-memory.safetensors"))
        classifier = fill(ViTForImageClassification(ViTConfig(**sizes, num_labels=5)), 60)
        classifier.save_pretrained(folder)
        shutil.copy(folder + "/model.safetensors", path("other/transformers-classifier.safetensors"))
        os.chmod(path("other/transformers-classifier.safetensors"), 0o644)
        with torch.no_grad():
            outputs["transformers-classifier/logits"] = classifier(images).logits


def write_other(mae):
    os.makedirs(path("other"), exist_ok=True)
    images = torch.randn(2, 3, IMAGE, IMAGE, generator=torch.Generator().manual_seed(70))
    outputs, facts = {"images": images}, {}
    write_timm(images, outputs, facts)
    write_transformers(mae, images, outputs, facts)
    save_file({name: value.contiguous() for name, value in outputs.items()}, path("other/outputs.safetensors"))
    with open(path("other/facts.json"), "w") as file:
        json.dump(facts, file, sort_keys=True, indent=1)
        file.write("\n")


def write_detector():
    """What PyTorch reads from a file of the shared data, which is not copied here."""
    name = os.path.join(SHARED, "data", "detector", "mobilenet0.25_Final.pth")
    tensors = torch.load(name, map_location="cpu", weights_only=True)
    with open(path("detector.json"), "w") as file:
        json.dump(describe(tensors), file, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    torch.manual_seed(0)
    mae, classifier, larger = models()
    if sys.argv[1:] == ["other"]:
        write_other(mae)
        raise SystemExit
    _, _, _, positions = write_models(mae, classifier, larger)
    write_types()
    write_pickles()
    write_script()
    write_forward(mae, classifier, positions)
    write_photos(classifier)
    write_detector()
    with open(path("expected.json"), "w") as file:
        json.dump(EXPECTED, file, sort_keys=True)
        file.write("\n")
