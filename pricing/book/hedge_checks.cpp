#include <algorithm>

#include "pricing/book/vehicle_checks.hpp"

// What a hedge inside a vehicle must say beyond what any instrument must.
namespace lien::pricing {
namespace {

// The kinds and underlyings that a vehicle's cash can be hedged with.
void check_hedge_kind(const Instrument& hedge, const ContractChecks& check) {
  if (check.good("kind") && hedge.kind == InstrumentKind::bond)
    check.wrong("kind", "is no hedge of a vehicle", "write it as an [[instrument]] of its own");
  const bool future = check.good("kind") && hedge.kind == InstrumentKind::future;
  if (future && check.good("on") &&
      (hedge.on == Underlying::power || hedge.on == Underlying::resale_value))
    check.wrong("on", "has no futures price on a path, by which a future pays its gains",
                "write kind forward: the same difference, paid at expiry; or rental_rate");
  if (future && check.good("segment") && !hedge.segment.empty() && hedge.segment != "spot")
    check.wrong("segment", "has no futures price on a path, by which a future pays its gains",
                "write kind forward: the same difference, paid at expiry; or remove it");
  if (hedge.bermudan)
    check.wrong("exercise", "does not go with a hedge of a vehicle", "write european");
  if (check.good("on") && hedge.on != Underlying::rental_rate && hedge.on != Underlying::power &&
      hedge.on != Underlying::floating_rate && hedge.on != Underlying::resale_value)
    check.wrong("on", "is nothing that a vehicle hedges in this version",
                "write rental_rate, resale_value, power or floating_rate");
}

void check_tranche(const Vehicle& vehicle, const Instrument& hedge, const ContractChecks& check,
                   const BookContext& context) {
  if (!check.good("tranche")) return;
  const auto found =
      std::find_if(vehicle.tranches.begin(), vehicle.tranches.end(),
                   [&](const Tranche& t) { return t.id == hedge.tranche && t.loan.has_value(); });
  if (found == vehicle.tranches.end())
    return check.wrong("tranche", "is no debt tranche of this vehicle", "name one of its ids");
  const Loan& loan = context.book.loans[*found->loan];
  if (!loan.floating)
    return check.wrong("tranche", "has a fixed coupon: its interest needs no hedge",
                       "name a tranche with a margin, or write quantity");
  if (check.good("expiry") && hedge.expiry > loan.maturity)
    check.wrong("expiry", "is after the maturity of tranche " + hedge.tranche,
                "end the hedge with a period of the tranche");
  check.useless({"frequency"}, "does not go with tranche, whose periods the hedge has");
}

// Some lot's cost moves with the power price.
bool cost_follows_power(const Vehicle& vehicle, const BookContext& context) {
  return std::any_of(vehicle.lots.begin(), vehicle.lots.end(), [&](const VehicleLot& lot) {
    const auto found = context.hardware.find(lot.hardware);
    return found == context.hardware.end() || found->second->power_share > 0;
  });
}

void check_size(const Vehicle& vehicle, const Instrument& hedge, const ContractChecks& check,
                const BookContext& context) {
  if (!check.good("on")) return;
  const bool rate = hedge.on == Underlying::floating_rate, power = hedge.on == Underlying::power;
  const bool units = hedge.on == Underlying::resale_value;
  if (!rate) check.useless({"tranche"}, "goes with floating_rate only");
  if (!rate && !power)
    check.useless({"ratio"}, "goes with floating_rate and power only",
                  units ? "write quantity, in units" : "write quantity, in hours");
  const bool shares = check.has("ratio") || (rate && check.has("tranche"));
  if (shares && check.has("quantity"))
    return check.wrong("quantity", "stands beside ratio: a hedge has one size",
                       "keep one of the two");
  if (rate && shares && !check.has("tranche"))
    return check.missing("tranche", "ratio is a share of its principal");
  if (rate && shares && !check.has("ratio"))
    return check.missing("ratio", "the hedge is of a share of the tranche");
  if (!shares && !check.has("quantity"))
    return check.missing("quantity", "a hedge has a size",
                         rate    ? "write tranche and ratio, or quantity"
                         : power ? "write ratio, of the cost that follows power, or quantity"
                         : units ? "write quantity, in units"
                                 : "write quantity, in hours of each settlement");
  if (rate && shares) check_tranche(vehicle, hedge, check, context);
  if (!power || !check.good("ratio")) return;
  if (check.has("frequency") && hedge.frequency != Frequency::monthly)
    check.wrong("frequency", "must be monthly: ratio is of each month's operating cost",
                "remove it, or write quantity");
  if (context.market && !cost_follows_power(vehicle, context))
    check.wrong("ratio", "is of a cost that does not follow power: no lot has a power_share",
                "add power_share to the hardware of a lot, or write quantity");
}

}  // namespace

void check_hedge(const Vehicle& vehicle, const Instrument& hedge, std::optional<Date> last_maturity,
                 const ContractChecks& check, const BookContext& context) {
  check_hedge_kind(hedge, check);
  check_size(vehicle, hedge, check, context);
  if (check.good("expiry") && last_maturity && hedge.expiry > *last_maturity &&
      hedge.tranche.empty())
    check.wrong("expiry", "is after the last maturity of the vehicle's debt",
                "end the hedge with the debt");
  not_the_borrower(vehicle, "counterparty", hedge.counterparty, check);
  const auto party = context.parties.find(hedge.counterparty);
  if (check.good("counterparty") && party != context.parties.end())
    check.one_party("counterparty", party->second);
}

}  // namespace lien::pricing
