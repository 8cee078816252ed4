#pragma once

#include <numeric>
#include <utility>
#include <vector>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/loan_schedule.hpp"

// What tests of schedules share: a one-knot curve, a loan of the validation cases, and the value of
// a column of a monthly schedule.
namespace lien::pricing {

inline Rates rates_of(Curve zero_curve) {
  Rates rates;
  rates.zero_curve = std::move(zero_curve);
  return rates;
}

inline Rates flat_rates(double zero_rate) { return rates_of({{1}, {zero_rate}}); }

inline Loan term_loan(double principal, Date closing, int years, double coupon) {
  Loan loan;
  loan.principal = principal;
  loan.closing = closing;
  loan.maturity = add_months(closing, 12 * years, ends_month(closing));
  loan.coupon = coupon;
  return loan;
}

inline double present_value(const std::vector<double>& by_month, const Rates& rates) {
  double value = 0;
  for (std::size_t k = 0; k < by_month.size(); ++k)
    value += by_month[k] * discount_factor(rates.zero_curve, static_cast<double>(k) / 12);
  return value;
}

inline double sum(const std::vector<double>& column) {
  return std::accumulate(column.begin(), column.end(), 0.0);
}

}  // namespace lien::pricing
