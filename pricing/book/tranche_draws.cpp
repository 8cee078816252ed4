#include "pricing/book/tranche_draws.hpp"

#include <algorithm>

#include "pricing/book/vehicle_fields.hpp"

namespace lien::pricing {

void check_commitment(const Loan& loan, bool in_kind, const ContractChecks& check) {
  if (!check.has("commitment")) {
    if (!check.has("principal"))
      check.missing("principal", "a tranche without a commitment is lent at its closing");
    check.useless({"draw", "draw_end", "undrawn_fee", "revolving", "draw_maturity_months"},
                  "needs commitment, which is not given", "add commitment, or remove it");
    return;
  }
  check.useless({"payment"}, "does not go with a commitment: every draw changes it");
  const bool parts = loan.amortization == Amortization::level ||
                     loan.amortization == Amortization::straight_line ||
                     loan.amortization == Amortization::bullet;
  if (!parts && check.good("amortization"))
    check.useless({"draw_maturity_months"},
                  "goes with amortization level, straight_line or bullet");
  if (in_kind)
    check.wrong("commitment",
                "stands beside payment_in_kind: the two do not go together in this version",
                "remove one of them");
  if (!check.has("principal") && !check.has("outstanding_principal") && !check.has("draw"))
    check.missing("draw", "nothing of the commitment is ever lent", "add draw, or principal");
  if (!check.good("commitment")) return;
  if (check.good("principal") && loan.principal > *loan.commitment)
    check.wrong("principal", "must be at most the commitment");
  if (check.good("outstanding_principal") && *loan.outstanding_principal > *loan.commitment)
    check.wrong("outstanding_principal", "must be at most the commitment");
  if (!loan.draw_end) return;
  check.after("draw_end", *loan.draw_end, "closing", loan.closing);
  if (check.good("draw_end") && check.good("maturity") && *loan.draw_end > loan.maturity)
    check.wrong("draw_end", "must not be after maturity");
}

namespace {

// When the last of the lots enters service, and what they cost; nothing where one does not say.
std::optional<Date> service_of(const std::vector<std::string>& lots, const Vehicle& vehicle,
                               const ContractChecks& check) {
  std::optional<Date> last;
  for (const VehicleLot& lot : vehicle.lots) {
    if (std::find(lots.begin(), lots.end(), lot.id) == lots.end()) continue;
    if (!lot.in_service) {
      check.wrong("lots", "names lot " + lot.id + ", which has no in_service",
                  "add in_service to the lot, or write the date of the draw");
      return std::nullopt;
    }
    last = std::max(last.value_or(*lot.in_service), *lot.in_service);
  }
  return last;
}

std::optional<double> cost_of(const std::vector<std::string>& lots, const Vehicle& vehicle,
                              const ContractChecks& check) {
  double cost = 0;
  for (const VehicleLot& lot : vehicle.lots) {
    if (std::find(lots.begin(), lots.end(), lot.id) == lots.end()) continue;
    if (!lot.purchase_price) {
      check.wrong("advance_rate",
                  "is a share of the cost of lot " + lot.id + ", which has no purchase_price",
                  "add purchase_price to the lot, or write the amount");
      return std::nullopt;
    }
    cost += lot.units * *lot.purchase_price;
  }
  return cost;
}

void check_date(Date date, std::string_view field, const Loan& loan, const ContractChecks& check) {
  if (date < loan.closing)
    check.wrong(field, "draws before closing", "raise principal, or mend the date");
  else if (date >= loan.maturity)
    check.wrong(field, "draws at or after maturity", "mend the date, or remove the draw");
  else if (loan.draw_end && date > *loan.draw_end)
    check.wrong(field, "draws after draw_end", "mend one of the two");
}

}  // namespace

bool read_draw(const TomlValue& draw, const std::vector<std::string>& lots, const Vehicle& vehicle,
               Tranche& tranche, Loan& loan, const Scope& scope, BookContext& context) {
  TrancheDraw out;
  const std::size_t before = scope.faults.size();
  const Given given = read_table(draw, draw_fields(), out, "field of a draw", scope);
  const ContractChecks check(given, scope, context);
  out.lots = lots;
  const auto one_of = [&](std::string_view one, std::string_view other, std::string_view because) {
    if (check.has(one) && check.has(other))
      check.wrong(other, "stands beside " + std::string(one), "keep one of the two");
    else if (!check.has(one) && !check.has(other))
      check.missing(one, because, "write " + std::string(one) + " or " + std::string(other));
  };
  one_of("date", "lots", "a draw has a day");
  one_of("amount", "advance_rate", "a draw has a size");
  if (check.has("advance_rate") && !check.has("lots"))
    check.wrong("advance_rate", "needs lots, whose cost it is a share of", "write the amount");
  if (scope.faults.size() > before) return false;
  const std::optional<Date> date = out.date ? out.date : service_of(lots, vehicle, check);
  const std::optional<double> cost =
      out.advance_rate ? cost_of(lots, vehicle, check) : std::optional(0.0);
  if (!date || !cost) return false;
  check_date(*date, out.date ? "date" : "lots", loan, check);
  if (scope.faults.size() > before) return false;
  loan.draws.push_back(dated_draw(vehicle, out, loan));
  tranche.draws.push_back(std::move(out));
  return true;
}

void check_drawn(Loan& loan, const TomlValue& terms, const Scope& scope,
                 std::optional<Date> valuation_date) {
  std::stable_sort(loan.draws.begin(), loan.draws.end(),
                   [](const LoanDraw& a, const LoanDraw& b) { return a.date < b.date; });
  if (!loan.commitment || loan.revolving) return;  // of a revolving one the schedule tells
  double all = loan.principal, to_come = loan.outstanding_principal.value_or(0.0);
  for (const LoanDraw& draw : loan.draws) {
    all += draw.amount;
    if (valuation_date && draw.date > *valuation_date) to_come += draw.amount;
  }
  if (std::max(all, to_come) <= *loan.commitment * (1 + 1e-12)) return;
  const TomlValue* const list = terms.find("draw");
  scope.fault(list ? list->line : terms.line, list ? list->column : terms.column, "draw", "",
              "draws more than the commitment with what is lent already",
              "lower the draws, or raise commitment");
}

}  // namespace lien::pricing
