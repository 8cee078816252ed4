#pragma once

#include "pricing/valuation/contract_kernel.hpp"

// The parts of value_contract, each a kernel in a file of its own: a basis is compiled apart.
namespace lien::pricing {

// What loan to value says of a contract, which reads nothing of its other months: peaks to
// kPeakLoanToValue of the samples and, where there is no account that a breach fills, the breaches
// to bits.value.
void test_value(const ContractArguments& arguments) noexcept;

// The months of one contract, on the basis of prices; of losses; of losses that have a floor. They
// add to the bits, which are zero before.
void contract_prices(const ContractArguments& arguments) noexcept;
void contract_losses(const ContractArguments& arguments) noexcept;
void floored_losses(const ContractArguments& arguments) noexcept;

}  // namespace lien::pricing
