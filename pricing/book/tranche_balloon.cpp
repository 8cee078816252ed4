#include "pricing/book/tranche_balloon.hpp"

#include <string>

namespace lien::pricing {
namespace {

// By its terms alone; of a custom, sculpted or depreciated schedule the plan tells.
bool repays_itself(const Loan& loan) {
  if (loan.payment) return false;  // may leave a rest
  return loan.amortization == Amortization::level ||
         loan.amortization == Amortization::straight_line ||
         (loan.amortization == Amortization::balloon && loan.balloon == 0);
}

void check_extension(const Tranche& tranche, const Loan& loan, const ContractChecks& check) {
  const auto sound = [&](const char* field) { return !check.has(field) || check.good(field); };
  if (!sound("extension_months") || !sound("extension_count")) return;
  const int months = tranche.extension_months, count = tranche.extension_count;
  if (count > 0 && months == 0)
    check.wrong("extension_count", "needs extension_months, the length of each",
                "add extension_months");
  if (months > 0 && count == 0)
    check.wrong("extension_months", "needs extension_count, the number of options",
                "add extension_count");
  if (tranche.extension_fee > 0 && count == 0)
    check.wrong("extension_fee", "needs extension_count, the number of options",
                "add extension_count and extension_months, or remove it");
  if (count == 0 || months == 0) return;
  const int period = static_cast<int>(loan.frequency);
  if (months % period != 0)
    check.wrong("extension_months",
                "is no whole number of payment periods of " + std::to_string(period) + " months",
                "write a multiple of " + std::to_string(period) + ", or another frequency");
  if (months * count > 600)
    check.wrong("extension_count", "extends by more than 600 months in all", "lower it");
}

}  // namespace

void check_balloon(const Tranche& tranche, const Loan& loan, const ContractChecks& check) {
  check_extension(tranche, loan, check);
  if (!has_balloon_terms(tranche) || !repays_itself(loan)) return;
  check.wrong(
      tranche.refinancing_max_loan_to_value ? "refinancing_max_loan_to_value" : "extension_count",
      "is of what is left at maturity, and the schedule leaves nothing",
      "write amortization bullet, or balloon with a share, or remove it");
}

}  // namespace lien::pricing
