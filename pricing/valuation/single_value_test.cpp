#include "pricing/valuation/contract_bases.hpp"

#define LIEN_CONTRACT_IN_FLOATS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pricing/valuation/single_value_test.cpp"
#include "hwy/foreach_target.h"  // compiles this file once per instruction set
// After foreach_target.h, which must come first.
#include "hwy/highway.h"
#include "pricing/valuation/value_test-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lien::pricing::HWY_NAMESPACE {

void TestValue(const Arguments& a) { TestBlock(a); }

}  // namespace lien::pricing::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lien::pricing {
HWY_EXPORT(TestValue);

void test_value(const SingleArguments& arguments) noexcept {
  HWY_DYNAMIC_DISPATCH(TestValue)(arguments);
}
}  // namespace lien::pricing
#endif
