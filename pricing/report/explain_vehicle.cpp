#include <algorithm>
#include <array>
#include <string>

#include "pricing/report/explain.hpp"
#include "pricing/report/explain_rows.hpp"
#include "pricing/report/text_form.hpp"

// A vehicle's story: what it holds, and in words how a month's cash is spent.
namespace lien::pricing {
namespace {

// What a lessee may choose before the end and at it.
std::string rights_in_words(const VehicleLease& lease) {
  std::string text;
  if (lease.extension_months > 0)
    text += "; the lessee may extend it by " + std::to_string(lease.extension_months) + " months";
  if (lease.buyout_start)
    text += "; the lessee may buy its lots from " + iso_text(*lease.buyout_start) + " on";
  if (lease.termination_start)
    text += "; the lessee may hand them back from " + iso_text(*lease.termination_start) + " on";
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string covered_by(const Vehicle& vehicle, unsigned item) {
  std::vector<std::string> accounts;
  for (const ReserveAccount& reserve : vehicle.reserves)
    if ((reserve.covers & item) != 0) accounts.push_back("reserve " + reserve.id);
  return accounts.empty() ? "; what is short comes from trapped cash"
                          : "; what is short comes from trapped cash, then " + joined(accounts);
}

template <class T>
std::vector<std::string> ids_of(const std::vector<T>& parts, const std::string& part) {
  std::vector<std::string> ids;
  for (const T& one : parts)
    if (part.empty() || part == one.id) ids.push_back(one.id);
  return ids;
}

std::vector<std::string> debt_of(const Vehicle& vehicle, const std::string& part) {
  std::vector<std::string> ids;
  for (const Tranche& tranche : vehicle.tranches)
    if (!tranche.equity && (part.empty() || part == tranche.id)) ids.push_back(tranche.id);
  return ids;
}

std::vector<std::string> swept_of(const Vehicle& vehicle, const std::string& part) {
  std::vector<std::string> ids;
  for (const Tranche& tranche : vehicle.tranches)
    if (tranche.cash_sweep > 0 && (part.empty() || part == tranche.id)) ids.push_back(tranche.id);
  return ids;
}

std::string trappers(const Vehicle& vehicle, unsigned consequence) {
  std::vector<std::string> ids;
  for (const Covenant& covenant : vehicle.covenants)
    if ((covenant.consequences & consequence) != 0) ids.push_back(covenant.id);
  return joined(ids);
}

// Empty where no tranche has a share and no covenant gives one: nothing is then ever prepaid.
std::string sweep_in_words(const Vehicle& vehicle, const std::string& part) {
  const std::string by = trappers(vehicle, kCashSweep | kMandatoryPrepayment);
  const std::string own = joined(swept_of(vehicle, part)), all = joined(debt_of(vehicle, part));
  if (own.empty())
    return by.empty() ? "" : "prepay " + all + " with the share of a breach of " + by;
  const std::string words = "prepay " + own + " with its own share of the rest";
  if (by.empty()) return words;
  return words + (own == all ? ", or that of a breach of " + by
                             : ", and " + all + " with that of a breach of " + by);
}

std::string step_in_words(const Vehicle& vehicle, const WaterfallStep& step) {
  switch (step.step) {
    case CashStep::operating_cost:
      return "pay the operating cost of the lots" + covered_by(vehicle, kOperatingCostItem);
    case CashStep::fee:
      return "pay fees: " + joined(ids_of(vehicle.fees, step.part)) + covered_by(vehicle, kFeeItem);
    case CashStep::hedge:
      return "pay what is due on hedges: " + joined(ids_of(vehicle.hedges, step.part)) +
             covered_by(vehicle, kHedgeItem) + "; what they bring is cash of the month";
    case CashStep::interest:
      return "pay interest: " + joined(debt_of(vehicle, step.part)) +
             covered_by(vehicle, kDebtServiceItem);
    case CashStep::principal:
      return "repay principal: " + joined(debt_of(vehicle, step.part)) +
             covered_by(vehicle, kDebtServiceItem);
    case CashStep::reserve:
      return "fill to target: " + joined(ids_of(vehicle.reserves, step.part));
    case CashStep::cash_trap: {
      const std::string by = trappers(vehicle, kCashTrap);
      return by.empty() ? "keep nothing back: no covenant traps cash"
                        : "keep the rest back while one of these is in breach: " + by;
    }
    case CashStep::cash_sweep:
      return sweep_in_words(vehicle, step.part);
    case CashStep::distribution:
      return "distribute the rest to equity";
  }
  return "";
}

// "swap on floating_rate, 0.95 of tranche floating, until 2032-03-31, with swap-bank: strike".
std::string hedge_in_words(const Instrument& hedge) {
  static constexpr std::array kKinds = {"forward", "call", "put",   "future",
                                        "swap",    "cap",  "floor", "bond"};
  std::string words = hedge.id + ", " + (hedge.long_position ? "" : "short ") +
                      kKinds[static_cast<std::size_t>(hedge.kind)] + " on ";
  if (hedge.on == Underlying::rental_rate)
    words += "the rent of " + hedge.hardware + (hedge.segment.empty() ? "" : ", " + hedge.segment);
  else if (hedge.on == Underlying::resale_value)
    words += "the value of a unit of " + hedge.hardware;
  else
    words += hedge.on == Underlying::power ? "power" : "the floating rate";
  if (!hedge.ratio)
    words += ", quantity " + significant_text(hedge.quantity, 6);
  else if (hedge.tranche.empty())
    words += ", on " + significant_text(*hedge.ratio, 6) + " of the cost that follows power";
  else
    words += ", on " + significant_text(*hedge.ratio, 6) + " of tranche " + hedge.tranche;
  words += ", until " + iso_text(hedge.last.value_or(hedge.expiry));
  if (!hedge.counterparty.empty()) words += ", with " + hedge.counterparty;
  return words + ": strike";
}

// ", in service on 2026-12-31 or later, 2 months on average; it joins if its draw is then open".
std::string delivery_in_words(const Vehicle& vehicle, const VehicleLot& lot) {
  if (!(lot.slip_months > 0) || !lot.in_service) return "";
  std::string words = ", in service on " + iso_text(*lot.in_service) + " or later, " +
                      significant_text(lot.slip_months, 6) + " months on average";
  for (const Tranche& tranche : vehicle.tranches)
    for (const TrancheDraw& draw : tranche.draws)
      if (slips(vehicle, draw) &&
          std::find(draw.lots.begin(), draw.lots.end(), lot.id) != draw.lots.end())
        return words + "; it joins only if a draw that pays for it can still be made then";
  return words;
}

// Of a lease whose lots a path may deliver after its start.
std::string late_in_words(const Vehicle& vehicle, const VehicleLease& lease) {
  const std::vector<bool> by_path = delivered_by_path(vehicle);
  for (std::size_t l = 0; l < vehicle.lots.size(); ++l)
    if (by_path[l] && names_part(lease.lots, vehicle.lots[l].id))
      return " or as much later as a lot comes after the start";
  return "";
}

StoryTable waterfall_of(const Vehicle& vehicle) {
  StoryTable table{"waterfall",
                   "Every month's cash, in this order",
                   {{"step", "step", 0}, {"what", "what it does"}},
                   {},
                   false,
                   ""};
  int number = 0;
  for (const WaterfallStep& step :
       vehicle.waterfall.empty() ? default_waterfall(vehicle) : vehicle.waterfall) {
    const bool nothing = (step.step == CashStep::fee && vehicle.fees.empty()) ||
                         (step.step == CashStep::hedge && vehicle.hedges.empty()) ||
                         (step.step == CashStep::reserve && vehicle.reserves.empty());
    const std::string words = nothing ? "" : step_in_words(vehicle, step);
    if (!words.empty()) table.rows.push_back({++number, words});
  }
  return table;
}

// How what is left at maturity is met; empty where cash alone does.
std::string balloon_in_words(const Tranche& tranche) {
  std::string words;
  if (tranche.refinancing_max_loan_to_value)
    words = "repaid by a new lender if the market is open and the loan to value is at most " +
            round_trip_text(*tranche.refinancing_max_loan_to_value);
  if (tranche.extension_count > 0) {
    words += words.empty() ? "" : "; else ";
    words += "put off where cash does not repay it, up to " +
             std::to_string(tranche.extension_count) + " times by " +
             std::to_string(tranche.extension_months) + " months";
    if (tranche.extension_fee > 0)
      words += " for a fee of " + round_trip_text(tranche.extension_fee) + " of it";
  }
  return words.empty() ? words : words + "; else due";
}

}  // namespace

std::vector<std::string> waterfall_words(const Vehicle& vehicle) {
  std::vector<std::string> words;
  for (const auto& row : waterfall_of(vehicle).rows)
    words.push_back(std::get<std::string>(row.back()));
  return words;
}

Story explain_vehicle(const FinishedRun& run, std::size_t index) {
  const Vehicle& vehicle = run.inputs.book.vehicles[index];
  const std::string money = ", " + run.inputs.market.currency;
  Story story{"vehicle", vehicle.id, {}, {}};
  story.facts = {
      {"measure_basis", "basis of flows and tests", std::string(run.basis_name())},
      {"borrower", "borrower", vehicle.borrower},
      {"recourse", "recourse", std::string(vehicle.recourse == Recourse::none ? "none" : "full")}};
  for (const VehicleLot& lot : vehicle.lots)
    story.facts.push_back(
        {"lot_" + lot.id,
         "lot " + lot.id + ", units of " + lot.hardware + delivery_in_words(vehicle, lot),
         lot.units});
  for (const Offtake& offtake : vehicle.offtakes)
    story.facts.push_back(
        {"offtake_" + offtake.id,
         "rent of " + offtake.customer + money + " per hour, until " + iso_text(offtake.end),
         offtake.rental_rate});
  for (const VehicleLease& lease : vehicle.leases) {
    story.facts.push_back({"lease_" + lease.id,
                           "rent of " + lease.lessee + money + ", until " + iso_text(lease.end) +
                               late_in_words(vehicle, lease) + rights_in_words(lease),
                           lease.rent});
    if (lease.deposit > 0)
      story.facts.push_back({"deposit_" + lease.id,
                             "deposit of " + lease.lessee + ", held apart" + money, lease.deposit});
  }
  for (const Tranche& tranche : vehicle.tranches) {
    if (!tranche.loan) continue;
    const Loan& loan = run.inputs.book.loans[*tranche.loan];
    story.facts.push_back(
        {"tranche_" + tranche.id,
         "owed today on " + tranche.id + ", rank " + std::to_string(tranche.rank) + money,
         balance_of(run, loan.id)});
    if (has_balloon_terms(tranche))
      story.facts.push_back({"balloon_" + tranche.id,
                             "left on " + tranche.id + " at " + iso_text(loan.maturity),
                             balloon_in_words(tranche)});
    if (loan.prepayment_spread)
      story.facts.push_back(
          {"prepayment_" + tranche.id,
           "saving a year from which the borrower prepays " + tranche.id + ", from " +
               iso_text(loan.prepayment_start.value_or(loan.closing)) + " on, for a penalty of " +
               round_trip_text(loan.prepayment_penalty) + " of it",
           *loan.prepayment_spread});
    double to_draw = 0;
    for (const LoanDraw& draw : loan.draws)
      if (draw.date > run.inputs.settings.valuation_date) to_draw += draw.amount;
    if (to_draw > 0)
      story.facts.push_back(
          {"to_draw_" + tranche.id, "to be drawn on " + tranche.id + money, to_draw});
  }
  for (const Instrument& hedge : vehicle.hedges)
    story.facts.push_back({"hedge_" + hedge.id, hedge_in_words(hedge), hedge.strike});
  story.tables = {waterfall_of(vehicle), measures_of(run, "vehicle", vehicle.id),
                  measures_of(run, "contract", vehicle.id), tests_of(run, vehicle.id)};
  story.tables[2].key = "measures_of_parts";
  story.tables[2].title = "Measures of its tranches, tests, guarantees and hedges";
  return story;
}

}  // namespace lien::pricing
