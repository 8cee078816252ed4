#include <algorithm>

#include "pricing/book/vehicle_checks.hpp"

// The borrower's option to prepay, and the parties whose credit the market sees then.
namespace lien::pricing {

void check_prepayment(const Loan& loan, const ContractChecks& check) {
  if (!check.has("prepayment_spread")) {
    check.useless({"prepayment_start", "prepayment_penalty"},
                  "goes with prepayment_spread: without it nobody prepays");
    return;
  }
  const Date start = loan.prepayment_start.value_or(loan.closing);
  if (check.good("prepayment_start") && check.good("maturity") && start >= loan.maturity)
    check.wrong("prepayment_start", "is not before maturity, when all is repaid anyway",
                "mend the date, or remove prepayment_spread");
}

// The market prices the credit of the borrower, or of who stands in its place.
void check_credit(const Vehicle& vehicle, const Book& book, const TomlValue& table,
                  const Scope& scope) {
  if (may_prepay(vehicle, book) && credit_party(vehicle).empty() && !table.find("borrower"))
    scope.fault(table.line, table.column, "borrower", "",
                "is missing: a tranche has a prepayment_spread, and the market's margin is for the "
                "credit of a borrower, a sponsor or the only customer",
                "add borrower or sponsor, or remove prepayment_spread");
}

void check_sponsor(const Vehicle& vehicle, const Book& book, const TomlValue& table,
                   const Scope& scope) {
  const bool cures = std::any_of(vehicle.covenants.begin(), vehicle.covenants.end(),
                                 [](const Covenant& c) { return c.equity_cure_count > 0; });
  const bool credit = vehicle.borrower.empty() && may_prepay(vehicle, book);
  if (!vehicle.sponsor.empty() && !cures && !credit)
    scope.fault(table.line, table.column, "sponsor", "",
                "stands for equity cures, and no covenant has equity_cure_count",
                "add equity_cure_count and equity_cure_limit to a covenant, or remove it");
  if (vehicle.sponsor.empty() && cures && !table.find("sponsor"))
    scope.fault(table.line, table.column, "sponsor", "",
                "is missing: a covenant has equity_cure_count, and someone pays the cure",
                "add sponsor, or remove equity_cure_count");
}

}  // namespace lien::pricing
