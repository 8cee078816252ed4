#include "pricing/book/vehicle_checks.hpp"

#include <algorithm>

namespace lien::pricing {
namespace {

// What the mark takes of a hardware with a resale law and the hardware lacks.
std::vector<std::string> lacking(Mark mark, const Hardware& hardware) {
  std::vector<std::string> out;
  const bool part = mark == Mark::market || mark == Mark::ask;
  if ((part || mark == Mark::income) && hardware.resale->law != ResaleLaw::income)
    out.emplace_back("resale law income");
  if (mark == Mark::market && !hardware.executed_price_ratio)
    out.emplace_back("executed_price_ratio");
  if (mark == Mark::ask && !hardware.ask_price_ratio) out.emplace_back("ask_price_ratio");
  if (mark == Mark::rental_multiple && !(hardware.resale->multiple > 0))
    out.emplace_back("a resale.multiple above 0");
  if (mark == Mark::curve && hardware.resale->curve.empty())
    out.emplace_back("resale.months and .values");
  if (mark == Mark::cost && !hardware.useful_life_years) out.emplace_back("useful_life_years");
  return out;
}

void check_mark(const Vehicle& vehicle, const Hardware& hardware, const ContractChecks& check) {
  if (!hardware.resale) return;
  for (const std::string& what : lacking(vehicle.mark, hardware))
    check.wrong("hardware", "lacks " + what + ", which the vehicle's mark takes",
                "add it to [[hardware]] " + hardware.id + ", or choose another mark");
  if (vehicle.mark == Mark::cost && !check.has("purchase_price"))
    check.missing("purchase_price", "the vehicle's mark is cost");
}

}  // namespace

void not_the_borrower(const Vehicle& vehicle, std::string_view field, const std::string& id,
                      const ContractChecks& check) {
  if (check.good(field) && !id.empty() && id == vehicle.borrower)
    check.wrong(field, "is the vehicle's borrower, whose default ends the vehicle itself",
                "name another party, or remove the borrower");
}

void check_lot(const Vehicle& vehicle, const VehicleLot& lot, std::optional<Date> last_maturity,
               const ContractChecks& check) {
  if (lot.in_service && last_maturity && *lot.in_service >= *last_maturity &&
      check.good("in_service"))
    check.wrong("in_service", "is not before the last maturity of the vehicle's debt",
                "remove the lot, or mend the date");
  const Hardware* hardware = check.hardware("hardware", lot.hardware);
  if (!hardware) return;
  check.observes_rents(*hardware, check.has("operating_cost"));
  check.observes_resale(*hardware);
  check.segment(*hardware, lot.segment);
  if (!vehicle.liquidation_lag_months) check.observes_liquidation(*hardware);
  check_mark(vehicle, *hardware, check);
}

namespace {
// Who may leave or renew compares the contract with what the market asks for the same units.
void check_market_rent(const Vehicle& vehicle, const Offtake& offtake, const ContractChecks& check,
                       const BookContext& context) {
  if (!has_choices(offtake)) return;
  for (const VehicleLot& lot : vehicle.lots) {
    if (!names_part(offtake.lots, lot.id)) continue;
    const auto found = context.hardware.find(lot.hardware);
    if (found == context.hardware.end() || found->second->rental_rate > 0) continue;
    check.wrong(offtake.notice_months ? "notice_months" : "renewal_count",
                "asks what the market pays for " + lot.hardware +
                    ", which has no rent: its rental_rate is 0",
                "give the hardware a rental_rate, or remove the customer's choice");
    return;
  }
}
}  // namespace

void check_offtake(const Vehicle& vehicle, const Offtake& offtake, const ContractChecks& check,
                   const BookContext& context) {
  const Party* const customer = check.party("customer", offtake.customer);
  check.one_party("customer", customer);
  if (offtake.start) check.not_yet_in_default("customer", customer, "start", *offtake.start);
  not_the_borrower(vehicle, "customer", offtake.customer, check);
  check.not_past("end", offtake.end);
  if (offtake.start) check.after("end", offtake.end, "start", *offtake.start);
  check_choices(vehicle, offtake, check, context);
}

void check_choices(const Vehicle& vehicle, const Offtake& offtake, const ContractChecks& check,
                   const BookContext& context) {
  if (offtake.prepaid > 0 && !check.has("prepaid_months"))
    check.missing("prepaid_months", "the advance is credited over them");
  // A 0 of a tape's row asks for nothing; a vehicle's offtake has none.
  const auto sound = [&](std::string_view field) { return !check.has(field) || check.good(field); };
  if (!(offtake.prepaid > 0) && offtake.prepaid_months > 0 && sound("prepaid"))
    check.useless({"prepaid_months"}, "goes with a prepaid above 0");
  const bool renews = offtake.renewal_count > 0;
  if (renews && !check.has("renewal_months"))
    check.missing("renewal_months", "a renewal has a length");
  if (!renews && offtake.renewal_months > 0 && sound("renewal_count"))
    check.useless({"renewal_months"}, "goes with a renewal_count above 0");
  if (!renews && !offtake.renews_at_market && sound("renewal_count"))
    check.useless({"renewal_rent"}, "goes with a renewal_count above 0");
  if (check.has("notice_months") && !check.has("walk_away_ratio"))
    check.missing("walk_away_ratio", "the customer gives notice where rents pass it");
  if (!check.has("notice_months"))
    check.useless({"termination_fee"}, "goes with notice_months: without it nobody leaves early");
  if (!check.has("notice_months") && (!renews || offtake.renews_at_market))
    check.useless({"walk_away_ratio"},
                  "goes with notice_months, or with renewals at the same rent");
  check_market_rent(vehicle, offtake, check, context);
}

namespace {

// The mark by its own name: that of the hardware's law where it is by that law.
Mark named(Mark mark, ResaleLaw law) {
  if (mark != Mark::by_law) return mark;
  return law == ResaleLaw::income            ? Mark::income
         : law == ResaleLaw::rental_multiple ? Mark::rental_multiple
                                             : Mark::curve;
}

void check_own_mark(const Vehicle& vehicle, const Covenant& covenant, const ContractChecks& check,
                    const BookContext& context) {
  if (covenant.test != CovenantTest::loan_to_value)
    return check.useless({"mark"}, "goes with loan_to_value only");
  if (!check.good("mark") || covenant.mark == Mark::by_law) return;
  for (const VehicleLot& lot : vehicle.lots) {
    const auto found = context.hardware.find(lot.hardware);
    if (found == context.hardware.end() || !found->second->resale) continue;
    for (const std::string& what : lacking(covenant.mark, *found->second))
      check.wrong("mark", "takes " + what + ", which [[hardware]] " + lot.hardware + " lacks",
                  "add it there, or choose another mark");
    if (covenant.mark == Mark::cost && !lot.purchase_price)
      check.wrong("mark", "takes the purchase_price of lot " + lot.id + ", which is not given",
                  "add purchase_price to the lot, or choose another mark");
  }
}

// An event of default is tested at the price that the book's own sales leave. Cash that the same
// test traps or sweeps could then save the vehicle because others have sold.
void check_pressed(const Vehicle& vehicle, const Covenant& covenant, const ContractChecks& check,
                   const BookContext& context) {
  if (covenant.test != CovenantTest::loan_to_value ||
      (covenant.consequences & kEventOfDefault) == 0 || !context.market ||
      !context.market->liquidation)
    return;
  const auto& base = context.market->liquidation->installed_base;
  const Mark mark = covenant.mark == Mark::by_law ? vehicle.mark : covenant.mark;
  for (const VehicleLot& lot : vehicle.lots)
    for (const Hardware& hardware : context.market->hardware)
      if (hardware.id == lot.hardware && base.count(hardware.id) != 0 && hardware.resale &&
          is_resale_value(mark, hardware.resale->law)) {
        const ResaleLaw law = hardware.resale->law;
        if (named(mark, law) != named(vehicle.mark, law)) {
          check.wrong("mark",
                      "is not the vehicle's, and own sales press the price of " + hardware.id +
                          ", at which an event of default is tested",
                      "write this mark for the vehicle, or remove it");
          return;
        }
        if (covenant.consequences == kEventOfDefault && covenant.equity_cure_count == 0) return;
        const bool cured = covenant.consequences == kEventOfDefault;
        check.wrong(cured ? "equity_cure_count" : "consequence",
                    std::string(cured ? "does not go with an event of default of which nothing else"
                                        " follows"
                                      : "has event_of_default beside others") +
                        ", and own sales press the price of " + hardware.id +
                        ", at which that event alone is tested",
                    cured ? "remove it, or the installed_base"
                          : "write two covenants: one with event_of_default, one with the rest");
        return;
      }
}

// The event is a customer's notice: some customer must be able to give it.
void check_termination(const Vehicle& vehicle, const Covenant& covenant,
                       const ContractChecks& check) {
  check.useless({"min", "max", "window_months"}, "does not go with an event");
  if (check.has("party")) check.one_party("party", check.party("party", covenant.party));
  const bool any =
      std::any_of(vehicle.offtakes.begin(), vehicle.offtakes.end(), [&](const Offtake& offtake) {
        return offtake.notice_months &&
               (covenant.party.empty() || covenant.party == offtake.customer);
      });
  if (!any)
    check.wrong(check.has("party") ? "party" : "test", "names no customer that may give notice",
                "add notice_months and walk_away_ratio to its offtake, or remove the test");
}

// Money cures a ratio of money.
void check_cures(const Covenant& covenant, const ContractChecks& check) {
  const bool count = covenant.equity_cure_count > 0, limit = covenant.equity_cure_limit > 0;
  if (count && !limit && check.good("equity_cure_count"))
    check.wrong("equity_cure_count", "needs equity_cure_limit, the most that is paid in all",
                "add equity_cure_limit");
  if (limit && !count && check.good("equity_cure_limit"))
    check.wrong("equity_cure_limit", "needs equity_cure_count, the number of cures",
                "add equity_cure_count");
  if (!count) return;
  const bool back = covenant.test == CovenantTest::debt_service_coverage_ratio &&
                    covenant.window_months >= 0;  // 0 is a fault of its own
  const bool of_money = covenant.test == CovenantTest::loan_to_value ||
                        covenant.test == CovenantTest::loan_to_cost ||
                        covenant.test == CovenantTest::liquidity;
  if (!back && !of_money)
    check.wrong("equity_cure_count", "does not go with this test: no money of the sponsor mends it",
                "remove it");
}

}  // namespace

void check_covenant(const Vehicle& vehicle, const Covenant& covenant, const ContractChecks& check,
                    const BookContext& context) {
  if (!check.good("test")) return;
  check_own_mark(vehicle, covenant, check, context);
  check_pressed(vehicle, covenant, check, context);
  const auto needs = [&](unsigned consequence, std::string_view field) {
    if ((covenant.consequences & consequence) == 0)
      check.useless({field}, "goes with a consequence that this covenant does not have");
  };
  needs(kMarginStepUp, "step_up");
  needs(kCashSweep, "sweep_share");
  needs(kEventOfDefault, "cure_period_days");
  check_cures(covenant, check);
  const bool unsure =
      !vehicle.leases.empty() ||
      std::any_of(vehicle.offtakes.begin(), vehicle.offtakes.end(),
                  [](const Offtake& o) { return o.renewal_count > 0 || o.notice_months; });
  if (covenant.window_months < 0 && unsure)
    check.wrong(
        "window_months",
        "looks ahead of a lease, a renewal or a notice: they do not go together in this version",
        "look back, or remove one of them");
  if (covenant.window_months == 0)
    check.wrong("window_months", "is no month", "write months back, or below 0 months ahead");
  const bool draws = std::any_of(vehicle.tranches.begin(), vehicle.tranches.end(),
                                 [](const Tranche& tranche) { return !tranche.draws.empty(); });
  if ((covenant.consequences & kDrawStop) != 0 && !draws)
    check.wrong("consequence", "stops draws, and no tranche of this vehicle draws",
                "add draw to a tranche, or remove draw_stop");
  const bool revolves =
      std::any_of(vehicle.tranches.begin(), vehicle.tranches.end(), [&](const Tranche& tranche) {
        return tranche.loan && context.book.loans[*tranche.loan].revolving;
      });
  if ((covenant.consequences & kDrawStop) != 0 && revolves)
    check.wrong("consequence",
                "stops draws of a revolving tranche: the two do not go together in this version",
                "remove one of them");
  if ((covenant.consequences & kMarginStepUp) != 0 && !check.has("step_up"))
    check.missing("step_up", "margin_step_up has a size");
  if (covenant.test == CovenantTest::party_default) {
    if (!check.has("party")) check.missing("party", "the event is its default");
    check.one_party("party", check.party("party", covenant.party));
    not_the_borrower(vehicle, "party", covenant.party, check);
    check.useless({"min", "max", "window_months"}, "does not go with an event");
    return;
  }
  if (covenant.test == CovenantTest::offtake_termination) {
    check_termination(vehicle, covenant, check);
    return;
  }
  check.useless({"party"}, "goes with an event only");
  const bool most = covenant.test == CovenantTest::loan_to_value ||
                    covenant.test == CovenantTest::loan_to_cost ||
                    covenant.test == CovenantTest::customer_concentration;
  check.useless({most ? "min" : "max"}, most ? "is no bound of this test: it has a most"
                                             : "is no bound of this test: it has a least");
  if (!check.has(most ? "max" : "min"))
    check.missing(most ? "max" : "min", "the test is against it");
  if (covenant.test != CovenantTest::debt_service_coverage_ratio)
    check.useless({"window_months"}, "goes with debt_service_coverage_ratio only");
  const bool priced = std::all_of(vehicle.lots.begin(), vehicle.lots.end(),
                                  [](const VehicleLot& lot) { return lot.purchase_price; });
  if (covenant.test == CovenantTest::loan_to_cost && !priced)
    check.wrong("test", "needs the purchase_price of every lot", "add purchase_price to the lots");
  const bool of_customers = covenant.test == CovenantTest::contract_realization ||
                            covenant.test == CovenantTest::customer_concentration;
  if (of_customers && vehicle.offtakes.empty() && vehicle.leases.empty())
    check.wrong("test", "needs an offtake", "add [[vehicle.offtake]], or remove the test");
  const bool floats =
      std::any_of(vehicle.tranches.begin(), vehicle.tranches.end(), [&](const Tranche& tranche) {
        return tranche.loan && context.book.loans[*tranche.loan].floating;
      });
  if (covenant.test == CovenantTest::hedge_ratio && (!floats || vehicle.hedges.empty()))
    check.wrong("test", "needs a tranche at a floating rate and a hedge",
                "add margin to a tranche and [[vehicle.hedge]], or remove the test");
}

void check_equity(const Vehicle& vehicle, const Tranche& tranche, const ContractChecks& check) {
  if (!tranche.equity) return;
  check.useless({"payment_in_kind", "cash_sweep", "extension_months", "extension_count",
                 "extension_fee", "refinancing_max_loan_to_value"},
                "does not go with kind equity");
  for (const Tranche& other : vehicle.tranches)
    if (!other.equity && other.rank >= tranche.rank && check.good("rank")) {
      check.wrong("rank", "is not behind tranche " + other.id + ": equity takes the first loss",
                  "write a rank above " + std::to_string(other.rank));
      return;
    }
}

std::optional<ShareFault> fault_of_shares(const Vehicle& vehicle) {
  for (const VehicleLot& lot : vehicle.lots) {
    // At the start of one contract all that have begun and not ended count.
    for (const Offtake& one : vehicle.offtakes) {
      const Date at = one.start.value_or(Date{});
      double share = 0;
      for (const Offtake& other : vehicle.offtakes)
        if (names_part(other.lots, lot.id) && other.start.value_or(Date{}) <= at && other.end > at)
          share += other.share;
      if (!names_part(one.lots, lot.id) || share <= 1 + 1e-12) continue;
      return ShareFault{"offtake.share",
                        "lets more than the whole of lot " + lot.id + " when " + one.id + " starts",
                        "lower the shares, or name the lots of each offtake"};
    }
    double bought = 0;
    for (const Guarantee& guarantee : vehicle.guarantees)
      if (guarantee.kind == GuaranteeKind::capacity && names_part(guarantee.lots, lot.id))
        bought += guarantee.share;
    if (bought <= 1 + 1e-12) continue;
    return ShareFault{"guarantee.share", "buys more than all unsold hours of lot " + lot.id,
                      "lower the shares, or name the lots of each guarantee"};
  }
  return std::nullopt;
}

void check_shares(const Vehicle& vehicle, const TomlValue& table, const Scope& scope) {
  if (auto fault = fault_of_shares(vehicle))
    scope.fault(table.line, table.column, fault->field, "", std::move(fault->problem),
                std::move(fault->remedy));
}

namespace {

class WaterfallCheck {
 public:
  WaterfallCheck(const Vehicle& vehicle, const TomlValue& list, const Scope& scope)
      : vehicle_(vehicle), list_(list), scope_(scope) {}

