#include <array>

#include "pricing/book/book_context.hpp"
#include "pricing/book/market_blocks.hpp"
#include "pricing/book/row_vehicle.hpp"
#include "pricing/book/tranche_grid.hpp"
#include "pricing/book/vehicle_checks.hpp"
#include "pricing/plan/calendar.hpp"

namespace lien::pricing {
namespace {

constexpr std::array kFrequencies = {Frequency::monthly, Frequency::quarterly,
                                     Frequency::semiannual, Frequency::annual};

void check_security(Loan& loan, const ContractChecks& check) {
  if (check.has("hardware") && !check.has("units"))
    check.missing("units", "hardware is given", "write how many accelerators secure the loan");
  if (!check.has("hardware"))
    check.useless(
        {"units", "in_service", "purchase_price", "operating_cost", "customer", "reserve_initial",
         "reserve_target", "min_debt_service_coverage_ratio", "max_loan_to_value",
         "liquidation_haircut", "liquidation_lag_months", "mark", "segment"},
        "needs hardware, which is not given", "add hardware and units, or remove it");
  const bool borrower = check.has("borrower"), hardware = check.has("hardware");
  if (!borrower && !hardware)
    check.missing("borrower", "the loan has neither a borrower nor hardware, so nothing pays it",
                  "add borrower, or hardware and units");
  if (!check.complete()) return;
  if (!check.has("recourse")) {
    loan.recourse = borrower ? Recourse::full : Recourse::none;
  } else if (check.good("recourse")) {
    if (loan.recourse == Recourse::full && !borrower)
      check.wrong("recourse", "needs a borrower who pays every shortfall", "add borrower");
    if (loan.recourse == Recourse::none && borrower && !hardware)
      check.wrong("recourse", "leaves nothing that pays the loan", "add hardware and units");
  }
}

void check_customer(const Loan& loan, const ContractChecks& check) {
  if (!check.has("contract_rate")) {
    check.useless({"customer", "contract_share", "contract_start", "contract_end", "take_or_pay"},
                  "needs contract_rate, which is not given", "add contract_rate, or remove it");
    return;
  }
  if (!check.has("customer")) check.missing("customer", "someone pays the contract_rate");
  if (!check.has("contract_end")) check.missing("contract_end", "the contract_rate ends one day");
  if (!check.has("hardware") && check.complete())
    check.wrong("contract_rate", "needs hardware, which is not given", "add hardware and units");
  if (!loan.contract_end) return;
  if (check.has("contract_start") && loan.contract_start)
    check.after("contract_end", *loan.contract_end, "contract_start", *loan.contract_start);
  else if (check.has("in_service") && loan.in_service)
    check.after("contract_end", *loan.contract_end, "in_service", *loan.in_service);
}

void check_interest(Loan& loan, const ContractChecks& check, std::optional<Date> today) {
  if (check.has("coupon") && check.has("margin"))
    check.wrong("margin", "stands beside a coupon", "keep the coupon or the margin");
  if (!check.has("coupon") && !check.has("margin"))
    check.missing("coupon", "a loan has a coupon or a margin", "add one of them");
  loan.floating = check.has("margin");
  if (!check.has("day_count"))
    loan.day_count = loan.floating ? DayCount::actual_360 : DayCount::thirty_360;
  if (!loan.floating)
    check.useless({"floor", "current_rate"}, "goes with a margin only", "remove it");
  const bool running = today && check.good("closing") && check.good("maturity") &&
                       loan.closing < *today && *today < loan.maturity;
  if (loan.floating && running && !check.has("current_rate"))
    check.missing("current_rate", "a floating period is running on the valuation date",
                  "write the all-in rate of the period, floor and margin included");
}

int months_between(Date from, Date to) {
  const std::chrono::year_month_day a(from), b(to);
  return (static_cast<int>(b.year()) - static_cast<int>(a.year())) * 12 +
         static_cast<int>(static_cast<unsigned>(b.month())) -
         static_cast<int>(static_cast<unsigned>(a.month()));
}

void check_principal(const Loan& loan, const ContractChecks& check, std::optional<Date> today) {
  const bool ordered = !check.good("maturity") || loan.maturity > loan.closing;
  if (today && check.good("closing") && loan.closing > *today && ordered)
    check.wrong("closing",
                "is after the valuation date: a commitment is not valued in this version",
                "remove the loan until it is closed");
  check.after("maturity", loan.maturity, "closing", loan.closing);
  check.not_past("maturity", loan.maturity);
  if (check.good("principal") && check.good("outstanding_principal") && !check.has("commitment") &&
      *loan.outstanding_principal > loan.principal)
    check.wrong("outstanding_principal", "must be at most the principal");
  const bool repaid = check.good("amortization");
  if (repaid && loan.amortization != Amortization::balloon && loan.balloon > 0)
    check.wrong("balloon", "goes with amortization balloon only",
                "write amortization balloon, or remove it");
  const bool level =
      loan.amortization == Amortization::level || loan.amortization == Amortization::balloon;
  if (repaid && !level) check.useless({"payment"}, "goes with amortization level or balloon only");
  if (check.good("interest_only_months") && check.good("closing") && check.good("maturity") &&
      loan.maturity > loan.closing && loan.interest_only_months > 0 &&
      loan.interest_only_months >= months_between(loan.closing, loan.maturity))
    check.wrong("interest_only_months", "must be shorter than the loan",
                "write amortization bullet if nothing is repaid before maturity");
}

// The mark's inputs, of the loan and of its hardware. A sale never reads the mark.
void check_mark(const Loan& loan, const ContractChecks& check, const Hardware& hardware) {
  if (!check.good("mark") || !hardware.resale) return;
  const auto lacks = [&](const std::string& field, const std::string& remedy = {}) {
    check.wrong("mark", "needs " + field + " of [[hardware]] " + hardware.id,
                remedy.empty() ? "add it to " + hardware.id : remedy);
  };
  const bool part = loan.mark == Mark::market || loan.mark == Mark::ask;
  if ((part || loan.mark == Mark::income) && hardware.resale->law != ResaleLaw::income)
    lacks("resale law income", "choose another mark, or give the hardware this law");
  if (loan.mark == Mark::market && !hardware.executed_price_ratio) lacks("executed_price_ratio");
  if (loan.mark == Mark::ask && !hardware.ask_price_ratio) lacks("ask_price_ratio");
  if (loan.mark == Mark::rental_multiple && !(hardware.resale->multiple > 0))
    lacks("a resale.multiple above 0");
  if (loan.mark == Mark::curve && hardware.resale->curve.empty())
    lacks("resale.months and .values");
  if (loan.mark != Mark::cost) return;
  if (!hardware.useful_life_years) lacks("useful_life_years");
  if (!check.has("purchase_price"))
    check.wrong("mark", "needs the purchase_price of this loan", "add purchase_price");
}

// The schedule goes on to the valuation date; a borrower in default has paid none of that.
void check_balance_in_default(const Loan& loan, const ContractChecks& check, const Party* borrower,
                              std::optional<Date> today) {
  if (!borrower || !borrower->default_date || !today || check.has("outstanding_principal")) return;
  if (loan.amortization == Amortization::bullet || loan.maturity <= *today ||
      *borrower->default_date < loan.closing)
    return;
  for (const std::string_view field : {"closing", "maturity", "interest_only_months", "frequency"})
    if (check.has(field) && !check.good(field)) return;
  const Date from = add_months(loan.closing, loan.interest_only_months, ends_month(loan.closing));
  for (const Date date :
       agreement_dates(loan.closing, loan.maturity, static_cast<int>(loan.frequency)))
    if (date > from && date > *borrower->default_date && date <= *today)
      return check.missing("outstanding_principal",
                           borrower->id +
                               " is in default, and the schedule would have repaid "
                               "principal since its default_date",
                           "write what is owed");
}

void check_market(const Loan& loan, const ContractChecks& check, std::optional<Date> today) {
  const Party* borrower = check.party("borrower", loan.borrower);
  check.not_yet_in_default("borrower", borrower, "closing", loan.closing);
  check_balance_in_default(loan, check, borrower, today);
  check.one_party("customer", check.party("customer", loan.customer));
  if (borrower && borrower->count > 1) {
    check.useless({"min_debt_service_coverage_ratio", "max_loan_to_value"},
                  "tests one borrower, and " + borrower->id + " is a pool (count)");
    if (loan.recourse == Recourse::none)
      check.wrong("recourse", "needs one borrower whose account runs dry, not a pool (count)",
                  "write full");
  }
  const Hardware* hardware = check.hardware("hardware", loan.hardware);
  if (!hardware) return;
  check.segment(*hardware, loan.segment);
  check.observes_resale(*hardware);
  check.no_depth(*hardware, borrower);
  check_mark(loan, check, *hardware);
  const bool by_law = loan.mark == Mark::by_law || loan.mark == Mark::rental_multiple;
  if (check.good("max_loan_to_value") && by_law && worthless(*hardware))
    check.wrong("max_loan_to_value",
                "has no value to test: the resale multiple of " + hardware->id + " is 0",
                "remove it, or give the hardware a resale value");
  const bool by_rents = loan.recourse == Recourse::none || check.has("contract_rate") ||
                        loan.reserve_initial > 0 || loan.reserve_target > 0 ||
                        check.has("min_debt_service_coverage_ratio");
  if (by_rents) check.observes_rents(*hardware, check.has("operating_cost"));
  if (loan.recourse == Recourse::none || (borrower && can_default(*borrower)))
    check.observes_liquidation(*hardware);
}

}  // namespace

std::span<const Field<Loan>> loan_fields() {
  using T = Loan;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      id("borrower", &T::borrower),
      in_vehicles<T>("sponsor"),
      choice<&T::recourse>("recourse", "full|none"),
      choice<T>(
          "mark", +[](T& loan, std::int64_t k) { loan.mark = static_cast<Mark>(k + 1); },
          "income|cost|market|ask|rental_multiple|curve"),
      number("appraised_value", &T::appraised_value, above(0)),
      share("liquidation_haircut", &T::liquidation_haircut),
      number("liquidation_lag_months", &T::liquidation_lag_months, between(0, 600)),
      price("quoted_price", &T::quoted_price),
      integer("days_past_due", &T::days_past_due, between(0, 90)),
      share("pd_one_year_at_closing", &T::pd_one_year_at_closing),
      choice<T>(
          "slotting_category",
          +[](T& loan, std::int64_t k) { loan.slotting_category = static_cast<int>(k); },
          "strong|good|satisfactory|weak", "default"),
      id("hardware", &T::hardware),
      integer<T>(
          "units", +[](T& loan, std::int64_t n) { loan.units = static_cast<double>(n); },
          between(1, 1e9)),
      date("in_service", &T::in_service),
      number("slip_months", &T::slip_months, between(0, 600)),
      number("purchase_price", &T::purchase_price, above(0)),
      number("operating_cost", &T::operating_cost, at_least(0)),
      choice<T>(
          "segment",
          +[](T& loan, std::int64_t k) { loan.segment = kSegments[static_cast<std::size_t>(k)]; },
          "spot|term|index"),
      id("customer", &T::customer),
      share("contract_share", &T::contract_share),
      number("contract_rate", &T::contract_rate, above(0)),
      date("contract_start", &T::contract_start),
      date("contract_end", &T::contract_end),
      share("take_or_pay", &T::take_or_pay),
      rate("growth", &T::growth, between(-1, 1)),
      flag("net", &T::net),
      share("realization", &T::realization),
      number("prepaid", &T::prepaid, at_least(0)),
      integer("prepaid_months", &T::prepaid_months, between(0, 600)),
      integer<T>(
          "notice_months",
          +[](T& loan, std::int64_t n) { loan.notice_months = static_cast<int>(n); },
          between(0, 600)),
      number("termination_fee", &T::termination_fee, at_least(0)),
      number("walk_away_ratio", &T::walk_away_ratio, above(1)),
      integer("relet_months", &T::relet_months, between(0, 600)),
      integer("renewal_months", &T::renewal_months, between(0, 600)),
      integer("renewal_count", &T::renewal_count, between(0, 50)),
      choice<T>(
          "renewal_rent", +[](T& loan, std::int64_t k) { loan.renews_at_market = k == 1; },
          "same|market"),
      number("principal", &T::principal, above(0)).required(),
      number("outstanding_principal", &T::outstanding_principal, above(0)),
      in_vehicles<T>("commitment"),
      date("closing", &T::closing).required(),
      date("maturity", &T::maturity).required(),
      rate("coupon", &T::coupon, between(0, 1)),
      rate("margin", &T::margin, Range{-0.1, 1, true, true}),
      rate("floor", &T::floor),
      rate("cap", &T::cap),
      rate("current_rate", &T::current_rate),
      choice<T>(
          "frequency",
          +[](T& loan, std::int64_t k) {
            loan.frequency = kFrequencies[static_cast<std::size_t>(k)];
          },
          "monthly|quarterly|semiannual|annual"),
      choice<&T::day_count>("day_count", "act/360|act/365|30/360"),
      choice<&T::amortization>("amortization", "level|straight_line|bullet|balloon",
                               "custom|depreciated_cost|sculpted")
          .required(),
      share("balloon", &T::balloon),
      integer("interest_only_months", &T::interest_only_months, between(0, 600)),
      number("payment", &T::payment, above(0)),
      in_vehicles<T>("target_debt_service_coverage_ratio"),
      share("closing_fee", &T::closing_fee, Range{0, 1, false, true}),
      share("original_issue_discount", &T::original_issue_discount, Range{0, 1, false, true}),
      in_vehicles<T>("undrawn_fee", "0"),
      in_vehicles<T>("cash_sweep", "0"),
      share("prepayment_penalty", &T::prepayment_penalty),
      date("prepayment_start", &T::prepayment_start),
      rate("prepayment_spread", &T::prepayment_spread),
      share("held", &T::held),
      number("reserve_initial", &T::reserve_initial, at_least(0)),
      number("reserve_target", &T::reserve_target, at_least(0)),
      number("min_debt_service_coverage_ratio", &T::min_debt_service_coverage_ratio, above(0)),
      number("max_loan_to_value", &T::max_loan_to_value, above(0)),
  };
  return fields;
}

void check_debt(Loan& loan, const ContractChecks& check, std::optional<Date> valuation_date) {
  check_interest(loan, check, valuation_date);
  check_principal(loan, check, valuation_date);
}

void check_loan(Loan& loan, const Given& given, const Scope& scope, BookContext& context) {
  const ContractChecks check(given, scope, context);
  check.unique_id(loan.id);
  check_security(loan, check);
  check_customer(loan, check);
  check_debt(loan, check, context.valuation_date);
  check_cap(loan, check);
  check_prepayment(loan, check);
  check_market(loan, check, context.valuation_date);
  check_row_vehicle(loan, check, context);
}

}  // namespace lien::pricing
