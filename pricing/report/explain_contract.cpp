#include <algorithm>
#include <array>

#include "pricing/plan/lease_class.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "pricing/report/explain.hpp"
#include "pricing/report/explain_rows.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

StoryCell optional_number(const std::optional<double>& value) {
  return value ? StoryCell(*value) : StoryCell();
}

std::string frequency_name(Frequency frequency) {
  switch (frequency) {
    case Frequency::monthly:
      return "monthly";
    case Frequency::quarterly:
      return "quarterly";
    case Frequency::semiannual:
      return "semiannual";
    case Frequency::annual:
      return "annual";
  }
  return "";
}

// Facts without a value are left out of the text and null in JSON.
std::vector<StoryFact> loan_facts(const FinishedRun& run, const Loan& loan) {
  const std::string money = ", " + run.inputs.market.currency;
  std::vector<StoryFact> facts = {
      {"borrower", "borrower", loan.borrower},
      {"recourse", "recourse", std::string(loan.recourse == Recourse::none ? "none" : "full")},
      {"principal", "principal" + money, loan.principal},
      {"balance", "owed today, part held" + money, balance_of(run, loan.id)},
      {"held", "part held, share", loan.held},
      {"closing", "closing", iso_text(loan.closing)},
      {"maturity", "maturity", iso_text(loan.maturity)},
      {"frequency", "payments", frequency_name(loan.frequency)},
      {"hardware", "hardware", loan.hardware},
      {"units", "units", loan.hardware.empty() ? StoryCell() : StoryCell(loan.units)},
      {"customer", "customer", loan.customer}};
  static constexpr std::array kMarks = {"",    "income",          "cost", "market",
                                        "ask", "rental_multiple", "curve"};
  if (!loan.segment.empty())
    facts.push_back({"segment", "market in which free hours are let", loan.segment});
  if (loan.mark != Mark::by_law)
    facts.push_back(
        {"mark", "mark of its tests", std::string(kMarks[static_cast<std::size_t>(loan.mark)])});
  if (loan.days_past_due > 0)
    facts.push_back({"days_past_due", "days past due", static_cast<double>(loan.days_past_due)});
  if (loan.floating)
    facts.push_back({"margin", "margin over the forward rate, a year", loan.margin});
  else
    facts.push_back({"coupon", "coupon, a year", loan.coupon});
  if (!loan.customer.empty()) {
    facts.push_back({"contract_rate", "contract rate" + money + " per hour", loan.contract_rate});
    facts.push_back({"contract_share", "share of hours under contract", loan.contract_share});
  }
  facts.push_back({"min_debt_service_coverage_ratio", "least debt service coverage, ratio",
                   optional_number(loan.min_debt_service_coverage_ratio)});
  facts.push_back({"max_loan_to_value", "greatest loan to value, ratio",
                   optional_number(loan.max_loan_to_value)});
  return facts;
}

// What the lessor holds and what the lessee may do, where there is such a thing.
std::vector<StoryFact> rights_of(const Lease& lease, const std::string& currency) {
  const auto money = [&currency](double amount) { return fixed_text(amount, 2) + " " + currency; };
  std::vector<StoryFact> facts;
  if (lease.deposit > 0)
    facts.push_back({"deposit", "deposit, held by the lessor, " + currency, lease.deposit});
  if (lease.extension_months > 0) {
    const Lease longer = extension_of(lease);
    facts.push_back({"extension", "the lessee may extend",
                     "by " + std::to_string(lease.extension_months) + " months to " +
                         iso_text(longer.end) + ", at " + money(longer.rent) + " a payment"});
  }
  if (lease.buyout_start) {
    const std::vector<double>& prices = lease.buyout_price.values;
    std::string price = money(prices.front());
    if (prices.size() > 1) price += " and by month to " + money(prices.back());
    facts.push_back(
        {"buyout", "the lessee may buy",
         "all units on a rent date from " + iso_text(*lease.buyout_start) + " on, for " + price});
  }
  if (lease.termination_start)
    facts.push_back({"termination", "the lessee may leave",
                     "on a rent date from " + iso_text(*lease.termination_start) +
                         " on, for a fee of " + money(lease.termination_fee)});
  return facts;
}

constexpr std::ptrdiff_t kFactsOfTerms = 10;  // of a lease, before those of its class

std::vector<StoryFact> lease_facts(const FinishedRun& run, const Lease& lease) {
  const std::string money = ", " + run.inputs.market.currency;
  const auto at = find_thing(run.inputs, "hardware:" + lease.hardware);
  const LeaseClass found = classify_lease(lease, run.inputs.market.hardware[at->index]);
  std::vector<StoryFact> facts = {
      {"lessee", "lessee", lease.lessee},
      {"hardware", "hardware", lease.hardware},
      {"units", "units", lease.units},
      {"balance", "net investment" + money, balance_of(run, lease.id)},
      {"start", "start", iso_text(lease.start)},
      {"end", "end", iso_text(lease.end)},
      {"frequency", "rents", frequency_name(lease.frequency)},
      {"rent", "rent a payment" + money, lease.rent},
      {"guaranteed_residual", "guaranteed residual" + money, lease.guaranteed_residual},
      {"residual_guarantor", "guarantor of the residual", lease.residual_guarantor},
      {"structure", "structure",
       std::string(lease.sale_and_leaseback ? "sale_and_leaseback" : "lease")},
      {"class_ifrs_16", "class at the start, IFRS 16", class_name(found.ifrs_16)},
      {"class_asc_842", "class at the start, ASC 842", class_name(found.asc_842)},
      {"transfers_ownership", "transfers ownership or has a bargain option",
       std::string(found.transfer || found.bargain ? "yes" : "no")},
      {"option_share", "option price over cost (bargain: to 0.10)", found.option_share},
      {"term_share", "term over life (major part: from 0.75)", found.term_share},
      {"payment_share", "payments and guarantees over cost (all: from 0.90)", found.payment_share},
      {"lessee_payment_share", "the same, the lessee's alone", found.lessee_payment_share},
      {"class_implicit_rate", "rate implicit, with a straight-line residual, a year",
       found.implicit_rate}};
  const std::vector<StoryFact> rights = rights_of(lease, run.inputs.market.currency);
  facts.insert(facts.begin() + kFactsOfTerms, rights.begin(), rights.end());
  return facts;
}

