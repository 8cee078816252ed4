#include "pricing/measures/look_through.hpp"

#include <algorithm>
#include <cstddef>

#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/plan/vehicle_cash.hpp"

namespace lien::pricing {
namespace {

using Weights = std::map<std::string, double>;

const Hardware* hardware_named(const Market& market, const std::string& id) {
  const auto found = std::find_if(market.hardware.begin(), market.hardware.end(),
                                  [&](const Hardware& hardware) { return hardware.id == id; });
  return found == market.hardware.end() ? nullptr : &*found;
}

std::string vendor_of(const Market& market, const std::string& hardware) {
  const Hardware* const found = hardware_named(market, hardware);
  return found == nullptr ? "" : found->vendor;
}

// Each over their sum. What has no name counts in the sum and in no party.
Weights shares_of(Weights weights) {
  double sum = 0;
  for (const auto& [id, weight] : weights) sum += weight;
  weights.erase("");
  if (!(sum > 0)) return {};
  for (auto& [id, weight] : weights) weight /= sum;
  return weights;
}

// Contracted rent from the next month on, by customer and lessee.
Weights contracted_rent(const Market& market, const Book& book, const Vehicle& vehicle,
                        const TimeGrid& grid, int months) {
  Weights rent;
  for (const Offtake& offtake : vehicle.offtakes)
    for (const VehicleLot& lot : vehicle.lots) {
      const Hardware* const hardware = hardware_named(market, lot.hardware);
      if (hardware == nullptr || !names_part(offtake.lots, lot.id)) continue;
      const Date service = scheduled_service(vehicle, lot, book);
      for (int k = 1; k <= months; ++k)
        if (!offtake.cancelled || grid.date(k) <= *offtake.cancelled)
          rent[offtake.customer] +=
              offtake_month(lot, *hardware, offtake, service, grid, k).revenue;
    }
  for (const VehicleLease& lease : vehicle.leases)
    for (const VehicleLot& lot : vehicle.lots) {
      const Hardware* const hardware = hardware_named(market, lot.hardware);
      if (hardware == nullptr || !names_part(lease.lots, lot.id)) continue;
      const Date service = scheduled_service(vehicle, lot, book);
      for (int k = 1; k <= months; ++k)
        rent[lease.lessee] += lease_month(vehicle, lease, lot, *hardware, service, grid, k).revenue;
    }
  return rent;
}

Weights vendor_weights(const Market& market, const Vehicle& vehicle) {
  const bool priced =
      std::all_of(vehicle.lots.begin(), vehicle.lots.end(),
                  [](const VehicleLot& lot) { return lot.purchase_price.has_value(); });
  Weights weights;
  for (const VehicleLot& lot : vehicle.lots)
    weights[vendor_of(market, lot.hardware)] += lot.units * (priced ? *lot.purchase_price : 1.0);
  return weights;
}

// What guarantees of the vehicle cover of one of its tranches, as a share of what it is owed. A cap
// is shared by the tranches it covers as they are owed.
Weights covered_shares(const Book& book, const Vehicle& vehicle, const Loan& loan,
                       const std::map<const Loan*, double>& owed) {
  Weights shares;
  for (const Guarantee& guarantee : vehicle.guarantees) {
    bool covers = false;
    double covered = 0;
    for (const Tranche& tranche : vehicle.tranches) {
      if (!tranche.loan || !names_part(guarantee.covers, tranche.id)) continue;
      covers = covers || &book.loans[*tranche.loan] == &loan;
      covered += owed.at(&book.loans[*tranche.loan]);
    }
    if (!covers || !(covered > 0)) continue;
    const double most = guarantee.cap ? *guarantee.cap / covered : 1.0;
    shares[guarantee.guarantor] += std::min(guarantee.share, most);
  }
  double all = 0;  // what the whole vehicle owes
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.loan) all += owed.at(&book.loans[*tranche.loan]);
  for (const VehicleLease& lease : vehicle.leases)
    if (!lease.residual_guarantor.empty() && all > 0)
      shares[lease.residual_guarantor] += lease.guaranteed_residual / all;
  for (auto& [id, share] : shares) share = std::min(share, 1.0);
  return shares;
}

RoleShares shares_of_lease(const Market& market, const Lease& lease, const ContractPlan& contract) {
  RoleShares shares;
  if (!lease.lessee.empty()) shares[kBorrower][lease.lessee] = 1;
  if (!lease.residual_guarantor.empty() && !lease.guarantee_withdrawn && contract.outstanding > 0)
    shares[kGuarantor][lease.residual_guarantor] =
        std::min(1.0, lease.guaranteed_residual / contract.outstanding);
  shares[kVendor] = shares_of({{vendor_of(market, lease.hardware), 1.0}});
  return shares;
}

RoleShares shares_of_loan(const Market& market, const Loan& loan, Date today) {
  RoleShares shares;
  if (!loan.borrower.empty()) shares[kBorrower][loan.borrower] = 1;
  const bool contracted = !loan.contract_end || *loan.contract_end > today;
  if (!loan.customer.empty() && contracted) shares[kCustomer][loan.customer] = 1;
  if (!loan.hardware.empty())
    shares[kVendor] = shares_of({{vendor_of(market, loan.hardware), 1.0}});
  return shares;
}

}  // namespace

