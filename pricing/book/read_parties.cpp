#include <array>
#include <cstdint>
#include <span>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/market_fields.hpp"
#include "pricing/credit/cir_hazard.hpp"

namespace lien::pricing {
namespace {

// Beyond the longest run: 600 months, then the longest liquidation.
constexpr int kMonths = 1200;

std::span<const Field<CirHazard>> cir_fields() {
  using T = CirHazard;
  static constexpr std::array fields = {
      choice<T>(
          "law", +[](T&, std::int64_t) {}, "cir")
          .required(),
      number("initial", &T::initial, between(0, 100)).required(),
      number("mean", &T::mean, between(0, 100)).required(),
      number("mean_reversion", &T::mean_reversion, between(0, 1000)).required(),
      number("volatility", &T::volatility, between(0, 1000)).required(),
  };
  return fields;
}

Curve read_cir(const TomlValue& table, const Scope& scope) {
  CirHazard law;
  const Given given = read_table(table, cir_fields(), law, "part of hazard", scope.part("hazard"));
  const bool sound = given.complete && given.wrong.empty() && given.names.size() == 5;
  return sound ? cir_hazard_curve(law, kMonths) : Curve{{1.0}, {0.0}};
}

void read_credit_input(const TomlValue& table, Party& party, const Given& given,
                       const Scope& scope) {
  const bool by_hazard = given.has("hazard"), by_spread = given.has("cds_spreads");
  const bool by_probability = given.has("pd_one_year");
  if (by_hazard + by_spread + by_probability != 1) {
    scope.fault(table.line, table.column, "hazard", "",
                by_hazard + by_spread + by_probability == 0
                    ? "is missing: a party has a hazard, cds_spreads or pd_one_year"
                    : "stands beside another of hazard, cds_spreads and pd_one_year",
                by_hazard + by_spread + by_probability == 0 ? "add one of them" : "keep one");
  }
  if (by_probability) party.input = CreditInput::pd_one_year;
  if (by_spread) {
    party.input = CreditInput::cds_spreads;
    party.cds_spreads = read_curve(*table.find("cds_spreads"), "cds_spreads",
                                   {{"years", "spreads", between(0, 1), Unit::rate}}, scope);
    if (given.good("recovery") && party.recovery >= 1)
      scope.fault(table.find("recovery")->scalar(), "recovery",
                  "must be below 1 with cds_spreads, which pay only what is lost");
  }
  if (!by_hazard) return;
  party.input = CreditInput::hazard;
  const TomlValue& hazard = *table.find("hazard");
  if (hazard.is_table() && hazard.find("law")) {
    party.hazard = read_cir(hazard, scope);
    return;
  }
  // A hazard is a rate, yet above 1 for a party near default: 5 a year is 99.3 %.
  party.hazard = read_curve(hazard, "hazard", {{"years", "rates", between(0, 100)}}, scope);
}

// The noise of a party is its own, and has a stationary law.
void check_noise(const TomlValue& table, const Party& party, const Scope& scope) {
  if (party.hazard_volatility == 0) return;
  const TomlValue& volatility = *table.find("hazard_volatility");
  if (party.hazard_mean_reversion == 0)
    scope.fault(volatility.scalar(), "hazard_volatility",
                "is the stationary stdev of a noise whose hazard_mean_reversion is 0",
                "write a hazard_mean_reversion above 0");
  if (party.count > 1)
    scope.fault(volatility.scalar(), "hazard_volatility",
                "goes with one party, and count makes a pool",
                "write a [[party]] for each, or remove it");
}

}  // namespace

Party read_party(const TomlValue& table, bool has_credit, const Scope& top) {
  const Scope scope{top.faults, top.file, block_label("party", table, "id")};
  Party party;
  party.where = {scope.file, table.line, table.column};
  const Given given = read_table(table, party_fields(), party, "field of [[party]]", scope);
  read_credit_input(table, party, given, scope);
  if (party.credit_loading != 0 && !has_credit)
    scope.fault(table.find("credit_loading")->scalar(), "credit_loading",
                "needs [credit], which is not given",
                "add [credit] with mean_reversion, or remove it");
  check_noise(table, party, scope);
  return party;
}

}  // namespace lien::pricing
