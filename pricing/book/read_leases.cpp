#include <array>

#include "pricing/book/book_context.hpp"
#include "pricing/book/lease_checks.hpp"
#include "pricing/book/market_blocks.hpp"

namespace lien::pricing {
namespace {

constexpr std::array kFrequencies = {Frequency::monthly, Frequency::quarterly,
                                     Frequency::semiannual, Frequency::annual};

void check_end(const Lease& lease, const ContractChecks& check) {
  const bool readable = !check.has("end_option") || check.good("end_option");
  if (readable && lease.end_option == EndOption::fixed_price && !check.has("option_price"))
    check.missing("option_price", "end_option is fixed_price");
  if (readable && lease.end_option != EndOption::fixed_price)
    check.useless({"option_price"}, "goes with end_option fixed_price only",
                  "write end_option fixed_price, or remove it");
  if (!check.has("guaranteed_residual"))
    check.useless({"residual_guarantor"}, "needs guaranteed_residual, which is not given",
                  "add guaranteed_residual, or remove it");
}

// A number for all units, whenever they are bought. A curve by month is a table: read_lease_table.
double& buyout_price(Lease& lease) {
  lease.buyout_price = {{1.0}, {0.0}};
  return lease.buyout_price.values.front();
}

// Its lessee compares what the units earn with what they cost, so the market must know both.
void check_use(const Hardware& hardware, const ContractChecks& check) {
  check.observes_rents(hardware, false);
  if (hardware.rental_rate == 0)
    check.wrong("hardware",
                "has rental_rate 0: the lessee's options depend on what the use of it is worth",
                "give [[hardware]] " + hardware.id + " a rental_rate, or remove the options");
  check.no_installed_base(hardware,
                          "the lessee may return its units early, which sales would have to know");
}

}  // namespace

std::span<const Field<Lease>> lease_fields() {
  using T = Lease;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("lessee", &T::lessee).required(),
      later<T>("lots"),
      id("hardware", &T::hardware).required(),
      integer<T>(
          "units", +[](T& lease, std::int64_t n) { lease.units = static_cast<double>(n); },
          between(1, 1e9))
          .required(),
      number("purchase_price", &T::purchase_price, above(0)),
      choice<T>(
          "segment",
          +[](T& lease, std::int64_t k) { lease.segment = kSegments[static_cast<std::size_t>(k)]; },
          "spot|term|index"),
      price("quoted_price", &T::quoted_price),
      integer("days_past_due", &T::days_past_due, between(0, 90)),
      date("start", &T::start).required(),
      date("end", &T::end).required(),
      choice<T>(
          "frequency",
          +[](T& lease, std::int64_t k) {
            lease.frequency = kFrequencies[static_cast<std::size_t>(k)];
          },
          "monthly|quarterly|semiannual|annual"),
      number("rent", &T::rent, above(0)).required(),
      choice<&T::timing>("rent_timing", "advance|arrears").required(),
      rate("rent_growth", &T::rent_growth),
      number("deposit", &T::deposit, at_least(0)),
      flag("net", &T::net),
      number("guaranteed_residual", &T::guaranteed_residual, at_least(0)),
      id("residual_guarantor", &T::residual_guarantor),
      choice<&T::end_option>("end_option", "none|fair_market_value|fixed_price|one_dollar"),
      number("option_price", &T::option_price, at_least(0)),
      integer("extension_months", &T::extension_months, between(0, 120)),
      number("extension_rent", &T::extension_rent, above(0)),
      date("buyout_start", &T::buyout_start),
      number<T>("buyout_price", buyout_price, at_least(0)),
      date("termination_start", &T::termination_start),
      number("termination_fee", &T::termination_fee, at_least(0)),
      number("return_cost", &T::return_cost, at_least(0)),
      choice<T>(
          "on_return", +[](T&, std::int64_t) {}, "sell", "relet"),
      choice<&T::sale_and_leaseback>("structure", "lease|sale_and_leaseback"),
  };
  return fields;
}

void check_lease(Lease& lease, const Given& given, const Scope& scope, BookContext& context) {
  const ContractChecks check(given, scope, context);
  check.unique_id(lease.id);
  check.after("end", lease.end, "start", lease.start);
  check.not_past("end", lease.end);
  check_end(lease, check);
  check_options(lease, check);
  const Party* lessee = check.party("lessee", lease.lessee);
  check.not_yet_in_default("lessee", lessee, "start", lease.start);
  check.one_party("residual_guarantor",
                  check.party("residual_guarantor", lease.residual_guarantor));
  const Hardware* hardware = check.hardware("hardware", lease.hardware);
  if (!hardware) return;
  check.segment(*hardware, lease.segment);
  check.observes_resale(*hardware);
  check.no_depth(*hardware, lessee);
  if (!lease.net) check.observes_operating_cost(*hardware);
  if (lease.has_options()) check_use(*hardware, check);
  if (lessee && can_default(*lessee)) check.observes_liquidation(*hardware);
}

}  // namespace lien::pricing
