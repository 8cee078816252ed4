#!/usr/bin/env python3
"""Law 5: objects whose numbers must be the same bytes on every machine call no libm function
that is not correctly rounded. glibc's exp, log and pow differ between CPUs with and without
fused multiply-add, and its tgamma and erf between versions; ours are in engine/elementary.

usage: check_objects.py OBJECT...      exit 1 where one imports such a function

sqrt, fma, floor, ceil, rint, abs, fmod, ldexp and frexp are exact, so they are free to use.
"""
import re
import subprocess
import sys

NAMES = ("exp exp2 exp10 expm1 log log2 log10 log1p pow cbrt hypot sin cos tan sincos asin acos "
         "atan atan2 sinh cosh tanh asinh acosh atanh erf erfc tgamma lgamma lgamma_r gamma "
         "j0 j1 jn y0 y1 yn").split()
BANNED = re.compile(r"^(?:__)?(?:" + "|".join(NAMES) + r")[fl]?(?:_finite)?(?:@.*)?$")


def imports(objects):
    """Yields (object, name) for every undefined symbol."""
    listing = subprocess.run(["nm", "--undefined-only", "--print-file-name", *objects],
                             check=True, text=True, stdout=subprocess.PIPE).stdout
    for line in listing.splitlines():
        path, _, symbol = line.rpartition(":")
        yield path, symbol.split()[-1]


def main():
    objects = sys.argv[1:]
    if not objects:
        print(__doc__, file=sys.stderr)
        return 2
    faults = [(path, name) for path, name in imports(objects) if BANNED.match(name)]
    for path, name in faults:
        print(f"{path}: law 5 imports libm's {name}: use engine/elementary")
    print(f"law 5: {len(objects)} objects, {len(faults)} violations")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
