#include <algorithm>

#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/loan_schedule.hpp"

namespace lien::pricing {
namespace {

MonthlySchedule empty_schedule(int months) {
  const auto size = static_cast<std::size_t>(months) + 1;
  const std::vector<double> zero(size), one(size, 1.0);
  const std::vector<int> none(size);
  return {.months = months,
          .opening = zero,
          .closing = zero,
          .principal = zero,
          .interest = zero,
          .fee = zero,
          .draw = zero,
          .principal_timed = zero,
          .fixed_interest = zero,
          .fixed_interest_timed = zero,
          .fee_timed = zero,
          .service_share = one,
          .floating_base = zero,
          .floating_base_timed = zero,
          .gross_ratio = zero,
          .floor = zero,
          .cap = std::vector<double>(size, kUncapped),
          .margin = zero,
          .floating_accrual = zero,
          .fixing = none,
          .tenor = none};
}

// Adds a floating payment to month k. The weights of a merger are the timed bases, so that the
// sum of base_timed x (gross_ratio G - 1 + margin) is that of the two.
void add_floating(MonthlySchedule& monthly, std::size_t k, const LoanPayment& payment,
                  const Loan& loan, const Rates& rates, const TimeGrid& grid,
                  const std::vector<double>& discount) {
  const Curve& zero_curve = rates.zero_curve;
  const int month = static_cast<int>(k);
  if (monthly.tenor[k] == 0) {
    monthly.fixing[k] = std::min(grid.month_of(payment.start), month - 1);
    monthly.tenor[k] = month - monthly.fixing[k];
  }
  const double start = discount_factor(zero_curve, grid.time_of(payment.start));
  const double end = discount_factor(zero_curve, grid.time_of(payment.end));
  const double over_grid = discount[static_cast<std::size_t>(monthly.fixing[k])] / discount[k];
  const double timed =
      payment.base * value_timing_in_month(rates, grid.time_of(payment.end), month);
  const double total = monthly.floating_base_timed[k] + timed;
  const auto average = [&](double& of_month, double of_payment) {
    of_month += (of_payment - of_month) * (timed / total);
  };
  average(monthly.gross_ratio[k], start / end / over_grid);
  average(monthly.floor[k], loan.floor ? *loan.floor * payment.accrual : -1.0);
  if (loan.cap) {
    // The first payment of the month finds no bound to average with.
    if (monthly.floating_base_timed[k] == 0) monthly.cap[k] = 0;
    average(monthly.cap[k], *loan.cap * payment.accrual);
  }
  average(monthly.margin[k], loan.margin * payment.accrual);
  average(monthly.floating_accrual[k], payment.accrual);
  monthly.floating_base[k] += payment.base;
  monthly.floating_base_timed[k] = total;
}

void add_payment(MonthlySchedule& monthly, std::size_t k, const LoanPayment& payment,
                 const Loan& loan, const Rates& rates, const TimeGrid& grid,
                 const std::vector<double>& discount) {
  const double timing =
      value_timing_in_month(rates, grid.time_of(payment.end), static_cast<int>(k));
  monthly.principal[k] += payment.principal;
  monthly.principal_timed[k] += payment.principal * timing;
  monthly.interest[k] += payment.interest;
  monthly.fee[k] += payment.fee;
  monthly.fee_timed[k] += payment.fee * timing;
  if (!payment.fixed_now) {
    if (payment.base == 0) return;  // nothing is drawn yet
    add_floating(monthly, k, payment, loan, rates, grid, discount);
    return;
  }
  monthly.fixed_interest[k] += payment.interest;
  monthly.fixed_interest_timed[k] += payment.interest * timing;
}

double share_after_today(const LoanPayment& payment, const Loan& loan, Date today) {
  if (loan.frequency == Frequency::monthly || payment.start >= today) return 1;
  return static_cast<double>((payment.end - today).count()) /
         static_cast<double>((payment.end - payment.start).count());
}

}  // namespace

MonthlySchedule on_grid(const LoanSchedule& schedule, const Loan& loan, const Rates& rates,
                        const TimeGrid& grid) {
  int months = 0;
  for (const LoanPayment& payment : schedule.payments)
    if (const int month = grid.month_of(payment.booked); month <= grid.months()) months = month;
  const bool outlives =
      !schedule.payments.empty() && grid.month_of(schedule.payments.back().booked) > grid.months();
  // A default after the last payment that is seen counts until the grid ends.
  if (outlives) months = grid.months();
  MonthlySchedule monthly = empty_schedule(months);
  monthly.outlives_grid = outlives;
  monthly.fee[0] = monthly.fee_timed[0] = schedule.closing_fee;

  std::vector<double> discount;
  discount.reserve(monthly.fee.size());
  for (int k = 0; k <= months; ++k) discount.push_back(discount_factor(rates.zero_curve, k / 12.0));

  double balance = schedule.outstanding;
  auto payment = schedule.payments.begin();
  auto draw = schedule.draws.begin();
  for (int month = 0; month <= months; ++month) {
    const auto k = static_cast<std::size_t>(month);
    monthly.opening[k] = balance;
    double service = 0, service_after_today = 0;
    for (; payment != schedule.payments.end() && grid.month_of(payment->booked) == month;
         ++payment) {
      add_payment(monthly, k, *payment, loan, rates, grid, discount);
      balance = payment->opening - payment->principal;
      const double due = payment->principal + payment->interest + payment->fee;
      service += due;
      service_after_today += due * share_after_today(*payment, loan, grid.date(0));
    }
    for (; draw != schedule.draws.end() && grid.month_of(draw->date) == month; ++draw) {
      monthly.draw[k] += draw->amount;
      balance += draw->amount;
    }
    monthly.closing[k] = balance;
    if (service != 0) monthly.service_share[k] = service_after_today / service;
  }
  return monthly;
}

}  // namespace lien::pricing
