#include "pricing/valuation/contract_bases.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/floored_losses.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "hwy/highway.h"
#include "pricing/valuation/contract_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

void FlooredLosses(const Arguments& a) { ValueOnBasis<kNeedsLossFloor>(a); }

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(FlooredLosses);

void floored_losses(const ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(FlooredLosses)(arguments);
}
}  // namespace lien::pricing
#endif
