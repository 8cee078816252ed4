#include "pricing/book/vehicle_fields.hpp"

#include <algorithm>
#include <array>

#include "pricing/book/book_context.hpp"

namespace lien::pricing {
namespace {

constexpr std::array kFrequencies = {Frequency::monthly, Frequency::quarterly,
                                     Frequency::semiannual, Frequency::annual};

constexpr std::array<const char*, 3> kSegments = {"spot", "term", "index"};

}  // namespace

std::span<const Field<Vehicle>> vehicle_fields() {
  using T = Vehicle;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("borrower", &T::borrower),
      id("sponsor", &T::sponsor),
      choice<&T::recourse>("recourse", "full|none"),
      choice<T>(
          "mark", +[](T& v, std::int64_t k) { v.mark = static_cast<Mark>(k + 1); },
          "income|cost|market|ask|rental_multiple|curve"),
      share("liquidation_haircut", &T::liquidation_haircut),
      number("liquidation_lag_months", &T::liquidation_lag_months, between(0, 600)),
      apart<T>("lot").required(),
      apart<T>("offtake"),
      apart<T>("lease"),
      apart<T>("tranche").required(),
      apart<T>("fee"),
      apart<T>("reserve"),
      apart<T>("covenant"),
      apart<T>("guarantee"),
      apart<T>("hedge"),
      apart<T>("waterfall"),
  };
  return fields;
}

std::span<const Field<VehicleLot>> lot_fields() {
  using T = VehicleLot;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("hardware", &T::hardware).required(),
      integer<T>(
          "units", +[](T& lot, std::int64_t n) { lot.units = static_cast<double>(n); },
          between(1, 1e9))
          .required(),
      date("in_service", &T::in_service),
      number("slip_months", &T::slip_months, between(0, 600)),
      number("purchase_price", &T::purchase_price, above(0)),
      number("operating_cost", &T::operating_cost, at_least(0)),
      choice<T>(
          "segment",
          +[](T& lot, std::int64_t k) { lot.segment = kSegments[static_cast<std::size_t>(k)]; },
          "spot|term|index"),
  };
  return fields;
}

std::span<const Field<Offtake>> offtake_fields() {
  using T = Offtake;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("customer", &T::customer).required(),
      apart<T>("lots"),
      share("share", &T::share),
      number("rental_rate", &T::rental_rate, above(0)).required(),
      date("start", &T::start),
      date("end", &T::end).required(),
      share("take_or_pay", &T::take_or_pay),
      rate("growth", &T::growth, between(-1, 1)),
      flag("net", &T::net),
      share("realization", &T::realization),
      number("prepaid", &T::prepaid, at_least(0)),
      integer("prepaid_months", &T::prepaid_months, between(1, 600)),
      integer<T>(
          "notice_months",
          +[](T& offtake, std::int64_t n) { offtake.notice_months = static_cast<int>(n); },
          between(0, 600)),
      number("termination_fee", &T::termination_fee, at_least(0)),
      number("walk_away_ratio", &T::walk_away_ratio, above(1)),
      integer("relet_months", &T::relet_months, between(0, 600)),
      integer("renewal_months", &T::renewal_months, between(1, 600)),
      integer("renewal_count", &T::renewal_count, between(0, 50)),
      choice<T>(
          "renewal_rent", +[](T& offtake, std::int64_t k) { offtake.renews_at_market = k == 1; },
          "same|market"),
  };
  return fields;
}

std::span<const Field<VehicleLease>> vehicle_lease_fields() {
  using T = VehicleLease;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("lessee", &T::lessee).required(),
      apart<T>("lots"),
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
      flag("net", &T::net),
      number("guaranteed_residual", &T::guaranteed_residual, at_least(0)),
      id("residual_guarantor", &T::residual_guarantor),
      choice<&T::end_option>("end_option", "none|fair_market_value|fixed_price|one_dollar"),
      number("option_price", &T::option_price, at_least(0)),
      number("return_cost", &T::return_cost, at_least(0)),
      choice<T>(
          "on_return", +[](T& lease, std::int64_t k) { lease.relets = k == 1; }, "sell|relet"),
      integer("relet_months", &T::relet_months, between(0, 600)),
      number("deposit", &T::deposit, at_least(0)),
      integer("extension_months", &T::extension_months, between(0, 120)),
      number("extension_rent", &T::extension_rent, above(0)),
      date("buyout_start", &T::buyout_start),
      apart<T>("buyout_price"),
      date("termination_start", &T::termination_start),
      number("termination_fee", &T::termination_fee, at_least(0)),
      later<T>("structure", "lease"),
  };
  return fields;
}

std::span<const Field<VehicleFee>> fee_fields() {
  using T = VehicleFee;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      number("amount", &T::amount, at_least(0)),
      rate("rate", &T::rate, between(0, 1)),
      rate("growth", &T::growth, between(-1, 1)),
  };
  return fields;
}

std::span<const Field<ReserveAccount>> reserve_fields() {
  using T = ReserveAccount;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      number("initial", &T::initial, at_least(0)),
      number("target", &T::target, at_least(0)),
      number("target_months", &T::target_months, between(0, 600)),
      apart<T>("covers"),
      flag("earns_interest", &T::earns_interest),
  };
  return fields;
}

