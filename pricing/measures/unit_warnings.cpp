#include <algorithm>
#include <cmath>

#include "pricing/contract/tape_row.hpp"
#include "pricing/measures/run_notes.hpp"
#include "pricing/report/text_form.hpp"

// Numbers that their fields allow and that nobody means: percent where a share or a multiple is
// asked for, millions where whole units of money are. The bounds lie far outside what agreements
// and markets say, so that a warning is worth reading.
namespace lien::pricing {
namespace {

constexpr double kLeastPrincipal = 1000;  // whole units of money
constexpr double kMostCoverage = 10;      // times
constexpr double kMostLoanToValue = 10;   // times; its means are capped at 100
constexpr double kMostHazard = 2;         // per year: half of such parties fail in four months
constexpr double kMostLogVolatility = 5;  // per root-year
constexpr double kMostRateVolatility = 0.5;
constexpr double kMostDrift = 2;  // of a logarithm, per year

// One slip is often made in a whole column: the first place is named, and the others are counted.
struct Slips {
  std::string first;
  double value = 0;
  std::size_t count = 0;

  void add(std::string label, double found) {
    if (count++ > 0) return;
    first = std::move(label);
    value = found;
  }
  void tell(const std::string& meant, std::vector<std::string>& out) const {
    if (count == 0) return;
    out.push_back(first + ": is " + significant_text(value, 6) + "; " + meant +
                  (count == 1 ? "" : " (and " + std::to_string(count - 1) + " more)"));
  }
  void tell_percent(std::vector<std::string>& out) const {
    tell("if " + significant_text(value, 6) + " % is meant, write " +
             significant_text(value / 100, 6),
         out);
  }
};

void about_amounts(const Inputs& inputs, std::vector<std::string>& out) {
  Slips principal;
  for (const Loan& loan : inputs.book.loans) {
    const double lent = std::max(loan.principal, loan.commitment.value_or(0));
    if (lent > 0 && lent < kLeastPrincipal)
      principal.add("loan " + loan.id + (loan.commitment ? " / commitment" : " / principal"), lent);
  }
  principal.tell("money is in whole " + inputs.market.currency + ": 12 million is 12e6", out);
}

// The bound of a covenant that no book passes, or that every book does.
double suspect_bound(const Covenant& covenant) {
  switch (covenant.test) {
    case CovenantTest::debt_service_coverage_ratio:
      return covenant.min && *covenant.min > kMostCoverage ? *covenant.min : 0;
    case CovenantTest::contract_realization:
    case CovenantTest::hedge_ratio:
      return covenant.min && *covenant.min > 2 ? *covenant.min : 0;
    case CovenantTest::loan_to_value:
    case CovenantTest::loan_to_cost:
      return covenant.max && *covenant.max > kMostLoanToValue ? *covenant.max : 0;
    case CovenantTest::customer_concentration:
      return covenant.max && *covenant.max > 1 ? *covenant.max : 0;
    default:
      return 0;
  }
}

void about_ratios(const Book& book, std::vector<std::string>& out) {
  Slips coverage, target, value, bound, refinancing;
  for (const Loan& loan : book.loans) {
    if (loan.min_debt_service_coverage_ratio.value_or(0) > kMostCoverage)
      coverage.add("loan " + loan.id + " / min_debt_service_coverage_ratio",
                   *loan.min_debt_service_coverage_ratio);
    if (loan.target_debt_service_coverage_ratio.value_or(0) > kMostCoverage)
      target.add("loan " + loan.id + " / target_debt_service_coverage_ratio",
                 *loan.target_debt_service_coverage_ratio);
    if (loan.max_loan_to_value.value_or(0) > kMostLoanToValue)
      value.add("loan " + loan.id + " / max_loan_to_value", *loan.max_loan_to_value);
  }
  for (const Vehicle& vehicle : book.vehicles) {
    if (is_row(vehicle, book)) continue;  // told as the loan that it is
    for (const Covenant& covenant : vehicle.covenants)
      if (const double found = suspect_bound(covenant); found > 0)
        bound.add("vehicle " + vehicle.id + " / covenant " + covenant.id, found);
    for (const Tranche& tranche : vehicle.tranches)
      if (tranche.refinancing_max_loan_to_value.value_or(0) > kMostLoanToValue)
        refinancing.add(
            "vehicle " + vehicle.id + " / " + tranche.id + " / refinancing_max_loan_to_value",
            *tranche.refinancing_max_loan_to_value);
  }
  for (const Slips* slips : {&coverage, &target, &value, &bound, &refinancing})
    slips->tell_percent(out);
}

void about_market(const Market& market, std::vector<std::string>& out) {
  Slips hazard;
  for (const Party& party : market.parties) {
    const auto& rates = party.hazard.values;
    const auto high = std::max_element(rates.begin(), rates.end());
    if (high != rates.end() && *high > kMostHazard)
      hazard.add("party " + party.id + " / hazard", *high);
  }
  hazard.tell_percent(out);
  const auto number = [&out](const char* label, double found, double most) {
    if (!(std::abs(found) > most)) return;
    Slips slips;
    slips.add(label, found);
    slips.tell_percent(out);
  };
  if (market.rates.hull_white)
    number("rates / hull_white.volatility", market.rates.hull_white->volatility,
           kMostRateVolatility);
  // A fast reversion takes back what a large volatility does.
  if (const auto& chi = market.scarcity;
      chi &&
      chi->volatility > kMostLogVolatility * std::sqrt(std::max(1.0, 2 * chi->mean_reversion)))
    number("scarcity / volatility", chi->volatility, kMostLogVolatility);
  if (market.frontier) {
    number("frontier / drift", market.frontier->drift, kMostDrift);
    number("frontier / volatility", market.frontier->volatility, kMostLogVolatility);
  }
}

}  // namespace

void about_units(const Inputs& inputs, std::vector<std::string>& warnings) {
  about_amounts(inputs, warnings);
  about_ratios(inputs.book, warnings);
  about_market(inputs.market, warnings);
}

}  // namespace lien::pricing
