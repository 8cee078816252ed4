#pragma once

#include "pricing/valuation/contract_kernel.hpp"

namespace lien::benches {

// The month loop of a secured loan at a fixed rate, written without any optional feature: no cash
// account, forward rate, value test, owner, drawn lag, contract to step into, loss floor or power.
// What value_contract costs beyond it on such a loan is the price of having the features at all.
// Reads and writes what value_contract does, to the same bits.
void bare_contract(const pricing::ContractArguments& arguments) noexcept;

}  // namespace lien::benches
