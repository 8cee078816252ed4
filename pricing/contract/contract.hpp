#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/contract/instrument.hpp"
#include "pricing/contract/terms.hpp"
#include "pricing/contract/vehicle.hpp"

// Contracts as their agreements state them: plain data, no market, no derived dates. A field that
// the file leaves blank and that has no default is empty here. Units as in docs/inputs.md.
namespace lien::pricing {

// Money that the lender pays out after closing.
struct LoanDraw {
  Date date{};
  double amount = 0;
  // Of a draw that lots delay: its day without any delay; `date` is then that of their mean delay.
  std::optional<Date> earliest{};
};

// Part of what is lent that is repaid a number of months after closing.
struct Instalment {
  int months = 0;
  double share = 0;
};

// Hardware that a loan pays for.
struct FinancedCost {
  Date service{};
  double cost = 0;
};

// A row of a loan tape: one lot, one offtake contract, one reserve account and one tranche.
struct Loan {
  Loan();  // these six: contract.cpp
  Loan(const Loan&);
  Loan(Loan&&) noexcept;
  Loan& operator=(const Loan&);
  Loan& operator=(Loan&&) noexcept;
  ~Loan();

  std::string id;
  std::string borrower;  // party; empty: none
  Recourse recourse = Recourse::full;
  std::string hardware;  // empty: unsecured
  double units = 0;
  std::optional<Date> in_service;        // default: closing
  std::optional<double> purchase_price;  // per accelerator
  std::optional<double> operating_cost;  // hourly; default: the hardware's
  std::string segment{};                 // in which free hours are let; empty: spot
  double slip_months = 0;                // mean of a delay of in_service; run as a vehicle
  Mark mark = Mark::by_law;              // of the loan-to-value test
  std::optional<double> liquidation_haircut;
  std::optional<double> liquidation_lag_months;
  std::optional<double> quoted_price;  // share of par
  int days_past_due = 0;
  std::optional<double> pd_one_year_at_closing;  // share
  std::optional<int> slotting_category;          // 0 strong .. 3 weak
  std::optional<double> appraised_value;

  std::string customer;  // party; empty: no offtake contract
  double contract_share = 1;
  double contract_rate = 0;            // hourly
  std::optional<Date> contract_start;  // default: in_service
  std::optional<Date> contract_end;    // required with a contract_rate
  double take_or_pay = 1;
  int relet_months = 3;
  // Terms of the contract that a vehicle runs: a row that has some becomes one (row_vehicle.hpp).
  // As in Offtake.
  double growth = 0;
  bool net = false;
  double realization = 1, prepaid = 0;
  int prepaid_months = 0;
  std::optional<int> notice_months{};
  double termination_fee = 0;
  std::optional<double> walk_away_ratio{};
  int renewal_months = 0, renewal_count = 0;
  bool renews_at_market = true;

  double principal = 0;
  std::optional<double> outstanding_principal;  // default: by schedule
  Date closing{};
  Date maturity{};
  bool floating = false;
  double coupon = 0;                   // fixed, per year
  double margin = 0;                   // over the forward rate
  std::optional<double> floor;         // on the forward rate
  std::optional<double> current_rate;  // all-in, of the running floating period
  Frequency frequency = Frequency::monthly;
  DayCount day_count = DayCount::thirty_360;
  Amortization amortization = Amortization::level;
  double balloon = 0;  // share of principal left for maturity
  int interest_only_months = 0;
  std::optional<double> payment;       // level payment, if the agreement states it
  double closing_fee = 0;              // share of principal, to the lender at closing
  double original_issue_discount = 0;  // share of what is lent that the lender keeps back
  double held = 1;                     // part of the loan this book owns

