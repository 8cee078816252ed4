#include "pricing/measures/run_notes.hpp"

#include <algorithm>

#include "pricing/contract/tape_row.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

template <class T, class Test>
bool any(const std::vector<T>& items, const Test& test) {
  return std::any_of(items.begin(), items.end(), test);
}

void about_loans(const std::vector<Loan>& loans, std::vector<std::string>& notes) {
  if (any(loans, [](const Loan& l) { return l.recourse == Recourse::none && !l.borrower.empty(); }))
    notes.emplace_back("a borrower's default ends a loan without recourse too");
  if (any(loans,
          [](const Loan& l) { return l.min_debt_service_coverage_ratio || l.max_loan_to_value; }))
    notes.emplace_back(
        "cash that a breached test traps stays in the account and serves debt; nothing is "
        "prepaid");
  if (any(loans, [](const Loan& l) { return l.take_or_pay < 1 && !l.customer.empty(); }))
    notes.emplace_back("contracted hours beyond take_or_pay earn nothing");
  if (any(loans, [](const Loan& l) { return !l.customer.empty(); }))
    notes.emplace_back(
        "a living customer's contract adds to a sale on hardware of resale law income only");
  if (any(loans, [](const Loan& l) { return !l.hardware.empty(); }))
    notes.emplace_back("loan to value is capped at 100 in means and fans");
}

void about_vehicles(const std::vector<Vehicle>& vehicles, std::vector<std::string>& notes) {
  if (vehicles.empty()) return;
  notes.emplace_back(
      "dues of one tranche that nothing pays are a default of all; what a sweep prepays lowers "
      "later instalments in proportion");
  notes.emplace_back(
      "yields, discount margins and average lives of tranches are of scheduled cash, before "
      "sweeps");
  notes.emplace_back(
      "equity of a vehicle is its distributions: neither the hardware left nor support paid in");
  if (any(vehicles, [](const Vehicle& v) {
        return any(v.tranches, [](const Tranche& t) { return !t.draws.empty(); });
      }))
    notes.emplace_back(
        "draws are outflows of values, losses and provisions are of what will be drawn too; prices "
        "take what is still to be drawn at par");
  if (any(vehicles, [](const Vehicle& v) {
        return any(v.lots, [](const VehicleLot& lot) { return lot.slip_months > 0; });
      }))
    notes.emplace_back(
        "lots with slip_months come on each path's own day, and their draws with them or not at "
        "all; schedules are those of the mean delivery");
  if (any(vehicles, [](const Vehicle& v) {
        return any(v.offtakes, [](const Offtake& o) { return o.growth != 0; });
      }))
    notes.emplace_back("a buyer that steps into a contract counts its rent without growth");
  if (any(vehicles, [](const Vehicle& v) { return any(v.offtakes, has_choices); }))
    notes.emplace_back(
        "customers leave and renew by a rule of rents; a buyer counts on no renewal, and on no "
        "contract of which notice has been given");
  if (any(vehicles, [](const Vehicle& v) {
        return any(v.leases, [](const VehicleLease& l) { return l.has_options(); });
      }))
    notes.emplace_back(
        "lessees of vehicles use their options lot by lot by a rule fitted on prices, as if they "
        "could not fail");
  if (any(vehicles, [](const Vehicle& v) {
        return any(v.leases, [](const VehicleLease& l) { return l.deposit > 0; });
      }))
    notes.emplace_back(
        "deposits of a vehicle's leases are held apart: they are its cash where a lessee's default "
        "takes them, and at no other time");
}

void about_leases(const std::vector<Lease>& leases, std::vector<std::string>& notes) {
  if (leases.empty()) return;
  notes.emplace_back("the claim on a lessee in default is the net investment");
  notes.emplace_back(
      "proceeds above the claim stay with the lessor in values and offset no loss elsewhere");
  if (any(leases, [](const Lease& l) { return l.purchase_price.has_value(); }))
    notes.emplace_back("fair rents leave out the lessee's credit risk");
  if (any(leases, [](const Lease& l) { return l.guaranteed_residual > 0; }))
    notes.emplace_back("a guaranteed residual is part of the claim, whoever guarantees it");
  if (any(leases, [](const Lease& l) { return l.has_options(); }))
    notes.emplace_back(
        "lessees use their options by a rule fitted on prices, as if they could not fail; option "
        "values are of that rule, and the accounting class counts no option but the one at the "
        "end");
}