  void check() const {
    need(CashStep::operating_cost, "operating_cost", "");
    for (const VehicleFee& fee : vehicle_.fees) need(CashStep::fee, "fee", fee.id);
    for (const Instrument& hedge : vehicle_.hedges) need(CashStep::hedge, "hedge", hedge.id);
    bool sweeps = false, traps = false;
    for (const Tranche& tranche : vehicle_.tranches) {
      if (tranche.equity) continue;
      need(CashStep::interest, "interest", tranche.id);
      need(CashStep::principal, "principal", tranche.id);
      if (tranche.cash_sweep > 0) need(CashStep::cash_sweep, "cash_sweep", tranche.id);
    }
    for (const ReserveAccount& reserve : vehicle_.reserves)
      need(CashStep::reserve, "reserve", reserve.id);
    for (const Covenant& covenant : vehicle_.covenants) {
      sweeps = sweeps || (covenant.consequences & kCashSweep) != 0;
      traps = traps || (covenant.consequences & kCashTrap) != 0;
      sweeps = sweeps || (covenant.consequences & kMandatoryPrepayment) != 0;
    }
    if (sweeps) need(CashStep::cash_sweep, "cash_sweep", "");
    if (traps) need(CashStep::cash_trap, "cash_trap", "");
    need(CashStep::distribution, "distribution", "");
    if (!vehicle_.waterfall.empty() && pays(CashStep::distribution, "") &&
        vehicle_.waterfall.back().step != CashStep::distribution)
      tell("gives the cash away before its last step", "put distribution last");
  }

 private:
  void tell(std::string problem, std::string remedy) const {
    scope_.fault(list_.line, list_.column, "waterfall", "", std::move(problem), std::move(remedy));
  }
  [[nodiscard]] bool pays(CashStep step, const std::string& part) const {
    return std::any_of(
        vehicle_.waterfall.begin(), vehicle_.waterfall.end(), [&](const WaterfallStep& s) {
          return s.step == step && (s.part.empty() || part.empty() || s.part == part);
        });
  }
  void need(CashStep step, const std::string& name, const std::string& part) const {
    if (!pays(step, part))
      tell("leaves out " + name + (part.empty() ? "" : ":" + part), "add it where it is paid");
  }

  const Vehicle& vehicle_;
  const TomlValue& list_;
  const Scope& scope_;
};

}  // namespace

void check_waterfall(const Vehicle& vehicle, const TomlValue& table, const Scope& scope) {
  const TomlValue* const list = table.find("waterfall");
  if (!list || !list->is_list()) return;
  if (list->items.empty())
    scope.fault(list->line, list->column, "waterfall", "", "is empty",
                "list its steps, or remove it for the usual order");
  else
    WaterfallCheck(vehicle, *list, scope).check();
}

}  // namespace lien::pricing
