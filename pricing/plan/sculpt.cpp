#include "pricing/plan/sculpt.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "pricing/plan/vehicle_cash.hpp"

namespace lien::pricing {
namespace {

// One tranche of the vehicle, as far as it is sculpted.
struct Part {
  const Loan* loan = nullptr;
  std::size_t index = 0;  // into book.loans
  std::vector<double> principal;
  LoanSchedule schedule;
  MonthlySchedule monthly;

  [[nodiscard]] bool sculpted() const { return loan->amortization == Amortization::sculpted; }
  void make(const Rates& rates, const TimeGrid& grid) {
    schedule = schedule_loan(*loan, rates, grid, principal);
    monthly = on_grid(schedule, *loan, rates, grid);
  }
  [[nodiscard]] double at(const std::vector<double>& column, std::size_t k) const {
    return k < column.size() ? column[k] : 0.0;
  }
  // Due in month k, the part of it that the run's cash pays.
  [[nodiscard]] double service(std::size_t k) const {
    if (k >= monthly.interest.size()) return 0;
    return (monthly.interest[k] + monthly.principal[k] + monthly.fee[k]) * monthly.service_share[k];
  }
};

// The market on which the schedule was agreed: a scenario's keeps it.
const Market& agreed(const CompileInput& input) { return *input.baseline; }

// Contracted revenue less operating cost and stated fees. prepaid: [offtakes] of prepaid_shares.
double contracted_cash(const CompileInput& input, const Vehicle& vehicle, const TimeGrid& grid,
                       const std::vector<std::vector<double>>& prepaid, int k) {
  double cash = 0;
  for (const VehicleLot& lot : vehicle.lots) {
    const Market& market = agreed(input);
    const Hardware& hardware = market.hardware[hardware_index(market, lot.hardware)];
    const Date service = scheduled_service(vehicle, lot, *input.book);
    for (std::size_t o = 0; o < vehicle.offtakes.size(); ++o) {
      const Offtake& offtake = vehicle.offtakes[o];
      if (!names_part(offtake.lots, lot.id)) continue;
      const OfftakeMonth month = offtake_month(lot, hardware, offtake, service, grid, k);
      cash += month.revenue - prepaid[o][static_cast<std::size_t>(k)] * month.rent;
    }
    for (const VehicleLease& lease : vehicle.leases)
      if (names_part(lease.lots, lot.id))
        cash += lease_month(vehicle, lease, lot, hardware, service, grid, k).revenue;
    cash -= lot_hours(lot, hardware, service, grid, k) * hourly_cost(lot, hardware, k);
  }
  for (const VehicleFee& fee : vehicle.fees) cash -= fee_amount(fee, k);
  return cash;
}

// Fees on all debt owed at the opening of month k.
double fees_on_debt(const Vehicle& vehicle, const std::vector<Part>& parts, std::size_t k) {
  double debt = 0, fees = 0;
  for (const Part& part : parts) debt += part.at(part.monthly.closing, k - 1);
  for (const VehicleFee& fee : vehicle.fees) fees += fee.rate.value_or(0.0) / 12 * debt;
  return fees;
}

// Repays what the month's payment leaves of `room`, the debt service that the cash allows.
void repay_from(double room, std::size_t k, const Loan& named, std::vector<Part>& parts) {
  double dues = 0, owed = 0, share = 1;
  for (const Part& part : parts) {
    if (!part.sculpted() || !(part.at(part.monthly.opening, k) > 0)) continue;
    share = part.monthly.service_share[k];
    dues += part.monthly.interest[k] + part.monthly.fee[k];
    owed += part.monthly.opening[k];
  }
  const double repaid = room / share - dues;
  if (owed > 0 && repaid < -1e-9 * owed)
    throw std::domain_error("is sculpted, and the contracted cash up to month " +
                            std::to_string(k) +
                            " after the valuation date does not cover its interest " +
                            std::to_string(*named.target_debt_service_coverage_ratio) +
                            " times: lower target_debt_service_coverage_ratio, add "
                            "interest_only_months, or draw later");
  for (Part& part : parts)
    if (part.sculpted())
      part.principal.push_back(
          owed > 0 ? std::max(0.0, repaid) * part.at(part.monthly.opening, k) / owed : 0.0);
}

}  // namespace

std::vector<double> sculpted_principal(const CompileInput& input, std::size_t loan,
                                       const TimeGrid& grid) {
  const Book& book = *input.book;
  const Loan& named = book.loans[loan];
  const Vehicle& vehicle = book.vehicles[*named.vehicle];
  std::vector<Part> parts;
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.loan) parts.push_back({&book.loans[*tranche.loan], *tranche.loan, {}, {}, {}});
  const Date repaid_from =
      add_months(named.closing, named.interest_only_months, ends_month(named.closing));
  for (Part& part : parts) part.make(agreed(input).rates, grid);
  const auto mine = std::find_if(parts.begin(), parts.end(),
                                 [loan](const Part& part) { return part.index == loan; });

  std::vector<std::vector<double>> prepaid;
  for (const Offtake& offtake : vehicle.offtakes)
    prepaid.push_back(prepaid_shares(vehicle, offtake, agreed(input), book, grid, true));
  const std::vector<LoanPayment> payments = mine->schedule.payments;
  double cash = 0, others = 0;  // since the payment before
  for (int k = 1; k <= mine->monthly.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    cash += contracted_cash(input, vehicle, grid, prepaid, k) - fees_on_debt(vehicle, parts, at);
    for (const Part& part : parts)
      if (!part.sculpted()) others += part.service(at);
    for (const LoanPayment& payment : payments) {
      if (grid.month_of(payment.booked) != k) continue;
      if (payment.end <= repaid_from || payment.end == named.maturity) {
        for (Part& part : parts)
          if (part.sculpted()) part.principal.push_back(0.0);
      } else {
        repay_from(cash / *named.target_debt_service_coverage_ratio - others, at, named, parts);
      }
      cash = others = 0;
      for (Part& part : parts)
        if (part.sculpted()) part.make(agreed(input).rates, grid);
    }
  }
  return mine->principal;
}

}  // namespace lien::pricing
