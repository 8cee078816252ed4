#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/contract/instrument.hpp"
#include "pricing/contract/terms.hpp"

// A borrower's ring-fence as its agreements state it: lots of hardware, customers, costs, accounts,
// tranches in order of rank, tests and guarantees. Plain data; units as in docs/inputs.md.
namespace lien::pricing {

struct VehicleLot {
  std::string id;
  std::string hardware;
  double units = 0;
  std::optional<Date> in_service;        // default: the first closing of a tranche
  std::optional<double> purchase_price;  // per accelerator
  std::optional<double> operating_cost;  // hourly; default: the hardware's
  std::string segment{};                 // in which free hours are let; empty: spot
  double slip_months = 0;  // mean of an exponential delay of in_service; 0: on the day
};

struct Offtake {
  std::string id;
  std::string customer;
  std::vector<std::string> lots;  // empty: all
  double share = 1;               // part of the units
  double rental_rate = 0;         // hourly
  std::optional<Date> start;      // default: each lot's in_service
  Date end{};
  double take_or_pay = 1;
  double growth = 0;       // yearly step of the rate, from start
  bool net = false;        // the customer pays the operating cost of its hours
  double realization = 1;  // delivered and accepted share
  int relet_months = 3;
  // Received before today and not yet earned: credited in equal parts over these months of rent.
  double prepaid = 0;
  int prepaid_months = 0;
  // The customer leaves, notice_months after the contract's rent passes the ratio times the
  // market's.
  std::optional<int> notice_months;
  double termination_fee = 0;             // money, with the last rent
  std::optional<double> walk_away_ratio;  // what it takes before it leaves, or does not renew
  // Its options at the end of the term, one after the other.
  int renewal_months = 0, renewal_count = 0;
  bool renews_at_market = true;     // else at the rent agreed
  std::optional<Date> cancelled{};  // a scenario's: the last day on which the customer pays
};

// True if the customer has something to decide.
[[nodiscard]] bool has_choices(const Offtake& offtake);

// Lots let for a rent of money, and what becomes of them at the end.
struct VehicleLease {
  std::string id;
  std::string lessee;
  std::vector<std::string> lots;  // empty: all
  Date start{}, end{};
  Frequency frequency = Frequency::monthly;
  double rent = 0;  // money per payment, whole lease
  RentTiming timing = RentTiming::advance;
  double rent_growth = 0;  // yearly step
  bool net = false;        // lessee pays operating cost
  double guaranteed_residual = 0;
  std::string residual_guarantor;  // party; empty: the lessee
  EndOption end_option = EndOption::none;
  double option_price = 0;
  double return_cost = 0;  // money per unit
  bool relets = false;   // returned units stay and are let at the market's rent; else they are sold
  int relet_months = 3;  // gap after the lessee's default
  double deposit = 0;    // money, held apart for the lessee without interest
  int extension_months = 0;               // the lessee's option at `end`; 0: none
  std::optional<double> extension_rent;   // money per payment, flat; default: the last whole rent
  std::optional<Date> buyout_start;       // the lessee may buy the lots from then on; empty: never
  Curve buyout_price{};                   // money for all units; years since start
  std::optional<Date> termination_start;  // the lessee may hand the lots back from then on
  double termination_fee = 0;             // money

  // True if the lessee may choose more than its option at `end`.
  [[nodiscard]] bool has_options() const noexcept {
    return extension_months > 0 || buyout_start || termination_start;
  }
};
// True if a list of a vehicle's parts (lots, tranches) names this one: an empty list names all.
[[nodiscard]] bool names_part(const std::vector<std::string>& ids, const std::string& id);
// True if the lease may leave the vehicle without its lots.
[[nodiscard]] bool may_part(const VehicleLease& lease);

// What an account may pay, and a payment's kind: bits.
enum CashItem : unsigned {
  kOperatingCostItem = 1,
  kFeeItem = 2,
  kDebtServiceItem = 4,
  kHedgeItem = 8,
};

struct VehicleFee {
  std::string id;
  std::optional<double> amount;  // money a year
  std::optional<double> rate;    // a year, on all debt owed
  double growth = 0;             // yearly, of amount
};

struct ReserveAccount {
  std::string id;
  double initial = 0;  // money today
  std::optional<double> target;
  std::optional<double> target_months;  // of the items covered, as scheduled
  unsigned covers = kDebtServiceItem;   // CashItem
  bool earns_interest = false;          // at the short rate
};

// The margin while this is the lowest rating of the customers under contract.
struct GridMargin {
  std::string rating;
  double margin = 0;
};

// Money that a tranche's lender pays out later: on a date, or when lots enter service.
struct TrancheDraw {
  std::optional<Date> date;       // beside lots: a scenario's, which comes before their service
  std::vector<std::string> lots;  // the last of them to enter service
  std::optional<double> amount;
  std::optional<double> advance_rate;  // share of what the lots cost
  std::optional<Date> latest{};        // a scenario's: it is made then if its lots are not there
};

struct Tranche {
  Tranche();  // these six: vehicle.cpp
  Tranche(const Tranche&);
  Tranche(Tranche&&) noexcept;
  Tranche& operator=(const Tranche&);
  Tranche& operator=(Tranche&&) noexcept;
  ~Tranche();

