#!/bin/sh
# Coverage-guided fuzzing of one reader with libFuzzer, where the toolchain has it.
#
#   Tests/Scripts/fuzz-coverage.sh READER [SECONDS]
#
# READER: an entry of Tests/nmsimTests/Fuzz/FuzzReaders.swift. Builds the readers once more, outside the package and
# instrumented, into .build/fuzz (four minutes, once for all readers), begins with their valid files and words, and searches
# for SECONDS (60). What is found lies in .build/fuzz/READER-found and can be read again with 'Tests/Scripts/fuzz READER
# --input FILE'. Exit status 0: nothing found; 77: no libFuzzer here.
set -eu
reader=${1:?name a reader, for example onnx}
seconds=${2:-60}
cd "$(dirname "$0")/../.."
out=.build/fuzz
mkdir -p "$out/$reader" "$out/$reader-found"

printf '@_cdecl("LLVMFuzzerTestOneInput") public func test(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt { 0 }\n' \
  > "$out/probe.swift"
if ! swiftc -parse-as-library -sanitize=fuzzer -o "$out/probe" "$out/probe.swift" 2> "$out/probe.log"; then
  echo "fuzz-coverage: this toolchain has no libFuzzer (swiftc -sanitize=fuzzer, see $out/probe.log)" >&2
  exit 77
fi

build() {
  flags="-O -swift-version 6 -package-name nmsim -parse-as-library -sanitize=fuzzer -wmo -I $out"
  printf 'module CKernels { umbrella "%s" export * }\n' "$PWD/Sources/CKernels/include" > "$out/module.modulemap"
  objects=""
  for source in Sources/CKernels/*.c; do
    object="$out/$(basename "$source" .c).c.o"
    clang -O3 -ISources/CKernels/include -c "$source" -o "$object"
    objects="$objects $object"
  done
  # The texts that the package embeds.
  swift build --product ChipModel > "$out/build.log"
  embedded=$(find -L .build/debug/ChipModel.build -name embedded_resources.swift)
  for module in ChipModel Runtime Compiler; do
    # shellcheck disable=SC2046,SC2086
    swiftc $flags -module-name "$module" -emit-module -emit-module-path "$out/$module.swiftmodule" -emit-object \
      -o "$out/$module.o" $(find "Sources/$module" -name '*.swift' | sort) $embedded
    objects="$objects $out/$module.o"
    embedded=
  done
  # The fuzzer's own sources, without the tests and what starts child processes; nmsim is here the module they are part of.
  # shellcheck disable=SC2046,SC2086
  swiftc $flags -module-name nmsim -emit-executable -o "$out/target" \
    $(find Sources/nmsim -name '*.swift' ! -name main.swift | sort) \
    $(find Tests/nmsimTests/Fuzz -name '*.swift' ! -name '*Tests.swift' ! -name FuzzSearch.swift | sort) \
    Tests/Scripts/FuzzTarget.swift $objects
}
if [ ! -x "$out/target" ] || [ -n "$(find Sources Tests/nmsimTests/Fuzz Tests/Scripts/FuzzTarget.swift -newer "$out/target" | head -n 1)" ]; then
  build
fi

NMSIM_FUZZ_READER=$reader NMSIM_FUZZ_FOLDER=$out/$reader "$out/target" "$out/$reader" -dict="$out/$reader.dict" \
  -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -max_len=65536 -artifact_prefix="$out/$reader-found/" \
  -print_final_stats=1
