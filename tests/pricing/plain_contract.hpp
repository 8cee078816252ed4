#pragma once

#include <array>
#include <map>
#include <vector>

#include "pricing/contract/contract.hpp"
#include "pricing/plan/time_grid.hpp"

// The month of a loan or a lease written down once more, path by path and month by month, from
// docs/model.md and the terms: what the kernels and the columns they read must come to.
namespace lien::pricing {

// One path as a contract sees it; every row [steps + 1].
struct PlainPath {
  std::vector<double> survival;               // of the borrower's or lessee's hazard
  std::vector<double> discount, value, spot;  // D_k; one unit; utilization x rent
  std::vector<double> mark;                   // of one unit, as the loan's tests take it
  std::vector<double> cost;                   // operating cost over what it is at today's power
  std::map<int, std::vector<double>> gross;   // by tenor in months: 1/P(t_k, t_k + tenor)
  double default_month = 0, customer_month = 0, guarantor_month = 0;
};

struct PlainTest {
  std::vector<bool> in_breach, first_breach, cured;  // [months + 1]
};
struct PlainSnapshot {
  double loss = 0, defaulted = 0, sampled_loss = 0, credit_loss = 0;
};
struct PlainOutcome {
  double present_value = 0, exposure = 0, loss_at_default = 0, peak_loan_to_value = 0, residual = 0;
  std::vector<PlainSnapshot> snapshots;
  std::vector<double> survival, recovery, variable;  // by month, undiscounted
  PlainTest coverage, loan_to_value;
  double cash_imbalance = 0;  // largest gap of the account's month: in less out
  int cash_defaults = 0;
};

// The market a contract stands in, besides the path.
struct PlainTerms {
  const Market* market;
  Date valuation_date;
  const TimeGrid* grid;
  double effective_rate;  // EIR
  std::vector<int> snapshots;
  double loss_floor = 0;  // share of what is owed, 0: none
};

[[nodiscard]] PlainOutcome plain_loan(const PlainTerms& terms, const Loan& loan,
                                      const PlainPath& path);
[[nodiscard]] PlainOutcome plain_lease(const PlainTerms& terms, const Lease& lease,
                                       const PlainPath& path);

}  // namespace lien::pricing
