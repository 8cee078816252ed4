#include "pricing/valuation/contract_kernel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_bases.hpp"

namespace lien::pricing {
namespace {

template <class Real>
void value(const ContractArgumentsOf<Real>& arguments) noexcept {
  using engine::kBlockPaths;
  const MonthBits& bits = arguments.bits;
  const auto months = static_cast<std::size_t>(arguments.contract->months);
  for (std::uint64_t* const words : {bits.coverage, bits.value, bits.failed})
    if (words != nullptr) std::fill_n(words, months + 1, std::uint64_t{0});
  const KernelVariant& has = arguments.contract->variant;
  if (has.value_test && !has.cash)
    test_value(arguments);
  else
    std::fill_n(arguments.samples + kPeakLoanToValue * kBlockPaths, kBlockPaths, Real{0});
  if (arguments.prices)
    contract_prices(arguments);
  else if (arguments.contract->loss_floor > 0)
    floored_losses(arguments);
  else
    contract_losses(arguments);
}

}  // namespace

void value_contract(const ContractArguments& arguments) noexcept { value(arguments); }
void value_contract(const SingleArguments& arguments) noexcept { value(arguments); }

}  // namespace lien::pricing