std::span<const Field<Covenant>> covenant_fields() {
  using T = Covenant;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<&T::test>("test",
                       "debt_service_coverage_ratio|loan_to_value|loan_to_cost|"
                       "contract_realization|liquidity|hedge_ratio|party_default|"
                       "offtake_termination|customer_concentration")
          .required(),
      number("min", &T::min),
      number("max", &T::max),
      id("party", &T::party),
      choice<T>(
          "mark", +[](T& covenant, std::int64_t k) { covenant.mark = static_cast<Mark>(k + 1); },
          "income|cost|market|ask|rental_multiple|curve"),
      integer("window_months", &T::window_months, between(-60, 60)),
      choice<T>(
          "frequency",
          +[](T& covenant, std::int64_t k) {
            covenant.frequency = kFrequencies[static_cast<std::size_t>(k)];
          },
          "monthly|quarterly|semiannual|annual"),
      date("first_test", &T::first_test),
      apart<T>("consequence").required(),
      rate("step_up", &T::step_up, between(0, 1)),
      share("sweep_share", &T::sweep_share),
      integer("release_tests", &T::release_tests, between(1, 600)),
      integer("cure_period_days", &T::cure_period_days, between(0, 3650)),
      number("equity_cure_limit", &T::equity_cure_limit, at_least(0)),
      integer("equity_cure_count", &T::equity_cure_count, between(0, 600)),
  };
  return fields;
}

std::span<const Field<Guarantee>> guarantee_fields() {
  using T = Guarantee;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<&T::kind>("kind", "residual_value|capacity|payment|last_lessee|pay_or_step_in")
          .required(),
      id("guarantor", &T::guarantor).required(),
      apart<T>("covers"),
      apart<T>("lots"),
      number("cap", &T::cap, at_least(0)),
      date("expiry", &T::expiry),
      share("share", &T::share),
      apart<T>("floors"),
      number("price", &T::price, above(0)),
      number("termination_fee", &T::termination_fee, at_least(0)),
      choice<T>(
          "trigger",
          +[](T& guarantee, std::int64_t k) {
            guarantee.triggers = k == 0 ? kLesseeDefault : kEndOfTerm;
          },
          "lessee_default|end_of_term", "unsold"),
  };
  return fields;
}

std::span<const Field<Tranche>> tranche_fields() {
  using T = Tranche;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<T>(
          "kind", +[](T& tranche, std::int64_t k) { tranche.equity = k == 1; }, "debt|equity"),
      integer("rank", &T::rank, between(1, 1000)).required(),
      share("payment_in_kind", &T::payment_in_kind),
      share("cash_sweep", &T::cash_sweep, Range{0, 1, false, true}),
      apart<T>("margin_grid"),
      integer("extension_months", &T::extension_months, between(0, 120)),
      integer("extension_count", &T::extension_count, between(0, 120)),
      share("extension_fee", &T::extension_fee, Range{0, 1, false, true}),
      number("refinancing_max_loan_to_value", &T::refinancing_max_loan_to_value, above(0)),
  };
  return fields;
}

std::span<const Field<GridMargin>> grid_fields() {
  using T = GridMargin;
  static constexpr std::array fields = {
      text("rating", &T::rating).required(),
      rate("margin", &T::margin, Range{-0.1, 1, true, true}).required(),
  };
  return fields;
}

std::span<const Field<Loan>> tranche_debt_fields() {
  using T = Loan;
  static constexpr std::array fields = {
      number("principal", &T::principal, above(0)),
      number("commitment", &T::commitment, above(0)),
      apart<T>("draw"),
      date("draw_end", &T::draw_end),
      rate("undrawn_fee", &T::undrawn_fee, Range{0, 1, false, true}),
      flag("revolving", &T::revolving),
      integer<T>(
          "draw_maturity_months",
          +[](T& loan, std::int64_t n) { loan.draw_maturity_months = static_cast<int>(n); },
          between(1, 600)),
      choice<&T::amortization>(
          "amortization", "level|straight_line|bullet|balloon|custom|depreciated_cost|sculpted")
          .required(),
      apart<T>("schedule"),
      number("depreciation_years", &T::depreciation_years, above(0)),
      number("target_debt_service_coverage_ratio", &T::target_debt_service_coverage_ratio,
             above(1)),
  };
  return fields;
}

std::span<const Field<TrancheDraw>> draw_fields() {
  using T = TrancheDraw;
  static constexpr std::array fields = {
      date("date", &T::date),
      apart<T>("lots"),
      number("amount", &T::amount, above(0)),
      share("advance_rate", &T::advance_rate, Range{0, 1, true, false}),
  };
  return fields;
}

std::vector<Field<Loan>> debt_fields() {
  constexpr std::array kOfDebt = {"id",
                                  "outstanding_principal",
                                  "closing",
                                  "maturity",
                                  "coupon",
                                  "margin",
                                  "floor",
                                  "cap",
                                  "current_rate",
                                  "frequency",
                                  "day_count",
                                  "balloon",
                                  "payment",
                                  "interest_only_months",
                                  "closing_fee",
                                  "held",
                                  "original_issue_discount",
                                  "prepayment_penalty",
                                  "prepayment_start",
                                  "prepayment_spread",
                                  "quoted_price",
                                  "days_past_due",
                                  "pd_one_year_at_closing",
                                  "slotting_category"};
  std::vector<Field<Loan>> fields;
  for (const Field<Loan>& field : tranche_debt_fields()) fields.push_back(field);
  for (const Field<Loan>& field : loan_fields())
    if (std::find(kOfDebt.begin(), kOfDebt.end(), field.name) != kOfDebt.end())
      fields.push_back(field);
  return fields;
}

std::pair<TomlValue, TomlValue> split_tranche(const TomlValue& table) {
  std::pair<TomlValue, TomlValue> parts{table, table};
  parts.first.entries.clear();
  parts.second.entries.clear();
  const std::vector<std::string> own = names_of(tranche_fields());
  for (const TomlEntry& entry : table.entries) {
    const bool is_own = std::find(own.begin(), own.end(), entry.key) != own.end();
    if (is_own) parts.first.entries.push_back(entry);
    if (!is_own || entry.key == "id") parts.second.entries.push_back(entry);
  }
  return parts;
}

}  // namespace lien::pricing
