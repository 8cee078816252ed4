#pragma once

#include "pricing/valuation/contract_kernel.hpp"

// The parts of value_contract, each a kernel in a file of its own: a basis is compiled apart.
namespace lien::pricing {

// What loan to value says of a contract without an account, which no other of its months reads:
// peaks to kPeakLoanToValue of the samples and breaches to bits.value. With an account, which a
// breach fills, the months do that: a pass of its own over the marks cost 9 % of job J2.
void test_value(const ContractArguments& arguments) noexcept;
void test_value(const SingleArguments& arguments) noexcept;

// The months of one contract, on the basis of prices; of losses; of losses that have a floor. They
// add to the bits, which are zero before.
void contract_prices(const ContractArguments& arguments) noexcept;
void contract_prices(const SingleArguments& arguments) noexcept;
void contract_losses(const ContractArguments& arguments) noexcept;
void contract_losses(const SingleArguments& arguments) noexcept;
void floored_losses(const ContractArguments& arguments) noexcept;
void floored_losses(const SingleArguments& arguments) noexcept;

}  // namespace lien::pricing
