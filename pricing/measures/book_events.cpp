#include "pricing/measures/book_events.hpp"

#include <algorithm>

#include "pricing/book/book_context.hpp"
#include "pricing/plan/lease_schedule.hpp"
#include "pricing/plan/loan_schedule.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

// Repayments of a floating loan that splits a level payment hang on rates not known here.
// So do those of a sculpted one on its vehicle's cash.
bool knows_principal(const Loan& loan) {
  if (loan.amortization == Amortization::sculpted) return false;
  return !loan.floating || loan.amortization == Amortization::custom ||
         loan.amortization == Amortization::depreciated_cost ||
         loan.amortization == Amortization::straight_line ||
         loan.amortization == Amortization::bullet;
}

// The schedule of the agreement from its closing on, as the pricing makes it.
LoanSchedule from_closing(Loan loan) {
  // A commitment may say what is owed alone: then that is where its events begin.
  if (loan.principal == 0) loan.principal = loan.outstanding_principal.value_or(0.0);
  loan.outstanding_principal.reset();
  if (loan.floating) {  // principal does not hang on it, or is not shown
    loan.floating = false;
    loan.coupon = 0;
  }
  return schedule_loan(loan, Rates{}, TimeGrid(loan.closing, 0));
}

ContractEvents events_of(const Loan& loan) {
  ContractEvents all{loan.id, "", "", {}};
  std::optional<double> rate;
  if (loan.floating)
    all.about = "floating at " + significant_text(loan.margin, 6) + " over the forward rate";
  else
    rate = loan.coupon;
  const auto known = [](bool is_known, double x) {
    return is_known ? std::optional(x) : std::nullopt;
  };
  const bool principal = knows_principal(loan);
  const bool fixed = !loan.floating && loan.amortization != Amortization::sculpted;
  const LoanSchedule schedule = from_closing(loan);
  const auto add = [&](Date date, const char* type, std::optional<double> payoff,
                       std::optional<double> notional, std::optional<double> accrued) {
    all.events.push_back({{date, false}, type, payoff, notional, rate, accrued, {}, {}});
  };
  add(loan.closing, "IED", schedule.closing_fee - schedule.outstanding, schedule.outstanding, 0.0);
  for (const LoanPayment& payment : schedule.payments) {
    const bool last = payment.end == loan.maturity;
    const double left = payment.opening - payment.principal;
    const bool repays = !principal || payment.principal != 0;
    if (!last && repays)
      add(payment.end, "PR", known(principal, payment.principal), known(principal, left),
          known(fixed, payment.interest));
    add(payment.end, "IP", known(fixed, payment.interest),
        known(principal, last ? payment.opening : left), 0.0);
    if (payment.fee != 0) add(payment.end, "FP", payment.fee, {}, {});
    if (last) add(payment.end, "MD", known(principal, payment.principal), left, 0.0);
  }
  for (const ScheduledDraw& draw : schedule.draws) add(draw.date, "PR", -draw.amount, {}, {});
  std::stable_sort(all.events.begin(), all.events.end(),
                   [](const auto& a, const auto& b) { return a.time.day < b.time.day; });
  return all;
}

ContractEvents events_of(const Lease& lease) {
  ContractEvents all{lease.id, "rents", "", {}};
  for (const Rent& rent : rents_from_start(lease))
    all.events.push_back({{rent.date, false}, "RENT", lease.rent * rent.step, {}, {}, {}, {}, {}});
  return all;
}

}  // namespace

std::vector<ContractEvents> book_events(const std::string& file) {
  BookContext context(nullptr, std::nullopt, false);
  read_book_file(file, {file, 0, 0}, context);
  if (!context.faults.empty()) throw InputError(std::move(context.faults));
  std::vector<ContractEvents> all;
  for (const Loan& loan : context.book.loans) all.push_back(events_of(loan));
  for (const Lease& lease : context.book.leases) all.push_back(events_of(lease));
  return all;
}

}  // namespace lien::pricing
