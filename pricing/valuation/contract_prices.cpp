#include "pricing/valuation/contract_bases.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/contract_prices.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "hwy/highway.h"
#include "pricing/valuation/contract_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

void ContractPrices(const Arguments& a) { ValueOnBasis<kNeedsPrices>(a); }

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(ContractPrices);

void contract_prices(const ContractArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(ContractPrices)(arguments);
}
}  // namespace lien::pricing
#endif