  double reserve_initial = 0;  // money today
  double reserve_target = 0;   // filled to
  std::optional<double> min_debt_service_coverage_ratio;
  std::optional<double> max_loan_to_value;
  std::optional<double> cap{};  // on the forward rate
  // A tranche of a vehicle alone.
  std::optional<double> commitment;            // may be drawn in all; default: principal
  std::vector<LoanDraw> draws{};               // by date
  std::optional<Date> draw_end{};              // what is undrawn lapses then; default: maturity
  bool revolving = false;                      // what is repaid may be drawn again
  std::optional<int> draw_maturity_months{};   // each draw is repaid so long after its day
  double undrawn_fee = 0;                      // a year, on the commitment less what is drawn
  std::vector<Instalment> schedule{};          // custom: by months, of shares that sum to 1
  std::optional<double> depreciation_years{};  // depreciated_cost
  std::vector<FinancedCost> financed{};        // the same: of the vehicle's lots
  std::optional<double> target_debt_service_coverage_ratio{};  // sculpted
  // The borrower repays all of it where the market's margin is lower by the spread, from start on.
  std::optional<double> prepayment_spread{};  // rate a year; empty: never
  std::optional<Date> prepayment_start{};     // default: closing
  double prepayment_penalty = 0;              // share of what is prepaid
  // The vehicle whose tranche this is, into Book::vehicles: what secures and pays it stands there.
  std::optional<std::size_t> vehicle;
  RowSource source;
};

struct Lease {
  std::string id;
  std::string lessee;
  std::string hardware;
  double units = 0;
  std::optional<double> purchase_price;  // per accelerator
  std::string segment{};                 // in which returned units are let; empty: spot
  std::optional<double> quoted_price;
  int days_past_due = 0;
  Date start{};
  Date end{};
  Frequency frequency = Frequency::monthly;
  double rent = 0;  // money per payment, whole lease
  RentTiming timing = RentTiming::advance;
  double rent_growth = 0;  // yearly step
  bool net = false;        // lessee pays operating cost
  double guaranteed_residual = 0;
  std::string residual_guarantor;  // party; empty: the lessee
  // A scenario's: the guarantor will not pay. What the lessee owes stays as agreed.
  bool guarantee_withdrawn = false;
  EndOption end_option = EndOption::none;
  double option_price = 0;
  double deposit = 0;                     // money, held by the lessor without interest
  int extension_months = 0;               // the lessee's option at `end`; 0: none
  std::optional<double> extension_rent;   // money per payment, flat; default: the last whole rent
  std::optional<Date> buyout_start;       // the lessee may buy all units from then on; empty: never
  Curve buyout_price{};                   // money for all units; years since start
  std::optional<Date> termination_start;  // the lessee may hand the units back from then on
  double termination_fee = 0;             // money
  double return_cost = 0;                 // money per unit
  bool sale_and_leaseback = false;  // the lessee sold the units to the lessor; the class alone asks
  RowSource source;

  // True if the lessee may choose more than its option at `end`.
  [[nodiscard]] bool has_options() const noexcept {
    return extension_months > 0 || buyout_start || termination_start;
  }
};

struct Book {
  Book();  // these six: contract.cpp
  Book(const Book&);
  Book(Book&&) noexcept;
  Book& operator=(const Book&);
  Book& operator=(Book&&) noexcept;
  ~Book();

  std::vector<Loan> loans;  // of tapes, then the debt tranches of vehicles
  std::vector<Lease> leases;
  std::vector<Instrument> instruments;
  std::vector<Vehicle> vehicles;
};

// Dates the draws of a book's tranches and the hardware that its loans finance by the lots as they
// stand, which a scenario may have moved: a draw that comes too late lapses. Draws by date.
void date_draws(Book& book);
// True if some tranche may be repaid at the borrower's option.
[[nodiscard]] bool may_prepay(const Vehicle& vehicle, const Book& book);
// One of them, by the lots of its vehicle; it may lie after the last day on which one is made.
[[nodiscard]] LoanDraw dated_draw(const Vehicle& vehicle, const TrancheDraw& draw,
                                  const Loan& loan);

}  // namespace lien::pricing
