#include <algorithm>

#include "pricing/book/lease_checks.hpp"
#include "pricing/book/vehicle_checks.hpp"

namespace lien::pricing {
namespace {

void check_end(const VehicleLease& lease, const ContractChecks& check) {
  const bool fixed = lease.end_option == EndOption::fixed_price;
  if (fixed && !check.has("option_price"))
    check.missing("option_price", "end_option fixed_price has one");
  if (!fixed) check.useless({"option_price"}, "goes with end_option fixed_price only");
  const bool sold =
      lease.end_option == EndOption::fair_market_value || lease.end_option == EndOption::one_dollar;
  if (sold)
    check.useless({"guaranteed_residual", "residual_guarantor"},
                  "is without effect: the lessee takes the units at the end");
  if (!sold && !(lease.guaranteed_residual > 0) && check.good("guaranteed_residual"))
    check.useless({"residual_guarantor"}, "goes with a guaranteed_residual above 0");
  if (!lease.relets) check.useless({"relet_months"}, "goes with on_return relet only");
  if (lease.relets) check.useless({"return_cost"}, "goes with on_return sell only");
}

// Who may take a lot away, or lets it whole, has it alone.
void check_lots(const Vehicle& vehicle, const VehicleLease& lease, const ContractChecks& check) {
  for (const VehicleLot& lot : vehicle.lots) {
    if (!names_part(lease.lots, lot.id)) continue;
    for (const VehicleLease& other : vehicle.leases)
      if (other.id != lease.id && names_part(other.lots, lot.id))
        return check.wrong("id", "lets lot " + lot.id + ", which lease " + other.id + " lets",
                           "name the lots of each lease");
    for (const Offtake& offtake : vehicle.offtakes)
      if (names_part(offtake.lots, lot.id) && may_part(lease))
        return check.wrong(
            "id", "may part with lot " + lot.id + ", which offtake " + offtake.id + " lets",
            "name the lots of each, or write on_return = \"relet\" and neither end_option nor "
            "buyout_start");
  }
}

// Its lessee compares what the lots earn with what they cost, so the market must know both.
void check_use(const VehicleLot& lot, const Hardware& hardware, const ContractChecks& check,
               const BookContext& context) {
  check.observes_rents(hardware, lot.operating_cost.has_value());
  if (hardware.rental_rate == 0)
    check.wrong("id",
                "lets lot " + lot.id + " of " + hardware.id +
                    ", which has rental_rate 0: the lessee's options depend on what the use of it "
                    "is worth",
                "give [[hardware]] " + hardware.id + " a rental_rate, or remove the options");
  const auto& terms = context.market->liquidation;
  if (terms && terms->installed_base.count(hardware.id) > 0)
    check.wrong("id",
                "lets lot " + lot.id + " of " + hardware.id +
                    ", which has an installed base: the lessee may return its units early, which "
                    "sales would have to know",
                "remove it from liquidation.installed_base, or remove the options");
}

}  // namespace

void check_vehicle_lease(const Vehicle& vehicle, const VehicleLease& lease,
                         const ContractChecks& check, const BookContext& context) {
  check.after("end", lease.end, "start", lease.start);
  check.not_past("end", lease.end);
  const Party* const lessee = check.party("lessee", lease.lessee);
  check.one_party("lessee", lessee);
  check.not_yet_in_default("lessee", lessee, "start", lease.start);
  not_the_borrower(vehicle, "lessee", lease.lessee, check);
  if (check.has("residual_guarantor")) {
    check.one_party("residual_guarantor",
                    check.party("residual_guarantor", lease.residual_guarantor));
    not_the_borrower(vehicle, "residual_guarantor", lease.residual_guarantor, check);
  }
  check_end(lease, check);
  check_options(lease, check);
  check_lots(vehicle, lease, check);
  for (const VehicleLot& lot : vehicle.lots) {
    const auto found = context.hardware.find(lot.hardware);
    if (!names_part(lease.lots, lot.id) || found == context.hardware.end()) continue;
    if (lease.has_options()) check_use(lot, *found->second, check, context);
    if (!lease.relets) check.observes_liquidation(*found->second);
  }
}

}  // namespace lien::pricing
