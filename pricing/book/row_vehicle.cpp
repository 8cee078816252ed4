#include "pricing/book/row_vehicle.hpp"

#include <array>
#include <utility>

#include "pricing/book/vehicle_checks.hpp"

namespace lien::pricing {
namespace {

// The fields of the contract that the tape's kernel does not run, and whether the row asks for
// something by them.
std::array<std::pair<std::string_view, bool>, 7> contract_terms(const Loan& loan) {
  return {{{"growth", loan.growth != 0},
           {"net", loan.net},
           {"realization", loan.realization != 1},
           {"prepaid", loan.prepaid > 0},
           {"notice_months", loan.notice_months.has_value()},
           {"walk_away_ratio", loan.walk_away_ratio.has_value()},
           {"renewal_count", loan.renewal_count > 0}}};
}

Offtake offtake_of_row(const Loan& loan) {
  Offtake offtake;
  offtake.id = "offtake";
  offtake.customer = loan.customer;
  offtake.share = loan.contract_share;
  offtake.rental_rate = loan.contract_rate;
  offtake.start = loan.contract_start;
  offtake.end = loan.contract_end.value_or(Date{});
  offtake.take_or_pay = loan.take_or_pay;
  offtake.growth = loan.growth;
  offtake.net = loan.net;
  offtake.realization = loan.realization;
  offtake.relet_months = loan.relet_months;
  offtake.prepaid = loan.prepaid;
  offtake.prepaid_months = loan.prepaid_months;
  offtake.notice_months = loan.notice_months;
  offtake.termination_fee = loan.termination_fee;
  offtake.walk_away_ratio = loan.walk_away_ratio;
  offtake.renewal_months = loan.renewal_months;
  offtake.renewal_count = loan.renewal_count;
  offtake.renews_at_market = loan.renews_at_market;
  return offtake;
}

Covenant trap(const char* id, CovenantTest test) {
  Covenant covenant;
  covenant.id = id;
  covenant.test = test;
  covenant.consequences = kCashTrap;
  return covenant;
}

}  // namespace

bool needs_vehicle(const Loan& loan) {
  if (loan.hardware.empty()) return false;
  bool needs = loan.prepayment_spread.has_value() || loan.slip_months > 0;
  for (const auto& [field, asks] : contract_terms(loan)) needs = needs || asks;
  return needs;
}

Vehicle vehicle_of_row(const Loan& loan) {
  Vehicle vehicle;
  vehicle.id = loan.id;
  vehicle.source = loan.source;
  vehicle.borrower = loan.borrower;
  vehicle.recourse = loan.recourse;
  vehicle.mark = loan.mark;
  vehicle.liquidation_haircut = loan.liquidation_haircut;
  vehicle.liquidation_lag_months = loan.liquidation_lag_months;
  vehicle.lots = {{"lot", loan.hardware, loan.units, loan.in_service, loan.purchase_price,
                   loan.operating_cost, loan.segment, loan.slip_months}};
  if (!loan.customer.empty()) vehicle.offtakes = {offtake_of_row(loan)};
  ReserveAccount reserve;
  reserve.id = "reserve";
  reserve.initial = loan.reserve_initial;
  reserve.target = loan.reserve_target;
  reserve.covers = kOperatingCostItem | kDebtServiceItem;
  vehicle.reserves = {reserve};
  if (loan.min_debt_service_coverage_ratio) {
    vehicle.covenants.push_back(
        trap("debt_service_coverage_ratio", CovenantTest::debt_service_coverage_ratio));
    vehicle.covenants.back().min = loan.min_debt_service_coverage_ratio;
  }
  if (loan.max_loan_to_value) {
    vehicle.covenants.push_back(trap("loan_to_value", CovenantTest::loan_to_value));
    vehicle.covenants.back().max = loan.max_loan_to_value;
  }
  Tranche tranche;
  tranche.id = "debt";
  vehicle.tranches = {tranche};
  return vehicle;
}

void join_as_vehicle(Loan&& loan, Book& book) {
  Vehicle vehicle = vehicle_of_row(loan);
  vehicle.tranches.front().loan = book.loans.size();
  loan.vehicle = book.vehicles.size();
  // What secures and pays it stands in the vehicle.
  loan.hardware.clear();
  loan.customer.clear();
  book.loans.push_back(std::move(loan));
  book.vehicles.push_back(std::move(vehicle));
}

void check_row_vehicle(const Loan& loan, const ContractChecks& check, BookContext& context) {
  bool asks = false;
  const auto take = [&](std::string_view field, bool given) {
    if (given && !check.has("contract_rate"))
      check.useless({field}, "needs contract_rate, which is not given",
                    "add contract_rate, or remove it");
    asks = asks || (given && check.has("contract_rate"));
  };
  for (const auto& [field, given] : contract_terms(loan)) take(field, given);
  take("prepaid_months", loan.prepaid_months > 0);
  take("termination_fee", check.has("termination_fee"));
  take("renewal_months", loan.renewal_months > 0);
  take("renewal_rent", !loan.renews_at_market);
  if (check.has("prepayment_spread") && !check.has("hardware") && check.complete())
    check.wrong("prepayment_spread",
                "is of a loan without hardware: what the option does is run in a vehicle",
                "add hardware and units, or remove it");
  if (loan.slip_months > 0 && !check.has("hardware") && check.complete())
    check.wrong("slip_months", "is of a loan without hardware, of which nothing can come late",
                "add hardware and units, or remove it");
  const Vehicle vehicle = vehicle_of_row(loan);
  if (asks) check_choices(vehicle, offtake_of_row(loan), check, context);
  if (!needs_vehicle(loan)) return;
  not_the_borrower(vehicle, "customer", loan.customer, check);
  const auto borrower = context.parties.find(loan.borrower);
  if (borrower != context.parties.end()) check.one_party("borrower", borrower->second);
  if (loan.prepayment_spread && !check.has("borrower") && credit_party(vehicle).empty())
    check.missing("borrower",
                  "the row has a prepayment_spread, and the market's margin is for the credit of a "
                  "borrower or a customer");
  if (loan.in_service && check.good("in_service") && check.good("maturity") &&
      *loan.in_service >= loan.maturity)
    check.wrong("in_service", "is not before the maturity of the loan");
  if (!check.has("in_service") || check.good("in_service"))
    for (const SlipFault& fault : faults_of_slips(vehicle, context.valuation_date))
      check.wrong("slip_months", fault.problem, fault.remedy);
  if (loan.contract_end) check.not_past("contract_end", *loan.contract_end);
  const auto hardware = context.hardware.find(loan.hardware);
  if (hardware == context.hardware.end()) return;
  check.observes_rents(*hardware->second, check.has("operating_cost"));
  check.observes_liquidation(*hardware->second);
}

}  // namespace lien::pricing