void about_liquidation(const std::optional<Liquidation>& terms, std::vector<std::string>& notes) {
  if (!terms) return;
  if (terms->lag_stdev_months > 0)
    notes.emplace_back(
        "liquidation lags are drawn once a contract or vehicle and path; the slowest 1 in 1,000 is "
        "sold at that quantile");
  if (!terms->installed_base.empty())
    notes.emplace_back(
        "contracts of a party with hardware of an installed base default by sampling; units that "
        "leases return at their end press no price");
}

void about_parties(const RunSettings& settings, const Market& market,
                   std::vector<std::string>& notes) {
  if (settings.copula)
    notes.emplace_back(
        "default by copula: parties default at the last month of the book only, within it with the "
        "probability of their curve");
  if (any(market.contagion, [](const ContagionLink& l) { return l.jump > 0; }))
    notes.emplace_back("contagion adds to the hazards that the curves give");
  if (market.clearing)
    notes.emplace_back(
        "a party that cannot pay in a clearing defaults in that month, before its payment; claims "
        "due after the last simulated quarter are left out");
  if (any(market.parties, [](const Party& p) { return p.count > 1; }))
    notes.emplace_back("contracts of a pool (count) are spread equally over its parties");
}

void about_scenarios(const std::vector<ScenarioRow>& rows, std::vector<std::string>& notes) {
  if (any(rows, [](const ScenarioRow& r) { return r.shock == Shock::launch; }))
    notes.emplace_back(
        "launches of a scenario restart no renewal and no resale value foresees them");
  if (any(rows, [](const ScenarioRow& r) { return r.shock == Shock::relative && r.month; }))
    notes.emplace_back(
        "a rental path of a scenario is not foreseen: resale values follow the current rent");
}

// Units that are past their physical life have no value and none of their income stops.
void about_lives(const Inputs& inputs, std::vector<std::string>& warnings) {
  std::string first;
  std::size_t count = 0;
  const auto see = [&](const std::string& debt, Date last, const std::string& id, Date in_service) {
    for (const Hardware& hardware : inputs.market.hardware)
      if (hardware.id == id && hardware.life_years &&
          add_months(in_service, life_months(hardware), ends_month(in_service)) < last &&
          count++ == 0)
        first = debt + ": hardware " + id + " ends its life_years before the debt's last day";
  };
  for (const Loan& loan : inputs.book.loans) {
    const bool account = loan.recourse == Recourse::none || loan.min_debt_service_coverage_ratio ||
                         loan.reserve_initial > 0 || loan.reserve_target > 0;
    if (account && !loan.hardware.empty())
      see("loan " + loan.id, loan.maturity, loan.hardware, loan.in_service.value_or(loan.closing));
  }
  for (const Vehicle& vehicle : inputs.book.vehicles) {
    if (is_row(vehicle, inputs.book)) continue;  // told as the loan that it is
    std::optional<Date> closing, last;
    for (const Tranche& tranche : vehicle.tranches) {
      if (!tranche.loan) continue;
      const Loan& loan = inputs.book.loans[*tranche.loan];
      closing = std::min(closing.value_or(loan.closing), loan.closing);
      last = std::max(last.value_or(loan.maturity), loan.maturity);
    }
    if (last)
      for (const VehicleLot& lot : vehicle.lots)
        see("vehicle " + vehicle.id + " / lot " + lot.id, *last, lot.hardware,
            lot.in_service.value_or(*closing));
  }
  if (count > 0)
    warnings.push_back(first + "; its income and cost go on in the cash account to the end" +
                       (count == 1 ? "" : " (and " + std::to_string(count - 1) + " more)"));
}

}  // namespace

void about_end_of_life(const std::vector<EndOfLifeValue>& units, std::vector<std::string>& notes) {
  for (const EndOfLifeValue& unit : units) {
    if (!unit.irreversible || !(unit.value.value > 0)) continue;
    const engine::Estimate ratio = mothball_ratio(unit);
    notes.push_back(unit.hardware + ": a unit that can only be stopped for good is worth " +
                    fixed_text(unit.value.value, 2) + " today (standard error " +
                    fixed_text(unit.value.standard_error, 2) + "); the mothball convention says " +
                    fixed_text(unit.mothball, 2) + ", " + signed_text(100 * (ratio.value - 1), 2) +
                    " %");
  }
}

