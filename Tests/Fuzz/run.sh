#!/bin/sh
# Fuzzes the readers of weights, coverage-guided (libFuzzer), with AddressSanitizer.
#
#   Tests/Fuzz/run.sh FOLDER [SECONDS]
#
# Builds FOLDER/maeface-fuzz, makes a corpus of the test fixtures in FOLDER/corpus, and runs for SECONDS (600). An input
# that crashes, takes over 5 seconds of processor time, or asks for more than 64 MB beyond its size is left in FOLDER/found; the inputs
# kept in Tests/Fuzz/found are run first.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=$1
seconds=${2:-600}
mkdir -p "$folder/corpus" "$folder/found"

swift="swiftc -O -parse-as-library -swift-version 6 -package-name maeface"
$swift -sanitize=address -wmo -module-name Basics -emit-module-path "$folder/Basics.swiftmodule" \
    -c -o "$folder/Basics.o" "$root"/Sources/Basics/*.swift
system="$root/Sources/CSystem"
printf 'module CSystem { header "%s" export * }\n' "$system/include/CSystem.h" > "$folder/CSystem.modulemap"
clang -O2 -std=gnu11 -I "$system/include" -c -o "$folder/Mappings.o" "$system/Mappings.c"
$swift -sanitize=fuzzer,address -module-name MaefaceFuzz -I "$folder" "$folder/Basics.o" "$folder/Mappings.o" \
    -Xcc -fmodule-map-file="$folder/CSystem.modulemap" -Xcc -fmodule-map-file="$root/Sources/CZlib/module.modulemap" \
    $(find "$root/Sources/Checkpoints" -name '*.swift') "$here/WeightsFuzzer.swift" -lz -o "$folder/maeface-fuzz"

# The first byte tells the kind: a file as it is, a pickle alone, the header of a safetensors file alone.
seed() { { printf "$1"; cat "$2"; } > "$folder/corpus/$(basename "$2")-$3"; }
fixtures="$root/Tests/CheckpointsTests"
for file in "$fixtures"/Reference/*.pth "$fixtures"/Reference/*.tar "$fixtures"/Reference/*.pt \
    "$fixtures"/Reference/*.safetensors "$fixtures"/Fixtures/*.safetensors "$fixtures"/Reference/sharded/*.json; do
    [ "$(wc -c < "$file")" -gt 45000 ] || { seed '\000' "$file" file; seed '\004' "$file" checked; }
done
for file in "$fixtures"/Reference/*.pkl; do seed '\001' "$file" zip; seed '\002' "$file" legacy; done
for file in "$fixtures"/Reference/types.pth "$fixtures"/Reference/protocol-*.pth "$fixtures"/Reference/full.pth; do
    python3 - "$file" "$folder/corpus/$(basename "$file")" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    pickle = next(archive.read(name) for name in archive.namelist() if name.endswith("data.pkl"))
for kind, word in ((1, "pickle"), (2, "legacy-pickle")):
    open(sys.argv[2] + "-" + word, "wb").write(bytes([kind]) + pickle)
PYTHON
done
for file in "$fixtures"/Fixtures/*.safetensors; do
    { printf '\003'; head -c 1000 "$file" | tail -c +9; } > "$folder/corpus/$(basename "$file")-header"
done

export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
set -- -timeout=300 -malloc_limit_mb=64 -rss_limit_mb=2048 -max_len=49152 -artifact_prefix="$folder/found/"
for input in "$here"/found/*; do [ ! -f "$input" ] || "$folder/maeface-fuzz" "$@" "$input"; done
exec "$folder/maeface-fuzz" "$@" -max_total_time="$seconds" -print_final_stats=1 "$folder/corpus"
