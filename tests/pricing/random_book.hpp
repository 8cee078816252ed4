#pragma once

#include <random>

#include "pricing/contract/contract.hpp"

// Random markets and contracts whose every term is used somewhere, for tests that hold the program
// to a second writing of the model.
namespace lien::pricing {

// Two generations (rental multiple; given curve), all drivers on, three parties, moving
// utilization, liquidation with a lag of 0, 1 or 6 months.
[[nodiscard]] Market random_market(std::mt19937_64& draw);

// Loans that closed in the three years before the valuation date or on it.
[[nodiscard]] Loan random_loan(std::mt19937_64& draw, Date valuation_date, int number);
[[nodiscard]] Lease random_lease(std::mt19937_64& draw, Date valuation_date, int number);

}  // namespace lien::pricing
