#include "pricing/plan/tranche_months.hpp"

namespace lien::pricing {
namespace {

double ratio_or(double above, double below, double otherwise) {
  return below != 0 ? above / below : otherwise;
}

}  // namespace

std::vector<double> accruals_by_month(const LoanSchedule& schedule, const TimeGrid& grid,
                                      int months) {
  std::vector<double> years(static_cast<std::size_t>(months) + 1, 0.0);
  for (const LoanPayment& payment : schedule.payments)
    if (const int k = grid.month_of(payment.booked); k <= months)
      years[static_cast<std::size_t>(k)] += payment.accrual;
  return years;
}

TrancheMonth tranche_month(const CompileInput& input, const MonthlySchedule& monthly, std::size_t k,
                           double accrual, double added, double present, double bearing,
                           Plan& plan) {
  TrancheMonth month;
  const double opening = monthly.opening[k];
  month.fee = monthly.fee[k];
  month.from_cash = monthly.service_share[k];
  const double paid = monthly.principal[k] + monthly.fixed_interest[k] + monthly.fee[k];
  month.timing = present * ratio_or(monthly.principal_timed[k] + monthly.fixed_interest_timed[k] +
                                        monthly.fee_timed[k],
                                    paid, 1.0);
  if (!(opening > 0)) return month;
  month.accrual = accrual;
  month.fixed_interest = ratio_or(monthly.fixed_interest[k], bearing, 0.0);
  // The last payment repays whatever is owed, not what was scheduled.
  const bool left = monthly.closing[k] - monthly.draw[k] > 0;
  month.repaid = left ? (monthly.principal[k] + added) / opening : 1.0;
  month.in_kind = added > 0 ? added / monthly.interest[k] : 0.0;
  if (monthly.floating_base[k] == 0) return month;
  month.floating_base = monthly.floating_base[k] / bearing;
  month.gross_ratio = monthly.gross_ratio[k];
  month.floor = monthly.floor[k];
  month.cap = monthly.cap[k];
  month.floating_accrual = monthly.floating_accrual[k];
  month.margin = monthly.margin[k];
  month.floating_timing =
      present * ratio_or(monthly.floating_base_timed[k], monthly.floating_base[k], 1.0);
  const std::uint32_t tenor = tenor_row(input, plan, monthly.tenor[k]);
  month.fixing = static_cast<std::int64_t>(tenor) * (plan.steps + 1) + monthly.fixing[k];
  return month;
}

}  // namespace lien::pricing
