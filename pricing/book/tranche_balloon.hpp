#pragma once

#include "pricing/book/book_context.hpp"
#include "pricing/contract/contract.hpp"

namespace lien::pricing {

// What a tranche says of its balloon: the terms go together, and something is left for maturity.
void check_balloon(const Tranche& tranche, const Loan& loan, const ContractChecks& check);

}  // namespace lien::pricing