  std::string id;
  bool equity = false;
  int rank = 1;
  std::optional<std::size_t> loan;   // debt: its terms, into Book::loans
  double payment_in_kind = 0;        // share of interest added to principal
  double cash_sweep = 0;             // share of excess cash to principal
  std::vector<TrancheDraw> draws{};  // as given; dated and in money they stand in its loan
  // What is owed at maturity: a new lender repays it up to this loan to value, else the borrower
  // may put maturity off.
  std::optional<double> refinancing_max_loan_to_value{};
  int extension_months = 0, extension_count = 0;
  double extension_fee = 0;  // share of what is extended
  std::vector<GridMargin> margin_grid{};
};

enum class CovenantTest {
  debt_service_coverage_ratio,
  loan_to_value,
  loan_to_cost,
  contract_realization,
  liquidity,
  hedge_ratio,
  party_default,
  offtake_termination,
  customer_concentration
};
enum Consequence : unsigned {
  kCashTrap = 1,
  kCashSweep = 2,
  kMarginStepUp = 4,
  kEventOfDefault = 8,
  kDrawStop = 16,
  kMandatoryPrepayment = 32,
};

struct Covenant {
  std::string id;
  CovenantTest test = CovenantTest::debt_service_coverage_ratio;
  std::optional<double> min, max;
  std::string party;         // party_default; offtake_termination: the customer; empty: any
  Mark mark = Mark::by_law;  // of loan_to_value; by_law: the vehicle's
  int window_months = 1;     // below 0: so many months ahead
  Frequency frequency = Frequency::monthly;
  std::optional<Date> first_test;
  unsigned consequences = 0;
  double step_up = 0;      // margin_step_up: rate a year
  double sweep_share = 1;  // cash_sweep
  int release_tests = 1;   // passes in a row that end the consequences
  int cure_period_days = 0;
  double equity_cure_limit = 0;  // money that the sponsor pays in all, to pass so many tests
  int equity_cure_count = 0;
};

enum class GuaranteeKind { residual_value, capacity, payment, last_lessee, pay_or_step_in };
// What calls a lessee of last resort: bits.
enum GuaranteeTrigger : unsigned { kLesseeDefault = 1, kEndOfTerm = 2 };

struct Guarantee {
  std::string id;
  GuaranteeKind kind = GuaranteeKind::payment;
  std::string guarantor;
  std::vector<std::string> covers;  // debt tranches; empty: all
  std::vector<std::string> lots;    // of hours: capacity, last_lessee, pay_or_step_in; empty: all
  std::optional<double> cap;        // money, over its life
  std::optional<Date> expiry;       // default: last maturity
  double share = 1;
  Curve floors;      // residual_value: money of the whole collateral, by time
  double price = 0;  // hourly. capacity: of hours no one rents; last_lessee: of a lost customer's
  double termination_fee = 0;  // pay_or_step_in: or the guarantor takes the contract over
  unsigned triggers = kLesseeDefault | kEndOfTerm;  // last_lessee
};

enum class CashStep {
  operating_cost,
  fee,
  hedge,
  interest,
  principal,
  reserve,
  cash_trap,
  cash_sweep,
  distribution
};
struct WaterfallStep {
  CashStep step = CashStep::operating_cost;
  std::string part;  // of that kind; empty: all of it, by rank
};

struct Vehicle {
  Vehicle();  // these six: vehicle.cpp
  Vehicle(const Vehicle&);
  Vehicle(Vehicle&&) noexcept;
  Vehicle& operator=(const Vehicle&);
  Vehicle& operator=(Vehicle&&) noexcept;
  ~Vehicle();

  std::string id;
  std::string borrower;   // party; empty: none
  std::string sponsor{};  // party that cures covenants; empty: none
  Recourse recourse = Recourse::none;
  Mark mark = Mark::by_law;  // of loan-to-value tests
  std::optional<double> liquidation_haircut;
  std::optional<double> liquidation_lag_months;
  std::vector<VehicleLot> lots;
  std::vector<Offtake> offtakes;
  std::vector<VehicleLease> leases;
  std::vector<Tranche> tranches;
  std::vector<VehicleFee> fees;
  std::vector<ReserveAccount> reserves;
  std::vector<Covenant> covenants;
  std::vector<Guarantee> guarantees;
  std::vector<Instrument> hedges;
  std::vector<WaterfallStep> waterfall;  // as given; empty: the default order
  RowSource source;
};

// True if the contract lets lots that the guarantee covers.
[[nodiscard]] bool backs(const Vehicle& vehicle, const Guarantee& guarantee,
                         const Offtake& offtake);
// When a lot without delay is in service, and on average with its delay, to the nearest day.
// otherwise: of a lot that states no in_service.
[[nodiscard]] Date expected_service(const VehicleLot& lot, Date otherwise);
// True if lots may delay the draw: one of them slips, and no scenario has dated it.
[[nodiscard]] bool slips(const Vehicle& vehicle, const TrancheDraw& draw);
// [lots] true if the path decides when, or whether, the lot is there: it slips, or is paid for
// together with one that does.
[[nodiscard]] std::vector<bool> delivered_by_path(const Vehicle& vehicle);
// Its debt, by rank and within a rank as given.
[[nodiscard]] std::vector<const Tranche*> debt_by_rank(const Vehicle& vehicle);
// True if something else than cash may meet what is owed at maturity.
[[nodiscard]] bool has_balloon_terms(const Tranche& tranche);
// Whose credit a lender to the vehicle takes: the borrower's, else the sponsor's, else that of its
// only customer; empty: nobody's or that of several.
[[nodiscard]] std::string credit_party(const Vehicle& vehicle);
// The order in which a vehicle spends cash that declares none.
[[nodiscard]] std::vector<WaterfallStep> default_waterfall(const Vehicle& vehicle);

}  // namespace lien::pricing
