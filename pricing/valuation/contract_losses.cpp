#include "pricing/valuation/contract_bases.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/contract_losses.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "hwy/highway.h"
#include "pricing/valuation/contract_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

void ContractLosses(const Arguments& a) { ValueOnBasis<0>(a); }

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(ContractLosses);

void contract_losses(const ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(ContractLosses)(arguments);
}
}  // namespace lien::pricing
#endif
