#pragma once

#include <cstddef>

// What a loan adds to the expected flows of its group. Compiled once per instruction set; the same
// bits on each.
namespace lien::pricing {

// By month of the run: sums over a block's paths, then what is scheduled, money of the whole loan.
struct LoanFlows {
  double held;
  const double *survival, *variable;  // weight of those who pay; interest paid where it floats
  // rent: null for none; floats: above 0, variable counts, null where interest never floats and
  // variable is not read
  const double *interest, *principal, *fee, *rent, *floats;
};
// By month, of a group.
struct GroupFlows {
  double *interest, *principal, *fee, *rent;
};
// group += held x flows, months 1 .. last.
void add_loan_flows(const LoanFlows& loan, std::size_t last, const GroupFlows& group) noexcept;
// total += held x (one + other), months 1 .. last.
void add_both(double held, const double* one, const double* other, std::size_t last,
              double* total) noexcept;

}  // namespace lien::pricing
