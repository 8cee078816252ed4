#include "engine/kernels/instruction_set.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/instruction_set.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lien::engine::HWY_NAMESPACE {
namespace {

std::int64_t CompiledTarget() { return HWY_TARGET; }

}  // namespace
}  // namespace lien::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cctype>

#if defined(__ARM_FEATURE_SVE_BITS) && __ARM_FEATURE_SVE_BITS > 0
#define LIEN_SVE_BITS __ARM_FEATURE_SVE_BITS
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

namespace lien::engine {
HWY_EXPORT(CompiledTarget);

bool cpu_supported() {
#if HWY_ARCH_X86
  // A smaller bit is a better target; AVX2 and all better ones have fused multiply-add.
  return (hwy::SupportedTargets() & (HWY_AVX2 | (HWY_AVX2 - 1))) != 0;
#elif defined(LIEN_SVE_BITS)
  // The intrinsic that tells the length is the constant of the build here: Linux is asked.
  const int bytes = prctl(PR_SVE_GET_VL);
  if (bytes < 0 || (bytes & PR_SVE_VL_LEN_MASK) * 8 != LIEN_SVE_BITS) return false;
#if defined(__ARM_FEATURE_SVE2)
  if ((getauxval(AT_HWCAP2) & HWCAP2_SVE2) == 0) return false;
#endif
  return true;
#else
  return true;
#endif
}

const char* cpu_requirement() {
#if defined(LIEN_SVE_BITS) && defined(__ARM_FEATURE_SVE2)
  return "SVE2 with vectors of " HWY_STR(LIEN_SVE_BITS) " bits, for which this program was built; "
         "build it without LIEN_ARM_SVE for any 64-bit Arm";
#elif defined(LIEN_SVE_BITS)
  return "SVE with vectors of " HWY_STR(LIEN_SVE_BITS) " bits, for which this program was built; "
         "build it without LIEN_ARM_SVE for any 64-bit Arm";
#else
  return "AVX2 with fused multiply-add, which every kernel needs; run on an x86 CPU from 2013 or "
         "later, or on 64-bit Arm";
#endif
}

void choose_instruction_set() {
  hwy::DisableTargets(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

bool force_instruction_set(std::string_view name) {
#if HWY_ARCH_X86
  const std::int64_t wanted = name == "avx2" ? HWY_AVX2 : name == "avx512" ? HWY_AVX3 : 0;
  hwy::DisableTargets(0);
  if (wanted == 0 || (hwy::SupportedTargets() & wanted) == 0) return false;
  hwy::DisableTargets(wanted - 1);  // every better one
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return true;
#else
  static_cast<void>(name);
  return false;
#endif
}

std::string instruction_set() {
  const std::int64_t target = HWY_DYNAMIC_DISPATCH(CompiledTarget)();
#if HWY_ARCH_X86
  if (target == HWY_AVX3) return "avx512";
#endif
  std::string name = hwy::TargetName(target);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace lien::engine
#endif  // HWY_ONCE
