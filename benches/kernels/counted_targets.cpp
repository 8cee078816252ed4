// In the place of Highway's own library, in kernel_counts alone: valgrind knows no AVX-512, so what
// is counted is the AVX2 kernels whatever the machine has; and the library reads the clock of the
// processor as it is loaded, by an instruction that valgrind refuses on some machines.
#include "hwy/targets.h"

#if HWY_ARCH_X86
namespace hwy {
namespace {

int64_t disabled_targets = 0;

}  // namespace

int64_t SupportedTargets() {
  return (HWY_AVX2 | HWY_SSE4 | HWY_SSSE3 | HWY_SCALAR) & ~disabled_targets;
}

void DisableTargets(int64_t disabled) { disabled_targets = disabled; }

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy
#endif
