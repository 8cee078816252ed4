// Job J2: one floating-rate loan on accelerators, valued on given factor rows. The rows are inputs,
// so this times the loan kernel alone, and all contenders must return the same numbers (to 1e-9
// relative), not merely the same within Monte Carlo error.
//
// Month k of one path, with W the weight of having survived so far (1 at closing):
//   cash      = contract_revenue[k] + free_units[k] spot_revenue[k] - operating_cost[k]
//   interest  = opening_balance[k] (max(ratio[k] forward_return[k] - 1, floor) + margin)
//   proceeds  = max(0, units (1 - haircut) resale_value[k + 6] - fixed_cost)   sale six months on
//   hazard default, before payments, weight W (1 - survival[k]): the reserve goes to the lender,
//     claim = max(0, opening_balance[k] - reserve); then W becomes W survival[k]
//   reserve'  = min(cap, reserve + cash - interest - principal[k])
//   reserve' < 0: cash-flow default, weight W: claim = max(0, opening_balance[k] - (reserve +
//     max(cash, 0))), and W becomes 0. Otherwise interest and principal are paid.
//   a breach, weight W: closing balance > max_loan_to_value units resale_value[k]
//   recovery of a claim: C + recovery (claim - C) in month k + 6, with C = min(claim, proceeds)
// present value = discounted receipts of the lender; loss = discounted balance at default less
// discounted receipts after it; default probability and breaches = sums of weights.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace lien::benches {

inline constexpr std::size_t kJ2Months = 60;
inline constexpr std::size_t kJ2Lag = 6;                             // months from default to sale
inline constexpr std::size_t kJ2RowMonths = 1 + kJ2Months + kJ2Lag;  // month 0 is today
inline constexpr std::size_t kJ2Paths = 4096;
// Months lie 8 doubles further apart than paths: at a power of two all months of a path would fall
// on one set of the cache, and the contender that walks along paths would pay for our layout.
inline constexpr std::size_t kJ2Pitch = kJ2Paths + 8;
inline constexpr double kJ2Items = double(kJ2Paths) * double(kJ2Months);

// What one month asks of the loan, in USD unless said; entry 0 (today) is unused.
struct J2Month {
  double contract_revenue;  // take-or-pay part
  double free_units;        // units that earn the spot revenue
  double operating_cost;    // all units
  double opening_balance;
  double principal;  // scheduled repayment
  double ratio;      // of the deterministic forward return to the simulated one's mean
};

struct J2Loan {
  double units;
  double floor, margin;  // per month, fractions of the opening balance
  double reserve, reserve_cap;
  double haircut;            // [0, 1]
  double fixed_cost;         // USD a sale
  double recovery;           // of the claim that the sale leaves, [0, 1]
  double max_loan_to_value;  // fraction
  std::array<J2Month, kJ2Months + 1> month;
};

// Rows of [kJ2RowMonths][kJ2Pitch] doubles, of which the first kJ2Paths of a month are read.
struct J2Rows {
  std::vector<double> spot_revenue;    // USD per free unit and month: utilisation x rate x 730
  std::vector<double> resale_value;    // USD per unit
  std::vector<double> discount;        // factor of the path from today to the month
  std::vector<double> survival;        // of the month, given survival to its start, (0, 1]
  std::vector<double> forward_return;  // growth of 1 over the month at the rate fixed at its start
};

struct J2Totals {  // sums over paths
  double present_value = 0.0, loss = 0.0, default_probability = 0.0, breaches = 0.0;
};

// The scalar version, path outer: what a desk writes.
[[nodiscard]] inline J2Totals j2_scalar(const J2Loan& loan, const J2Rows& rows) {
  J2Totals total;
  const auto book_default = [&](double weight, double balance, double cash, double proceeds,
                                double discount, double sale_discount) {
    const double kept = std::min(balance, cash);
    const double claim = balance - kept;
    const double covered = std::min(claim, proceeds);
    const double received =
        discount * kept + sale_discount * (covered + loan.recovery * (claim - covered));
    total.present_value += weight * received;
    total.loss += weight * (discount * balance - received);
    total.default_probability += weight;
  };
  for (std::size_t p = 0; p < kJ2Paths; ++p) {
    double weight = 1.0;
    double reserve = loan.reserve;
    for (std::size_t k = 1; k <= kJ2Months; ++k) {
      const J2Month& month = loan.month[k];
      const std::size_t now = k * kJ2Pitch + p;
      const std::size_t sale = (k + kJ2Lag) * kJ2Pitch + p;
      const double cash =
          month.contract_revenue + month.free_units * rows.spot_revenue[now] - month.operating_cost;
      const double rate =
          std::max(month.ratio * rows.forward_return[now] - 1.0, loan.floor) + loan.margin;
      const double debt_service = month.opening_balance * rate + month.principal;
      const double proceeds = std::max(
          0.0, loan.units * (1.0 - loan.haircut) * rows.resale_value[sale] - loan.fixed_cost);
      const double discount = rows.discount[now];
      const double sale_discount = rows.discount[sale];
      book_default(weight * (1.0 - rows.survival[now]), month.opening_balance, reserve, proceeds,
                   discount, sale_discount);
      weight *= rows.survival[now];
      const double left = std::min(loan.reserve_cap, reserve + cash - debt_service);
      if (left < 0.0) {
        book_default(weight, month.opening_balance, reserve + std::max(cash, 0.0), proceeds,
                     discount, sale_discount);
        break;
      }
      reserve = left;
      total.present_value += weight * discount * debt_service;
      const double closing_balance = month.opening_balance - month.principal;
      if (closing_balance > loan.max_loan_to_value * loan.units * rows.resale_value[now]) {
        total.breaches += weight;
      }
    }
  }
  return total;
}

// The reference loan and its rows, the same on every call: 1,000 accelerators, 60 % of them let for
// three years, 60 level principal payments. Round numbers of the right size, not a market view: a
// third of the weight defaults, so that no branch of a contender is idle.
[[nodiscard]] J2Loan j2_reference_loan();
[[nodiscard]] J2Rows j2_reference_rows(std::size_t paths = kJ2Paths);  // the first so many filled

}  // namespace lien::benches