std::string group_of(const Market& market, const std::string& party) {
  for (const Party& of : market.parties)
    if (of.id == party && !of.group.empty()) return of.group;
  return party;
}

std::vector<RoleShares> look_through(const Inputs& inputs, const ScenarioRun& scenario) {
  const Market& market = *scenario.market;
  const Book& book = *scenario.book;
  const Plan& plan = scenario.any().plan;
  const TimeGrid grid(inputs.settings.valuation_date, plan.months, plan.steps_per_year);
  std::map<const Loan*, double> owed;  // of tranches
  for (const ContractPlan& contract : plan.contracts)
    if (contract.kind == ContractKind::loan)
      owed[&book.loans[contract.source]] = contract.outstanding;
  std::map<std::size_t, RoleShares> of_vehicle;  // without guarantors, which a tranche has
  std::vector<RoleShares> out;
  for (const ContractPlan& contract : plan.contracts) {
    if (contract.kind == ContractKind::lease) {
      out.push_back(shares_of_lease(market, book.leases[contract.source], contract));
      continue;
    }
    const Loan& loan = book.loans[contract.source];
    if (!loan.vehicle) {
      out.push_back(shares_of_loan(market, loan, inputs.settings.valuation_date));
      continue;
    }
    const Vehicle& vehicle = book.vehicles[*loan.vehicle];
    const auto [place, is_new] = of_vehicle.try_emplace(*loan.vehicle);
    if (is_new) {
      if (!vehicle.borrower.empty()) place->second[kBorrower][vehicle.borrower] = 1;
      place->second[kCustomer] =
          shares_of(contracted_rent(market, book, vehicle, grid, plan.months));
      place->second[kVendor] = shares_of(vendor_weights(market, vehicle));
    }
    out.push_back(place->second);
    out.back()[kGuarantor] = covered_shares(book, vehicle, loan, owed);
  }
  return out;
}

namespace {

// Money by role, and behind them the money that hangs on it in any.
using Exposure = std::array<double, kRoles + 1>;

void add_exposures(const std::map<std::string, Exposure>& exposures, MeasureWriter& writer) {
  for (const auto& [id, money] : exposures) {
    if (money[kBorrower] > 0) writer.add_exact(id, "borrower_exposure", -1, money[kBorrower]);
    if (money[kCustomer] > 0) writer.add_exact(id, "customer_exposure", -1, money[kCustomer]);
    if (money[kGuarantor] > 0) writer.add_exact(id, "guarantor_exposure", -1, money[kGuarantor]);
    if (money[kVendor] > 0) writer.add_exact(id, "vendor_exposure", -1, money[kVendor]);
    writer.add_exact(id, "look_through_exposure", -1, money[kRoles]);
  }
}

}  // namespace

void measure_look_through(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  if (!inputs.settings.look_through) return;
  const Market& market = *scenario.market;
  const BasisRun& run = scenario.any();
  const std::vector<RoleShares> shares = look_through(inputs, scenario);
  const bool grouped = std::any_of(market.parties.begin(), market.parties.end(),
                                   [](const Party& party) { return !party.group.empty(); });
  for (const bool by_group : {false, true}) {
    if (by_group && !grouped) continue;
    std::map<std::string, Exposure> exposures;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const ContractPlan& contract = run.plan.contracts[i];
      const double balance = contract.held * contract.outstanding;
      std::map<std::string, double> most;
      for (std::size_t role = 0; role < kRoles; ++role) {
        std::map<std::string, double> of_role;
        for (const auto& [party, share] : shares[i][role])
          of_role[by_group ? group_of(market, party) : party] += share;
        for (const auto& [id, share] : of_role) {
          exposures[id][role] += balance * std::min(share, 1.0);
          most[id] = std::max(most[id], std::min(share, 1.0));
        }
      }
      for (const auto& [id, share] : most) exposures[id][kRoles] += balance * share;
    }
    std::erase_if(exposures, [](const auto& entry) { return !(entry.second[kRoles] > 0); });
    MeasureWriter writer(tables.measures, scenario.id, run, by_group ? "group" : "party");
    add_exposures(exposures, writer);
  }
}

}  // namespace lien::pricing