std::vector<StoryFact> instrument_facts(const Instrument& instrument) {
  static constexpr std::array kKinds = {"forward", "call", "put",   "future",
                                        "swap",    "cap",  "floor", "bond"};
  const bool bond = instrument.kind == InstrumentKind::bond;
  static constexpr std::array kUnderlyings = {
      "rental_rate",  "log_rental_rate",     "resale_value", "zero_coupon_bond",
      "launch_count", "forward_rental_rate", "power",        "floating_rate"};
  return {
      {"instrument_kind", "kind", std::string(kKinds[static_cast<std::size_t>(instrument.kind)])},
      {"on", "on",
       bond ? StoryCell()
            : StoryCell(std::string(kUnderlyings[static_cast<std::size_t>(instrument.on)]))},
      {"exercise", "exercise", std::string(instrument.bermudan ? "bermudan" : "european")},
      {"delivery", "delivery",
       instrument.delivery ? StoryCell(iso_text(*instrument.delivery)) : StoryCell()},
      {"hardware", "hardware", instrument.hardware},
      {"segment", "segment of the rent", instrument.segment},
      {"line", "line", instrument.line},
      {"strike", "strike, unit of what it is on", instrument.strike},
      {"quantity", "quantity, hours, units or face", instrument.quantity},
      {"position", "position", std::string(instrument.long_position ? "long" : "short")},
      {"expiry", "expiry", iso_text(instrument.expiry)}};
}

std::string only_id(const std::string& id, std::string& kind) {
  const std::size_t colon = id.find(':');
  if (colon == std::string::npos) return id;
  const std::string prefix = id.substr(0, colon);
  if (prefix != "hardware" && prefix != "party" && prefix != "vehicle" && prefix != "contract")
    return id;
  kind = prefix;
  return id.substr(colon + 1);
}

template <class T>
std::optional<std::size_t> place_of(const std::vector<T>& things, const std::string& id) {
  const auto found =
      std::find_if(things.begin(), things.end(), [&id](const T& thing) { return thing.id == id; });
  if (found == things.end()) return std::nullopt;
  return static_cast<std::size_t>(found - things.begin());
}

}  // namespace

std::optional<ExplainedThing> find_thing(const Inputs& inputs, const std::string& asked) {
  using Kind = ExplainedThing::Kind;
  std::string kind;
  const std::string id = only_id(asked, kind);
  const auto wanted = [&kind](const char* name) { return kind.empty() || kind == name; };
  if (wanted("hardware"))
    if (const auto at = place_of(inputs.market.hardware, id)) return {{Kind::hardware, *at}};
  if (wanted("party"))
    if (const auto at = place_of(inputs.market.parties, id)) return {{Kind::party, *at}};
  if (wanted("vehicle"))
    if (const auto at = place_of(inputs.book.vehicles, id)) return {{Kind::vehicle, *at}};
  if (!wanted("contract")) return std::nullopt;
  if (const auto at = place_of(inputs.book.loans, id)) return {{Kind::loan, *at}};
  if (const auto at = place_of(inputs.book.leases, id)) return {{Kind::lease, *at}};
  if (const auto at = place_of(inputs.book.instruments, id)) return {{Kind::instrument, *at}};
  return std::nullopt;
}

std::string nearest_thing(const Inputs& inputs, const std::string& asked) {
  std::string kind;
  std::vector<std::string> ids;
  const auto add = [&ids](const auto& things) {
    for (const auto& thing : things) ids.push_back(thing.id);
  };
  add(inputs.market.hardware);
  add(inputs.market.parties);
  add(inputs.book.vehicles);
  add(inputs.book.loans);
  add(inputs.book.leases);
  add(inputs.book.instruments);
  return nearest_name(only_id(asked, kind), ids);
}

Story explain_contract(const FinishedRun& run, const ExplainedThing& thing) {
  using Kind = ExplainedThing::Kind;
  const Book& book = run.inputs.book;
  Story story;
  switch (thing.kind) {
    case Kind::lease:
      story = {
          "lease", book.leases[thing.index].id, lease_facts(run, book.leases[thing.index]), {}};
      break;
    case Kind::instrument:
      story = {"instrument",
               book.instruments[thing.index].id,
               instrument_facts(book.instruments[thing.index]),
               {}};
      break;
    default:
      story = {"loan", book.loans[thing.index].id, loan_facts(run, book.loans[thing.index]), {}};
  }
  story.facts.insert(story.facts.begin(),
                     {"measure_basis", "basis of flows and tests", std::string(run.basis_name())});
  story.tables = {measures_of(run, "contract", story.id), cash_flows_of(run, story.id),
                  tests_of(run, story.id)};
  return story;
}

}  // namespace lien::pricing
