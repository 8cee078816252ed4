#include "pricing/book/tranche_grid.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/vehicle_fields.hpp"
#include "pricing/market/rating.hpp"

namespace lien::pricing {
namespace {

constexpr const char* kRatingRemedy = "write one of AAA, AA+, .. C, or of Aaa, Aa1, .. C";

}  // namespace

void read_margin_grid(const TomlValue& list, const Loan* loan, Tranche& tranche,
                      const Scope& scope) {
  const std::size_t before = scope.faults.size();
  std::optional<int> last;
  for (const TomlValue* part : tables_of(&list, "margin_grid", scope)) {
    GridMargin row;
    const Scope in = scope.part("margin_grid");
    const Given given = read_table(*part, grid_fields(), row, "field of a margin grid", in);
    if (!given.good("rating") || !given.good("margin")) continue;
    const std::optional<int> grade = rating_grade(row.rating);
    if (!grade)
      in.fault(given.at("rating"), "rating", "is no rating", kRatingRemedy);
    else if (last && *grade <= *last)
      in.fault(given.at("rating"), "rating", "is not below the rating of the row before",
               "list the best rating first");
    if (!tranche.margin_grid.empty() && row.margin < tranche.margin_grid.back().margin)
      in.fault(given.at("margin"), "margin", "is below the margin of a better rating",
               "let margins rise from row to row");
    if (grade) last = grade;
    tranche.margin_grid.push_back(std::move(row));
  }
  if (scope.faults.size() > before || !loan) return;
  const auto tell = [&](std::string problem, std::string remedy) {
    scope.fault(list.line, list.column, "margin_grid", "", std::move(problem), std::move(remedy));
  };
  if (tranche.margin_grid.empty()) return tell("is empty", "add a row, or remove it");
  if (!loan->floating)
    return tell("goes with a margin only", "write margin, that of today's lowest rating");
  if (std::none_of(tranche.margin_grid.begin(), tranche.margin_grid.end(),
                   [&](const GridMargin& row) { return row.margin == loan->margin; }))
    tell("does not hold the tranche's margin, by which its schedule is made",
         "let margin be that of the row of today's lowest rating");
}

void check_cap(const Loan& loan, const ContractChecks& check) {
  if (!loan.floating) check.useless({"cap"}, "goes with a margin only");
  if (loan.cap && loan.floor && check.good("cap") && check.good("floor") &&
      *loan.cap <= *loan.floor)
    check.wrong("cap", "must be above the floor");
}

void check_rating(const Vehicle& vehicle, std::string_view field, const std::string& customer,
                  const ContractChecks& check, const BookContext& context) {
  const auto with_grid =
      std::find_if(vehicle.tranches.begin(), vehicle.tranches.end(),
                   [](const Tranche& tranche) { return !tranche.margin_grid.empty(); });
  const auto party = context.parties.find(customer);
  if (with_grid == vehicle.tranches.end() || party == context.parties.end()) return;
  if (!rating_grade(party->second->rating))
    check.wrong(field, "has no rating that margin_grid of tranche " + with_grid->id + " knows",
                "add rating to [[party]] " + customer + ": " + kRatingRemedy);
}

}  // namespace lien::pricing