bool has_income_strip(const Market& market) {
  return any(market.hardware,
             [](const Hardware& h) { return h.resale && h.resale->law == ResaleLaw::income; });
}

// The two pairs of rate and drifts that fit together are conventions A and B of docs/model.md.
std::vector<std::string> warnings(const Inputs& inputs) {
  std::vector<std::string> out;
  for (const Hardware& h : inputs.market.hardware) {
    if (!h.resale || h.resale->law != ResaleLaw::income) continue;
    const bool given = h.resale->operator_rate.has_value();
    if (given && h.resale->risk_neutral_drifts)
      out.push_back("hardware " + h.id +
                    " / resale: an operator_rate with drifts risk_neutral: premia may count twice");
    if (!given && !h.resale->risk_neutral_drifts)
      out.push_back("hardware " + h.id +
                    " / resale: operator_rate risk_free with drifts real_world: no premium counts "
                    "but liquidity_spread");
  }
  about_units(inputs, out);
  about_lives(inputs, out);
  return out;
}

std::vector<std::string> assumptions(const Inputs& inputs) {
  std::vector<std::string> notes;
  const Book& book = inputs.book;
  if (!book.loans.empty() || !book.leases.empty())
    notes.emplace_back(
        "the portfolio's probability of default is the mean of its contracts, weighted by balance");
  about_loans(book.loans, notes);
  about_vehicles(book.vehicles, notes);
  about_leases(book.leases, notes);
  about_liquidation(inputs.market.liquidation, notes);
  about_parties(inputs.settings, inputs.market, notes);
  if (!book.instruments.empty())
    notes.emplace_back(
        any(book.instruments,
            [](const Instrument& i) { return !i.counterparty.empty() || !i.party.empty(); })
            ? "instruments without a counterparty carry no risk of one; none is part of the loss "
              "distribution"
            : "instruments carry no counterparty risk and are no part of the loss distribution");
  for (const Hardware& hardware : inputs.market.hardware)
    if (!hardware.forward_curve.empty())
      notes.push_back(
          "the forward curve of " + hardware.id + " is held flat after month " +
          std::to_string(static_cast<int>(hardware.forward_curve.years.back() * 12 + 0.5)) +
          ": rents do not fall beyond it");
  if (inputs.settings.capital && inputs.settings.capital->slotting) {
    const auto without = std::count_if(book.loans.begin(), book.loans.end(),
                                       [](const Loan& l) { return !l.slotting_category; });
    notes.push_back("capital by slotting leaves out " + std::to_string(without) +
                    " loans without slotting_category and " + std::to_string(book.leases.size()) +
                    " leases");
  }
  if (has_income_strip(inputs.market))
    notes.emplace_back(
        "resale law income takes a later rent as lognormal, with the two moments that the launches "
        "to come give it; on the strip of validation case O14 the value is 0.25 % too low for "
        "that, and on this market the error is not measured");
  if (any(inputs.market.hardware, [&](const Hardware& h) {
        return inputs.market.power && h.power_share > 0 && h.resale &&
               h.resale->law == ResaleLaw::income;
      }))
    notes.emplace_back(
        "resale law income takes the power to come at its expected price: the operator's option "
        "on its spread is left out");
  if (any(inputs.market.hardware, [](const Hardware& h) { return h.attrition > 0; }))
    notes.emplace_back(
        "attrition takes units out of what is earned, run, tested and sold; payments, rents of "
        "leases and holding costs stay as agreed");
  if (inputs.settings.importance_sampling && inputs.settings.real_world)
    notes.emplace_back(
        "value at risk, expected shortfall and contributions come from paths of their own, drawn "
        "so "
        "that large losses are common, and weighed back (importance sampling)");
  if (inputs.settings.horizon_months > 0)
    notes.emplace_back("flows and defaults after month " +
                       std::to_string(inputs.settings.horizon_months) +
                       " (horizon_months) are left out");
  about_scenarios(inputs.scenarios, notes);
  return notes;
}

}  // namespace lien::pricing
