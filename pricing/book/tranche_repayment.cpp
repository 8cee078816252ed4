#include "pricing/book/tranche_repayment.hpp"

#include <cmath>
#include <tuple>

#include "pricing/book/market_blocks.hpp"

namespace lien::pricing {
namespace {

int months_between(Date from, Date to) {
  const std::chrono::year_month_day a(from), b(to);
  return (static_cast<int>(b.year()) - static_cast<int>(a.year())) * 12 +
         static_cast<int>(static_cast<unsigned>(b.month())) -
         static_cast<int>(static_cast<unsigned>(a.month()));
}

void read_schedule(const TomlValue& table, Loan& loan, const ContractChecks& check,
                   const Scope& scope) {
  const std::size_t before = scope.faults.size();
  const Curve knots = read_curve(table, "schedule", {{"months", "values", between(0, 1)}}, scope);
  if (scope.faults.size() > before || !check.good("closing") || !check.good("maturity")) return;
  const int term = months_between(loan.closing, loan.maturity);
  double sum = 0;
  for (std::size_t i = 0; i < knots.years.size(); ++i) {
    const double months = 12 * knots.years[i];
    const int whole = static_cast<int>(std::lround(months));
    const bool paid = whole > 0 && std::abs(months - whole) < 1e-9 &&
                      (whole % static_cast<int>(loan.frequency) == 0 || whole == term);
    if (!paid || whole > term)
      scope.fault(table.line, table.column, "schedule", "",
                  "repays " + std::to_string(whole) + " months after closing, when nothing is paid",
                  "name months of payments, counted from closing, maturity the last");
    loan.schedule.push_back({whole, knots.values[i]});
    sum += knots.values[i];
  }
  if (std::abs(sum - 1) > 1e-9)
    scope.fault(table.line, table.column, "schedule", "", "repays other than the whole",
                "make its values sum to 1");
}

}  // namespace

void read_repayment(const TomlValue& terms, bool in_kind, Loan& loan, const ContractChecks& check,
                    const Scope& scope, std::optional<Date> valuation_date) {
  if (!check.good("amortization")) return;
  const Amortization by = loan.amortization;
  const auto belongs = [&](Amortization to, std::string_view field, std::string_view because) {
    if (by != to)
      check.useless({field}, because);
    else if (!check.has(field))
      check.missing(field, because);
  };
  belongs(Amortization::custom, "schedule", "goes with amortization custom");
  belongs(Amortization::depreciated_cost, "depreciation_years",
          "goes with amortization depreciated_cost");
  belongs(Amortization::sculpted, "target_debt_service_coverage_ratio",
          "goes with amortization sculpted");
  if (by == Amortization::custom) {
    check.useless({"interest_only_months"}, "does not go with a stated schedule");
    if (const TomlValue* schedule = terms.find("schedule"))
      read_schedule(*schedule, loan, check, scope);
  }
  const bool lent_before = valuation_date && check.good("closing") &&
                           loan.closing < *valuation_date && check.has("principal");
  if (by == Amortization::sculpted && lent_before && !check.has("outstanding_principal"))
    check.missing("outstanding_principal",
                  "what past cash has repaid of a sculpted tranche is not known");
  if (by == Amortization::depreciated_cost && !check.has("principal"))
    check.missing("principal", "depreciation is counted from what was lent at closing on");
  const bool new_kind = by == Amortization::custom || by == Amortization::depreciated_cost ||
                        by == Amortization::sculpted;
  if (in_kind && new_kind)
    check.wrong("amortization", "does not go with payment_in_kind in this version",
                "remove payment_in_kind");
}

void finish_repayments(const Vehicle& vehicle, const TomlValue& table, const Scope& scope,
                       std::vector<Loan>& loans) {
  const auto tell = [&](std::string_view field, std::string problem, std::string remedy) {
    scope.fault(table.line, table.column, field, "", std::move(problem), std::move(remedy));
  };
  std::optional<Date> closing;
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.loan)
      closing =
          std::min(closing.value_or(loans[*tranche.loan].closing), loans[*tranche.loan].closing);
  const Loan* first = nullptr;  // sculpted
  for (const Tranche& tranche : vehicle.tranches) {
    if (!tranche.loan) continue;
    Loan& loan = loans[*tranche.loan];
    if (loan.amortization == Amortization::depreciated_cost)
      for (const VehicleLot& lot : vehicle.lots) {
        if (!lot.purchase_price)
          tell("lot.purchase_price",
               "is missing of lot " + lot.id + ": tranche " + tranche.id +
                   " follows its depreciation",
               "add purchase_price to the lot");
        loan.financed.push_back(
            {expected_service(lot, *closing), lot.units * lot.purchase_price.value_or(0.0)});
      }
    if (loan.amortization != Amortization::sculpted) continue;
    if (vehicle.offtakes.empty() && vehicle.leases.empty())
      tell("tranche.amortization",
           "is sculpted of tranche " + tranche.id + ", and nobody pays a contract",
           "add [[vehicle.offtake]], or choose another amortization");
    const auto form = [](const Loan& l) {
      return std::tuple(l.closing, l.maturity, l.frequency, l.interest_only_months,
                        l.target_debt_service_coverage_ratio);
    };
    if (!first)
      first = &loan;
    else if (form(*first) != form(loan))
      tell("tranche.amortization",
           "is sculpted of tranches that differ in closing, maturity, frequency, "
           "interest_only_months or target: one cash flow repays them",
           "give them the same");
  }
}

}  // namespace lien::pricing
